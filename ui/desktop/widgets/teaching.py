"""Where there is nothing yet: what will stand here, and how one gets it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from ui.desktop import icons, theme
from ui.desktop.widgets.controls import button, label


class Teaching(QWidget):
    """An icon, a line, a sentence; and a button where there is something to do about it."""

    def __init__(
        self, icon: str, title: str, words: str, action: str = "", slot: Callable[[], object] | None = None
    ) -> None:
        super().__init__()
        space = theme.unit()
        layout = QVBoxLayout(self)
        layout.setSpacing(3 * space)
        layout.addStretch(2)
        sign = QLabel()
        sign.setPixmap(icons.icon(icon, theme.colours().quiet).pixmap(12 * space, 12 * space))
        sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
        sign.setAccessibleName(title)
        layout.addWidget(sign)
        for said, role in ((title, "heading"), (words, "quiet")):
            told = label(said, role)
            told.setWordWrap(True)
            told.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            layout.addWidget(told)
        if action and slot is not None:
            pressed = button(action, slot, main=True)
            layout.addWidget(pressed, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)
