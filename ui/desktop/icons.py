"""Icons from ``resources/icons``: drawn by us, coloured when they are shown, no icon theme needed."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

import resources
from ui.desktop import theme

_FOLDER = Path(resources.__path__[0]) / "icons"
_SIZES = (16, 20, 24, 32, 48, 64, 128)


def icon(name: str, colour: str | None = None) -> QIcon:
    """Return an icon by its file's name, in a colour (``#RRGGBB``; else the text's)."""
    return _icon(name, colour or theme.colours().text)


def sign_icon(sign: str) -> QIcon:
    """Return the icon of a state's sign in its own colour."""
    return _icon(sign, theme.colours().of(sign))


def draw(painter: QPainter, name: str, colour: str, where: QRectF, *, turned: float = 0.0) -> None:
    """Paint an icon into a rectangle, turned by so many degrees."""
    painter.save()
    painter.translate(where.center())
    painter.rotate(turned)
    painter.translate(-where.center())
    _renderer(name, colour).render(painter, where)
    painter.restore()


@cache
def _icon(name: str, colour: str) -> QIcon:
    made = QIcon()
    for size in _SIZES:
        made.addPixmap(pixmap(name, colour, size))
    return made


def pixmap(name: str, colour: str, size: int) -> QPixmap:
    """Return an icon as a square picture of so many pixels."""
    picture = QPixmap(size, size)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    _renderer(name, colour).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return picture


@cache
def _renderer(name: str, colour: str) -> QSvgRenderer:
    drawing = (_FOLDER / f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", colour)
    return QSvgRenderer(QByteArray(drawing.encode()))
