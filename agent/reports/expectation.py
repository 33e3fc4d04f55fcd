"""What an author expects of a download: one line beside it, kept with the file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


class Period(Protocol):
    """What a run covers; both days are part of it."""

    @property
    def first(self) -> dt.date:
        """The first day."""

    @property
    def last(self) -> dt.date:
        """The last day."""


@dataclass(frozen=True)
class Days:
    """A period: both days are part of it."""

    first: dt.date
    last: dt.date

    def __contains__(self, day: dt.date) -> bool:
        return self.first <= day <= self.last

    def __str__(self) -> str:
        if self.first == self.last:
            return self.first.isoformat()
        return f"{self.first.isoformat()} to {self.last.isoformat()}"


@dataclass(frozen=True, kw_only=True)
class Expect:
    """What a download must be, beside being a whole table.

    ``dates``: the file is about exactly these days. Every day column of the rows lies within them, save
    personal ones (a date of birth); ``date_field`` names the one column that counts where others lie
    elsewhere. ``stated_total``: the field whose sum the file must state. ``stated_count``: the file must
    state its number of rows. (A total or count that is stated must be right, asked for or not.)
    ``min_rows``: fewer records are a cut file. ``kinds``: the kinds allowed, of csv, html and xlsx; none
    named means any.
    """

    dates: Period | None = None
    stated_total: str | None = None
    stated_count: bool = False
    min_rows: int = 0
    kinds: tuple[str, ...] = ()
    date_field: str | None = None

    def as_json(self) -> dict[str, object]:
        """Return plain values, so that the expectation can be kept beside the file."""
        dates = None if self.dates is None else [self.dates.first.isoformat(), self.dates.last.isoformat()]
        return {
            "dates": dates,
            "stated_total": self.stated_total,
            "stated_count": self.stated_count,
            "min_rows": self.min_rows,
            "kinds": list(self.kinds),
            "date_field": self.date_field,
        }

    @staticmethod
    def from_json(value: Mapping[str, object]) -> Expect:
        """Rebuild from :meth:`as_json`."""
        dates, kinds = value["dates"], value["kinds"]
        total, field, rows = value["stated_total"], value["date_field"], value["min_rows"]
        assert isinstance(kinds, list)
        assert isinstance(rows, int)
        return Expect(
            dates=Days(*map(dt.date.fromisoformat, dates)) if isinstance(dates, list) else None,
            stated_total=None if total is None else str(total),
            stated_count=bool(value["stated_count"]),
            min_rows=rows,
            kinds=tuple(str(kind) for kind in kinds),
            date_field=None if field is None else str(field),
        )
