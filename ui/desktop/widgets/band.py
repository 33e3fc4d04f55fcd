"""A band over the page: what went wrong and what to do, in words, until it is put away."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from resources.i18n import texts
from ui.desktop import icons, theme
from ui.desktop.failing import told_of
from ui.desktop.widgets.controls import button, label


class Band(QFrame):
    """Hidden while nothing is wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        space = theme.unit()
        self._title, self._next = label("", "heading"), label("", "quiet")
        for told in (self._title, self._next):
            told.setWordWrap(True)
            told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        sign = QLabel()
        sign.setPixmap(icons.sign_icon("failed").pixmap(6 * space, 6 * space))
        sign.setAccessibleName(texts.window("trouble"))
        words = QVBoxLayout()
        words.addWidget(self._title)
        words.addWidget(self._next)
        across = QHBoxLayout(self)
        across.setContentsMargins(4 * space, 3 * space, 4 * space, 3 * space)
        across.setSpacing(3 * space)
        across.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        across.addLayout(words, 1)
        across.addWidget(button(texts.window("put_away"), self.hide, flat=True), 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def tell(self, error: BaseException) -> None:
        """Show what went wrong."""
        told = told_of(error)
        self._title.setText(told.title)
        self._next.setText(told.next)
        self._next.setVisible(bool(told.next))
        self.setAccessibleName(told.title)
        self.show()
