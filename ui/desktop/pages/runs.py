"""Runs: the whole history, searched and filtered; Enter or a double click opens one."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QDate, QModelIndex, QTimer
from PySide6.QtWidgets import QComboBox, QDateEdit, QHBoxLayout, QHeaderView, QLineEdit, QWidget

from agent.store import history
from agent.store.history import Wanted
from agent.system.bell import EVERYTHING
from resources.i18n import texts
from ui.desktop import theme
from ui.desktop.desk import Desk
from ui.desktop.models.run_list import COLUMNS, RunList
from ui.desktop.pages.base import Page
from ui.desktop.widgets.controls import button
from ui.desktop.widgets.table import Table

_TYPED_MS = 250  # a search begins so long after the last key
_OUTCOMES: dict[str, tuple[str, ...]] = {
    "any": (),
    "open": ("PENDING", "DOWNLOADING", "PROCESSING", "UPLOADING"),
    "needs": ("NEEDS_REVIEW",),
    "done": ("COMPLETED",),
    "failed": ("FAILED",),
    "stopped": ("CANCELLED",),
}


class RunsPage(Page):
    """The list of runs."""

    code = "runs"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._model = RunList(desk, self, self._counted)
        self._search = QLineEdit()
        self._search.setPlaceholderText(texts.window("runs_search"))
        self._search.setAccessibleName(texts.window("runs_search"))
        self._search.setClearButtonEnabled(True)
        self._automation, self._outcome = QComboBox(), QComboBox()
        self._since = QDateEdit()
        self._table = Table(texts.window("page_runs"))
        self._typed = QTimer(self)
        self._typed.setSingleShot(True)
        self._typed.setInterval(_TYPED_MS)
        self._typed.timeout.connect(self._want)
        self._fill_filters()
        self.body.addWidget(self._make_filters())
        self.body.addWidget(self._make_table(), 1)
        self._first = True

    def refresh(self, idents: frozenset[str]) -> None:
        """Read the list anew, or only what rang."""
        if self._first:
            self._first = False
            self._want()
        else:
            self._model.look(idents)
        if EVERYTHING in idents:
            self.desk.ask(self, "automations", history.automations, self._name_automations)

    def open(self, target: object) -> None:
        """Show the runs of one automation."""
        place = self._automation.findData(target)
        if place >= 0:
            self._automation.setCurrentIndex(place)

    # ── parts ─────────────────────────────────────────────────────────────────────────────────────────────
    def _fill_filters(self) -> None:
        self._automation.addItem(texts.window("any_automation"), None)
        self._automation.setAccessibleName(texts.window("column_automation"))
        for outcome in _OUTCOMES:
            self._outcome.addItem(texts.window(f"outcome_{outcome}"), outcome)
        self._outcome.setAccessibleName(texts.window("column_standing"))
        self._since.setCalendarPopup(True)
        self._since.setLocale(self.desk.speech.locale)
        self._since.setDisplayFormat(self.desk.speech.locale.dateFormat())
        self._since.setMinimumDate(QDate(2000, 1, 1))
        self._since.setSpecialValueText(texts.window("since_ever"))
        self._since.setDate(self._since.minimumDate())
        self._since.setAccessibleName(texts.window("since"))
        self._search.textChanged.connect(lambda _text: self._typed.start())
        self._automation.currentIndexChanged.connect(lambda _place: self._want())
        self._outcome.currentIndexChanged.connect(lambda _place: self._want())
        self._since.dateChanged.connect(lambda _day: self._typed.start())

    def _make_filters(self) -> QWidget:
        whole = QWidget()
        across = QHBoxLayout(whole)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(2 * theme.unit())
        across.addWidget(self._search, 2)
        for widget in (self._automation, self._outcome, self._since):
            across.addWidget(widget)
        across.addWidget(button(texts.window("filters_off"), self._reset, flat=True))
        return whole

    def _make_table(self) -> Table:
        table = self._table
        table.setModel(self._model)
        head = table.horizontalHeader()
        for place, column in enumerate(COLUMNS):
            stretch = column == "standing"
            head.setSectionResizeMode(
                place, QHeaderView.ResizeMode.Stretch if stretch else QHeaderView.ResizeMode.Interactive
            )
            if not stretch:
                table.setColumnWidth(place, table.wide_enough(texts.window(f"sample_{column}")))
        table.chosen.connect(self._open_row)
        return table

    # ── what is done ──────────────────────────────────────────────────────────────────────────────────────
    def _want(self) -> None:
        self._typed.stop()
        since = self._since.date()
        wanted = Wanted(
            automation=self._automation.currentData(),
            states=_OUTCOMES[self._outcome.currentData()],
            first=None if since == self._since.minimumDate() else _day(since),
            words=self._search.text(),
        )
        self._model.want(wanted)

    def _reset(self) -> None:
        for widget in (self._search, self._automation, self._outcome, self._since):
            widget.blockSignals(True)
        self._search.clear()
        self._automation.setCurrentIndex(0)
        self._outcome.setCurrentIndex(0)
        self._since.setDate(self._since.minimumDate())
        for widget in (self._search, self._automation, self._outcome, self._since):
            widget.blockSignals(False)
        self._want()

    def _counted(self, number: int) -> None:
        if number:
            self.show_body()
        elif self._is_filtered():
            self.show_empty(
                texts.window("runs_none_found"),
                texts.window("runs_none_found_why"),
                texts.window("filters_off"),
                self._reset,
            )
        else:
            self.show_empty(texts.window("runs_none"), texts.window("runs_none_why"))

    def _is_filtered(self) -> bool:
        return bool(
            self._search.text()
            or self._automation.currentIndex() > 0
            or self._outcome.currentIndex() > 0
            or self._since.date() != self._since.minimumDate()
        )

    def _name_automations(self, found: list[tuple[str, str]]) -> None:
        known = {self._automation.itemData(place) for place in range(self._automation.count())}
        for name, title in found:
            if name not in known:
                self._automation.addItem(title, name)

    def _open_row(self, index: QModelIndex) -> None:
        self.desk.go("run", self._model.run_at(index.row())["id"])


def _day(known: QDate) -> date:
    return date(known.year(), known.month(), known.day())
