"""What goes wrong on a morning, thrown by seeded dice; and which mornings could be met at all.

The oracle knows the script alone and shares no code with the product: a morning could be met if somebody who
sees the future, loses no second between two tries and repeats nothing would have been done by the deadline.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

START, DEADLINE = time(5), time(8)
_SECOND, _MINUTE, _HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)

SHARES = {
    "asleep": 0.10,  # the computer sleeps at the start of the run
    "site_down": 0.05,  # for half an hour
    "hung": 0.02,  # a worker says nothing any more
    "crash": 0.01,  # a worker dies, or the whole agent
    "disk_full": 0.01,
    "slow": 0.05,  # the site takes three times as long
    "wrong_password": 0.01,
}

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Morning:
    """One business day's script. ``work_seconds`` is what its run takes, undisturbed, at today's pace."""

    day: date
    due_at: datetime
    deadline_at: datetime
    work_seconds: float
    wakes_at: datetime
    faults: tuple[str, ...]
    site_down: Span | None = None
    unreachable: bool = False  # or it answers, with an error of its own
    disk_full: Span | None = None
    writes_fail: bool = False  # or there are some megabytes left
    hangs_at: float | None = None  # shares of the work
    dies_at: float | None = None
    host_dies: bool = False
    off: Span | None = None  # the agent is gone from its crash to its next start
    wrong_password: bool = False


def mornings(seed: int, number: int, zone: str) -> Iterator[Morning]:
    """So many business days, Monday to Friday, each with its faults."""
    dice = random.Random(f"mornings/{seed}")  # replayable, not secret
    day = date(2026, 1, 5) + timedelta(days=dice.randrange(365))
    usual = 4 * 18 ** dice.random() * 60  # 4 to 72 minutes
    for _ in range(number):
        while day.weekday() > 4:
            day += timedelta(days=1)
        yield _morning(dice, day, ZoneInfo(zone), usual)
        day += timedelta(days=1)


def _morning(dice: random.Random, day: date, zone: ZoneInfo, usual: float) -> Morning:
    due, deadline = (datetime.combine(day, at, zone).astimezone(ZoneInfo("UTC")) for at in (START, DEADLINE))
    faults = tuple(name for name, share in SHARES.items() if dice.random() < share)
    work = usual * dice.lognormvariate(0, 0.12) * (3 if "slow" in faults else 1)
    sleeps = 4.5 * 3600 * (20 / (4.5 * 3600)) ** dice.random()  # short ones as often as long ones
    wakes = due + sleeps * _SECOND if "asleep" in faults else due - 5 * _MINUTE
    begins = max(due, wakes)
    down = full = off = None
    if "site_down" in faults:
        since = begins + dice.uniform(-0.5, 1.1) * max(work, 1800) * _SECOND
        down = since, since + 30 * _MINUTE
    if "disk_full" in faults:
        since = begins + dice.uniform(-0.5, 0.9) * work * _SECOND
        full = since, since + 300 * 48 ** dice.random() * _SECOND  # five minutes to four hours
    dies = dice.random() if "crash" in faults else None
    host_dies = dice.random() < 0.5
    if dies is not None and host_dies:
        since = begins + dies * work * _SECOND
        off = since, since + dice.uniform(10, 1800) * _SECOND
    return Morning(
        day,
        due,
        deadline,
        work,
        wakes,
        faults,
        site_down=down,
        unreachable=dice.random() < 0.5,
        disk_full=full,
        writes_fail=dice.random() < 0.5,
        hangs_at=dice.random() if "hung" in faults else None,
        dies_at=None if host_dies else dies,
        host_dies=dies is not None and host_dies,
        off=off,
        wrong_password="wrong_password" in faults,
    )


# ── the oracle ────────────────────────────────────────────────────────────────────────────────────────────
def earliest_end(morning: Morning) -> datetime | None:
    """When the day's work is done at the earliest; None where no time helps."""
    if morning.wrong_password:
        return None
    at, left = max(morning.due_at, morning.wakes_at), morning.work_seconds * _SECOND
    closed = sorted(span for span in (morning.site_down, morning.disk_full, morning.off) if span is not None)
    for since, until in closed:
        if since - at >= left:
            break
        left -= max(timedelta(), since - at)
        at = max(at, until)
    return at + left


def could_be_met(morning: Morning) -> bool:
    """Whether anybody could have been in time."""
    end = earliest_end(morning)
    return end is not None and end <= morning.deadline_at


def cause(morning: Morning) -> str:
    """Why a morning could not be met: what stood in the way, as its script says."""
    wanted = [name for name in morning.faults if name not in {"hung", "crash"} or morning.off is not None]
    return " and ".join(wanted) or "too much work"


@dataclass
class Progress:
    """What a morning's work had left at moments, as its worker saw it: seconds at today's pace."""

    morning: Morning
    points: list[tuple[datetime, float]] = field(default_factory=list)

    def note(self, now: datetime, left_seconds: float) -> None:
        """Note what is left."""
        self.points.append((now, left_seconds))

    def impossible_at(self) -> datetime | None:
        """From when on the rest could not be done by the deadline, had all been well from then on.

        Between two points work was done or it stood still; taken is that it stood still first.
        """
        deadline = self.morning.deadline_at
        if self.morning.wrong_password:
            return self.morning.due_at
        first = (self.morning.due_at, self.morning.work_seconds)
        points = [first, *(point for point in self.points if point[0] <= deadline)]
        points.append((deadline, points[-1][1]))
        for (at, left), (then, still) in pairwise(points):
            latest = deadline - left * _SECOND
            if at > latest:
                return at
            if then + still * _SECOND > deadline:
                return latest
        return None
