"""The grid of thumbnails: cells of one size, a quiet frame until a picture is there."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from resources.i18n import texts
from ui.desktop import theme
from ui.desktop.models.picture_grid import PICTURE

Index = QModelIndex | QPersistentModelIndex


class Thumbnails(QListView):
    """``activated`` (Enter, double click) opens a picture."""

    def __init__(self, name: str, edge: QSize) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setItemDelegate(_Cell(edge, self))
        self.setFrameShape(QListView.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  # Qt's name
        """Enter opens on every platform; Qt leaves that to the style on some."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.currentIndex().isValid():
            self.activated.emit(self.currentIndex())
            return
        super().keyPressEvent(event)


class _Cell(QStyledItemDelegate):
    def __init__(self, edge: QSize, parent: QListView) -> None:
        super().__init__(parent)
        self._edge = edge

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:  # noqa: N802  # Qt's name
        """Return the size of every cell: a picture and two lines."""
        space = theme.unit()
        lines = 2 * option.fontMetrics.height()
        return QSize(self._edge.width() + 4 * space, self._edge.height() + lines + 5 * space)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        known, space = theme.colours(), theme.unit()
        picture = index.data(PICTURE)
        thumbnail = index.data(Qt.ItemDataRole.DecorationRole)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        cell = option.rect.adjusted(space, space, -space, -space)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.blend(known.accent, known.ground, 0.16 if chosen else 0.07))
            painter.drawRoundedRect(option.rect.adjusted(1, 1, -1, -1), 8, 8)
        room = QRect(cell.left(), cell.top(), cell.width(), self._edge.height())
        self._paint_picture(painter, room, thumbnail, removed=picture["removed"] is not None)
        if chosen and option.state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(known.accent), 2))
            painter.drawRoundedRect(option.rect.adjusted(1, 1, -2, -2), 8, 8)
        line = QRect(cell.left(), room.bottom() + space, cell.width(), option.fontMetrics.height())
        for words, colour in (
            (index.data(Qt.ItemDataRole.DisplayRole), known.text),
            (picture["title"], known.quiet),
        ):
            painter.setPen(QColor(colour))
            shown = option.fontMetrics.elidedText(words, Qt.TextElideMode.ElideRight, line.width())
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
            line.translate(0, line.height())
        painter.restore()

    @staticmethod
    def _paint_picture(painter: QPainter, room: QRect, thumbnail: QPixmap | None, *, removed: bool) -> None:
        known = theme.colours()
        if isinstance(thumbnail, QPixmap):
            where = QRect(0, 0, thumbnail.width(), thumbnail.height())
            where.moveCenter(room.center())
            painter.drawPixmap(where.topLeft(), thumbnail)
            painter.setPen(QPen(QColor(known.line), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(where)
            return
        painter.setPen(QPen(QColor(known.line), 1))
        painter.setBrush(QColor(known.raised))
        painter.drawRoundedRect(room, 6, 6)
        if removed:
            painter.setPen(QColor(known.quiet))
            painter.drawText(
                room.adjusted(8, 8, -8, -8),
                Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap,
                texts.window("picture_removed_short"),
            )
