"""Whole numbers in columns that the contract does not name: is a number below them their sum, or a count?"""

from __future__ import annotations

from collections.abc import Iterable

from agent.reports.cells import Cell, is_blank, label
from agent.reports.table import LazyRows, Table

_WALKS = 16  # through rows that are read from the file each time


def number_in(cell: Cell) -> int | None:
    """Return the whole number that a cell holds or shows, None for any other cell."""
    text = label(int(cell) if isinstance(cell, float) and cell.is_integer() else cell).replace(",", "")
    return int(text) if text.isascii() and text.isdigit() and not is_blank(cell) else None


class UndeclaredNumbers:
    """Remembers which rows were records, and looks their other cells up in the file when they are needed."""

    def __init__(self) -> None:
        self._seen: list[tuple[Table, list[int]]] = []
        self._walks = 0

    def enter(self, table: Table) -> None:
        """The records that follow stand in this table."""
        self._seen.append((table, []))

    def add(self, numbers: Iterable[int]) -> None:
        """Remember records by their rows' numbers."""
        self._seen[-1][1].extend(numbers)

    def column(self, place: int) -> list[int] | None:
        """Return the numbers of all records in a column; none for a column that shows something else.

        None when nobody looked: the rows would have to be read from the file once too often.
        """
        if any(isinstance(table.rows, LazyRows) for table, _ in self._seen):
            self._walks += 1
        if self._walks > _WALKS:
            return None
        found: list[int] = []
        for table, numbers in self._seen:
            wanted = set(numbers)
            for row in table.rows:
                if row.number not in wanted:
                    continue
                number = number_in(row.cells[place]) if place < len(row.cells) else None
                if number is None:
                    return []
                found.append(number)
        return found
