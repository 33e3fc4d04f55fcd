"""A band over the page: what went wrong and what to do, in words, until it is put away."""

from __future__ import annotations

from collections.abc import Mapping

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
        self._sign = QLabel()
        words = QVBoxLayout()
        words.addWidget(self._title)
        words.addWidget(self._next)
        across = QHBoxLayout(self)
        across.setContentsMargins(4 * space, 3 * space, 4 * space, 3 * space)
        across.setSpacing(3 * space)
        across.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        across.addLayout(words, 1)
        across.addWidget(button(texts.window("put_away"), self.hide, flat=True), 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def tell(self, error: BaseException, titles: Mapping[str, str]) -> None:
        """Show what went wrong; ``titles`` are those of the sites, by name."""
        told = told_of(error, titles)
        self._show("failed", told.title, told.next)

    def note(self, words: str) -> None:
        """Show a remark: nothing is wrong."""
        self._show("running", words, "")

    def _show(self, sign: str, title: str, following: str) -> None:
        size = 6 * theme.unit()
        self._sign.setPixmap(icons.sign_icon(sign).pixmap(size, size))
        self._sign.setAccessibleName(texts.window("trouble") if sign == "failed" else title)
        self._title.setText(title)
        self._next.setText(following)
        self._next.setVisible(bool(following))
        self.setAccessibleName(title)
        self.show()
