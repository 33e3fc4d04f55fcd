"""Review: what needs a person, the nearest deadline first; each question with answers and evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QListView, QSplitter, QVBoxLayout, QWidget

from agent.core.answers import Needs
from agent.core.failures import AnsweredAlready
from agent.store.database import is_prepared, open_store
from resources.i18n import texts
from ui.desktop import theme
from ui.desktop.desk import Desk
from ui.desktop.failing import told_of
from ui.desktop.models import review_items
from ui.desktop.models.plain_rows import Column, Rows
from ui.desktop.models.review_items import Item, Option
from ui.desktop.pages.base import Page
from ui.desktop.pages.review_evidence import EvidencePanel
from ui.desktop.pages.review_gathering import Gathering
from ui.desktop.pages.review_question import QuestionPanel
from ui.desktop.widgets.two_lines import TwoLines

_MOST_KEYS = 9


class ReviewPage(Page):
    """J and K go through the questions, 1 to 9 give an answer."""

    code = "review"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.rows: Rows[Item] = Rows(
            [Column(texts.say("head_question"), lambda item: item.question, more=_until)]
        )
        self.queue = QListView()
        self.queue.setObjectName("names")
        self.queue.setAccessibleName(texts.window("review_queue"))
        self.queue.setModel(self.rows)
        self.queue.setItemDelegate(TwoLines(self.queue))
        self.queue.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.queue.setFrameShape(QListView.Shape.NoFrame)
        self.queue.selectionModel().currentChanged.connect(self._choose)
        self.question = QuestionPanel()
        self.question.answered.connect(self.answer)
        self.evidence = EvidencePanel(desk)
        self.evidence.candidate.connect(self._take_candidate)
        self.evidence.ready.connect(self._give_with)
        self._gathering = Gathering(self)
        self._make_layout()
        self._make_shortcuts()
        self.item: Item | None = None
        self._wanted: int | None = None
        self._giving = False
        self._filling = False  # the queue is read again, so another question comes without anybody's choice
        self._to_read = False  # what became of an answer was just told, and outlives its question

    def refresh(self, idents: frozenset[str]) -> None:  # noqa: ARG002  # any bell may have brought a question
        """Read what is open now; the question in view stays as it is while it is the same."""
        home, desk = self.desk.home, self.desk

        def read() -> list[Item]:
            if not is_prepared(home.database):
                return []
            open_store(home.database, home.evidence)
            return review_items.open_items(desk)

        self.desk.ask(self, "questions", read, self._show, failed=self._failed)

    def open(self, target: object) -> None:
        """Go to a question by its number, or to the first of a run: ``("run", id)``."""
        if isinstance(target, tuple):
            of_run = [item.id for item in self.rows.rows if item.values["run"] == target[1]]
            self._wanted = of_run[0] if of_run else None
        else:
            self._wanted = int(str(target))
        self._select()

    # ── the queue ─────────────────────────────────────────────────────────────────────────────────────────
    def _show(self, found: Sequence[Item]) -> None:
        self.badge.emit(len(found))
        if not found:
            self.item = None
            self.rows.fill([])
            self.set_sentence("")
            told = self.question.outcome.text
            self.show_empty(texts.window("review_none"), told or texts.window("review_none_why"))
            return
        self.show_body()
        if self._wanted is None and self.item is not None:
            self._wanted = self.item.id
        place = self.queue.currentIndex().row()
        self._filling = True
        self.rows.fill(found)
        self.set_sentence(texts.window("review_count", {"count": len(found), "until": found[0].deadline}))
        self._select(max(0, min(place, len(found) - 1)))
        self._filling = False

    def _failed(self, error: BaseException) -> None:
        told = told_of(error)
        self.show_empty(told.title, told.next)

    def _select(self, otherwise: int = 0) -> None:
        idents = [item.id for item in self.rows.rows]
        if idents:
            place = idents.index(self._wanted) if self._wanted in idents else otherwise
            self._wanted = None
            self.queue.setCurrentIndex(self.rows.index(place, 0))

    def _choose(self, current: QModelIndex) -> None:
        if not current.isValid():
            return
        item = self.rows.rows[current.row()]
        if self.item is not None and item == self.item:
            return  # read again, and the same: what was typed stays
        other = self.item is None or item.id != self.item.id
        self.item = item
        self.question.show_item(item, keep_outcome=not other or (self._filling and self._to_read))
        self._to_read = self._to_read and not other
        self.evidence.show_item(item)

    def step(self, by: int) -> None:
        """Go to the next or the previous question."""
        row = self.queue.currentIndex().row() + by
        if 0 <= row < len(self.rows.rows):
            self.queue.setCurrentIndex(self.rows.index(row, 0))

    # ── answering ─────────────────────────────────────────────────────────────────────────────────────────
    def answer(self, option: Option) -> None:
        """Give an answer, or ask for what it needs first."""
        if self.item is None or self._giving:
            return
        if option.needs is Needs.NOTHING:
            self.give(option, {})
        elif option.candidate is not None:
            self.give(option, {"candidate": option.candidate})
        else:
            self._gathering.begin(self.item, option)

    def press(self, number: int) -> None:
        """Give the answer of this number."""
        if self.item is not None:
            for option in self.item.options:
                if option.number == number:
                    self.answer(option)

    def give(self, option: Option, more: Mapping[str, Any]) -> None:
        """Store the answer as a command; the first one wins, and the other person is told."""
        assert self.item is not None
        item = self.item
        self.hold(busy=True)
        args = {"item": item.id, "version": item.values["version"], "answer": option.answer, **more}

        def done(_result: Mapping[str, Any]) -> None:
            self.hold(busy=False)
            self._tell("done", item, texts.say("answered", {"answer": option.words}))

        self.desk.give(self, "answer", args, done=done, refused=self.refused)

    def refused(self, error: BaseException) -> None:
        """Say why an answer was not taken, and read what is open now."""
        self.hold(busy=False)
        item = self.item
        if isinstance(error, AnsweredAlready) and item is not None:
            at = self.desk.moments(item.values["office"]).at(str(error.params["at"]))
            error = AnsweredAlready(**{**error.params, "at": at})
        told = told_of(error)
        self._tell("failed", item, told.title, told.next)

    def _tell(self, sign: str, item: Item | None, *words: str) -> None:
        """Say what became of an answer, and read what is open now: most often the next question comes."""
        about = f"{item.question}\n" if item is not None else ""
        self.question.outcome.tell(sign, f"{about}{words[0]}", *words[1:])
        self._to_read = True
        self.refresh(frozenset())

    def hold(self, *, busy: bool) -> None:
        """Take no second answer while one is on its way."""
        self._giving = busy
        self.question.setEnabled(not busy)
        self.evidence.setEnabled(not busy)
        if busy:
            self.question.outcome.tell("running", texts.window("answer_in_work"))

    def _give_with(self, option: Option, more: object) -> None:
        if isinstance(more, dict):
            self.give(option, more)

    def _take_candidate(self, number: int) -> None:
        if self.item is not None:
            for option in self.item.options:
                if option.candidate == number:
                    self.question.point_at(option)

    # ── parts ─────────────────────────────────────────────────────────────────────────────────────────────
    def _make_layout(self) -> None:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3 * theme.unit())
        column.addWidget(self.queue, 2)
        column.addWidget(self.question, 3)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(left)
        split.addWidget(self.evidence)
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(4 * theme.unit())
        whole = QHBoxLayout()
        whole.addWidget(split)
        self.body.addLayout(whole, 1)

    def _make_shortcuts(self) -> None:
        keys: list[tuple[str, Any]] = [("J", partial(self.step, 1)), ("K", partial(self.step, -1))]
        keys += [(str(number), partial(self.press, number)) for number in range(1, _MOST_KEYS + 1)]
        for key, act in keys:
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)


def _until(item: Item) -> str:
    told = {"title": item.values["title"], "deadline": item.deadline}
    return texts.window("review_line", told)
