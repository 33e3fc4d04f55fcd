"""Cards with a heading and rows, and a page's scrolling middle."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ui.desktop import theme
from ui.desktop.widgets.controls import label
from ui.desktop.widgets.sign import Sign


class Card(QFrame):
    """A heading over rows; each row is a name and what one sets there, and its name is the control's too."""

    def __init__(self, title: str, words: str = "") -> None:
        super().__init__()
        space = theme.unit()
        self.setProperty("role", "card")
        self.setAccessibleName(title)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(5 * space, 4 * space, 5 * space, 4 * space)
        self._grid.setHorizontalSpacing(6 * space)
        self._grid.setVerticalSpacing(3 * space)
        self._grid.setColumnStretch(1, 1)
        self.heading = label(title, "heading")
        self.add(self.heading)
        if words:
            self.tell(words)

    def tell(self, words: str = "") -> QLabel:
        """Add a quiet sentence; returns its label, to change it later. Without words it takes no room."""
        told = label(words, "quiet")
        told.setWordWrap(True)
        self.add(told)
        return told

    def row(self, name: str, control: QWidget, *beside: QWidget, explain: str = "") -> QLabel:
        """Add a row: a name, its control, and what stands beside it; returns the name's label."""
        space, place = theme.unit(), self._grid.rowCount()
        told = label(name)
        told.setBuddy(control)
        if not control.accessibleName():
            control.setAccessibleName(name)
        self._grid.addWidget(told, place, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._grid.addLayout(_across(control, *beside), place, 1)
        if explain:
            quiet = label(explain, "quiet")
            quiet.setWordWrap(True)
            quiet.setContentsMargins(0, 0, 0, 2 * space)
            control.setAccessibleDescription(explain)
            self._grid.addWidget(quiet, place + 1, 1)
        return told

    def buttons(self, *buttons: QWidget) -> None:
        """Add a row of buttons."""
        self._grid.addLayout(_across(*buttons), self._grid.rowCount(), 0, 1, 2)

    def add(self, widget: QWidget) -> None:
        """Add anything else, as wide as the card."""
        self._grid.addWidget(widget, self._grid.rowCount(), 0, 1, 2)

    def column(self) -> QVBoxLayout:
        """Add a column to fill and empty, as wide as the card."""
        made = QVBoxLayout()
        made.setSpacing(theme.unit())
        self._grid.addLayout(made, self._grid.rowCount(), 0, 1, 2)
        return made


def _across(*widgets: QWidget) -> QHBoxLayout:
    made = QHBoxLayout()
    made.setSpacing(2 * theme.unit())
    for each in widgets:
        made.addWidget(each)
    made.addStretch(1)
    return made


class Outcome(QWidget):
    """What came of something that was just done: sign and sentence, read out when it changes."""

    def __init__(self) -> None:
        super().__init__()
        space = theme.unit()
        self._sign, self._words = Sign(), label("")
        self._words.setWordWrap(True)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(2 * space)
        across.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        across.addWidget(self._words, 1)
        self.setProperty("role", "clear")
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return "" if self.isHidden() else self._words.text()

    def tell(self, sign: str, *parts: str) -> None:
        """Say how it went: done, running, risk or failed, and in which words."""
        self._sign.show_sign(sign)
        self._words.setText(" ".join(part for part in parts if part))
        self.setAccessibleName(self._words.text())
        self.show()

    def clear(self) -> None:
        """Say nothing."""
        self._words.setText("")
        self.hide()


def scrolled(name: str) -> tuple[QScrollArea, QVBoxLayout]:
    """Return a scrolling middle for a page, and the column to fill."""
    area, inner = QScrollArea(), QWidget()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setAccessibleName(name)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    inner.setProperty("role", "clear")
    column = QVBoxLayout(inner)
    column.setContentsMargins(0, 0, 2 * theme.unit(), 0)
    column.setSpacing(4 * theme.unit())
    area.setWidget(inner)
    return area, column


def emptied(layout: QVBoxLayout) -> QVBoxLayout:
    """Take everything out of a column, to fill it anew."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        inner = item.layout()
        if isinstance(inner, QVBoxLayout):
            emptied(inner)
    return layout
