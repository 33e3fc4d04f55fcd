"""The tabs of a run that show what was read with it: tasks and counts, totals, the certificate."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from resources.i18n import texts
from ui.desktop import theme
from ui.desktop.models.rows import Column, Rows
from ui.desktop.models.run_view import PLACES, RunView
from ui.desktop.widgets.controls import label
from ui.desktop.widgets.table import Table, table_of
from ui.desktop.widgets.teaching import Teaching

_TASKS = (
    Column("standing", signed=True),
    Column("task"),
    Column("kind", quiet=True),
    Column("site", quiet=True),
    Column("tries", number=True),
    Column("took", number=True),
)
_COUNTS = (Column("standing", signed=True), Column("count", number=True))
_TOTALS = (
    Column("agrees", signed=True),
    Column("task", quiet=True),
    Column("total"),
    *(Column(place, number=True) for place in PLACES),
)


class OverviewTab(QWidget):
    """Tasks on top; below them what became of the records, and the open questions."""

    def __init__(self) -> None:
        super().__init__()
        space = theme.unit()
        self._tasks, self._counts = Rows(_TASKS, self), Rows(_COUNTS, self)
        self._tasks_table = table_of(self._tasks, texts.window("tab_overview"), stretched=0)
        self._counts_table = table_of(self._counts, texts.window("column_standing"), stretched=0)
        self._questions = label("")
        self._questions.setWordWrap(True)
        self._heading = label(texts.window("questions_open"), "heading")
        right = QVBoxLayout()
        right.addWidget(self._heading)
        right.addWidget(self._questions)
        right.addStretch(1)
        below = QHBoxLayout()
        below.setSpacing(6 * space)
        below.addWidget(self._counts_table, 1, Qt.AlignmentFlag.AlignTop)
        below.addLayout(right, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 3 * space, 0, 0)
        layout.setSpacing(3 * space)
        layout.addWidget(self._tasks_table)
        layout.addLayout(below, 1)

    def show_view(self, view: RunView) -> None:
        """Show a run."""
        self._tasks.show_rows(view.tasks)
        self._counts.show_rows(view.counts)
        self._tasks_table.fit_rows(8)
        self._counts_table.fit_rows(8)
        self._counts_table.setVisible(bool(view.counts))
        self._heading.setVisible(bool(view.questions))
        self._questions.setVisible(bool(view.questions))
        self._questions.setText("\n".join(f"• {question}" for question in view.questions))


class TotalsTab(QWidget):
    """Every figure at each place from the file to the target, side by side; unequal ones are marked."""

    def __init__(self) -> None:
        super().__init__()
        self._rows = Rows(_TOTALS, self)
        self._table: Table = table_of(self._rows, texts.window("tab_totals"), stretched=2)
        self._teaching = Teaching("runs", texts.window("totals_none"), texts.window("totals_none_why"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 3 * theme.unit(), 0, 0)
        layout.addWidget(self._table)
        layout.addWidget(self._teaching)

    def show_view(self, view: RunView) -> None:
        """Show a run's totals."""
        self._rows.show_rows(view.totals)
        self._table.setVisible(bool(view.totals))
        self._teaching.setVisible(not view.totals)
