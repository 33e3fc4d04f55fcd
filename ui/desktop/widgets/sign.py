"""A state's sign: its icon in its colour; the ring of what works turns, as long as somebody can see it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QLabel

from resources.i18n import texts
from ui.desktop import icons, theme

_TURN_MS = 100
_DEGREES = 30.0


class Sign(QLabel):
    """Shows nothing until it is told what."""

    def __init__(self) -> None:
        super().__init__()
        self.code: str | None = None
        self._turned = 0.0
        self._turning = QTimer(self)
        self._turning.setInterval(_TURN_MS)
        self._turning.timeout.connect(self._turn)
        self.setFixedSize(self.sizeHint())

    @property
    def turns(self) -> bool:
        """Whether it moves just now."""
        return self._turning.isActive()

    def show_sign(self, code: str) -> None:
        """Show a state's sign; ``running`` turns."""
        self.code = code
        self.setAccessibleName(texts.window(f"sign_{code}"))
        self._follow()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802  # Qt's name
        """Return a little more than a line's height, square."""
        return QSize(5 * theme.unit(), 5 * theme.unit())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802  # Qt's name
        """Paint the icon as far as it has turned."""
        if self.code is not None:
            colour = theme.colours().of(self.code)
            icons.draw(QPainter(self), self.code, colour, QRectF(self.rect()), turned=self._turned)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802  # Qt's name
        """Somebody can see it."""
        super().showEvent(event)
        self._follow()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802  # Qt's name
        """Nobody can any more."""
        super().hideEvent(event)
        self._turning.stop()

    def _follow(self) -> None:
        if self.code != "running":
            self._turned = 0.0
            self._turning.stop()
        elif self.isVisible():
            self._turning.start()

    def _turn(self) -> None:
        self._turned = (self._turned + _DEGREES) % 360
        self.update()
