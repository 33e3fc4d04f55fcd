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
    ``min_rows``: fewer records are a cut file. ``kinds``: the kinds allowed, of csv, fixed, html, xls, xlsx
    and xml (Excel's of 2003); none named means any. ``encoding``: the only one allowed, as it is found
    (``utf-8``, ``cp1252``, ``ascii`` …). ``min_bytes``: a smaller file is cut. ``header``: headings that must
    stand together in one row. ``widths`` (heading → letters) says that the file is text in columns of fixed
    width. ``may_repeat``: the file of another business day, byte for byte, is no old one.
    ``tolerable``: so many rows may break their contract; they are left out with the reason.
    """

    dates: Period | None = None
    stated_total: str | None = None
    stated_count: bool = False
    min_rows: int = 0
    kinds: tuple[str, ...] = ()
    date_field: str | None = None
    encoding: str | None = None
    min_bytes: int = 0
    header: tuple[str, ...] = ()
    widths: Mapping[str, int] | None = None
    may_repeat: bool = False
    tolerable: int = 0

    def __post_init__(self) -> None:
        """Raise ValueError for numbers that cannot be meant."""
        if min(self.min_rows, self.min_bytes, self.tolerable) < 0:
            raise ValueError("min_rows, min_bytes and tolerable are not below zero")
        if self.widths is not None and (not self.widths or min(self.widths.values()) < 1):
            raise ValueError("each column of fixed width has at least one letter")

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
            "encoding": self.encoding,
            "min_bytes": self.min_bytes,
            "header": list(self.header),
            "widths": None if self.widths is None else [[name, n] for name, n in self.widths.items()],
            "may_repeat": self.may_repeat,
            "tolerable": self.tolerable,
        }

    @staticmethod
    def from_json(value: Mapping[str, object]) -> Expect:
        """Rebuild from :meth:`as_json`."""
        dates, widths = value["dates"], value.get("widths")
        total, field, encoding = value["stated_total"], value["date_field"], value.get("encoding")
        return Expect(
            dates=Days(*map(dt.date.fromisoformat, dates)) if isinstance(dates, list) else None,
            stated_total=None if total is None else str(total),
            stated_count=bool(value["stated_count"]),
            min_rows=_number(value["min_rows"]),
            kinds=_words(value["kinds"]),
            date_field=None if field is None else str(field),
            encoding=None if encoding is None else str(encoding),
            min_bytes=_number(value.get("min_bytes", 0)),
            header=_words(value.get("header", [])),
            widths={str(name): int(n) for name, n in widths} if isinstance(widths, list) else None,
            may_repeat=bool(value.get("may_repeat")),
            tolerable=_number(value.get("tolerable", 0)),
        )


def _words(value: object) -> tuple[str, ...]:
    assert isinstance(value, list)
    return tuple(map(str, value))


def _number(value: object) -> int:
    assert isinstance(value, int)
    return value
