"""Schedules in plain words, business days, and the period that a business day's run covers.

Pure: days and words come in as values. Source: DESIGN.md, 3 (occurrence, period).
``schedule="05:00 mon-fri"`` (or ``"05:00 and 13:00 mon-fri"``), ``deadline="08:00"``,
``covers="previous business day"``. All times are the office's local ones. What is owed when:
:mod:`agent.core.occurrences`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from types import MappingProxyType

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONGEST_CLOSED_DAYS = 366
COVERS = ("previous business day", "same day", "since last done")
POLICIES = ("run once", "ask", "skip")
SAME_DAY = "same day"
WORDS = ("schedule", "deadline", "covers", "catch_up", "latest_start", "if_missed")
"""The keys of a manifest that say what an automation owes."""


@dataclass(frozen=True)
class Period:
    """The days a run covers, first and last included."""

    first: date
    last: date


@dataclass(frozen=True)
class Schedule:
    """At which local times (earliest first, one a slot), on which weekdays (0 is Monday)."""

    times: tuple[time, ...]
    weekdays: frozenset[int]


@dataclass(frozen=True)
class OfficeDays:
    """An office's calendar as values: closed days with their names (empty for a nameless one), half days."""

    closed: Mapping[date, str] = field(default_factory=lambda: MappingProxyType({}))
    half: frozenset[date] = frozenset()


@dataclass(frozen=True)
class Rules:
    """What an automation owes, read from its words; ``deadlines`` and ``latest`` stand beside the slots.

    ``catch_up`` is how long after its start a run may still be begun by itself; None is until its business
    day ends.
    """

    schedule: Schedule
    deadlines: tuple[time, ...]
    covers: str = COVERS[0]
    catch_up: timedelta | None = None
    latest: tuple[time, ...] | None = None
    if_missed: str = POLICIES[0]

    def deadline_of(self, slot: str) -> time:
        """Return the deadline of the slot that starts at this local time (``05:00``); else the last one.

        A slot is unknown where the words have changed since, and for a rehearsal.
        """
        starts = [f"{at:%H:%M}" for at in self.schedule.times]
        return self.deadlines[starts.index(slot) if slot in starts else -1]

    def begins_day_before(self, slot: int) -> bool:
        """Tell whether a slot starts on the business day before its deadline: 22:00 for 08:00."""
        return self.schedule.times[slot] >= self.deadlines[slot]


def parse_time(words: str) -> time:
    """Read ``05:00``; raises ValueError."""
    if not re.fullmatch(r"[0-9]{2}:[0-9]{2}", words):
        raise ValueError(f"“{words}” is not a time such as 05:00")
    return time(int(words[:2]), int(words[3:]))


def parse_times(words: str) -> tuple[time, ...]:
    """Read ``05:00`` or ``05:00 and 13:00``, in rising order; raises ValueError."""
    times = tuple(parse_time(part.strip()) for part in re.split(r"\s+and\s+|,", words.strip().lower()))
    if list(times) != sorted(set(times)):
        raise ValueError(f"the times of “{words}” must rise")
    return times


def parse_schedule(words: str) -> Schedule:
    """Read ``05:00 mon-fri``, ``06:30 mon,wed,fri`` or ``05:00 and 13:00 mon-fri``; raises ValueError."""
    found = re.fullmatch(r"([0-9:]+(?:(?:\s+and\s+|\s*,\s*)[0-9:]+)*)\s(.*)", words.strip().lower())
    if found is None:
        raise ValueError(f"“{words}” is not a schedule such as 05:00 mon-fri")
    chosen: set[int] = set()
    for part in re.sub(r"\s", "", found[2]).split(","):
        first, dash, last = part.partition("-")
        if first not in _DAYS or (dash and last not in _DAYS):
            raise ValueError(f"“{words}” is not a schedule such as 05:00 mon-fri")
        start, end = _DAYS.index(first), _DAYS.index(last or first)
        if end < start:
            raise ValueError(f"“{part}” runs backwards")
        chosen.update(range(start, end + 1))
    return Schedule(parse_times(found[1]), frozenset(chosen))


