"""Setting this computer to wake up, and seeing whether it is set: only ever because a person said so."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from xml.etree import ElementTree as Xml
from zoneinfo import ZoneInfo

from agent.core.failures import ChangedByPerson, WakeupUnavailable
from agent.system.own_files import OwnFile, Standing
from agent.system.paths import Home
from agent.system.power_wakeup import (
    FIRST_SYSTEMD,
    Wakeup,
    pmset_command,
    systemd_units,
    systemd_version,
    task_xml,
)
from agent.system.settings import computer_zone

_PATIENCE_SECONDS = 20.0

Answer = tuple[int, str]
Run = Callable[[Sequence[str]], Answer]
"""Runs a program of the operating system; returns its exit code and what it said."""


class Arming(Protocol):
    """What an operating system can be asked for."""

    def definition(self, wakeups: Iterable[Wakeup]) -> str:
        """Return what would be written or typed, for a person to read."""

    def standing(self, wakeups: Iterable[Wakeup]) -> Standing:
        """Return what is set: OURS only if it is exactly what would be written now."""

    def apply(self, wakeups: Iterable[Wakeup]) -> None:
        """Set it. Raises WakeupUnavailable, ChangedByPerson."""

    def remove(self) -> None:
        """Take it away again. Raises ChangedByPerson."""


class SystemdArming:
    """Linux: a timer of the user's own systemd."""

    def __init__(self, ident: str, folder: Path, run: Run) -> None:
        self._ident, self._folder, self._run = ident, folder, run

    def definition(self, wakeups: Iterable[Wakeup]) -> str:
        """Return both unit files."""
        return "\n".join(
            f"# {self._folder / name}\n{text}" for name, text in systemd_units(self._ident, wakeups).items()
        )

    def standing(self, wakeups: Iterable[Wakeup]) -> Standing:
        """Return the worst of the two files' standings; ABSENT also where the timer is not switched on."""
        found = []
        for name, text in systemd_units(self._ident, wakeups).items():
            file = OwnFile(self._folder / name)
            standing = file.standing()
            if standing is Standing.OURS and not (file.text() or "").endswith(text):
                standing = Standing.ABSENT  # ours, but of another schedule
            found.append(standing)
        for standing in (Standing.FOREIGN, Standing.CHANGED, Standing.ABSENT):
            if standing in found:
                return standing
        code, _said = self._systemctl("is-enabled", self._timer)
        return Standing.OURS if code == 0 else Standing.ABSENT

    def apply(self, wakeups: Iterable[Wakeup]) -> None:
        """Write the units and switch the timer on. Raises WakeupUnavailable, ChangedByPerson."""
        code, said = self._run(["systemctl", "--version"])
        version = systemd_version(said) if code == 0 else None
        if version is None or version < FIRST_SYSTEMD:
            raise WakeupUnavailable(why=f"systemd {version or '?'}, {FIRST_SYSTEMD} is needed", command=None)
        for name, text in systemd_units(self._ident, wakeups).items():
            if not OwnFile(self._folder / name).write(text):
                raise ChangedByPerson(path=str(self._folder / name))
        for words in (("daemon-reload",), ("enable", "--now", self._timer)):
            code, _said = self._systemctl(*words)
            if code != 0:
                raise WakeupUnavailable(why=f"systemctl --user {words[0]}", command=None)

    def remove(self) -> None:
        """Switch the timer off and remove the units. Raises ChangedByPerson."""
        names = systemd_units(self._ident, ()).keys()
        for name in names:
            if OwnFile(self._folder / name).standing() in {Standing.CHANGED, Standing.FOREIGN}:
                raise ChangedByPerson(path=str(self._folder / name))
        if any((self._folder / name).exists() for name in names):
            self._systemctl("disable", "--now", self._timer)
            for name in names:
                OwnFile(self._folder / name).remove()
            self._systemctl("daemon-reload")

    @property
    def _timer(self) -> str:
        return f"predawn-wakeup-{self._ident}.timer"

    def _systemctl(self, *words: str) -> Answer:
        return self._run(["systemctl", "--user", *words])


