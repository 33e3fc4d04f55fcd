"""The history as a table model that fetches: rows come in pages, in another thread, as one scrolls."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from agent.faces import signs
from agent.store import history
from agent.store.history import Wanted
from resources.i18n import texts
from ui.desktop.desk import Desk
from ui.desktop.models.cells import LEFT, RIGHT, Cell, told

Values = Mapping[str, Any]
Index = QModelIndex | QPersistentModelIndex

COLUMNS = ("standing", "automation", "day", "began", "took", "run")
_NO_PARENT = QModelIndex()


class RunList(QAbstractTableModel):
    """Runs, newest first. ``changed`` is called after each page, with how many runs are known."""

    def __init__(self, desk: Desk, owner: QObject, changed: Callable[[int], None]) -> None:
        super().__init__(owner)
        self._desk, self._changed = desk, changed
        self._rows: list[dict[str, Any]] = []
        self._places: dict[str, int] = {}
        self._wanted = Wanted()
        self._whole = False  # nothing older is left to read
        self._reading = False

    # ── what is wanted ────────────────────────────────────────────────────────────────────────────────────
    def want(self, wanted: Wanted) -> None:
        """Show other runs, from the newest on."""
        self._wanted = wanted
        self._whole, self._reading = False, True
        self._desk.ask(self, "page", lambda: self._read(wanted, None), self._begin_with)

    def look(self, idents: frozenset[str]) -> None:
        """Read again what may have changed: the runs that rang, those that have not ended, and new ones."""
        rung = {ident.removeprefix("run/") for ident in idents if ident.startswith("run/")}
        known = [run["id"] for run in self._rows if run["id"] in rung or run["ended_at"] is None]
        wanted, number = self._wanted, min(history.PAGE, max(20, len(self._rows)))
        self._desk.ask(
            self,
            "look",
            lambda: (self._read(wanted, None, number), self._tell(history.some(known))),
            lambda found: self._merge(wanted, *found),
        )

    def run_at(self, row: int) -> Values:
        """Return the run in a row."""
        return self._rows[row]

    # ── Qt's side ─────────────────────────────────────────────────────────────────────────────────────────
    def rowCount(self, parent: Index = _NO_PARENT) -> int:  # noqa: N802  # Qt's name
        """Return how many runs have been read."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:  # noqa: N802  # Qt's name
        """Return the number of columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def canFetchMore(self, parent: Index) -> bool:  # noqa: N802  # Qt's name
        """Tell whether there is an older page that is not being read yet."""
        return not parent.isValid() and bool(self._rows) and not self._whole and not self._reading

    def fetchMore(self, parent: Index) -> None:  # noqa: N802  # Qt's name
        """Read the next page."""
        if self.canFetchMore(parent):
            self._reading = True
            wanted, last = self._wanted, self._rows[-1]["id"]
            self._desk.ask(
                self, "page", lambda: self._read(wanted, last), lambda found: self._append(wanted, found)
            )

    def headerData(  # noqa: N802  # Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return a column's heading."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return texts.window(f"column_{COLUMNS[section]}")
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if COLUMNS[section] == "took" else LEFT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return one side of a cell; all of it was made when the page was read."""
        return told(self.cell(index.row(), index.column()), role)

    def cell(self, row: int, column: int) -> Cell:
        """Return a cell."""
        known: Cell = self._rows[row]["told"][column]
        return known

    # ── pages as they come in ─────────────────────────────────────────────────────────────────────────────
    def _read(self, wanted: Wanted, last: str | None, limit: int = history.PAGE) -> list[dict[str, Any]]:
        return self._tell(history.after(wanted, last, limit))

    def _tell(self, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Make the words here, in the reading thread: painting only looks them up."""
        titles = self._desk.site_titles()
        moments = {office: self._desk.moments(office) for office in {run["office"] for run in found}}
        for run in found:
            known = moments[run["office"]]
            wording = self._desk.wording_for(run, known.beside(run["business_date"]), titles)
            run["told"] = (
                Cell(wording.run(run), signs.of_run(run["state"]), signed=True),
                Cell(run["title"]),
                Cell(known.day(run["business_date"])),
                Cell(wording.moments.at(run["started_at"])),
                Cell(self._desk.took(run["started_at"], run["ended_at"]), number=True),
                Cell(run["id"], quiet=True),
            )
        return found

    def _begin_with(self, found: list[dict[str, Any]]) -> None:
        self.beginResetModel()
        self._rows = found
        self._number()
        self.endResetModel()
        self._came(found)

    def _append(self, wanted: Wanted, found: list[dict[str, Any]]) -> None:
        if wanted != self._wanted:  # another search began meanwhile
            return
        first = len(self._rows)
        if found:
            self.beginInsertRows(QModelIndex(), first, first + len(found) - 1)
            self._rows += found
            self._number(first)
            self.endInsertRows()
        self._came(found)

    def _came(self, found: Sequence[Values]) -> None:
        self._whole, self._reading = len(found) < history.PAGE, False
        self._changed(len(self._rows))

    def _merge(self, wanted: Wanted, newest: list[dict[str, Any]], known: list[dict[str, Any]]) -> None:
        if wanted != self._wanted or self._reading:
            return
        fresh = [run for run in newest if run["id"] not in self._places]
        for run in (*known, *newest):
            place = self._places.get(run["id"])
            if place is not None and run["told"] != self._rows[place]["told"]:
                self._rows[place] = run
                self.dataChanged.emit(self.index(place, 0), self.index(place, len(COLUMNS) - 1))
            elif place is not None:
                self._rows[place] = run
        if fresh and len(fresh) == len(newest) and self._rows:
            self.want(wanted)  # so many new ones that there may be a gap below them
        elif fresh:
            self.beginInsertRows(QModelIndex(), 0, len(fresh) - 1)
            self._rows[:0] = fresh
            self._number()
            self.endInsertRows()
        self._changed(len(self._rows))

    def _number(self, first: int = 0) -> None:
        if first == 0:
            self._places.clear()
        self._places.update((run["id"], first + place) for place, run in enumerate(self._rows[first:]))