def parse_window(words: str) -> timedelta | None:
    """Read ``4 hours``, ``2 days`` or ``same day`` (None); raises ValueError."""
    if words == SAME_DAY:
        return None
    found = re.fullmatch(r"([1-9][0-9]?) (hour|day)s?", words)
    if found is None:
        raise ValueError(f"catch_up is “{words}”, not same day, or a number of hours or days such as 4 hours")
    number = int(found[1])
    return timedelta(hours=number) if found[2] == "hour" else timedelta(days=number)


def read_rules(words: Mapping[str, str | None]) -> Rules:
    """Read the :data:`WORDS` of a manifest; those that it does not have stand at their defaults.

    Raises ValueError, in words for the author.
    """
    schedule = parse_schedule(words["schedule"] or "")
    deadlines = _beside(schedule, "deadline", words["deadline"] or "")
    latest = words.get("latest_start")
    covers, if_missed = words.get("covers") or COVERS[0], words.get("if_missed") or POLICIES[0]
    if covers not in COVERS:
        raise ValueError(f"covers is “{covers}”, not one of: {', '.join(COVERS)}")
    if if_missed not in POLICIES:
        raise ValueError(f"if_missed is “{if_missed}”, not one of: {', '.join(POLICIES)}")
    rules = Rules(
        schedule,
        deadlines,
        covers,
        parse_window(words.get("catch_up") or SAME_DAY),
        _beside(schedule, "latest_start", latest) if latest else None,
        if_missed,
    )
    for slot, last in enumerate(rules.latest or ()):
        if last < schedule.times[slot] and not rules.begins_day_before(slot):
            raise ValueError(f"latest_start {last:%H:%M} is before the start {schedule.times[slot]:%H:%M}")
    return rules


def _beside(schedule: Schedule, name: str, words: str) -> tuple[time, ...]:
    """Return one time for each slot: one for all, or as many as there are slots."""
    times = tuple(parse_time(part.strip()) for part in re.split(r"\s+and\s+|,", words.strip().lower()))
    slots = len(schedule.times)
    if len(times) not in {1, slots}:
        raise ValueError(f"{name} “{words}” has {len(times)} times, the schedule {slots}")
    return times * slots if len(times) == 1 else times


def is_business_day(day: date, weekdays: frozenset[int], closed: Collection[date] = ()) -> bool:
    """Tell whether the office works on a day: one of its weekdays and not a closed one."""
    return day.weekday() in weekdays and day not in closed


def business_day_before(day: date, weekdays: frozenset[int], closed: Collection[date] = ()) -> date:
    """Return the last business day before a day; raises ValueError where there is none within a year."""
    return _business_day(day, -1, weekdays, closed)


def business_day_after(day: date, weekdays: frozenset[int], closed: Collection[date] = ()) -> date:
    """Return the first business day after a day; raises ValueError where there is none within a year."""
    return _business_day(day, 1, weekdays, closed)


def _business_day(day: date, step: int, weekdays: frozenset[int], closed: Collection[date]) -> date:
    if not weekdays:
        raise ValueError("no weekday is a business day")
    for distance in range(1, _LONGEST_CLOSED_DAYS + 1):
        found = day + timedelta(days=step * distance)
        if is_business_day(found, weekdays, closed):
            return found
    raise ValueError("no business day within a year")


def period_covered(
    business_date: date,
    covers: str,
    weekdays: frozenset[int],
    closed: Collection[date] = (),
    *,
    day_before: bool = False,
    last_done: date | None = None,
) -> Period:
    """Return the days that the run of a business day covers; raises ValueError for unknown words.

    *previous business day* begins with the last business day before ``business_date`` and ends the day before
    it, so that Monday covers Friday to Sunday. *since last done* begins after ``last_done``, the last day
    that a completed run covered (without one: as *previous business day*).

    A run that starts on the business day before its deadline (``day_before``: Friday 22:00 for Monday 08:00)
    never covers days that have not been: it counts from the day on which it starts, and ends with that day.
    """
    if covers not in COVERS:
        raise ValueError(f"“{covers}” is not one of: {', '.join(COVERS)}")
    starts = business_day_before(business_date, weekdays, closed) if day_before else business_date
    if covers == "same day":
        return Period(starts, starts)
    before = business_day_before(starts, weekdays, closed)
    usual = (
        Period(before + timedelta(days=1), starts)
        if day_before
        else Period(before, starts - timedelta(days=1))
    )
    if covers == "since last done" and last_done is not None:
        return Period(min(last_done + timedelta(days=1), usual.last), usual.last)
    return usual
