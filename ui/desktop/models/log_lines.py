"""A log file as a model: a million lines are an index; the text of a screenful is read when it is shown."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from agent.faces.log_lines import Line, LogIndex
from resources.i18n import texts
from ui.desktop.desk import Desk
from ui.desktop.models.cells import Cell, told
from ui.desktop.speech import OfficeMoments

Index = QModelIndex | QPersistentModelIndex

COLUMNS = ("at", "level", "text")
_PAGE = 256  # lines that are read at once
_KEPT = 64  # pages
_EMPTY = Cell("")
_NO_PARENT = QModelIndex()
_SIGNS = {"WARNING": "risk", "ERROR": "failed", "CRITICAL": "failed"}


class LogLines(QAbstractTableModel):
    """The lines of one file, oldest first, or those with a word. ``changed`` gets their number."""

    def __init__(self, desk: Desk, owner: QObject, changed: Callable[[int], None]) -> None:
        super().__init__(owner)
        self._desk, self._changed = desk, changed
        self._file: Path | None = None
        self._moments: OfficeMoments | None = None
        self._index = LogIndex()
        self._word = ""
        self._shown: Sequence[int] = range(0)
        self._pages: OrderedDict[int, list[Line]] = OrderedDict()
        self._asked: set[int] = set()

    def open(self, file: Path, moments: OfficeMoments) -> None:
        """Show a file, from its first line on."""
        if file != self._file:
            self._file, self._moments, self._index = file, moments, LogIndex()
        self.look()

    def search(self, word: str) -> None:
        """Show only lines with a word; all of them for none."""
        self._word = word
        self.look()

    def look(self) -> None:
        """Read what was added to the file since the last look."""
        file, index, word = self._file, self._index, self._word
        if file is None:
            return

        def read() -> tuple[LogIndex, Sequence[int]]:
            grown = index.grown(file)
            return grown, grown.with_word(word) if word else range(len(grown))

        self._desk.ask(self, "index", read, lambda found: self._show(file, word, *found), slow=True)

    # ── Qt's side ─────────────────────────────────────────────────────────────────────────────────────────
    def rowCount(self, parent: Index = _NO_PARENT) -> int:  # noqa: N802  # Qt's name
        """Return the number of lines."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:  # noqa: N802  # Qt's name
        """Return the number of columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(  # noqa: N802  # Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return a column's heading."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return texts.window(f"column_log_{COLUMNS[section]}")
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return one side of a cell."""
        return told(self.cell(index.row(), index.column()), role)

    def cell(self, row: int, column: int) -> Cell:
        """Return a cell; one that is not read yet is empty, and comes a moment later."""
        line = self._line(row)
        if line is None:
            return _EMPTY
        sign = _SIGNS.get(line.level)
        if column == 0:
            return Cell(
                self._moments.at(line.at) if self._moments is not None and line.at else "",
                sign,
                quiet=True,
            )
        return Cell(line.level.capitalize() if column == 1 else line.text, sign)

    # ── pages ─────────────────────────────────────────────────────────────────────────────────────────────
    def _show(self, file: Path, word: str, index: LogIndex, shown: Sequence[int]) -> None:
        if file != self._file or word != self._word:
            return
        self._index = index
        before = len(self._shown)
        if isinstance(shown, range) and isinstance(self._shown, range) and before and len(shown) >= before:
            if len(shown) > before:  # grown at its end: the view stays where it is
                self.beginInsertRows(QModelIndex(), before, len(shown) - 1)
                self._shown = shown
                self._forget(before // _PAGE)
                self.endInsertRows()
        else:
            self.beginResetModel()
            self._shown = shown
            self._pages.clear()
            self._asked.clear()
            self.endResetModel()
        self._changed(len(self._shown))

    def _forget(self, page: int) -> None:
        self._pages.pop(page, None)
        self._asked.discard(page)

    def _line(self, row: int) -> Line | None:
        page = row // _PAGE
        known = self._pages.get(page)
        if known is not None:
            return known[row - page * _PAGE] if row - page * _PAGE < len(known) else None
        if page not in self._asked and self._file is not None:
            self._asked.add(page)
            file, index = self._file, self._index
            numbers = array("Q", self._shown[page * _PAGE : (page + 1) * _PAGE])
            self._desk.ask(
                self,
                ("page", page),
                lambda: index.lines(numbers),
                lambda found: self._take(file, page, found),
            )
        return None

    def _take(self, file: Path, page: int, found: list[Line]) -> None:
        if file != self._file or page not in self._asked:
            return
        self._asked.discard(page)
        self._pages[page] = found
        while len(self._pages) > _KEPT:
            self._pages.popitem(last=False)
        last = min((page + 1) * _PAGE, len(self._shown)) - 1
        self.dataChanged.emit(self.index(page * _PAGE, 0), self.index(last, len(COLUMNS) - 1))
