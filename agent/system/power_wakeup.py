"""Waking the computer for the next run: what each operating system wants written. Applied elsewhere.

Sources: systemd.timer(5) and systemd.time(7); the Task Scheduler's schema (version 1.2); pmset(1). A user's
timer may wake the computer since systemd 254 (NEWS: pam_systemd passes CAP_WAKE_ALARM to local users).
Days are 0 for Monday.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

EARLIER = timedelta(minutes=5)
"""So long before a run the computer is woken: network and disk need a moment."""

FIRST_SYSTEMD = 254

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LONG_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_PMSET_DAYS = "MTWRFSU"


@dataclass(frozen=True)
class Wakeup:
    """At which wall-clock time of which IANA zone, on which weekdays."""

    at: time
    weekdays: frozenset[int]
    zone: str


def before_run(at: time, weekdays: Iterable[int], zone: str) -> Wakeup:
    """Return the wake-up for a run that is due at ``at``; over midnight it falls on the days before."""
    due = datetime.combine(date(2001, 1, 1), at)
    early = due - EARLIER
    shift = (due.date() - early.date()).days
    return Wakeup(early.time(), frozenset((day - shift) % 7 for day in weekdays), zone)


def systemd_units(ident: str, wakeups: Iterable[Wakeup]) -> Mapping[str, str]:
    """Return the unit files by name, for ``~/.config/systemd/user``.

    The service does nothing: being awake is all that is wanted, the agent sees by itself what is due.
    """
    name = f"predawn-wakeup-{ident}"
    times = "\n".join(f"OnCalendar={_calendar(one)}" for one in _ordered(wakeups))
    return {
        f"{name}.timer": (
            "[Unit]\nDescription=Wake this computer for Predawn\n\n"
            f"[Timer]\n{times}\nWakeSystem=true\nAccuracySec=1s\nUnit={name}.service\n\n"
            "[Install]\nWantedBy=timers.target\n"
        ),
        f"{name}.service": (
            "[Unit]\nDescription=Predawn: this computer was woken\n\n"
            "[Service]\nType=oneshot\nExecStart=/bin/true\n"
        ),
    }


def task_xml(wakeups: Iterable[Wakeup], today: date, here: tzinfo) -> str:
    """Return a task for Windows' Task Scheduler; its triggers are in the computer's own time, ``here``.

    Where the office's zone is another, the times are as they stand on ``today``: they must be applied again
    when one of the two changes its clock.
    """
    triggers = "".join(_trigger(one, today, here) for one in _ordered(wakeups))
    return (
        '<?xml version="1.0"?>\n'
        '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">\n'
        "  <RegistrationInfo><Description>Wake this computer for Predawn</Description></RegistrationInfo>\n"
        f"  <Triggers>\n{triggers}  </Triggers>\n"
        '  <Principals><Principal id="Author"><LogonType>InteractiveToken</LogonType>'
        "<RunLevel>LeastPrivilege</RunLevel></Principal></Principals>\n"
        "  <Settings><WakeToRun>true</WakeToRun><StartWhenAvailable>false</StartWhenAvailable>"
        "<DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>"
        "<StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>"
        "<ExecutionTimeLimit>PT1M</ExecutionTimeLimit><Enabled>true</Enabled></Settings>\n"
        '  <Actions Context="Author"><Exec><Command>cmd.exe</Command>'
        "<Arguments>/c exit 0</Arguments></Exec></Actions>\n"
        "</Task>\n"
    )


def pmset_command(wakeups: Iterable[Wakeup], today: date, here: tzinfo) -> tuple[str, ...] | None:
    """Return macOS' command, in the computer's own time; None without wake-ups.

    macOS knows one repeated wake-up for the whole computer: the earliest, on all the days together. It takes
    an administrator, and it replaces what was set before, so a person types it.
    """
    local = [_in_zone(one, today, here) for one in wakeups]
    if not local:
        return None
    days = frozenset[int]().union(*(one.weekdays for one in local))
    letters = "".join(letter for day, letter in enumerate(_PMSET_DAYS) if day in days)
    return ("pmset", "repeat", "wakeorpoweron", letters, f"{min(one.at for one in local):%H:%M}:00")


def systemd_version(said: str) -> int | None:
    """Return the version out of what ``systemctl --version`` says."""
    found = re.match(r"systemd (\d+)", said)
    return int(found[1]) if found else None


def _calendar(wakeup: Wakeup) -> str:
    days = ",".join(_DAYS[day] for day in sorted(wakeup.weekdays))
    return f"{days} *-*-* {wakeup.at:%H:%M}:00 {wakeup.zone}"


def _trigger(wakeup: Wakeup, today: date, here: tzinfo) -> str:
    local = _in_zone(wakeup, today, here)
    days = "".join(f"<{_LONG_DAYS[day]} />" for day in sorted(local.weekdays))
    return (
        f"    <CalendarTrigger><StartBoundary>{today}T{local.at:%H:%M}:00</StartBoundary>"
        "<Enabled>true</Enabled><ScheduleByWeek><WeeksInterval>1</WeeksInterval>"
        f"<DaysOfWeek>{days}</DaysOfWeek></ScheduleByWeek></CalendarTrigger>\n"
    )


def _in_zone(wakeup: Wakeup, today: date, here: tzinfo) -> Wakeup:
    there = datetime.combine(today, wakeup.at, ZoneInfo(wakeup.zone))
    local = there.astimezone(here)
    shift = (local.date() - there.date()).days
    return Wakeup(local.time(), frozenset((day + shift) % 7 for day in wakeup.weekdays), str(here))


def _ordered(wakeups: Iterable[Wakeup]) -> list[Wakeup]:
    return sorted(set(wakeups), key=lambda one: (one.zone, one.at, sorted(one.weekdays)))
