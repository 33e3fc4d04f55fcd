"""Rows that were told in the reading thread, as a table: cells only look up what is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from resources.i18n import texts
from ui.desktop.models.cells import LEFT, RIGHT, Cell, told

Index = QModelIndex | QPersistentModelIndex

_NO_PARENT = QModelIndex()


@dataclass(frozen=True)
class Row:
    """One row: its cells' texts, the sign of its state, and what it stands for."""

    cells: tuple[str, ...]
    sign: str | None = None
    about: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class Column:
    """One column: the code of its heading, whether it holds numbers, and whether the sign stands in it."""

    code: str
    number: bool = False
    signed: bool = False
    quiet: bool = False


class Rows(QAbstractTableModel):
    """Any number of rows; a change of a few keeps the view where it is."""

    def __init__(self, columns: Sequence[Column], owner: QObject) -> None:
        super().__init__(owner)
        self._columns = tuple(columns)
        self._rows: list[Row] = []

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns."""
        return self._columns

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show other rows; where only cells differ, only those are drawn again."""
        if len(rows) != len(self._rows):
            self.beginResetModel()
            self._rows = list(rows)
            self.endResetModel()
            return
        for place, (old, new) in enumerate(zip(self._rows, rows, strict=True)):
            self._rows[place] = new
            if (old.cells, old.sign) != (new.cells, new.sign):
                self.dataChanged.emit(self.index(place, 0), self.index(place, len(self._columns) - 1))

    def row(self, place: int) -> Row:
        """Return one row."""
        return self._rows[place]

    def rowCount(self, parent: Index = _NO_PARENT) -> int:  # noqa: N802  # Qt's name
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:  # noqa: N802  # Qt's name
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self._columns)

    def headerData(  # noqa: N802  # Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return a column's heading."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return texts.window(f"column_{self._columns[section].code}")
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if self._columns[section].number else LEFT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return one side of a cell."""
        return told(self.cell(index.row(), index.column()), role)

    def cell(self, row: int, column: int) -> Cell:
        """Return a cell."""
        known, of = self._rows[row], self._columns[column]
        return Cell(known.cells[column], known.sign if of.signed else None, of.signed, of.quiet, of.number)
