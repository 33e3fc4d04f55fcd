"""One picture large, with arrows; or beside it the same step of another day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from agent.store import pictures
from agent.store.pictures import Wanted
from resources.i18n import texts
from ui.desktop import theme
from ui.desktop.models.proofs import caption_of, show_proof
from ui.desktop.widgets.controls import button, label
from ui.desktop.widgets.picture import PictureView

if TYPE_CHECKING:
    from ui.desktop.pages.gallery import GalleryPage

Picture = Mapping[str, Any]


class LargeView(QWidget):
    """Escape goes back to the grid, the arrows to the picture before and after."""

    closed = Signal()

    def __init__(self, page: GalleryPage) -> None:
        super().__init__()
        self._page, self._desk = page, page.desk
        self.row = -1
        self.picture: Picture | None = None
        space = theme.unit()
        self.back = button(texts.window("gallery_back"), self.closed.emit, "back", flat=True)
        self.before = button(texts.window("picture_before"), lambda: page.step(-1), "back")
        self.after = button(texts.window("picture_after"), lambda: page.step(1), "forward")
        self.title, self.details = label("", "heading"), label("", "quiet")
        self.details.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.details.setWordWrap(True)
        self.run = button(texts.window("picture_run"), self._go_to_run, flat=True)
        self.beside = QComboBox()
        self.beside.setAccessibleName(texts.window("compare_with"))
        self.beside.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.beside.currentIndexChanged.connect(self._compare)
        top = QHBoxLayout()
        top.setSpacing(2 * space)
        for each in (self.back, self.before, self.after):
            top.addWidget(each)
        top.addStretch(1)
        top.addWidget(label(texts.window("compare_with"), "quiet"))
        top.addWidget(self.beside)
        self.one, self.other = (
            PictureView(texts.window("picture")),
            PictureView(texts.window("picture_other")),
        )
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.addWidget(self.other)  # the earlier day stands left
        self._split.addWidget(self.one)
        self._split.setChildrenCollapsible(False)
        below = QHBoxLayout()
        below.addWidget(self.details, 1)
        below.addWidget(self.run)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(2 * space)
        whole.addLayout(top)
        whole.addWidget(self.title)
        whole.addWidget(self._split, 1)
        whole.addLayout(below)
        for keys, act in (
            (Qt.Key.Key_Escape, self.closed.emit),
            (Qt.Key.Key_Left, lambda: page.step(-1)),
            (Qt.Key.Key_Right, lambda: page.step(1)),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    def show_picture(self, picture: Picture, row: int, known: int) -> None:
        """Show one; ``row`` is its place among the ``known`` ones, -1 where it is not among them."""
        self.row, self.picture = row, picture
        moments = self._desk.moments(picture["office"])
        self.title.setText(f"{picture['title']} · {moments.day(picture['business_date'])}")
        self.before.setEnabled(row > 0)
        self.after.setEnabled(0 <= row < known - 1)
        told = {"run": picture["run"], "task": picture["task"], "sha256": picture["sha256"][:16]}
        self.details.setText(texts.window("picture_details", told))
        show_proof(self._desk, self.one, picture, caption_of(self._desk, picture, picture["office"]))
        self._offer_days(picture)
        self.other.hide()
        self.one.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    # ── two days ──────────────────────────────────────────────────────────────────────────────────────────
    def _offer_days(self, picture: Picture) -> None:
        self._fill_days([])
        self._desk.ask(self, "days", lambda: pictures.days(picture["automation"]), self._fill_days)

    def _fill_days(self, found: Sequence[Mapping[str, Any]]) -> None:
        self.beside.blockSignals(True)
        self.beside.clear()
        self.beside.addItem(texts.window("compare_none"), None)
        for run in found:
            if self.picture is not None and run["run"] != self.picture["run"]:
                day = self._desk.moments(run["office"]).day(run["business_date"])
                self.beside.addItem(f"{day} · {run['run']}", run["run"])
        self.beside.setEnabled(self.beside.count() > 1)
        self.beside.blockSignals(False)

    def _compare(self, place: int) -> None:
        run, picture = self.beside.itemData(place), self.picture
        self.other.setVisible(run is not None)
        half = self._split.width() // 2
        self._split.setSizes([half, half])
        if run is None or picture is None:
            return
        self.other.say(texts.window("picture_comes"))
        step = pictures.step_of(dict(picture))

        def same_step() -> Picture | None:
            held = pictures.pictures(Wanted(run=run))
            return next((each for each in held if pictures.step_of(each) == step), None)

        self._desk.ask(self, "same step", same_step, self._show_other)

    def _show_other(self, found: Picture | None) -> None:
        if found is None:
            self.other.say(texts.window("picture_not_there"), self.beside.currentText())
            return
        show_proof(self._desk, self.other, found, caption_of(self._desk, found, found["office"]))

    def _go_to_run(self) -> None:
        if self.picture is not None:
            self._desk.go("run", self.picture["run"])
