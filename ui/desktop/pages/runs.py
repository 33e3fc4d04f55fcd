"""Runs: the whole history, searched and filtered; Enter or a double click opens one."""

from __future__ import annotations

from datetime import date, timedelta

from PySide6.QtCore import QLocale, QModelIndex, QTimer
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QHeaderView, QLineEdit, QWidget

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
_FIRST_YEAR = 2000
_SPANS = (None, 0, 7, 30, 365)
"""Days back from today; None is since the beginning."""

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
        self._automation, self._outcome, self._since = QComboBox(), QComboBox(), QComboBox()
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
        for days in _SPANS:
            self._since.addItem(texts.window(f"since_{days}"), days)
        self._since.setAccessibleName(texts.window("since"))
        self._search.textChanged.connect(lambda _text: self._typed.start())
        self._automation.currentIndexChanged.connect(lambda _place: self._want())
        self._outcome.currentIndexChanged.connect(lambda _place: self._want())
        self._since.currentIndexChanged.connect(lambda _place: self._want())

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
        words = self._search.text().strip()
        day = self._as_day(words)
        since = self._since.currentData()
        wanted = Wanted(
            automation=self._automation.currentData(),
            states=_OUTCOMES[self._outcome.currentData()],
            first=day or (self._today() - timedelta(days=since) if since is not None else None),
            last=day,
            words="" if day else words,
        )
        self._model.want(wanted)

    def _as_day(self, words: str) -> date | None:
        """Return the day that was typed, as 2026-11-23 or as the office writes it; None for other words."""
        for form in ("yyyy-MM-dd", *_day_forms(self.desk.speech.locale)):
            known = self.desk.speech.locale.toDate(words, form)
            if known.isValid() and known.year() > _FIRST_YEAR:
                return date(known.year(), known.month(), known.day())
        return None

    def _today(self) -> date:
        return self.desk.speech.today(self.desk.moments().zone)

    def _reset(self) -> None:
        for widget in (self._search, self._automation, self._outcome, self._since):
            widget.blockSignals(True)
        self._search.clear()
        self._automation.setCurrentIndex(0)
        self._outcome.setCurrentIndex(0)
        self._since.setCurrentIndex(0)
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
            or self._since.currentIndex() > 0
        )

    def _name_automations(self, found: list[tuple[str, str]]) -> None:
        known = {self._automation.itemData(place) for place in range(self._automation.count())}
        for name, title in found:
            if name not in known:
                self._automation.addItem(title, name)

    def _open_row(self, index: QModelIndex) -> None:
        self.desk.go("run", self._model.run_at(index.row())["id"])


def _day_forms(locale: QLocale) -> tuple[str, ...]:
    """Return how the office writes days: short ones with a year of four digits, too."""
    short = locale.dateFormat(QLocale.FormatType.ShortFormat)
    return (short if "yyyy" in short else short.replace("yy", "yyyy"), locale.dateFormat())
