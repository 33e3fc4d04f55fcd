"""Labels and buttons as every page makes them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QAbstractSpinBox, QLabel, QPushButton, QSpinBox

from ui.desktop import icons, theme

_FONTS = {
    "title": (1.7, QFont.Weight.DemiBold),
    "heading": (1.15, QFont.Weight.DemiBold),
    "sentence": (1.15, QFont.Weight.Normal),
}


def label(words: str, role: str = "") -> QLabel:
    """Return a label; ``role`` is title, heading, sentence or quiet (see ``theme.py``)."""
    made = QLabel(words)
    made.setTextFormat(Qt.TextFormat.PlainText)  # what comes from a site must never be read as markup
    if role:
        made.setProperty("role", role)
    size, weight = _FONTS.get(role, (1.0, QFont.Weight.Normal))
    if size != 1.0:
        font = made.font()
        font.setPointSizeF(font.pointSizeF() * size)
        font.setWeight(weight)
        made.setFont(font)
    return made


def button(
    words: str, slot: Callable[[], object], icon: str = "", *, main: bool = False, flat: bool = False
) -> QPushButton:
    """Return a button with its action; ``main`` is the one that is meant, ``flat`` one without a frame."""
    made = QPushButton(words.replace("&", "&&"))  # no letter of a sentence is a short cut
    known = theme.colours()
    if main or flat:
        made.setProperty("role", "main" if main else "flat")
    if icon:
        made.setIcon(icons.icon(icon, known.on_accent if main else known.accent if flat else known.text))
    made.setAutoDefault(True)  # Enter presses the button that has the focus
    made.clicked.connect(lambda _checked: slot())
    return made


def number(span: tuple[int, int], suffix: str) -> QSpinBox:
    """Return a field for a number between two; it tells of a number when that is finished."""
    made = QSpinBox()
    made.setRange(*span)
    made.setSuffix(f" {suffix}")
    made.setKeyboardTracking(False)  # written when the number is finished, not with its first digit
    give_room(made)
    return made


def give_room(field: QAbstractSpinBox) -> None:
    """Set what is typed apart from the frame: the style sheet's padding does not reach it there."""
    field.lineEdit().setTextMargins(theme.unit() + 2, 0, 0, 0)