class WindowsArming:
    """Windows: a task of the Task Scheduler that wakes the computer and does nothing."""

    def __init__(self, ident: str, run: Run, zone: str) -> None:
        self._name, self._run, self._here = rf"Predawn\wakeup-{ident}", run, ZoneInfo(zone)

    def definition(self, wakeups: Iterable[Wakeup]) -> str:
        """Return the task's definition."""
        return task_xml(wakeups, datetime.now(UTC).astimezone(self._here).date(), self._here)

    def standing(self, wakeups: Iterable[Wakeup]) -> Standing:
        """Return OURS where the task's triggers and its wake-up are as they would be written now."""
        code, said = self._run(["schtasks", "/Query", "/TN", self._name, "/XML"])
        if code != 0:
            return Standing.ABSENT
        return Standing.OURS if _essence(said) == _essence(self.definition(wakeups)) else Standing.CHANGED

    def apply(self, wakeups: Iterable[Wakeup]) -> None:
        """Register the task; a person agreed to replace the one of this name. Raises WakeupUnavailable."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "task.xml"
            file.write_text(
                self.definition(wakeups), encoding="utf-16"
            )  # the only encoding schtasks always takes
            code, _said = self._run(["schtasks", "/Create", "/TN", self._name, "/XML", str(file), "/F"])
        if code != 0:
            raise WakeupUnavailable(why="schtasks /Create", command=None)

    def remove(self) -> None:
        """Remove the task; does nothing if there is none."""
        self._run(["schtasks", "/Delete", "/TN", self._name, "/F"])


class MacArming:
    """macOS: one wake-up for the whole computer, by an administrator: Predawn only says the command."""

    def __init__(self, run: Run, zone: str) -> None:
        self._run, self._here = run, ZoneInfo(zone)

    def definition(self, wakeups: Iterable[Wakeup]) -> str:
        """Return the command to type."""
        words = pmset_command(wakeups, datetime.now(UTC).astimezone(self._here).date(), self._here)
        return "" if words is None else " ".join(("sudo", *words))

    def standing(self, wakeups: Iterable[Wakeup]) -> Standing:
        """Return OURS where the computer's repeated wake-up is at the time that we would name."""
        words = pmset_command(wakeups, datetime.now(UTC).astimezone(self._here).date(), self._here)
        _code, said = self._run(["pmset", "-g", "sched"])
        if words is None or "wakepoweron" not in said.replace("wakeorpoweron", "wakepoweron"):
            return Standing.ABSENT
        at = datetime.strptime(words[-1], "%H:%M:%S").replace(tzinfo=UTC)
        return Standing.OURS if f"{at:%I:%M%p}".lstrip("0") in said.upper() else Standing.FOREIGN

    def apply(self, wakeups: Iterable[Wakeup]) -> None:
        """Raise WakeupUnavailable with the command for an administrator."""
        raise WakeupUnavailable(why="macOS", command=self.definition(wakeups))

    def remove(self) -> None:
        """Raise WakeupUnavailable with the command for an administrator."""
        raise WakeupUnavailable(why="macOS", command="sudo pmset repeat cancel")


def open_arming(home: Home) -> Arming:
    """Return this computer's way to be woken."""
    if sys.platform == "win32":
        return WindowsArming(home.ident, run_program, computer_zone())
    if sys.platform == "darwin":
        return MacArming(run_program, computer_zone())
    given = os.environ.get("XDG_CONFIG_HOME")
    root = Path(given) if given else Path.home() / ".config"
    return SystemdArming(home.ident, root / "systemd" / "user", run_program)


def run_program(words: Sequence[str]) -> Answer:
    """Run a program of the operating system; a missing one answers 127, a hanging one 124."""
    try:
        done = subprocess.run(
            list(words),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        return 127, ""
    except subprocess.TimeoutExpired:
        return 124, ""
    return done.returncode, done.stdout


def _essence(text: str) -> object:
    """Return of a task's definition what wakes: the scheduler adds and reorders the rest."""
    try:
        root = Xml.fromstring(text.lstrip("\ufeff").partition("?>")[2] or text)  # noqa: S314 (the system's own answer)
    except Xml.ParseError:
        return None
    space = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
    triggers = {
        (
            trigger.findtext(f"{space}StartBoundary", "")[11:16],
            tuple(sorted(day.tag for day in trigger.iterfind(f"{space}ScheduleByWeek/{space}DaysOfWeek/*"))),
        )
        for trigger in root.iter(f"{space}CalendarTrigger")
    }
    return triggers, root.findtext(f"{space}Settings/{space}WakeToRun")
