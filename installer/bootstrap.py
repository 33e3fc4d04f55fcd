#!/usr/bin/env python3
"""Commands that need nothing but Python: `bootstrap.py demo`, `bootstrap.py test` and `bootstrap.py panel`.

Each first makes the checkout ready (`bootstrap.py install` does only that): a virtual environment in
`.venv/`, the locked dependencies, this project, the browser and the system's libraries; `panel` also the
team's page.

Exit codes: 0 done, 1 a stage failed, 2 wrong usage, 4 the machine could not be made ready; `demo`
and `panel` end with the command's own code.
"""

import sys

# Before anything else: an old Python must hear what is wrong, not stumble over our syntax.
if sys.version_info < (3, 11):  # noqa: UP036 - run by whatever Python the machine has
    sys.stderr.write(
        "Problem: this is Python %d.%d; Predawn needs 3.11 or newer.\n"  # noqa: UP031
        "What to do: install a newer Python (Debian: sudo apt-get install python3) and start this command "
        "with it.\n" % sys.version_info[:2]
    )
    sys.exit(4)

import argparse
import os
import signal
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# First of all: PyPI has a package named `installer` too.
sys.path.insert(0, str(ROOT))

from installer import environment, panel_page, process_tree, stages, system_packages  # noqa: E402 - needs the path
from installer.progress import InstallError, Progress  # noqa: E402 - needs the path

USAGE = """python3 installer/bootstrap.py COMMAND

commands:
  demo [OPTIONS]       make this checkout ready, then run the demonstration (OPTIONS go to `predawn demo`)
  panel [OPTIONS]      the same, then build and serve the team's panel (OPTIONS go to `predawn panel`)
  test [--only STAGE]  make this checkout ready, then run every test stage against its budget
  install              make this checkout ready, nothing else
"""


def main(arguments: list[str]) -> int:
    """Run one command; returns the exit code."""
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if command in ("-h", "--help"):
        print(USAGE)
        return 0
    if command not in ("demo", "panel", "test", "install") or (command == "install" and rest):
        print(f"usage: {USAGE}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, _end_politely)
    try:
        return _run(command, rest)
    except InstallError as error:
        print(error.as_text(), file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("\nStopped. Start the same command again to go on.", file=sys.stderr)
        return 130


def _run(command: str, rest: list[str]) -> int:
    if command == "test":
        selected = _selected_stages(rest)
        process_tree.adopt_orphans()
        return stages.run(ROOT, selected, lambda deadline: install(for_tests=True, deadline=deadline))
    install(for_tests=False, with_page=command == "panel")
    return 0 if command == "install" else _become([str(environment.script(ROOT, "predawn")), command, *rest])


def install(*, for_tests: bool, with_page: bool = False, deadline: float | None = None) -> None:
    """Make the checkout ready, printing a line for each step; `with_page` also builds the panel's page.

    `deadline` is a `time.monotonic()` value, in seconds, past which a step is ended.
    Raises InstallError with what to do next.
    """
    progress = Progress(ROOT / "build" / "install.log", deadline=deadline)
    rights = system_packages.find_rights()
    environment.prepare(ROOT, progress, lambda packages: system_packages.install(packages, rights, progress))
    system_packages.prepare(environment.python(ROOT), rights, progress, for_tests=for_tests)
    if with_page:
        with progress.step("The panel's page") as step:
            panel_page.prepare(ROOT, step)
    progress.total()


def _selected_stages(rest: list[str]) -> tuple[str, ...]:
    parser = argparse.ArgumentParser(prog="bootstrap.py test")
    parser.add_argument("--only", action="append", choices=stages.NAMES, help="a stage; may be repeated")
    return tuple(parser.parse_args(rest).only or stages.NAMES)


def _become(command: list[str]) -> int:
    """Let the command take this process over, so that signals and the exit code are its own."""
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "posix":
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.execv(command[0], command)
    return subprocess.call(command)


def _end_politely(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
