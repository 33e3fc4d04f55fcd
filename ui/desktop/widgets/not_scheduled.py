"""The automations that no schedule begins: each says why, and can be run by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from resources.i18n import texts
from ui.desktop import theme
from ui.desktop.widgets.controls import button, label

Run = Callable[..., None]
NotRun = tuple[tuple[str, str], str, str]
"""Automation and office, the title, why no schedule begins it."""


class NotScheduled(QWidget):
    """``run`` is called with an automation's name and its office, and ``rehearse`` for a rehearsal."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self._run = run
        self._shown: Sequence[NotRun] = ()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 3 * theme.unit(), 0, 0)
        self._rows: QWidget | None = None
        self._layout.addWidget(label(texts.window("others"), "heading"))
        self.hide()

    def show_them(self, found: Sequence[NotRun]) -> None:
        """Show automations: which and where, title, why none is scheduled."""
        self.setVisible(bool(found))
        if found == self._shown:
            return
        self._shown = found
        if self._rows is not None:
            self._layout.removeWidget(self._rows)
            self._rows.deleteLater()
        self._rows = self._make(found)
        self._layout.addWidget(self._rows)

    def _make(self, found: Sequence[NotRun]) -> QWidget:
        space = theme.unit()
        card = QFrame()
        card.setProperty("role", "card")
        grid = QGridLayout(card)
        grid.setContentsMargins(4 * space, 3 * space, 4 * space, 3 * space)
        grid.setHorizontalSpacing(3 * space)
        grid.setVerticalSpacing(2 * space)
        grid.setColumnStretch(1, 1)
        for row, (which, title, why) in enumerate(found):
            told = label(why, "quiet")
            told.setWordWrap(True)
            grid.addWidget(label(title), row, 0)
            grid.addWidget(told, row, 1)
            for place, (code, icon) in enumerate((("run", "play"), ("rehearse", "rehearse"))):
                words = texts.window(f"do_{code}")
                made = button(words, partial(self._run, *which, rehearse=code == "rehearse"), icon)
                made.setAccessibleName(f"{words}: {title}")
                grid.addWidget(made, row, 2 + place)
        return card
