"""Days and periods that a report names, in whatever way it writes them; every way to read them is kept.

At download time no contract says how the file writes its days. So only what cannot be the wanted period, read
in any way, is called stale; the exact check comes with the rows, where the format is stated.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from agent.reports.cells import Below, Cell, label
from agent.reports.days import DayFormat
from agent.reports.expectation import Days
from agent.reports.footers import words
from agent.reports.table import Table

_DAY = (
    r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{4}|[0-9]{4}[/-][0-9]{2}[/-][0-9]{2}"
    r"|[0-9]{1,2}[ -][A-Za-z]{3,9}[ -][0-9]{4}|[A-Za-z]{3,9} [0-9]{1,2}, [0-9]{4}"
)
_RANGE = re.compile(
    rf"(?<![0-9])({_DAY})\s*(?:(?:to|till|until|through|and|bis|au)\s*:?|-|\u2013|\u2014)\s*({_DAY})(?![0-9])",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"(?:period|dates|date range|zeitraum|p[ée]riode)\b"
    rf"\s*:?\s*({_DAY})(?![0-9])",
    re.IGNORECASE,
)
_TIME = re.compile(r"[T ]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:\s*[ap]m)?\Z", re.IGNORECASE)


@dataclass(frozen=True)
class NamedPeriod:
    """A period as a line of the file names it, with every way to read its first and its last day."""

    text: str
    first: frozenset[dt.date]
    last: frozenset[dt.date]

    def may_be(self, days: Days) -> bool:
        """Say whether the line, read in some way, means exactly these days."""
        return days.first in self.first and days.last in self.last


@cache
def _formats() -> tuple[DayFormat, ...]:
    """The ways reports write a day; both orders of day and month where both are in use."""
    return tuple(
        DayFormat(letters)
        for letters in (
            *(f"%-d{mark}%-m{mark}%Y" for mark in "/.-"),
            *(f"%-m{mark}%-d{mark}%Y" for mark in "/-"),
            *(f"%d{mark}%m{mark}%Y" for mark in "/.-"),
            *(f"%m{mark}%d{mark}%Y" for mark in "/-"),
            "%Y-%m-%d",
            "%Y/%m/%d",
            *(
                f"{day}{mark}{month}{mark}%Y"
                for day in ("%d", "%-d")
                for month in ("%b", "%B")
                for mark in " -"
            ),
            *(f"{month} {day}, %Y" for day in ("%d", "%-d") for month in ("%b", "%B")),
        )
    )


def readings(text: str) -> frozenset[dt.date]:
    """Return every day that a text may mean (``03/04/2026`` is two); a time behind it is passed over."""
    bare = _TIME.sub("", text.strip())
    found = (written.read(bare) for written in _formats())
    return frozenset(day for day in found if day is not None)


def named_periods(lines: Iterable[str]) -> list[NamedPeriod]:
    """Return the periods that lines around the records name: ``Period: 02/11/2026 - 02/11/2026``."""
    periods = []
    for line in lines:
        found = _RANGE.search(line)
        single = None if found else _LABELLED.search(line)
        if found:
            periods.append(NamedPeriod(found[0], readings(found[1]), readings(found[2])))
        elif single:
            periods.append(NamedPeriod(single[1], readings(single[1]), readings(single[1])))
    return [period for period in periods if period.first and period.last]


def title_lines(report_lines: Sequence[str], tables: Iterable[Table]) -> Iterator[str]:
    """Return the lines above the records, where a report names its period; notes below may name any days."""
    yield from report_lines[:10]
    for table in tables:
        half = table.width / 2
        for row in table.ends:
            if len(row.filled) >= max(2, half):
                break
            yield words(row)


def days_in(table: Table) -> list[frozenset[dt.date]]:
    """Return, for every cell of a record that is nothing but a day, the days it may mean."""
    half = table.width / 2
    records = (row for row in table.ends if len(row.filled) >= max(2, half))
    found = (_of_cell(cell) for row in records for cell in row.cells)
    return [days for days in found if days]


def _of_cell(cell: Cell) -> frozenset[dt.date]:
    if isinstance(cell, Below):
        cell = cell.value
    if isinstance(cell, dt.datetime):
        return frozenset({cell.date()})
    if isinstance(cell, dt.date):
        return frozenset({cell})
    text = label(cell) if isinstance(cell, str) else ""
    return readings(text) if 8 <= len(text) <= 30 and any(char.isdigit() for char in text) else frozenset()
