"""Sorting a table's rows: records, and the lines around them, each with the reason why it is no record."""

from __future__ import annotations

import dataclasses
from collections.abc import Container, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from agent.reports.cells import Cell, is_blank, label
from agent.reports.columnar import CHUNK, ChunkReader, ColumnReader, Fault, Typed
from agent.reports.contract import Column, Invalid
from agent.reports.footers import (
    amount_beside_word,
    count_in,
    is_furniture,
    is_ruled,
    may_name_total,
    names_total,
    same_page_line,
    words,
)
from agent.reports.headings import Header, squeeze
from agent.reports.kinds import Money, Whole
from agent.reports.statements import Statements
from agent.reports.table import InvalidRow, Layout, Problem, RawRow, Row, Table
from agent.reports.undeclared import UndeclaredNumbers, number_in


@dataclass(frozen=True)
class OtherRow:
    """A row that is no record, why: blank, header, page, total, count or footer; ``text`` as one reads it."""

    number: int
    why: str
    text: str = dataclasses.field(repr=False)  # it may be personal


@dataclass(frozen=True)
class _Parsed:
    values: tuple[Any, ...]
    problems: tuple[Problem, ...]


class RowReader:
    """Reads the tables of one report, one after the other, by one contract."""

    def __init__(self, file: str, columns: Mapping[str, Column]) -> None:
        self.rows: list[Row] = []
        self.invalid: list[InvalidRow] = []
        self.others: list[OtherRow] = []
        self._file = file
        self._columns = columns
        self._fields = {field: place for place, field in enumerate(columns)}
        self._amounts = {n: c for n, c in columns.items() if isinstance(c, Money | Whole)}
        self._required = sum(not column.optional for column in columns.values())
        self.statements = Statements(self._amounts)
        self._undeclared = UndeclaredNumbers()
        self._tail: list[tuple[RawRow, _Parsed]] = []  # after a total: footers, unless a record follows

    def read(self, table: Table, header: Header) -> None:
        """Sort the rows of ``table`` below ``header``; lines above it may state totals."""
        layout = Layout(self._file, table.name, header.places, header.headers, self._fields)
        top = table.rows[: header.end + 1]
        above = [row for row in top[: header.start] if row.filled]
        for row in above:
            self.note(words(row))
        headings = {_squeezed(row) for row in top[header.start :]} - {()}
        firsts = {next(filter(None, line)) for line in headings}
        readers = {field: ColumnReader(column) for field, column in self._columns.items()}
        chunks = ChunkReader(readers, header.places, len(header.labels))
        self._undeclared.enter(table)
        rows = islice(table.rows, header.end + 1, None)
        while chunk := list(islice(rows, CHUNK)):
            typed = chunks.read(chunk)
            plain = not typed.faults and not typed.extra and self._required > 2
            if plain and not any(_may_be_no_record(row, firsts) for row in chunk):
                self._keep_all(chunk, typed, layout)
                continue
            for row, values in zip(chunk, typed.values, strict=True):
                if not row.filled:
                    self._put_aside(row, "blank")
                elif _squeezed(row) in headings:
                    self._put_aside(row, "header")
                else:
                    self._sort(row, self._judged(row, values, layout, len(header.labels)), above, layout)
        for row, _ in self._tail:
            self._put_aside(row, "footer")
        self._tail = []

    def _sort(self, row: RawRow, parsed: _Parsed, above: list[RawRow], layout: Layout) -> None:
        why = self._why_no_record(row, parsed, above, layout)
        if why == "footer":
            self._tail.append((row, parsed))
        elif why is not None:
            self._put_aside(row, why)
        else:
            self._keep_tail(layout)
            self._keep(row, parsed, layout)

    def _keep_all(self, chunk: list[RawRow], typed: Typed, layout: Layout) -> None:
        """Keep rows of which every one is a record beyond doubt."""
        self._keep_tail(layout)
        self._undeclared.add(row.number for row in chunk)
        self.rows += [
            Row(row.number, values, layout) for row, values in zip(chunk, typed.values, strict=True)
        ]
        sums = {}
        for field in self._amounts:
            place = self._fields[field]
            sums[field] = Decimal(sum(values[place] or 0 for values in typed.values))
        self.statements.add_all(len(chunk), sums)

    def note(self, line: str) -> None:
        """Keep what a line outside the records states."""
        if (count := count_in(line)) is not None:
            self.statements.state_count(0, count)
        else:
            self.statements.state_totals(0, self._amount_in_words(line))

    def _judged(self, row: RawRow, values: tuple[Any, ...], layout: Layout, width: int) -> _Parsed:
        problems: list[Problem] = []
        for (field, column), value in zip(self._columns.items(), values, strict=True):
            if isinstance(value, Fault):
                header = layout.headers.get(field, column.header or field)
                address = layout.address(row.number, field)
                told = value.invalid
                raw = _cell(row, layout, field)
                problems.append(Problem(field, header, raw, told.problem, told.expected, address))
        if not all(is_blank(cell) for cell in row.cells[width:]):
            problems.insert(0, self._of_row(row, layout, "extra_cells", f"{width} cells"))
        return _Parsed(values, tuple(problems))

    def _of_row(self, row: RawRow, layout: Layout, problem: str, expected: str) -> Problem:
        return Problem("", "", words(row), problem, expected, layout.address(row.number, ""))

    def _why_no_record(self, row: RawRow, parsed: _Parsed, above: list[RawRow], layout: Layout) -> str | None:
        """Return why a row is no record; None for a record, and for what nobody can tell from one.

        A row that keeps its contract is a record. Only where a record is no more than a word and a number may
        such a row be a total, and then only one that agrees with the records above it.
        """
        broken = bool(parsed.problems)
        if not broken and self._required > 2:
            return None
        few = len(row.filled) <= 2 and len(row.filled) < self._required
        count = count_in(words(row))
        if count is not None and (broken or (self._required <= 2 and count == self.statements.count)):
            self.statements.state_count(row.number, count)
            return "count"
        if names_total(row) and self._is_total(row, layout, broken=broken, few=few):
            return "total"
        if broken and (is_ruled(row) or any(same_page_line(row, line) for line in above)):
            return "page"
        if broken and few and is_furniture(row):
            return "page"
        return "footer" if broken and few and self.statements.stated else None

    def _is_total(self, row: RawRow, layout: Layout, *, broken: bool, few: bool) -> bool:
        amounts = self._stated_amounts(row, layout)
        count = self._count_beside(row, layout)
        if broken:
            stands = bool(amounts) or count is not None or few
        else:
            stands = self._required <= 2 and self.statements.fits_here(amounts)
        if stands:
            self.statements.state_totals(row.number, amounts)
            if count is not None:
                self.statements.state_count(row.number, count)
        return stands

    def _stated_amounts(self, row: RawRow, layout: Layout) -> dict[str, Decimal]:
        amounts: dict[str, Decimal] = {}
        for field, column in self._amounts.items():
            raw = _cell(row, layout, field)
            try:
                value = None if is_blank(raw) else column.parse(raw)
            except Invalid:
                continue
            if value is not None:
                amounts[field] = Decimal(value)
        return amounts or self._amount_in_words(words(row))

    def _amount_in_words(self, line: str) -> dict[str, Decimal]:
        """``Total: 12,345.60`` can only be meant for a contract's one amount."""
        money = {n: c for n, c in self._amounts.items() if isinstance(c, Money)}
        text = amount_beside_word(line)
        if text is None or len(money) != 1:
            return {}
        ((field, column),) = money.items()
        try:
            return {field: column.parse(text)}
        except Invalid:
            return {}

    def _keep(self, row: RawRow, parsed: _Parsed, layout: Layout) -> None:
        self._undeclared.add([row.number])
        problems = parsed.problems
        bare = self._required <= 2 and count_in(words(row)) is not None
        if not problems and (bare or names_total(row)):
            problems = (
                self._of_row(row, layout, "record_or_total", "a record that cannot be taken for a total"),
            )
        if problems:
            cells = {field: _cell(row, layout, field) for field in self._columns}
            self.invalid.append(InvalidRow(row.number, problems, cells))
        else:
            self.rows.append(Row(row.number, parsed.values, layout))
        told = {name: parsed.values[self._fields[name]] for name in self._amounts}
        self.statements.add({n: None if isinstance(v, Fault) else Decimal(v or 0) for n, v in told.items()})

    def _keep_tail(self, layout: Layout) -> None:
        """A record follows: what looked like footers may have been broken records."""
        for row, parsed in self._tail:
            self._keep(row, parsed, layout)
        self._tail = []

    def _put_aside(self, row: RawRow, why: str) -> None:
        self.others.append(OtherRow(row.number, why, words(row)))

    def _count_beside(self, total: RawRow, layout: Layout) -> int | None:
        """``Total;210;;`` states a count, unless 210 stands under an amount or is its column's sum."""
        amounts = {layout.places.get(field) for field in self._amounts}
        counts = []
        for place, cell in enumerate(total.cells):
            number = number_in(cell)
            if number is None or place in amounts:
                continue
            values = self._undeclared.column(place)
            if values is not None and not (values and self.statements.is_sum(number, values)):
                counts.append(number)
        return counts[0] if len(counts) == 1 else None


def _cell(row: RawRow, layout: Layout, field: str) -> Cell:
    """Return a field's cell; a row that ends early, and a column that the file lacks, are empty."""
    place = layout.places.get(field)
    return row.cells[place] if place is not None and place < len(row.cells) else None


def _may_be_no_record(row: RawRow, headings: Container[str]) -> bool:
    """Say whether a row that keeps its contract needs a closer look: it may be a heading or a total."""
    for cell in row.cells:
        if cell is None or cell == "":
            continue
        if not isinstance(cell, str):
            return False
        if start := squeeze(cell):
            return start in headings or may_name_total(start)
    return False


def _squeezed(row: RawRow) -> tuple[str, ...]:
    """A row's words, comparable with a header's; empty cells at the end do not count."""
    labels = [squeeze(label(cell)) for cell in row.cells]
    while labels and not labels[-1]:
        labels.pop()
    return tuple(labels)
