"""A run's records: searched by key, filtered by what became of them; and where one came from."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from resources.i18n import texts
from ui.desktop import theme
from ui.desktop.desk import Desk
from ui.desktop.failing import told_of
from ui.desktop.models import record_rows
from ui.desktop.models.record_rows import Records
from ui.desktop.models.rows import Column, Row, Rows
from ui.desktop.models.run_view import RunView
from ui.desktop.widgets.controls import button, label
from ui.desktop.widgets.table import table_of
from ui.desktop.widgets.teaching import Teaching

_COLUMNS = (
    Column("standing", signed=True),
    Column("number", number=True, quiet=True),
    Column("key"),
    Column("confirmation"),
    Column("since", quiet=True),
)
_LEFT_OUT = (Column("address"), Column("why"))
_PACE_MS = 2000  # the records of a run at work are read again so often at most: there may be thousands
_TYPED_MS = 150


class RecordsTab(QWidget):
    """The list on the left, the life of the chosen one on the right."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._run: str | None = None
        self._found: Records | None = None
        self._seen: set[int] = set()  # whose personal values were shown since this run was opened
        self._picture: str | None = None
        self._rows, self._left = Rows(_COLUMNS, self), Rows(_LEFT_OUT, self)
        self._table = table_of(self._rows, texts.window("tab_records"), stretched=0)
        self._left_table = table_of(self._left, texts.window("records_left_out"), stretched=1)
        self._search, self._state = QLineEdit(), QComboBox()
        self._personal = QCheckBox(texts.window("with_personal"))
        self._closed = label("", "quiet")
        self._lists = QStackedWidget()
        self._pace = _once(self, _PACE_MS, self._nothing)
        self._typed = _once(self, _TYPED_MS, self._filter)
        self._lay_out()
        self._search.textChanged.connect(lambda _text: self._typed.start())
        self._state.currentIndexChanged.connect(lambda _place: self._filter())
        self._personal.toggled.connect(lambda _on: self._explain())
        self._table.selectionModel().currentRowChanged.connect(self._choose)

    def open(self, run_id: str) -> None:
        """Another run: nothing of the last one is left."""
        self._run, self._found, self._seen = run_id, None, set()
        self._search.clear()
        self._rows.show_rows(())
        self._left.show_rows(())
        self._explain()

    def look(self, view: RunView) -> None:
        """Read the records, unless they were read a moment ago."""
        if self._found is not None and (self._pace.isActive() or not view.open):
            return
        self._pace.start()
        run = view.id
        self._desk.ask(
            self,
            "records",
            lambda: record_rows.read(self._desk, run),
            lambda found: self._show(run, found),
            slow=True,
        )

    def choose(self, place: int) -> None:
        """Choose the record in a row of the list, and bring it into view."""
        self._table.selectRow(place)
        self._table.scrollTo(self._rows.index(place, 0))

    # ── showing ───────────────────────────────────────────────────────────────────────────────────────────
    def _show(self, run: str, found: Records) -> None:
        if run != self._run:
            return
        self._found = found
        self._closed.setVisible(found.closed is not None)
        if found.closed is not None:
            self._closed.setText(texts.window("keys_closed", {"why": told_of(found.closed).title}))
        self._name_states(found)
        self._left.show_rows(found.left_out)
        self._filter()

    def _name_states(self, found: Records) -> None:
        """Offer the states that there are, in their order of the list."""
        chosen = self._state.currentData()
        states = {row.about["state"]: row for row in found.rows}
        self._state.blockSignals(True)
        self._state.clear()
        self._state.addItem(texts.window("records_any"), None)
        for state in states:
            told = {"site": texts.say("the_site"), "who": texts.say("somebody")}
            self._state.addItem(texts.record_state(state, told), state)
        if found.left_out:
            self._state.addItem(texts.window("records_left_out"), "LEFT_OUT")
        self._state.setCurrentIndex(max(0, self._state.findData(chosen)))
        self._state.blockSignals(False)

    def _filter(self) -> None:
        self._typed.stop()
        if self._found is None:
            return
        state, words = self._state.currentData(), self._search.text().strip().casefold()
        if state == "LEFT_OUT":
            self._lists.setCurrentWidget(self._left_table)
            return
        kept = [
            row
            for row in self._found.rows
            if (state is None or row.about["state"] == state) and (not words or _holds(row, words))
        ]
        self._rows.show_rows(kept)
        self._lists.setCurrentWidget(self._table if self._found.rows else self._teaching)
        if len(kept) == 1:
            self._table.selectRow(0)

    def _choose(self, _now: QModelIndex, _before: QModelIndex) -> None:
        self._explain()

    def _explain(self) -> None:
        """Say of each value of the chosen record where it came from."""
        place = self._table.currentIndex()
        if self._found is None or not place.isValid() or place.row() >= self._rows.rowCount():
            self._show_life(texts.window("life_none"), [])
            return
        page, record = self._found.page, self._rows.row(place.row()).about
        personal, desk, seen = self._personal.isChecked(), self._desk, self._seen

        def read() -> tuple[str, list[tuple[str, str]]]:
            if personal and record["id"] not in seen:  # a list that is read again is no new look
                record_rows.note_look(desk, page, record)
                seen.add(record["id"])
            return record_rows.heading_of(page, record), record_rows.life_of(
                page, record, with_personal=personal
            )

        def show(found: tuple[str, list[tuple[str, str]]]) -> None:
            if personal == self._personal.isChecked():  # else it was masked again before this came
                self._show_life(*found, record["picture"])

        def keep_closed(error: BaseException) -> None:
            """What cannot be written into the audit log is not shown either."""
            told = told_of(error)
            show((told.title, [("", told.next)]))

        self._desk.ask(self, "life", read, show, failed=keep_closed, slow=personal)

    def _show_life(self, heading: str, told: list[tuple[str, str]], picture: str | None = None) -> None:
        self._heading.setText(heading)
        self._picture = picture
        self._see.setVisible(picture is not None)
        while (item := self._life.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for name, sentence in told:
            self._life.addWidget(label(name.replace("_", " "), "quiet"))
            said = label(sentence)
            said.setWordWrap(True)
            said.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            self._life.addWidget(said)

    def _nothing(self) -> None:
        """The pace has run out: the next bell may read again."""

    # ── parts ─────────────────────────────────────────────────────────────────────────────────────────────
    def _lay_out(self) -> None:
        space = theme.unit()
        for widget, code in ((self._search, "search_records"), (self._state, "column_standing")):
            widget.setAccessibleName(texts.window(code))
        self._search.setPlaceholderText(texts.window("search_records"))
        self._search.setClearButtonEnabled(True)
        self._state.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._closed.setWordWrap(True)
        self._closed.hide()
        filters = QHBoxLayout()
        filters.setSpacing(2 * space)
        filters.addWidget(self._search, 1)
        filters.addWidget(self._state)
        self._teaching = Teaching("runs", texts.window("records_none"), texts.window("records_none_why"))
        for shown in (self._teaching, self._table, self._left_table):
            self._lists.addWidget(shown)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * space)
        column.addLayout(filters)
        column.addWidget(self._closed)
        column.addWidget(self._lists, 1)
        parts = QSplitter(Qt.Orientation.Horizontal)
        parts.setHandleWidth(4 * space)
        parts.setChildrenCollapsible(False)
        parts.addWidget(left)
        parts.addWidget(self._make_life(space))
        parts.setStretchFactor(0, 3)
        parts.setStretchFactor(1, 2)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 3 * space, 0, 0)
        whole.addWidget(parts)

    def _make_life(self, space: int) -> QWidget:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * space)
        self._heading = label("")
        self._see = button(
            texts.window("see_picture"), lambda: self._desk.go("gallery", self._picture), "gallery"
        )
        self._see.hide()
        self._heading.setWordWrap(True)
        inside = QWidget()
        inside.setProperty("role", "clear")
        outer = QVBoxLayout(inside)
        self._life = QVBoxLayout()
        self._life.setSpacing(space)
        outer.addLayout(self._life)
        outer.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inside)
        scroll.setAccessibleName(texts.window("where_from"))
        column.addWidget(label(texts.window("where_from"), "heading"))
        column.addWidget(self._heading)
        column.addWidget(self._see)
        column.addWidget(scroll, 1)
        column.addWidget(self._personal)
        return side


def _holds(row: Row, words: str) -> bool:
    return any(words in cell.casefold() for cell in (row.cells[2], row.cells[3], row.cells[0]))


def _once(owner: QWidget, milliseconds: int, slot: Callable[[], None]) -> QTimer:
    made = QTimer(owner)
    made.setSingleShot(True)
    made.setInterval(milliseconds)
    made.timeout.connect(slot)
    return made
