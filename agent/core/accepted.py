"""What is known of a download's earlier files: is this one of another day, and is it as long as usual?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

ENOUGH_DAYS = 5
"""Business days after which one can speak of a usual number of rows."""

KEPT_FILES = 20
"""The newest accepted files that say what is usual."""


@dataclass(frozen=True)
class Accepted:
    """A file that was accepted: for which business day, its hash (SHA-256, hex), its rows, its headings."""

    business_date: dt.date
    sha256: str
    rows: int
    header: tuple[str, ...] = ()


@dataclass(frozen=True)
class History:
    """The accepted files of one download of one automation and office, newest first."""

    files: Sequence[Accepted] = ()

    def twin(self, sha256: str, business_date: dt.date) -> Accepted | None:
        """Return the file of another business day that is the same, byte for byte."""
        return next((f for f in self.files if f.sha256 == sha256 and f.business_date != business_date), None)

    def usual_rows(self, business_date: dt.date) -> tuple[int, int] | None:
        """Return the fewest and the most rows that are usual: half of the least, twice the most seen.

        None before :data:`ENOUGH_DAYS` other business days are known; the newest file of a day counts.
        """
        days: dict[dt.date, int] = {}
        for file in self.files:
            if file.business_date != business_date:
                days.setdefault(file.business_date, file.rows)
        if len(days) < ENOUGH_DAYS:
            return None
        return min(days.values()) // 2, 2 * max(days.values())

    @property
    def header(self) -> tuple[str, ...]:
        """The headings of the newest file whose headings are known."""
        return next((file.header for file in self.files if file.header), ())
