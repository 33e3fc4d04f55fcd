"""A run's log: a million lines scroll, a word is found."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from resources.i18n import texts
from ui.desktop import theme
from ui.desktop.desk import Desk
from ui.desktop.models.log_lines import COLUMNS, LogLines
from ui.desktop.models.run_view import RunView
from ui.desktop.widgets.controls import label
from ui.desktop.widgets.table import Table
from ui.desktop.widgets.teaching import Teaching

_TYPED_MS = 250


class LogTab(QWidget):
    """Lines oldest first; while the run works, the newest are added at the end."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._run: str | None = None
        self._model = LogLines(desk, self, self._counted)
        self._search = QLineEdit()
        self._search.setPlaceholderText(texts.window("search_log"))
        self._search.setAccessibleName(texts.window("search_log"))
        self._search.setClearButtonEnabled(True)
        self._count = label("", "quiet")
        self._table = self._make_table()
        self._teaching = Teaching("runs", texts.window("log_none"), "")
        self._shown = QStackedWidget()
        self._shown.addWidget(self._teaching)
        self._shown.addWidget(self._table)
        self._typed = QTimer(self)
        self._typed.setSingleShot(True)
        self._typed.setInterval(_TYPED_MS)
        self._typed.timeout.connect(lambda: self._model.search(self._search.text().strip()))
        self._search.textChanged.connect(lambda _text: self._typed.start())
        space = theme.unit()
        across = QHBoxLayout()
        across.addWidget(self._search, 1)
        across.addWidget(self._count)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 3 * space, 0, 0)
        layout.setSpacing(2 * space)
        layout.addLayout(across)
        layout.addWidget(self._shown, 1)

    def open(self, run_id: str) -> None:
        """Another run."""
        self._run = run_id
        self._search.clear()

    def look(self, view: RunView) -> None:
        """Read what was added."""
        self._model.open(self._desk.home.logs / f"{view.id}.log", view.moments)

    def _counted(self, number: int) -> None:
        written = self._desk.speech.number(number)
        self._count.setText(texts.window("log_count", {"count": written}))
        nothing = number == 0 and not self._search.text()
        self._shown.setCurrentWidget(self._teaching if nothing else self._table)

    def _make_table(self) -> Table:
        table = Table(texts.window("tab_log"))
        table.setModel(self._model)
        table.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        table.verticalHeader().setDefaultSectionSize(6 * theme.unit(table))
        head = table.horizontalHeader()
        for place, column in enumerate(COLUMNS[:-1]):
            table.setColumnWidth(place, table.wide_enough(texts.window(f"sample_log_{column}")))
        head.setSectionResizeMode(len(COLUMNS) - 1, QHeaderView.ResizeMode.Stretch)
        return table
