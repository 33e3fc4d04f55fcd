"""Schedules in plain words, and the period that a business day's run covers. Pure: days come in as values.

Source: DESIGN.md, 3 (occurrence, period). ``schedule="05:00 mon-fri"``, ``deadline="08:00"``,
``covers="previous business day"`` or ``covers="same day"``.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, time, timedelta

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
COVERS = ("previous business day", "same day")


@dataclass(frozen=True)
class Period:
    """The days a run covers, first and last included."""

    first: date
    last: date


@dataclass(frozen=True)
class Schedule:
    """At which local time, on which weekdays (0 is Monday)."""

    at: time
    weekdays: frozenset[int]


def parse_time(words: str) -> time:
    """Read ``05:00``; raises ValueError."""
    if not re.fullmatch(r"\d{2}:\d{2}", words):
        raise ValueError(f"“{words}” is not a time such as 05:00")
    return time(int(words[:2]), int(words[3:]))


def parse_schedule(words: str) -> Schedule:
    """Read ``05:00 mon-fri`` or ``06:30 mon,wed,fri``; raises ValueError."""
    clock, _, days = words.strip().lower().partition(" ")
    chosen: set[int] = set()
    for part in days.replace(" ", "").split(","):
        first, dash, last = part.partition("-")
        if first not in _DAYS or (dash and last not in _DAYS):
            raise ValueError(f"“{words}” is not a schedule such as 05:00 mon-fri")
        start, end = _DAYS.index(first), _DAYS.index(last or first)
        if end < start:
            raise ValueError(f"“{part}” runs backwards")
        chosen.update(range(start, end + 1))
    return Schedule(parse_time(clock), frozenset(chosen))


def is_business_day(day: date, weekdays: frozenset[int], closed: Collection[date] = ()) -> bool:
    """Tell whether the office works on a day: one of its weekdays and not a closed one."""
    return day.weekday() in weekdays and day not in closed


def period_covered(
    business_date: date, covers: str, weekdays: frozenset[int], closed: Collection[date] = ()
) -> Period:
    """Return the days that the run of a business day covers; raises ValueError for unknown words.

    *previous business day* begins with the last business day before ``business_date`` and ends the day before
    it, so that Monday covers Friday to Sunday.
    """
    if covers == "same day":
        return Period(business_date, business_date)
    if covers != "previous business day":
        raise ValueError(f"“{covers}” is not one of: {', '.join(COVERS)}")
    if not weekdays:
        raise ValueError("no weekday is a business day")
    first = business_date - timedelta(days=1)
    while not is_business_day(first, weekdays, closed):
        first -= timedelta(days=1)
        if (business_date - first).days > 366:
            raise ValueError("no business day within a year")
    return Period(first, business_date - timedelta(days=1))
