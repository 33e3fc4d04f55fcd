"""A batch: the records that a process task made, and an account of every source row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Generic, TypeAlias, TypeVar

from agent.core.failures import RowsAltered, RowsUnaccounted, RowUsedTwice
from agent.core.totals import COUNT, add_up
from agent.reports.table import InvalidRow, Row
from agent.sdk.download import Download
from agent.sdk.record import Record

RecordT = TypeVar("RecordT", bound=Record)
Place: TypeAlias = tuple[str, str | None, int]


@dataclass(frozen=True)
class LeftOut:
    """A source row that became no record, and why."""

    row: Row | InvalidRow
    reason: str

    @property
    def where(self) -> str:
        """File, sheet and row."""
        return str(self.row.address if isinstance(self.row, InvalidRow) else self.row.address(""))


@dataclass(frozen=True)
class Account:
    """Where every source row went: the count and each control total, for the source and what was left out."""

    source: dict[str, Decimal]
    left_out: dict[str, Decimal]


@dataclass
class Batch(Generic[RecordT]):
    """Records to deliver. Every row of a file that one row is taken from must be added or left out.

    ``may_be_few``: none at all, or less than half of a usual day, is no question to a person.

    ``repeats``: several equal records of one key are as many things to deliver; else a person is asked.
    """

    record_type: type[RecordT]
    may_be_few: bool = field(default=False, kw_only=True)
    repeats: bool = field(default=False, kw_only=True)
    records: list[RecordT] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    def add(self, record: RecordT) -> None:
        """Deliver this record; made by ``Claim.of(row)`` it accounts for its row."""
        if not isinstance(record, self.record_type):
            raise TypeError(f"a batch of {self.record_type.__name__} takes no {type(record).__name__}")
        self.records.append(record)

    def leave_out(self, row: Row, reason: str) -> None:
        """Deliver nothing for this row, for a reason that a person can read."""
        if not reason.strip():
            raise ValueError("a row is left out for a reason")
        self.left_out.append(LeftOut(row, reason.strip()))

    def account(self, downloads: Iterable[Download]) -> Account:
        """Check that each row of each used file went to exactly one place, and its values with it.

        Raises RowsUnaccounted, RowUsedTwice, RowsAltered.
        """
        used = [row for record in self.records for row in record.source_rows]
        chosen = [left.row for left in self.left_out if isinstance(left.row, Row)]
        used += chosen
        downloads = list(downloads)
        places = _places(used, downloads)
        source: list[Row] = []
        invalid: list[tuple[InvalidRow, str | None]] = []
        for number, download in enumerate(downloads):
            rows = download.handed_out()
            missing = [row for row in rows if (number, row.place) not in places]
            # A file of which no row was used served for checking only; but a batch of nothing used nothing.
            if used and len(missing) == len(rows):
                continue
            if missing:
                raise RowsUnaccounted(file=download.name, rows=len(missing), address=_where(missing[0]))
            source += rows
            invalid += [(row, download.why_left_out(row)) for row in download.invalid()]
        self._require_unaltered(downloads)
        totals = self._provable_totals(source)
        account = Account(_sums(source, totals), _sums(chosen, totals))
        self._leave_out_invalid(invalid, account)
        return account

    def _leave_out_invalid(self, invalid: Sequence[tuple[InvalidRow, str | None]], account: Account) -> None:
        """Rows that break their contract count as left out; what they hold is in no total."""
        self.left_out = [left for left in self.left_out if isinstance(left.row, Row)]
        for row, why in invalid:
            where = f"column {row.header}: " if row.header else ""
            self.left_out.append(LeftOut(row, why or f"breaks its contract: {where}{row.problem}"))
        account.source[COUNT] += len(invalid)
        account.left_out[COUNT] += len(invalid)

    def _require_unaltered(self, downloads: Iterable[Download]) -> None:
        for download in downloads:
            download.require_unaltered()
        for record in self.records:
            if name := record._altered():
                address = record.source_rows[0].address(name)
                raise RowsAltered(file=address.file, address=str(address))

    def _provable_totals(self, rows: Sequence[Row]) -> list[str]:
        names = [name for name, column in self.record_type.columns.items() if column.control_total]
        return [name for name in names if all(name in row.values for row in rows)]


def _places(used: Iterable[Row], downloads: Sequence[Download]) -> set[tuple[int | None, Place]]:
    """Return from which download and place each row is: many a system names all its files alike."""
    given = [download.gave() for download in downloads]
    places: set[tuple[int | None, Place]] = set()
    for row in used:
        number = next((number for number, ids in enumerate(given) if id(row) in ids), None)
        if (number, row.place) in places:
            raise RowUsedTwice(file=row.place[0], address=_where(row))
        places.add((number, row.place))
    return places


def _sums(rows: Sequence[Row], names: Sequence[str]) -> dict[str, Decimal]:
    return add_up(({name: row.values[name] or Decimal(0) for name in names} for row in rows), names)


def _where(row: Row) -> str:
    file, sheet, number = row.place
    return f"{file}{f', sheet {sheet}' if sheet else ''}, row {number}"
