"""The row that is asked about, as a form: the cell that is wrong is marked, with its reason beside it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from resources.i18n import texts
from ui.desktop import theme
from ui.desktop.models.review_items import Row
from ui.desktop.widgets.controls import label


class RowForm(QWidget):
    """Each field with its text; what is wrong comes first in the tab order."""

    def __init__(self) -> None:
        super().__init__()
        self._heading = label(texts.window("row_asked_about"), "heading")
        self._words = label("", "quiet")
        self._words.setWordWrap(True)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setAccessibleName(texts.window("row_asked_about"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._heading)
        column.addWidget(self._words)
        column.addWidget(self._area, 1)
        self._row: Row | None = None
        self.fields: dict[str, QLineEdit] = {}

    def clear(self) -> None:
        """Show no row: another one is on its way."""
        self._row, self.fields = None, {}
        self._area.setWidget(QWidget())
        self.say(texts.window("row_comes"))

    def say(self, words: str) -> None:
        """Show words above the form."""
        self._words.setText(words)
        self._words.setVisible(bool(words))

    def show_row(self, row: Row) -> None:
        """Show a row's texts."""
        self._row, self.fields = row, {}
        self.say(texts.window("row_how") if row.may_correct else "")
        space, inner = theme.unit(), QWidget()
        inner.setProperty("role", "clear")
        grid = QGridLayout(inner)
        grid.setContentsMargins(0, space, 2 * space, 0)
        grid.setHorizontalSpacing(4 * space)
        grid.setVerticalSpacing(2 * space)
        grid.setColumnStretch(1, 1)
        ordered = sorted(row.cells.items(), key=lambda cell: cell[0] not in row.wrong)
        place = 0
        for name, text in ordered:
            place = self._add(grid, place, name, text, row.wrong.get(name))
        grid.setRowStretch(place, 1)
        self._area.setWidget(inner)

    def changed(self) -> dict[str, str]:
        """Return the new texts by field."""
        if self._row is None:
            return {}
        return {
            name: control.text()
            for name, control in self.fields.items()
            if control.text() != self._row.cells[name]
        }

    def ask(self) -> None:
        """Put the cursor where a new value is wanted."""
        self.say(texts.window("row_change_first"))
        first = next(iter(self.fields.values()), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)
            first.selectAll()

    def _add(self, grid: QGridLayout, place: int, name: str, text: str, wrong: str | None) -> int:
        assert self._row is not None
        words = name.replace("_", " ")
        control = QLineEdit(text)
        control.setReadOnly(not self._row.may_correct)
        control.setAccessibleName(words)
        control.setProperty("wrong", wrong is not None)
        told = label(words)
        told.setBuddy(control)
        grid.addWidget(told, place, 0)
        grid.addWidget(control, place, 1)
        self.fields[name] = control
        if wrong is None:
            return place + 1
        why = label(wrong, "wrong")
        why.setWordWrap(True)
        control.setAccessibleDescription(wrong)
        grid.addWidget(why, place + 1, 1)
        return place + 2
