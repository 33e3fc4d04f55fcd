"""What one cell of a table shows, at hand in one piece: Qt's way asks for each of its sides by itself."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from ui.desktop import icons, theme
from ui.desktop.theme import Colours

LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class Cell(NamedTuple):
    """A cell's text, in its sign's colour where it has one; ``signed`` puts the sign's icon before it."""

    text: str
    sign: str | None = None
    signed: bool = False
    quiet: bool = False
    number: bool = False

    def colour(self, known: Colours) -> QColor:
        """Return the text's colour."""
        return theme.colour(known.of(self.sign) if self.sign else known.quiet if self.quiet else known.text)


class HasCells(Protocol):
    """A model that can be painted by :class:`ui.desktop.widgets.table.Table`."""

    def cell(self, row: int, column: int) -> Cell:
        """Return a cell; it is called for each one that is painted."""


def told(cell: Cell, role: int) -> object:
    """Return one side of a cell, as Qt asks for it: for who listens instead of looking, for tool tips."""
    if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
        return cell.text
    if role == Qt.ItemDataRole.DecorationRole and cell.signed and cell.sign:
        return icons.sign_icon(cell.sign)
    if role == Qt.ItemDataRole.ForegroundRole:
        return cell.colour(theme.colours())
    if role == Qt.ItemDataRole.TextAlignmentRole:
        return RIGHT if cell.number else LEFT
    return None
