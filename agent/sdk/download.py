"""A downloaded file: attested when it came, read as typed rows by those who use it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from agent.core.failures import RowsAltered, RowsInvalid
from agent.core.totals import COUNT
from agent.reports.amending import Amendment, Place, amend
from agent.reports.attest import Expect, attest_rows
from agent.reports.columns import Column
from agent.reports.reading import TypedRows, read, typed_rows
from agent.reports.table import InvalidRow, Row
from agent.sdk.record import Record


@dataclass
class Download:
    """One file that a download task brought: its name, its fingerprint, and what was expected of it.

    ``stated`` is known once its rows were read: the file's own number of rows (``count``) and its own total
    of each column that has one by its contract; None where the file states none.
    """

    name: str
    sha256: str
    expect: Expect | None
    evidence: str
    _open: Callable[[], bytes] = field(repr=False)
    _given: list[Row] = field(default_factory=list, repr=False)
    _invalid: dict[str, InvalidRow] = field(default_factory=dict, repr=False)
    _marks: list[int] = field(default_factory=list, repr=False)  # of each row given, as it was read
    stated: dict[str, str | None] = field(default_factory=dict, repr=False)
    amendments: Mapping[Place, Amendment] = field(default_factory=dict, repr=False)
    """What people made of rows that could not be right; given by the worker."""
    broken: list[InvalidRow] = field(default_factory=list, repr=False)
    """The rows because of which :meth:`rows` raised RowsInvalid; read by the worker."""
    _left_out: dict[str, str] = field(default_factory=dict, repr=False)
    _personal: set[str] = field(default_factory=set, repr=False)

    @staticmethod
    def from_file(path: Path, expect: Expect | None = None) -> Download:
        """Return a file on disk as a download, to test a process function without a site."""
        content = path.read_bytes()
        return Download(path.name, hashlib.sha256(content).hexdigest(), expect, "", lambda: content)

    def content(self) -> bytes:
        """Return the file's bytes."""
        return self._open()

    def rows(self, record_type: type[Record]) -> list[Row]:
        """Return the file's rows, typed by the fields of a record class; every row of the file is there.

        Raises DownloadWrongType when no header fits, ColumnsChanged when one nearly does, RowsInvalid when
        more rows break their contract than ``Expect.tolerable`` allows, and what :class:`Expect` promised:
        DownloadCut, DownloadStale, StatedTotalDiffers.
        """
        expect = self.expect or Expect()
        typed = typed_rows(read(self.content(), self.name, expect.widths), record_type.columns)
        attest_rows(typed, expect)  # a wrong file first: only then are its rows worth a word
        amended = amend(typed, self.amendments)
        if len(amended.invalid) > expect.tolerable:
            first, self.broken = amended.invalid[0], amended.invalid
            raise RowsInvalid(
                file=self.name,
                rows=len(amended.invalid),
                address=str(first.address),
                column=first.header,
                problem=first.problem,
            )
        rows = sorted([*typed.rows, *amended.rows], key=_number) if amended.rows else typed.rows
        left = [row for row, _reason in amended.left_out]
        self._given += rows
        self._invalid |= {str(row.address): row for row in (*amended.invalid, *left)}
        self._left_out |= {str(row.address): reason for row, reason in amended.left_out}
        self._marks += map(_mark, rows)
        self.stated.update(_stated(typed))
        self._personal |= _personal(typed.columns, rows)
        return rows

    def personal_values(self) -> frozenset[str]:
        """Return what stood in personal columns of the rows given: it is struck out of every log line."""
        return frozenset(self._personal)

    def invalid(self) -> list[InvalidRow]:
        """Return the rows that broke their contract and were tolerated: each with value, address, reason.

        A batch that uses this file accounts for them: they are left out, with the reason.
        """
        return list(self._invalid.values())

    def why_left_out(self, row: InvalidRow) -> str | None:
        """Return the reason for which a person left an invalid row out, or None where none did."""
        return self._left_out.get(str(row.address))

    def handed_out(self) -> list[Row]:
        """Return each row that :meth:`rows` gave, once however often the file was read."""
        return list({row.place: row for row in self._given}.values())

    def gave(self) -> frozenset[int]:
        """Return the identities (``id``) of all rows given: two files may have the same name."""
        return frozenset(map(id, self._given))

    def require_unaltered(self) -> None:
        """Check that every row given is still as it was read; raises RowsAltered."""
        if len(self._given) != len(self._marks):
            raise RowsAltered(file=self.name, address=self.name)
        for row, mark in zip(self._given, self._marks, strict=True):
            if _mark(row) != mark:
                raise RowsAltered(file=self.name, address=str(row.address("")))


def _number(row: Row) -> tuple[str, int]:
    _file, sheet, number = row.place
    return (sheet or "", number)


def _personal(columns: Mapping[str, Column], rows: Iterable[Row]) -> set[str]:
    kept = {name: column for name, column in columns.items() if column.personal}
    values = {column.show(row.values[name]) for row in rows for name, column in kept.items()}
    return values - {""}


def _mark(row: Row) -> int:
    """A fingerprint of a row's place and values, good for this process."""
    values = tuple(row.values.values())
    try:
        return hash((row.place, values))
    except TypeError:  # an author's own kind of value
        return hash((row.place, repr(values)))


def _stated(typed: TypedRows) -> dict[str, str | None]:
    totals = {
        name: typed.stated_total.get(name) for name, column in typed.columns.items() if column.control_total
    }
    figures = {COUNT: typed.stated_count, **totals}
    return {name: None if figure is None else str(figure) for name, figure in figures.items()}
