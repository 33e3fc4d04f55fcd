"""Totals and counts that a report states of itself, beside what its records add up to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class StatedTotal:
    """A total that the file states of itself (row 0: outside the table), beside the sum of its records.

    ``agrees`` is None when a cell of that column cannot be read, so that nobody can tell.
    """

    row: int
    field: str
    amount: Decimal
    found: Decimal
    agrees: bool | None


@dataclass(frozen=True)
class StatedCount:
    """A number of rows that the file states of itself (row 0: outside the table), beside those there are."""

    row: int
    number: int
    found: int
    agrees: bool


@dataclass(frozen=True)
class _Point:
    """How far the records had come when the file stated something."""

    count: int
    sums: Mapping[str, Decimal]
    unreadable: frozenset[str]


class Statements:
    """Follows the records of a report, and compares each statement with them.

    A statement between or after the records may be of all records so far, or of those since an earlier one (a
    page, a group); one outside the table is of all records.
    """

    def __init__(self, fields: Iterable[str]) -> None:
        self._sums = dict.fromkeys(fields, Decimal(0))
        self._unreadable: set[str] = set()
        self._count = 0
        self._points = [self._now()]
        self._totals: list[tuple[int, str, Decimal, int | None]] = []  # the last is a place in _points
        self._counts: list[tuple[int, int, int | None]] = []

    @property
    def count(self) -> int:
        """How many records were followed so far."""
        return self._count

    @property
    def stated(self) -> bool:
        """Say whether the file has stated anything so far."""
        return bool(self._totals or self._counts)

    def add(self, amounts: Mapping[str, Decimal | None]) -> None:
        """Follow one record; an amount that cannot be read is None."""
        self._count += 1
        for field, amount in amounts.items():
            if amount is None:
                self._unreadable.add(field)
            else:
                self._sums[field] += amount

    def add_all(self, count: int, sums: Mapping[str, Decimal]) -> None:
        """Follow ``count`` records whose every amount can be read, by the sum of each field."""
        self._count += count
        for field, amount in sums.items():
            self._sums[field] += amount

    def state_totals(self, row: int, amounts: Mapping[str, Decimal]) -> None:
        """Keep a row of totals, at this point of the records; row 0 is outside the table."""
        for field, amount in amounts.items():
            self._totals.append((row, field, amount, self._here() if row else None))

    def state_count(self, row: int, number: int) -> None:
        """Keep a stated number of rows, at this point of the records; row 0 is outside the table."""
        self._counts.append((row, number, self._here() if row else None))

    def fits_here(self, amounts: Mapping[str, Decimal]) -> bool:
        """Say whether at least one of these amounts, not zero, is a total of the records at this point."""
        return any(
            amount and any(amount == self._sums[field] - point.sums[field] for point in self._points)
            for field, amount in amounts.items()
        )

    def is_sum(self, number: int, values: Sequence[int]) -> bool:
        """Say whether ``number`` is the sum of ``values`` (one a record), or of those since a statement."""
        return any(number == sum(values[point.count :]) for point in self._points)

    def sums(self) -> dict[str, Decimal]:
        """Return the sum of each column that can be read in every record."""
        return {field: total for field, total in self._sums.items() if field not in self._unreadable}

    def totals(self) -> tuple[StatedTotal, ...]:
        """Return every stated total beside the sum of the records up to it."""
        told = []
        for row, field, amount, place in self._totals:
            point, starts = self._span(place)
            agrees = any(amount == point.sums[field] - start.sums[field] for start in starts)
            known = None if field in point.unreadable else agrees
            told.append(StatedTotal(row, field, amount, point.sums[field], known))
        return tuple(told)

    def counts(self) -> tuple[StatedCount, ...]:
        """Return every stated number of rows beside the number of records up to it."""
        told = []
        for row, number, place in self._counts:
            point, starts = self._span(place)
            agrees = any(number == point.count - start.count for start in starts)
            told.append(StatedCount(row, number, point.count, agrees))
        return tuple(told)

    def grand_totals(self) -> dict[str, Decimal | None]:
        """Return the file's own total of each column: the last one, or the sum of its groups' totals."""
        grand: dict[str, Decimal | None] = {}
        for field in self._sums:
            stated = [(amount, place) for _, name, amount, place in self._totals if name == field]
            grand[field] = stated[-1][0] if stated else None
            if len(stated) > 1 and all(
                place and amount == self._group(place, field) for amount, place in stated
            ):
                grand[field] = sum((amount for amount, _ in stated), Decimal(0))
        return grand

    def breaks(self) -> tuple[int, ...]:
        """Return after how many records the file stated something, inside the table."""
        return tuple(point.count for point in self._points[1:])

    def grand_count(self) -> int | None:
        """Return the file's own number of rows: the last one stated."""
        return self._counts[-1][1] if self._counts else None

    def _now(self) -> _Point:
        return _Point(self._count, dict(self._sums), frozenset(self._unreadable))

    def _here(self) -> int:
        """Return the place of this point; statements with no record between them share it."""
        if self._points[-1].count != self._count:
            self._points.append(self._now())
        return len(self._points) - 1

    def _span(self, place: int | None) -> tuple[_Point, list[_Point]]:
        if place is None:
            return self._now(), self._points[:1]
        return self._points[place], self._points[: max(place, 1)]

    def _group(self, place: int, field: str) -> Decimal:
        return self._points[place].sums[field] - self._points[place - 1].sums[field]
