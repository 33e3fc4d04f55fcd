"""The navigation's items: icon, name, and a number where something waits."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from ui.desktop import theme

BADGE = Qt.ItemDataRole.UserRole + 1
"""The role of an item's number."""


class NavigationDelegate(QStyledItemDelegate):
    """Paints an item as the style does, and a number at its right end."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one item."""
        super().paint(painter, option, index)
        number = index.data(BADGE)
        if not number:
            return
        known, words = theme.colours(), str(number)
        space = theme.unit()
        metrics = QFontMetrics(option.font)
        height = metrics.height()
        width = max(height, metrics.horizontalAdvance(words) + 3 * space)
        where = QRectF(
            option.rect.right() - width - 2 * space, option.rect.center().y() - height / 2, width, height
        )
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(known.needs))
        painter.drawRoundedRect(where, height / 2, height / 2)
        painter.setPen(QColor(known.ground if known.dark else known.on_accent))
        painter.drawText(where, Qt.AlignmentFlag.AlignCenter, words)
        painter.restore()
