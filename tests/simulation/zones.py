"""Every IANA zone, every change of its clocks from 2025 to 2035, every half hour: one run a day, none stuck.

Two doses of the same cases. *Walked*: the rules alone, for every zone by name. *Lived*: the real agenda over
the real store, for every change that differs (zones that share the moment and both offsets are one there).

The oracle knows nothing of the product's rule: it walks the zone's own wall clock minute by minute and takes
the first minute of the day that is at or past the wanted time.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from agent.core.calendar import OfficeDays, read_rules
from agent.core.occurrences import duties_between
from agent.core.states import RunState
from agent.host.enrolment import Enrolled
from agent.store import runs
from agent.store.tables import OccurrenceRow, RunRow, ScheduleRow
from tests.simulation.world import World

YEARS = (2025, 2035)
HALF_HOURS = [time(half // 2, half % 2 * 30) for half in range(48)]
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
_APART = 8  # automations; the slots of one are four hours apart, so that no change holds two of them


@dataclass(frozen=True)
class Change:
    """One change of a zone's clocks: the first moment of the new offset."""

    zone: str
    at: datetime
    before: timedelta
    after: timedelta

    @property
    def kind(self) -> tuple[datetime, timedelta, timedelta]:
        """What it has in common with the same change in other zones."""
        return self.at, self.before, self.after

    @property
    def days(self) -> list[date]:
        """The local days that it touches, with the day before and the day after."""
        first = (self.at + self.before).date() - DAY
        last = (self.at + self.after).date() + DAY
        return [first + number * DAY for number in range((last - first).days + 1)]


@cache
def changes(zone: str) -> tuple[Change, ...]:
    """Every change of a zone's clocks in the years."""
    info, found = ZoneInfo(zone), []
    now, end = datetime(YEARS[0], 1, 1, tzinfo=UTC), datetime(YEARS[1] + 1, 1, 1, tzinfo=UTC)
    while now < end:
        later = now + DAY
        before, after = _offset(info, now), _offset(info, later)
        if before != after:
            low, high = now, later
            while high - low > MINUTE:
                middle = low + (high - low) // MINUTE // 2 * MINUTE
                low, high = (middle, high) if _offset(info, middle) == before else (low, middle)
            found.append(Change(zone, high, before, after))
        now = later
    return tuple(found)


def _offset(info: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(info).utcoffset() or timedelta()


def all_changes(zones: Iterable[str] | None = None) -> list[Change]:
    """Every change of these zones, or of all that the system knows."""
    return [change for zone in sorted(zones or available_timezones()) for change in changes(zone)]


def oracle(change: Change) -> dict[tuple[date, str], datetime]:
    """When each half hour of the days begins: the first minute whose wall clock is at or past it."""
    info, found = ZoneInfo(change.zone), {}
    days = change.days
    wanted = [datetime.combine(day, at) for day in days for at in HALF_HOURS]
    now = datetime.combine(days[0], time(0), UTC) - 16 * HOUR
    place = 0
    while place < len(wanted):
        wall = now.astimezone(info).replace(tzinfo=None)
        while place < len(wanted) and wall >= wanted[place]:
            found[wanted[place].date(), f"{wanted[place]:%H:%M}"] = now
            place += 1
        now += 15 * MINUTE  # every offset and every change of these years is a multiple of it
    return found


def walk(change: Change, seed: int) -> Iterator[str]:
    """Walk over the days in random steps, for each half hour; yields what is wrong."""
    chance = random.Random(f"{seed} {change}")
    info, expected = ZoneInfo(change.zone), oracle(change)
    start = min(expected.values()) - HOUR
    end = max(expected.values()) + DAY
    steps = [start]
    while steps[-1] < end:
        steps.append(steps[-1] + chance.randint(1, 72 * 60) * MINUTE)
    for at in HALF_HOURS:
        slot = f"{at:%H:%M}"
        rules = read_rules({"schedule": f"{slot} mon-sun", "deadline": "23:59"})
        found: dict[date, list[datetime]] = {}
        for before, upto in pairwise(steps):
            for duty in duties_between(rules, info, OfficeDays(), before, upto):
                found.setdefault(duty.business_date, []).append(duty.due_at)
                if not duty.due_at <= duty.until_at:
                    yield f"{change} {duty}: its window closes before it opens"
        for day in change.days:
            if found.get(day) != [expected[day, slot]]:
                yield f"{change} {day} {slot}: {found.get(day)}, not {expected[day, slot]}"


def live(world: World, change: Change, seed: int) -> Iterator[str]:
    """Live through the changed day with the real agenda and store; yields what is wrong."""
    chance = random.Random(f"{seed} {change.kind}")
    expected = oracle(change)
    changed = (change.at + change.before).date()
    slots = [[f"{at:%H:%M}" for at in HALF_HOURS[first::_APART]] for first in range(_APART)]
    world.enrolled = [
        Enrolled(
            f"every-{number}",
            "Every half hour",
            "main",
            change.zone,
            {"schedule": f"{' and '.join(own)} mon-sun", "deadline": "23:59", "catch_up": "4 hours"},
            OfficeDays(),
        )
        for number, own in enumerate(slots)
    ]
    due = {slot: expected[changed, f"{slot:%H:%M}"] for slot in HALF_HOURS}
    world.begin_at(min(due.values()) - 30 * MINUTE)
    longest = 0
    while world.now < max(due.values()) + HOUR:
        world.look()
        world.finish_all()
        step = chance.randint(5, 110)
        longest = max(longest, step)
        world.now += step * MINUTE
    world.look()
    world.finish_all()
    rows = {row.slot: row for row in OccurrenceRow.select().where(OccurrenceRow.business_date == changed)}
    for slot, at in due.items():
        row = rows.get(f"{slot:%H:%M}")
        told = f"{change} {slot:%H:%M}"
        if row is None or row.due_at != at:
            yield f"{told}: {row and row.due_at}, not {at}"
            continue
        own = list(RunRow.select().where((RunRow.business_date == changed) & (RunRow.slot == row.slot)))
        if len(own) != 1 or row.outcome != "ran" or runs.get(row.run_id).state != RunState.COMPLETED:
            yield f"{told}: {row.outcome}, {len(own)} runs"
        elif own[0].created_at - at > longest * MINUTE:
            yield f"{told}: begun {own[0].created_at - at} after its start"
    for table in (OccurrenceRow, RunRow, ScheduleRow):
        table.delete().execute()


def different(found: Iterable[Change]) -> list[Change]:
    """One of all changes that have moment and offsets in common."""
    return list({change.kind: change for change in found}.values())
