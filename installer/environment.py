"""The virtual environment `.venv/`: made once, filled from `requirements.lock`, then left alone."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from installer.progress import InstallError, Progress, Step

STAMP = "predawn-ready"
# Raised when an environment made by an older bootstrap must be filled anew.
_FORMAT = "1"

SystemInstall = Callable[[list[str]], list[str]]


def python(root: Path) -> Path:
    """The environment's interpreter."""
    return script(root, "python")


def script(root: Path, name: str) -> Path:
    """A program of the environment, as it is called on this system."""
    return (
        root
        / ".venv"
        / ("Scripts" if os.name == "nt" else "bin")
        / (f"{name}.exe" if os.name == "nt" else name)
    )


def prepare(root: Path, progress: Progress, install_packages: SystemInstall) -> None:
    """Make `.venv/` hold the locked dependencies and this project; quick when it already does.

    `install_packages` installs Debian packages and returns those it could not install.
    Raises InstallError with what to do next.
    """
    stamp = root / ".venv" / STAMP
    if stamp.is_file() and stamp.read_text() == fingerprint(root, _version(root)):
        with progress.step("Virtual environment") as step:
            step.detail = "as it was"
        return
    missing = _missing_for_venv(root)
    if missing:
        install_packages(missing)
        importlib.invalidate_caches()
    with progress.step("Virtual environment") as step:
        step.detail = _make(root, step)
    with progress.step("Locked dependencies") as step:
        installer = _install_dependencies(root, step)
    with progress.step("Predawn itself") as step:
        _install_project(root, step, installer)
    stamp.write_text(fingerprint(root, _version(root)))


def fingerprint(root: Path, version: str) -> str:
    """What the environment depends on, as one hash (SHA-256, hexadecimal); `version` is its Python's."""
    parts = [_FORMAT, version, str(root)]
    parts += [(root / name).read_text(encoding="utf-8") for name in ("requirements.lock", "pyproject.toml")]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _version(root: Path) -> str:
    """The version of the environment's Python; empty when it does not start (its base Python went away)."""
    code = "import sys; print(*sys.version_info[:3], sep='.')"
    try:
        return subprocess.run(
            [python(root), "-c", code], check=True, capture_output=True, text=True
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def _is_new_enough(version: str) -> bool:
    return bool(version) and tuple(int(part) for part in version.split(".")) >= (3, 11)


def _missing_for_venv(root: Path) -> list[str]:
    """Debian's package without which its own Python cannot make an environment, if that is so here."""
    system_python = sys.platform == "linux" and Path(sys.executable).resolve().parent == Path("/usr/bin")
    able = _is_new_enough(_version(root)) or _uv_on_path() or (_has("venv") and _has("ensurepip"))
    return [_venv_package()] if system_python and not able else []


def _venv_package() -> str:
    return f"python{sys.version_info.major}.{sys.version_info.minor}-venv"


def _make(root: Path, step: Step) -> str:
    """Make the folder unless a working one is there; returns how."""
    folder = root / ".venv"
    if _is_new_enough(_version(root)):
        return "kept"
    if folder.exists():
        shutil.rmtree(folder)
    uv = _uv_on_path()
    if uv and step.run([uv, "venv", "--python", sys.executable, str(folder)]):
        return "by uv"
    if (
        _has("venv")
        and _has("ensurepip")
        and step.run([sys.executable, "-m", "venv", "--clear", str(folder)])
    ):
        return "by venv"
    if _has("pip") and _make_with_our_pip(folder, step):
        return "by venv, with this Python's pip"
    raise InstallError(
        "this Python cannot make a virtual environment (its venv or ensurepip is missing).",
        f"sudo apt-get install {_venv_package()}\n  or install uv. Then start this command again.",
    )


def _make_with_our_pip(folder: Path, step: Step) -> bool:
    environment_python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    return step.run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(folder)]) and step.run(
        [sys.executable, "-m", "pip", "--python", str(environment_python), "install", "pip"]
    )


def _install_dependencies(root: Path, step: Step) -> list[str]:
    """Install what the lock names, by uv when it can be had; returns the installer's command."""
    lock = ["--require-hashes", "-r", str(root / "requirements.lock")]
    uv = _find_uv(root, step)
    if uv:
        # Compiled once here, not at each of a morning's many short processes: imports take half the time.
        installer = [*uv, "pip", "install", "--compile-bytecode", "--python", str(python(root))]
        step.detail = "by uv"
        if step.run([*installer, *lock]):
            return installer
    # A machine may tell only pip where its packages come from, so uv's failure is not the end.
    installer = [str(python(root)), "-m", "pip", "install"]
    step.detail = "by pip"
    has_pip = _has_pip(root) or step.run([str(python(root)), "-m", "ensurepip"])
    if has_pip and step.run([*installer, *lock]):
        return installer
    raise InstallError(
        f"the locked dependencies could not be installed. Last words:\n{step.last_words()}",
        "check the network and the proxy, then start this command again; or try by hand:\n  "
        + " ".join([*installer, *lock]),
    )


# A failure to compile them costs time only.
_OUR_PACKAGES = ("agent", "automations", "resources")


def _install_project(root: Path, step: Step, installer: list[str]) -> None:
    """Install this checkout so that edits take effect at once; its build needs nothing from the network."""
    if not step.run([*installer, "--no-deps", "--no-build-isolation", "--editable", str(root)]):
        raise InstallError(
            f"the project itself could not be installed. Last words:\n{step.last_words()}",
            "a clean checkout of the same version installs; compare `git status`.",
        )
    if not script(root, "predawn").exists():
        raise InstallError(
            "the command `predawn` is missing after the installation.", "remove .venv and start again."
        )
    step.run([str(python(root)), "-m", "compileall", "-q", *(str(root / name) for name in _OUR_PACKAGES)])


def _find_uv(root: Path, step: Step) -> list[str] | None:
    on_path = _uv_on_path()
    if on_path:
        return [on_path]
    inside = [str(python(root)), "-m", "uv"]
    if subprocess.run([*inside, "--version"], check=False, capture_output=True).returncode == 0:
        return inside
    if _has_pip(root) and step.run([str(python(root)), "-m", "pip", "install", "uv"]):
        return inside
    return None


def _uv_on_path() -> str | None:
    """Path of a uv that starts; a version manager's stand-in may be on PATH with nothing behind it."""
    uv = shutil.which("uv")
    if uv and subprocess.run([uv, "--version"], check=False, capture_output=True).returncode == 0:
        return uv
    return None


def _has_pip(root: Path) -> bool:
    return (
        subprocess.run([python(root), "-m", "pip", "--version"], check=False, capture_output=True).returncode
        == 0
    )


def _has(module: str) -> bool:
    return importlib.util.find_spec(module) is not None
