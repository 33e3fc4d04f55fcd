"""The tray: how Predawn stands, and the few things one wants without opening the window."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QRectF, Qt, Signal
from PySide6.QtGui import QAction, QColor, QFont, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from agent.faces import signs
from resources.i18n import texts
from ui.desktop import icons, theme
from ui.desktop.desk import Desk
from ui.desktop.models.standing import Standing, starting

_SIZES = (16, 22, 24, 32, 48, 64)
_MOST_SHOWN = 99


class Tray(QObject):
    """The icon and its menu. Signals: what a person wants."""

    opened = Signal()
    pausing = Signal()
    quitting = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._menu = QMenu()
        self._now, self._forecast, self._next = (self._told() for _ in range(3))
        self._menu.addSeparator()
        self._runs = self._menu.addMenu(icons.icon("play"), texts.window("menu_run"))
        self._add("menu_open", "open", self.opened)
        self._add("menu_pause", "pause", self.pausing)
        self._menu.addSeparator()
        self._add("menu_quit", "stop", self.quitting)
        self._icon = QSystemTrayIcon(self)
        self._icon.setContextMenu(self._menu)
        self._icon.activated.connect(self._activated)
        self._standing: Standing | None = None
        self.show_standing(starting())

    @staticmethod
    def is_possible() -> bool:
        """Tell whether this desktop has a place for the icon."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    @property
    def menu(self) -> QMenu:
        """The menu."""
        return self._menu

    @property
    def words(self) -> str:
        """What the icon says when one points at it."""
        return "" if self._standing is None else self._standing.words

    def show(self) -> None:
        """Put the icon into the tray."""
        self._icon.show()

    def hide(self) -> None:
        """Take the icon out of the tray."""
        self._icon.hide()

    def show_standing(self, standing: Standing) -> None:
        """Show how it stands; nothing is painted again when nothing has changed."""
        if standing == self._standing:
            return
        self._standing = standing
        self._icon.setIcon(state_icon(standing))
        self._icon.setToolTip(standing.words)
        for action, words in (
            (self._now, standing.now or standing.words),
            (self._forecast, standing.forecast),
            (self._next, standing.following),
        ):
            action.setText(words.replace("&", "&&"))
            action.setVisible(bool(words))
        self._runs.clear()
        for name, office, title in standing.automations:
            action = self._runs.addAction(title.replace("&", "&&"))
            action.triggered.connect(partial(self._run, name, office))
        self._runs.setEnabled(bool(standing.automations))

    def say(self, title: str, words: str) -> None:
        """Show a note at the icon."""
        self._icon.showMessage(title, words, icons.icon("predawn"))

    def _told(self) -> QAction:
        action = self._menu.addAction("")
        action.setEnabled(False)
        return action

    def _add(self, code: str, icon: str, signal: object) -> None:
        self._menu.addAction(icons.icon(icon), texts.window(code), signal.emit)  # type: ignore[attr-defined]

    def _run(self, automation: str, office: str | None, _on: bool) -> None:
        wish: dict[str, Any] = {
            "automation": automation,
            "office": office,
            "business_date": None,
            "options": {},
        }
        self._desk.give(self, "run", wish)

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in {
            QSystemTrayIcon.ActivationReason.Trigger,
            QSystemTrayIcon.ActivationReason.DoubleClick,
        }:
            self.opened.emit()


def state_icon(standing: Standing) -> QIcon:
    """Return the program's icon with a state in its corner: a sign, a number, or a ring of progress."""
    made = QIcon()
    for size in _SIZES:
        made.addPixmap(_picture(standing, size))
    return made


def _picture(standing: Standing, size: int) -> QPixmap:
    picture = QPixmap(icons.pixmap("predawn", theme.LIGHT.text, size))
    if standing.sign == signs.DONE:
        return picture  # all is well: the plain icon
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    part = size * (0.7 if standing.needs else 0.62)
    where = QRectF(size - part, size - part, part, part)
    colour = QColor(theme.LIGHT.of(standing.sign))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.LIGHT.surface))
    painter.drawEllipse(where)
    inner = where.adjusted(size / 24, size / 24, -size / 24, -size / 24)
    if standing.needs:
        painter.setBrush(colour)
        painter.drawEllipse(inner)
        font = QFont()
        font.setBold(True)
        font.setPixelSize(max(6, round(part * 0.62)))
        painter.setFont(font)
        painter.setPen(QColor(theme.LIGHT.surface))
        painter.drawText(where, Qt.AlignmentFlag.AlignCenter, str(min(standing.needs, _MOST_SHOWN)))
    elif standing.share is not None:
        ring = inner.adjusted(size / 16, size / 16, -size / 16, -size / 16)
        painter.setPen(QPen(QColor(theme.LIGHT.line), size / 9))
        painter.drawArc(ring, 0, 360 * 16)
        painter.setPen(QPen(colour, size / 9))
        painter.drawArc(ring, 90 * 16, round(-360 * 16 * standing.share))
    else:
        icons.draw(painter, standing.sign, colour.name(), inner)
    painter.end()
    return picture
