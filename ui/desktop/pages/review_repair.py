"""A site that looks different: each thing that is not where it was, and which of today's it is."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QVBoxLayout, QWidget

from resources.i18n import texts
from ui.desktop import theme
from ui.desktop.models.review_items import Values
from ui.desktop.widgets.controls import label


class RepairChoice(QWidget):
    """One choice for each lost element; the best suggestion is chosen, "none of these" can be."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._words = label("", "quiet")
        self._words.setWordWrap(True)
        self._inner = QWidget()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(label(texts.window("repair_heading"), "heading"))
        column.addWidget(self._words)
        self._column = column
        column.addWidget(self._inner)
        self.choices: dict[str, QComboBox] = {}

    def show_elements(self, params: Values) -> None:
        """Show what is lost, with the candidates for each."""
        self._words.setText(texts.window("repair_how"))
        self._column.removeWidget(self._inner)
        self._inner.deleteLater()
        self._inner, self.choices = QWidget(), {}
        grid = QGridLayout(self._inner)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(4 * theme.unit())
        grid.setColumnStretch(1, 1)
        for row, element in enumerate(params.get("elements", ())):
            self._add(grid, row, element, params)
        self._column.addWidget(self._inner)

    def numbers(self) -> list[int]:
        """Return the candidates that are chosen."""
        if self.isHidden():
            return []
        found = [choice.currentData() for choice in self.choices.values()]
        return [number for number in found if number is not None]

    def choose(self, number: int) -> None:
        """Choose a candidate for its element: its box was clicked."""
        for choice in self.choices.values():
            place = choice.findData(number)
            if place >= 0:
                choice.setCurrentIndex(place)

    def ask(self) -> None:
        """Say that at least one must be chosen."""
        self._words.setText(texts.window("repair_choose_one"))
        first = next(iter(self.choices.values()), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _add(self, grid: QGridLayout, row: int, element: dict[str, Any], params: Values) -> None:
        name = str(element["element"]).replace("_", " ")
        choice = QComboBox()
        choice.setAccessibleName(name)
        for candidate in params.get("candidates", ()):
            if candidate["element"] == element["element"]:
                told = {"number": candidate["number"], "shown": candidate.get("shown") or None}
                choice.addItem(texts.window("use_box", told), candidate["number"])
        choice.addItem(texts.window("none_of_these"), None)
        best = choice.findData(element.get("best")) if element.get("best") is not None else -1
        choice.setCurrentIndex(best if best >= 0 else choice.count() - 1)
        choice.currentIndexChanged.connect(lambda _place: self.changed.emit())
        told_ = label(name)
        told_.setBuddy(choice)
        grid.addWidget(told_, row, 0)
        grid.addWidget(choice, row, 1)
        self.choices[str(element["element"])] = choice
