"""The gallery's pictures as a model: rows come in pages, thumbnails when they come into view."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt, QTimer
from PySide6.QtGui import QImage, QPixmap

from agent.core.failures import Failure
from agent.host.proofs import Opened, look_through
from agent.store import pictures
from agent.store.pictures import Wanted
from ui.desktop import theme
from ui.desktop.desk import Desk, at_window
from ui.desktop.models.proofs import caption_of

Picture = Mapping[str, Any]
Index = QModelIndex | QPersistentModelIndex

PICTURE = Qt.ItemDataRole.UserRole
"""The role of a picture's values."""

_NO_PARENT = QModelIndex()
_MOST_THUMBNAILS = 600
_AT_ONCE = 12  # so many are opened together: one row in the audit log
_GATHER_MS = 60


class PictureGrid(QAbstractListModel):
    """``changed`` is called after each page with how many pictures are known."""

    def __init__(self, desk: Desk, owner: QObject, changed: Callable[[int], None]) -> None:
        super().__init__(owner)
        self._desk, self._changed = desk, changed
        self.pictures: list[Picture] = []
        self._wanted = Wanted()
        self._whole = self._reading = False
        self._thumbnails: OrderedDict[str, QPixmap | None] = OrderedDict()
        self._missing: list[str] = []
        self._on_their_way: set[str] = set()  # asked for, and not painted a second time meanwhile
        self._gather = QTimer(self)
        self._gather.setSingleShot(True)
        self._gather.setInterval(_GATHER_MS)
        self._gather.timeout.connect(self._open_missing)

    @property
    def edge(self) -> QSize:
        """How large a thumbnail may be."""
        return QSize(44 * theme.unit(), 30 * theme.unit())

    def want(self, wanted: Wanted) -> None:
        """Show other pictures, from the newest on."""
        self._wanted, self._reading, self._whole = wanted, True, False
        self._desk.ask(
            self, "page", lambda: pictures.pictures(wanted), lambda found: self._begin(wanted, found)
        )

    def look(self) -> None:
        """Read whether there are newer ones."""
        wanted = self._wanted
        self._desk.ask(
            self, "newer", lambda: pictures.pictures(wanted), lambda found: self._merge(wanted, found)
        )

    # ── Qt's side ─────────────────────────────────────────────────────────────────────────────────────────
    def rowCount(self, parent: Index = _NO_PARENT) -> int:  # noqa: N802  # Qt's name
        """Return how many pictures have been read."""
        return 0 if parent.isValid() else len(self.pictures)

    def canFetchMore(self, parent: Index) -> bool:  # noqa: N802  # Qt's name
        """Tell whether there is an older page that is not being read yet."""
        return not parent.isValid() and bool(self.pictures) and not self._whole and not self._reading

    def fetchMore(self, parent: Index) -> None:  # noqa: N802  # Qt's name
        """Read the next page."""
        if self.canFetchMore(parent):
            self._reading = True
            wanted, last = self._wanted, self.pictures[-1]
            self._desk.ask(
                self,
                "page",
                lambda: pictures.pictures(wanted, (last["at"], last["id"])),
                lambda found: self._append(wanted, found),
            )

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a picture's words, its values, and its thumbnail as soon as that has been opened."""
        picture = self.pictures[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self.caption(picture)
        if role in {Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole}:
            return f"{picture['title']}, {self.caption(picture)}"
        if role == PICTURE:
            return picture
        if role == Qt.ItemDataRole.DecorationRole:
            return self._thumbnail(picture)
        return None

    def caption(self, picture: Picture) -> str:
        """Return a picture in a line: what was pictured, and when."""
        return caption_of(self._desk, picture, picture["office"])

    # ── pages as they come in ─────────────────────────────────────────────────────────────────────────────
    def _begin(self, wanted: Wanted, found: Sequence[Picture]) -> None:
        if wanted == self._wanted:
            self.beginResetModel()
            self.pictures = list(found)
            self.endResetModel()
            self._came(found)

    def _append(self, wanted: Wanted, found: Sequence[Picture]) -> None:
        if wanted != self._wanted:  # another search began meanwhile
            return
        if found:
            first = len(self.pictures)
            self.beginInsertRows(QModelIndex(), first, first + len(found) - 1)
            self.pictures += found
            self.endInsertRows()
        self._came(found)

    def _merge(self, wanted: Wanted, newest: Sequence[Picture]) -> None:
        known = {picture["id"] for picture in self.pictures}
        fresh = [picture for picture in newest if picture["id"] not in known]
        if wanted != self._wanted or self._reading or not fresh:
            return
        if len(fresh) == len(newest) and self.pictures:
            self._begin(wanted, newest)  # so many new ones that there may be a gap below them
            return
        self.beginInsertRows(QModelIndex(), 0, len(fresh) - 1)
        self.pictures[:0] = fresh
        self.endInsertRows()
        self._changed(len(self.pictures))

    def _came(self, found: Sequence[Picture]) -> None:
        self._whole, self._reading = len(found) < pictures.PAGE, False
        self._changed(len(self.pictures))

    # ── thumbnails ────────────────────────────────────────────────────────────────────────────────────────
    def _thumbnail(self, picture: Picture) -> QPixmap | None:
        ident = picture["id"]
        if ident in self._thumbnails:
            self._thumbnails.move_to_end(ident)
            return self._thumbnails[ident]
        known = ident in self._on_their_way or ident in self._missing
        if picture["removed"] is None and not known:
            self._missing.append(ident)  # what is painted is in view: only that is opened
            if not self._gather.isActive():
                self._gather.start()
        return None

    def _open_missing(self) -> None:
        """Open what was painted without a picture, the latest first: a quick scroll passes many by."""
        wanted, self._missing = self._missing[-_AT_ONCE:], self._missing[:-_AT_ONCE][-4 * _AT_ONCE :]
        if not wanted:
            return
        self._on_their_way.update(wanted)
        home, edge = self._desk.home, self.edge

        def read() -> dict[str, QImage | None]:
            opened = look_through(home, wanted, at_window())
            return {ident: _small(one, edge) for ident, one in opened.items()}

        self._desk.ask(self, ("thumbnails", *wanted), read, self._opened, failed=self._not_opened, slow=True)

    def _opened(self, found: Mapping[str, QImage | None]) -> None:
        self._on_their_way.difference_update(found)
        for ident, image in found.items():
            self._thumbnails[ident] = None if image is None else QPixmap.fromImage(image)
        while len(self._thumbnails) > _MOST_THUMBNAILS:
            self._thumbnails.popitem(last=False)
        for row, picture in enumerate(self.pictures):
            if picture["id"] in found:
                place = self.index(row, 0)
                self.dataChanged.emit(place, place, [Qt.ItemDataRole.DecorationRole])
        if self._missing:
            self._gather.start()

    def _not_opened(self, error: BaseException) -> None:
        self._missing.clear()
        self._on_their_way.clear()
        self._desk.troubled.emit(error)


def _small(one: Opened | Failure, edge: QSize) -> QImage | None:
    """Return a thumbnail; read and scaled in the reading thread, QImage allows that."""
    if isinstance(one, Failure):
        return None
    image = QImage.fromData(one.content)
    if image.isNull():
        return None
    return image.scaled(edge, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
