"""List entries of two lines: what it is, and quietly below it what belongs to it."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ui.desktop import theme
from ui.desktop.models.plain_rows import MORE

Index = QModelIndex | QPersistentModelIndex


class TwoLines(QStyledItemDelegate):
    """Paints an entry's sign, its words over one line, and :data:`MORE` below."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802  # Qt's name
        """Return two lines with room around them."""
        lines = 2 if index.data(MORE) else 1
        height = lines * option.fontMetrics.height() + 4 * theme.unit()
        return QSize(20 * theme.unit(), height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one entry."""
        known, space = theme.colours(), theme.unit()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.blend(known.accent, known.ground, 0.14 if chosen else 0.06))
            painter.drawRoundedRect(option.rect.adjusted(1, 1, -1, -1), 6, 6)
        if chosen and option.state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(known.accent), 2))
            painter.drawRoundedRect(option.rect.adjusted(1, 1, -2, -2), 6, 6)
        room = option.rect.adjusted(2 * space, 2 * space, -2 * space, -2 * space)
        sign = index.data(Qt.ItemDataRole.DecorationRole)
        height = option.fontMetrics.height()
        if isinstance(sign, QIcon):
            sign.paint(painter, QRect(room.left(), room.top(), height, height))
            room.setLeft(room.left() + height + 2 * space)
        line = QRect(room.left(), room.top(), room.width(), height)
        for words, colour in ((index.data(), known.text), (index.data(MORE), known.quiet)):
            if words:
                painter.setPen(QColor(colour))
                shown = option.fontMetrics.elidedText(words, Qt.TextElideMode.ElideRight, line.width())
                painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
                line.translate(0, height)
        painter.restore()
