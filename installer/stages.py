"""The test command's stages, each measured against its budget of minutes.

Every stage runs even when an earlier one failed, so that one run shows everything. A stage that runs past
twice its budget is ended with all it started, and fails.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from installer import environment, keyring_session, process_tree
from installer.progress import NOT_READY, InstallError

OVERRUN_FACTOR = 2
INSTALL_BUDGET_MINUTES = 7.0


@dataclass(frozen=True)
class Stage:
    """Commands run one after the other; `python` in front means the environment's."""

    name: str
    title: str
    budget_minutes: float
    commands: tuple[tuple[str, ...], ...]
    # A further command, run with a private keyring service of its own.
    with_keyring: tuple[str, ...] = ()


_PYTEST = ("python", "-m", "pytest")
_REAL_WINDOW = "tests/desktop/test_real_window.py"

STAGES = (
    Stage(
        "lint",
        "lint and types",
        2,
        (
            ("python", "-m", "ruff", "check", "."),
            ("python", "-m", "ruff", "format", "--check", "."),
            ("python", "-m", "mypy"),
            ("lint-imports",),
        ),
    ),
    Stage(
        "unit",
        "unit and store",
        3,
        (
            (
                *_PYTEST,
                "-n",
                "2",
                "-m",
                "not keyring and not long",
                "tests/unit",
                "tests/store",
                "tests/simulation",
            ),
        ),
        with_keyring=(*_PYTEST, "-m", "keyring", "tests/unit"),
    ),
    # These mornings mostly wait for settle times and time-outs, so two of them share the cores well.
    Stage(
        "browser",
        "browser",
        5,
        ((*_PYTEST, "-n", "2", "--dist", "loadfile", "-m", "not long", "tests/browser"),),
    ),
    Stage("chaos", "chaos", 3, ((*_PYTEST, "-m", "not long", "tests/chaos"),)),
    # How long Qt's thread stands still is measured on the real screen: that test has the cores to itself.
    Stage(
        "desktop",
        "desktop",
        2,
        (
            (*_PYTEST, "-n", "2", "-m", "not long", "--ignore", _REAL_WINDOW, "tests/desktop"),
            (*_PYTEST, _REAL_WINDOW),
        ),
    ),
    Stage("live", "live", 4, ((*_PYTEST, "tests/live"),)),
    Stage(
        "panel",
        "panel",
        3,
        (
            ("python", "-m", "installer.panel_page", "lint"),
            ("python", "-m", "installer.panel_page", "test"),
            ("python", "-m", "installer.panel_page", "build"),
            (*_PYTEST, "-n", "2", "--dist", "loadfile", "-m", "not long", "tests/panel"),
        ),
    ),
)
NAMES = tuple(stage.name for stage in STAGES)


@dataclass(frozen=True)
class Outcome:
    """What became of a stage; `result` is a few words, `passed` decides the exit code."""

    title: str
    minutes: float
    budget_minutes: float
    passed: bool
    result: str


def run(root: Path, names: Sequence[str], install: Callable[[float], None]) -> int:
    """Install, run the named stages, print the table; returns the exit code.

    `install` gets the `time.monotonic()` value, in seconds, at which it must give up.
    """
    outcomes, problem = [], ""
    heading("install", INSTALL_BUDGET_MINUTES)
    began = time.monotonic()
    try:
        install(began + OVERRUN_FACTOR * INSTALL_BUDGET_MINUTES * 60)
    except InstallError as error:
        problem = error.as_text()
    outcomes.append(_judge("install", began, INSTALL_BUDGET_MINUTES, "not ready" if problem else ""))
    chosen = [stage for stage in STAGES if stage.name in names]
    if problem:
        outcomes += [Outcome(stage.title, 0, stage.budget_minutes, False, "not run") for stage in chosen]
    else:
        outcomes += [run_stage(stage, root) for stage in chosen]
    print(f"\n{table(outcomes)}", flush=True)
    if problem:
        print(problem, file=sys.stderr)
        return NOT_READY
    return 0 if all(outcome.passed for outcome in outcomes) else 1


def run_stage(stage: Stage, root: Path) -> Outcome:
    """Run a stage's commands in the checkout, all of them even when one fails."""
    heading(stage.title, stage.budget_minutes)
    began = time.monotonic()
    deadline = began + OVERRUN_FACTOR * stage.budget_minutes * 60
    failures = [failure for command in stage.commands if (failure := _run(command, root, deadline, {}))]
    if stage.with_keyring:
        failures += _run_with_keyring(stage.with_keyring, root, deadline)
    left = process_tree.sweep()
    if left:
        print(f"Left running by this stage, and ended now: {', '.join(left)}", flush=True)
    return _judge(stage.title, began, stage.budget_minutes, "; ".join(failures))


def heading(title: str, budget_minutes: float) -> None:
    """What starts now, and how long it may take."""
    print(f"\n== {title} (budget {budget_minutes:g} min) ==", flush=True)


def table(outcomes: Sequence[Outcome]) -> str:
    """The closing table, one line a stage."""
    lines = [f"{'stage':<16}{'minutes':>8}{'budget':>8}  result"]
    lines += [
        f"{outcome.title:<16}{outcome.minutes:>8.1f}{outcome.budget_minutes:>8g}  {outcome.result}"
        for outcome in outcomes
    ]
    return "\n".join(lines)


def _judge(title: str, began: float, budget_minutes: float, failure: str) -> Outcome:
    minutes = (time.monotonic() - began) / 60
    over = minutes > OVERRUN_FACTOR * budget_minutes
    if over and not failure:
        failure = "past twice its budget"
    passed = "passed" if minutes <= budget_minutes else "passed, over budget"
    return Outcome(title, minutes, budget_minutes, not failure, f"FAILED: {failure}" if failure else passed)


def _run_with_keyring(command: tuple[str, ...], root: Path, deadline: float) -> list[str]:
    if sys.platform != "linux":
        print("Keyring tests: skipped, a private keyring service is only to be had on Linux.", flush=True)
        return []
    with keyring_session.private() as session:
        failure = _run(session.wrap(command), root, deadline, session.environment)
    return [failure] if failure else []


def _run(command: tuple[str, ...], root: Path, deadline: float, extra: dict[str, str]) -> str:
    """Run one command with its output streamed; returns why it failed, or nothing."""
    shown = " ".join(command[2:] if command[:2] == ("python", "-m") else command)
    programs = environment.script(root, "python").parent
    env = {
        **os.environ,
        "VIRTUAL_ENV": str(programs.parent),
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
    }
    remaining = deadline - time.monotonic()
    if remaining <= 0:
        return f"no time left for {shown}"
    print(f"$ {shown}", flush=True)
    try:
        process = subprocess.Popen(_resolve(command, root), cwd=root, env={**env, **extra})
    except OSError as error:
        return f"{shown} could not be started ({error.strerror})"
    try:
        code = process.wait(timeout=remaining)
    except subprocess.TimeoutExpired:
        return f"ended past twice its budget: {shown}"
    finally:
        if process.poll() is None:
            process_tree.end(process)
    return f"{shown} ended with {code}" if code else ""


def _resolve(command: tuple[str, ...], root: Path) -> list[str]:
    """The program by its full path: on Windows, PATH of the new process would not be searched."""
    program = environment.script(root, command[0])
    return [str(program) if program.exists() else command[0], *command[1:]]
