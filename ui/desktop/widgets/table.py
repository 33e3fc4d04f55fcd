"""The table of every page: rows of one height, chosen by row, opened by Enter or a double click."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from resources.i18n import texts
from ui.desktop import theme
from ui.desktop.models.rows import Rows
from ui.desktop.widgets.cells import Cells


class Table(QTableView):
    """``chosen`` tells the row that a person opened."""

    chosen = Signal(QModelIndex)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)  # Tab leaves the table, the arrows move in it
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(8 * theme.unit(self))
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        self.setItemDelegate(Cells(self))
        self.doubleClicked.connect(self.chosen)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  # Qt's name
        """Open the row at hand by Enter."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.currentIndex().isValid():
            self.chosen.emit(self.currentIndex())
            return
        super().keyPressEvent(event)

    def fit_rows(self, most: int) -> None:
        """Be as high as the rows that there are, up to so many."""
        row, space = self.verticalHeader().defaultSectionSize(), theme.unit(self)
        number = min(most, max(1, self.model().rowCount()))
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + number * row + 2 * space)

    def wide_enough(self, words: str) -> int:
        """Return how wide a column must be for words like these."""
        return self.fontMetrics().horizontalAdvance(words) + 8 * theme.unit(self)


def table_of(rows: Rows, name: str, *, stretched: int) -> Table:
    """Return a table over rows: the columns as wide as their samples, one of them taking what is left."""
    made = Table(name)
    made.setModel(rows)
    head = made.horizontalHeader()
    widths = []
    for place, column in enumerate(rows.columns):
        mode = QHeaderView.ResizeMode.Stretch if place == stretched else QHeaderView.ResizeMode.Interactive
        head.setSectionResizeMode(place, mode)
        samples = (texts.window(f"{kind}_{column.code}") for kind in ("sample", "column"))
        widths.append(max(made.wide_enough(sample) for sample in samples))
        if place != stretched:
            made.setColumnWidth(place, widths[-1])
    head.setMinimumSectionSize(min(widths))
    return made
