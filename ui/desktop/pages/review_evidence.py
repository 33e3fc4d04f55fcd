"""The right side of a question: its pictures, the row with the cell that is wrong, a place for the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from agent.core.answers import Needs
from resources.i18n import texts
from ui.desktop import theme
from ui.desktop.desk import Desk, at_window
from ui.desktop.failing import told_of
from ui.desktop.models import proofs, review_items
from ui.desktop.models.review_items import LOOKS_DIFFERENT, Item, Row, Values
from ui.desktop.pages.review_repair import RepairChoice
from ui.desktop.pages.review_row import RowForm
from ui.desktop.pages.review_worklist import Worklist
from ui.desktop.widgets.controls import label
from ui.desktop.widgets.drop_zone import DropZone
from ui.desktop.widgets.picture import Box, PictureView


class EvidencePanel(QWidget):
    """``candidate`` tells which box was clicked, ``ready`` an option with all that it needs."""

    candidate = Signal(int)
    ready = Signal(object, object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._item: Item | None = None
        self._take_file: Callable[[Path], None] | None = None
        self.today = PictureView(texts.window("picture_today"))
        self.today.chosen.connect(self._box_clicked)
        self.before = PictureView(texts.window("picture_last_time"))
        self.row = RowForm()
        self.drop = DropZone(texts.window("drop_file"))
        self.drop.chosen.connect(self._file_chosen)
        self.worklist = Worklist(desk)
        self.repair = RepairChoice()
        self.repair.changed.connect(self._mark_candidates)
        self._nothing = label(texts.window("no_evidence_needed"), "quiet")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setWordWrap(True)
        self._pictures = QSplitter(Qt.Orientation.Horizontal)
        self._pictures.addWidget(self.before)
        self._pictures.addWidget(self.today)
        self._pictures.setChildrenCollapsible(False)
        self._pictures.setStretchFactor(0, 1)
        self._pictures.setStretchFactor(1, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3 * theme.unit())
        for part, stretch in (
            (self.worklist, 1), (self.repair, 0), (self.row, 2),
            (self.drop, 1), (self._pictures, 3), (self._nothing, 1),
        ):  # fmt: skip
            column.addWidget(part, stretch)

    def show_item(self, item: Item) -> None:
        """Show what a question is to be judged by; pictures and rows are opened off Qt's thread."""
        self._item, self._take_file = item, None
        about_row = item.values["record"] is not None or item.values["question"] == "row_invalid"
        by_hand = item.values["question"] == "taken"
        self.worklist.setVisible(by_hand)
        self.worklist.show_run(item.values["run"])
        self.row.clear()
        self.row.setVisible(about_row)
        self.repair.setVisible(item.values["question"] == LOOKS_DIFFERENT)
        if item.values["question"] == LOOKS_DIFFERENT:
            self.repair.show_elements(item.params)
        wants_file = item.wants(Needs.FILE) is not None
        self.drop.setVisible(wants_file)
        self.drop.clear(_file_wanted(item))
        shown = self._show_pictures(item)
        self._pictures.setVisible(shown)
        self._nothing.setVisible(not (shown or about_row or wants_file or by_hand))
        if about_row:
            self._read_row(item)

    # ── pictures ──────────────────────────────────────────────────────────────────────────────────────────
    def _show_pictures(self, item: Item) -> bool:
        params = item.params
        self.before.hide()
        if params.get("picture"):
            boxes = self._boxes(params, chosen=self.repair.numbers())
            caption = texts.window("picture_today")
            proofs.show_by_id(self._desk, self.today, params["picture"], caption, boxes)
            if params.get("before"):
                box = params.get("before_box")
                last = [Box(0, tuple(box))] if box else []
                self.before.show()
                caption = texts.window("picture_last_time")
                proofs.show_by_id(self._desk, self.before, params["before"], caption, last)
            return True
        if not item.pictures:
            return False
        newest = item.pictures[0]
        caption = proofs.caption_of(self._desk, newest, item.values["office"])
        proofs.show_proof(self._desk, self.today, newest, caption)
        return True

    @staticmethod
    def _boxes(params: Values, chosen: Sequence[int]) -> list[Box]:
        return [
            Box(one["number"], tuple(one["box"]), chosen=one["number"] in chosen)
            for one in params.get("candidates", ())
            if one.get("box")
        ]

    def _box_clicked(self, number: int) -> None:
        if self.repair.isVisible():
            self.repair.choose(number)
        else:
            self.candidate.emit(number)

    def _mark_candidates(self) -> None:
        if self._item is not None:
            self.today.canvas.mark(self._boxes(self._item.params, self.repair.numbers()))

    def want_candidates(self, take: Callable[[list[int]], None]) -> None:
        """Hand over which candidates are chosen; none chosen asks for one."""
        numbers = self.repair.numbers()
        if numbers:
            take(numbers)
        else:
            self.repair.ask()

    # ── a row ─────────────────────────────────────────────────────────────────────────────────────────────
    def _read_row(self, item: Item) -> None:
        home = self._desk.home

        def show(found: Row | None) -> None:
            if self._item is item and found is not None:
                self.row.show_row(found)

        def failed(error: BaseException) -> None:
            told = told_of(error)
            self.row.say(f"{told.title} {told.next}")

        self._desk.ask(self, "row", lambda: review_items.matter(home, item, at_window()), show, failed=failed)

    def want_values(self, take: Callable[[Mapping[str, str]], None]) -> None:
        """Hand over the values that were changed; none changed puts the cursor where one must be."""
        changed = self.row.changed()
        if changed:
            take(changed)
        else:
            self.row.ask()

    # ── a file ────────────────────────────────────────────────────────────────────────────────────────────
    def want_file(self, take: Callable[[Path], None]) -> None:
        """Hand over the file that was dropped here; without one a dialog asks for it."""
        self._take_file = take
        if self.drop.file is not None:
            take(self.drop.file)
        else:
            self.drop.choose.click()

    def _file_chosen(self, file: Path) -> None:
        if self._take_file is not None:
            self._take_file(file)


def _file_wanted(item: Item) -> str:
    return texts.window("drop_file_of", {"task": item.values["task"]})
