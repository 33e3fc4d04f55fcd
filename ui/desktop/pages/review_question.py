"""The question and what stands around it; its answers as numbered buttons, and a line for what one needs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from resources.i18n import texts
from ui.desktop import theme
from ui.desktop.models.review_items import Item, Option
from ui.desktop.widgets.cards import Outcome, emptied, scrolled
from ui.desktop.widgets.controls import button, label


class QuestionPanel(QWidget):
    """``answered`` tells which option a person chose."""

    answered = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        space = theme.unit()
        self.outcome = Outcome()
        area, column = scrolled(texts.window("review_question"))
        self._words = label("", "heading")
        self._words.setWordWrap(True)
        self._facts = label("", "quiet")
        self._facts.setWordWrap(True)
        for told in (self._words, self._facts):
            told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._answers = QVBoxLayout()
        self._answers.setSpacing(2 * space)
        column.addWidget(self._words)
        column.addWidget(self._facts)
        column.addLayout(self._answers)
        column.addWidget(self._make_line())
        column.addWidget(self.outcome)
        column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)
        self.buttons: dict[int, QPushButton] = {}
        self._take: Callable[[str], None] | None = None

    def show_item(self, item: Item, *, keep_outcome: bool) -> None:
        """Show a question; what was typed for another one is forgotten."""
        if not keep_outcome:
            self.outcome.clear()
        self.put_line_away()
        self._words.setText(item.question)
        self._facts.setText("\n".join(item.facts))
        self.setAccessibleName(item.question)
        emptied(self._answers)
        self.buttons = {}
        for option in item.options:
            made = button(f"{option.number}   {option.words}", partial(self.answered.emit, option))
            made.setAccessibleName(option.words)
            made.setAccessibleDescription(texts.window("answer_key", {"number": option.number}))
            made.setObjectName("answer")
            self._answers.addWidget(made)
            self.buttons[option.number] = made

    def point_at(self, option: Option) -> None:
        """Put the focus on an option: Enter then gives it."""
        self.buttons[option.number].setFocus(Qt.FocusReason.ShortcutFocusReason)

    # ── a line to type ────────────────────────────────────────────────────────────────────────────────────
    def ask_line(self, name: str, take: Callable[[str], None], *, secret: bool = False) -> None:
        """Ask for a few words, or a secret; Enter hands them to ``take``, Escape puts the line away."""
        self._take = take
        self._line_name.setText(name)
        self.line.setAccessibleName(name)
        self.line.setEchoMode(QLineEdit.EchoMode.Password if secret else QLineEdit.EchoMode.Normal)
        self.line.clear()
        self._line.show()
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def put_line_away(self) -> None:
        """Forget what was typed."""
        self._take = None
        self.line.clear()
        self._line.hide()

    def _make_line(self) -> QWidget:
        space = theme.unit()
        self._line = QWidget()
        column = QVBoxLayout(self._line)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space)
        self._line_name = label("")
        self._line_name.setWordWrap(True)
        self.line = QLineEdit()
        self.line.returnPressed.connect(self._typed)
        self.give = button(texts.window("give_answer"), self._typed, main=True)
        self.line.textChanged.connect(lambda words: self.give.setEnabled(bool(words.strip())))
        self.give.setEnabled(False)
        across = QHBoxLayout()
        across.setSpacing(2 * space)
        across.addWidget(self.give)
        across.addWidget(button(texts.window("never_mind"), self.put_line_away, flat=True))
        across.addStretch(1)
        column.addWidget(self._line_name)
        column.addWidget(self.line)
        column.addLayout(across)
        self._line.hide()
        return self._line

    def _typed(self) -> None:
        words, take = self.line.text().strip(), self._take
        if words and take is not None:
            self.put_line_away()
            take(words)
