"""A band over the page: a site asks for a code, or something that only a person knows; until when."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout

from agent.host.questions import Question
from resources.i18n import texts
from ui.desktop import icons, theme
from ui.desktop.asking import Asking
from ui.desktop.desk import Desk
from ui.desktop.widgets.controls import button, label


class CodeBand(QFrame):
    """Hidden while nothing is asked; what was typed is forgotten as soon as it was handed in."""

    def __init__(self, desk: Desk, asking: Asking) -> None:
        super().__init__()
        self.setProperty("role", "card")
        space = theme.unit()
        self._desk, self._asking = desk, asking
        self.question: Question | None = None
        self.words, self.left = label("", "heading"), label("", "quiet")
        self.words.setWordWrap(True)
        self.line = QLineEdit()
        self.line.setMinimumWidth(50 * space)
        self.line.returnPressed.connect(self._give)
        self.give = button(texts.window("code_give"), self._give, main=True)
        self.give.setEnabled(False)
        self.line.textChanged.connect(lambda typed: self.give.setEnabled(bool(typed.strip())))
        sign = QLabel()
        sign.setPixmap(icons.sign_icon("needs").pixmap(6 * space, 6 * space))
        sign.setAccessibleName(texts.window("page_review"))
        told = QVBoxLayout()
        told.addWidget(self.words)
        told.addWidget(self.left)
        typed = QHBoxLayout()
        typed.setSpacing(2 * space)
        typed.addWidget(self.line)
        typed.addWidget(self.give)
        typed.addStretch(1)
        told.addLayout(typed)
        across = QHBoxLayout(self)
        across.setContentsMargins(4 * space, 3 * space, 4 * space, 3 * space)
        across.setSpacing(3 * space)
        across.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        across.addLayout(told, 1)
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self._count)
        asking.asked.connect(self._ask)
        asking.over.connect(self._over)
        self.hide()

    def _ask(self, question: Question) -> None:
        self.question = question
        titles = self._desk.site_titles()
        told = {
            "site": titles.get(question.site, question.site),
            "account": question.account,
            "words": question.words or None,
        }
        self.words.setText(texts.window("code_asked", told))
        self.line.setAccessibleName(self.words.text())
        self.line.clear()
        self._count()
        self._second.start()
        self.show()
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def _over(self, ident: str) -> None:
        if self.question is not None and self.question.id == ident:
            self._put_away()

    def _give(self) -> None:
        typed = self.line.text().strip()
        if typed and self.question is not None:
            self._asking.answer(self.question.id, typed)
            self._put_away()

    def _count(self) -> None:
        if self.question is None:
            return
        left = round((self.question.until - datetime.now(UTC)).total_seconds())
        if left <= 0:
            self._put_away()
        else:
            self.left.setText(texts.window("code_left", {"count": left}))

    def _put_away(self) -> None:
        self.question = None
        self._second.stop()
        self.line.clear()
        self.hide()
