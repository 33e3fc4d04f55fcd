"""Gallery: every picture that is kept, by run, step and time; one large, or the same step of two days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from agent.store import history, pictures
from agent.store.pictures import Wanted
from agent.system.bell import EVERYTHING
from resources.i18n import texts
from ui.desktop import theme
from ui.desktop.desk import Desk
from ui.desktop.models.picture_grid import PictureGrid
from ui.desktop.pages.base import Page
from ui.desktop.pages.gallery_large import LargeView
from ui.desktop.widgets.controls import button
from ui.desktop.widgets.thumbnails import Thumbnails

Picture = Mapping[str, Any]

_TYPED_MS = 250
_SPANS: dict[str, int | None] = {"ever": None, "today": 0, "week": 6, "month": 30}  # days back from today


class GalleryPage(Page):
    """The grid; Enter or a double click shows a picture large, Escape comes back."""

    code = "gallery"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.grid = PictureGrid(desk, self, self._counted)
        self.search = QLineEdit()
        self.search.setPlaceholderText(texts.window("gallery_search"))
        self.search.setAccessibleName(texts.window("gallery_search"))
        self.search.setClearButtonEnabled(True)
        self.automation, self.span = QComboBox(), QComboBox()
        self._run: str | None = None
        self._typed = QTimer(self)
        self._typed.setSingleShot(True)
        self._typed.setInterval(_TYPED_MS)
        self._typed.timeout.connect(self._want)
        self.view = Thumbnails(self.accessibleName(), self.grid.edge)
        self.view.setModel(self.grid)
        self.view.activated.connect(self._open)
        self.large = LargeView(self)
        self.large.closed.connect(self._back)
        self._views = QStackedWidget()
        grid = QWidget()
        self._stack_grid(grid)
        self._views.addWidget(grid)
        self._views.addWidget(self.large)
        self.body.addWidget(self._views, 1)
        self._first = True

    def refresh(self, idents: frozenset[str]) -> None:
        """Read the grid, or what is newer in it."""
        if self._first:
            self._first = False
            self._want()
        elif any(ident.startswith("run/") or ident == EVERYTHING for ident in idents):
            self.grid.look()
        if EVERYTHING in idents:
            self.desk.ask(self, "automations", history.automations, self._name_automations)

    def open(self, target: object) -> None:
        """Show one picture by its id, or the pictures of a run: ``("run", id)``."""
        if isinstance(target, tuple) and target[:1] == ("run",):
            self._run = str(target[1])
            self._first = False
            self._want()
            self._back()
        else:
            wanted = str(target)
            self.desk.ask(self, "one", lambda: pictures.some([wanted]), self._show_one)

    # ── the grid ──────────────────────────────────────────────────────────────────────────────────────────
    def _stack_grid(self, whole: QWidget) -> None:
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3 * theme.unit())
        self.automation.addItem(texts.window("any_automation"), None)
        self.automation.setAccessibleName(texts.window("column_automation"))
        for span in _SPANS:
            self.span.addItem(texts.window(f"span_{span}"), span)
        self.span.setAccessibleName(texts.window("gallery_span"))
        self.search.textChanged.connect(lambda _text: self._typed.start())
        self.automation.currentIndexChanged.connect(lambda _place: self._want())
        self.span.currentIndexChanged.connect(lambda _place: self._want())
        across = QHBoxLayout()
        across.setSpacing(2 * theme.unit())
        across.addWidget(self.search, 2)
        across.addWidget(self.automation)
        across.addWidget(self.span)
        across.addWidget(button(texts.window("filters_off"), self._reset, flat=True))
        column.addLayout(across)
        column.addWidget(self.view, 1)

    def _want(self) -> None:
        self._typed.stop()
        back = _SPANS[self.span.currentData()]
        today = self.desk.speech.today(self.desk.moments().zone)
        self.grid.want(
            Wanted(
                automation=self.automation.currentData(),
                run=self._run,
                first=None if back is None else today - timedelta(days=back),
                words=self.search.text(),
            )
        )

    def _reset(self) -> None:
        self._run = None
        for widget in (self.search, self.automation, self.span):
            widget.blockSignals(True)
        self.search.clear()
        self.automation.setCurrentIndex(0)
        self.span.setCurrentIndex(0)
        for widget in (self.search, self.automation, self.span):
            widget.blockSignals(False)
        self._want()

    def _counted(self, number: int) -> None:
        filtered = bool(
            self._run
            or self.search.text()
            or self.automation.currentIndex() > 0
            or self.span.currentIndex() > 0
        )
        if number or self._views.currentIndex() == 1:
            self.show_body()
            told = {"run": self._run} if self._run else {}
            self.set_sentence(
                texts.window("gallery_of_run", told) if self._run else texts.window("gallery_how")
            )
        elif filtered:
            self.show_empty(
                texts.window("gallery_none_found"),
                texts.window("gallery_none_found_why"),
                texts.window("filters_off"),
                self._reset,
            )
        else:
            self.show_empty(texts.window("gallery_none"), texts.window("gallery_none_why"))

    def _name_automations(self, found: Sequence[tuple[str, str]]) -> None:
        known = {self.automation.itemData(place) for place in range(self.automation.count())}
        for name, title in found:
            if name not in known:
                self.automation.addItem(title, name)

    # ── one, large ────────────────────────────────────────────────────────────────────────────────────────
    def _open(self, index: QModelIndex) -> None:
        self._show_large(index.row())

    def _show_large(self, row: int) -> None:
        self._views.setCurrentIndex(1)
        self.set_sentence("")
        self.large.show_picture(self.grid.pictures[row], row, len(self.grid.pictures))

    def step(self, by: int) -> None:
        """Show the picture before or after the one that is shown large."""
        row = self.large.row + by
        if 0 <= row < len(self.grid.pictures):
            self.view.setCurrentIndex(self.grid.index(row, 0))
            self._show_large(row)
            if row > len(self.grid.pictures) - 5:
                self.grid.fetchMore(QModelIndex())

    def _show_one(self, found: Sequence[Picture]) -> None:
        if found:
            self.show_body()
            self._views.setCurrentIndex(1)
            known = [picture["id"] for picture in self.grid.pictures]
            row = known.index(found[0]["id"]) if found[0]["id"] in known else -1
            self.large.show_picture(found[0], row, len(known))

    def _back(self) -> None:
        self._views.setCurrentIndex(0)
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)
        self._counted(len(self.grid.pictures))
