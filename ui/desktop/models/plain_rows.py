"""A plain table of rows that a page has read: texts, a sign in the first column, numbers right-aligned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from ui.desktop.models.cells import Cell, told

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex

MORE = Qt.ItemDataRole.UserRole + 1
"""The role of an entry's second line."""


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column: its heading, and what stands in it; ``sign`` names the sign before its words."""

    heading: str
    text: Callable[[Row], str]
    sign: Callable[[Row], str] | None = None
    more: Callable[[Row], str] | None = None  # a second, quiet line, where the view shows one
    right: bool = False


class Rows(QAbstractTableModel, Generic[Row]):
    """The rows at hand; set anew as a whole."""

    def __init__(self, columns: Sequence[Column[Row]]) -> None:
        super().__init__()
        self._columns = tuple(columns)
        self.rows: list[Row] = []

    def fill(self, rows: Sequence[Row]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802  # Qt's own default and name
        """Return how many rows there are."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a cell shows."""
        if not index.isValid():
            return None
        column, row = self._columns[index.column()], self.rows[index.row()]
        if role in {MORE, Qt.ItemDataRole.AccessibleTextRole} and column.more is not None:
            more = column.more(row)
            return more if role == MORE else f"{column.text(row)} {more}"
        return told(self.cell(index.row(), index.column()), role)

    def cell(self, row: int, column: int) -> Cell:
        """Return a cell."""
        known, of = self.rows[row], self._columns[column]
        sign = None if of.sign is None else of.sign(known)
        return Cell(of.text(known), sign, signed=sign is not None, number=of.right)

    def headerData(  # noqa: N802  # Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return a column's heading."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._columns[section].heading
        return None
