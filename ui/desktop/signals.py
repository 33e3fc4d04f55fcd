"""SIGTERM and Ctrl-C end the session in order; Qt's loop hears of them by a socket, without polling."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier

_ENDING = (signal.SIGTERM, signal.SIGINT)


class Signals(QObject):
    """While open, calls ``end`` in Qt's thread when the process is asked to end."""

    def __init__(self, end: Callable[[], None]) -> None:
        super().__init__()
        self._end = end
        self._near, self._far = socket.socketpair()
        for each in (self._near, self._far):
            each.setblocking(False)
        self._notifier = QSocketNotifier(self._near.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._heard)
        self._before = {number: signal.signal(number, _taken) for number in _ENDING}
        signal.set_wakeup_fd(self._far.fileno())

    def close(self) -> None:
        """Let signals do again what they did before."""
        signal.set_wakeup_fd(-1)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._notifier.setEnabled(False)
        self._near.close()
        self._far.close()

    def _heard(self) -> None:
        numbers = set(self._near.recv(64))
        if numbers & {int(number) for number in _ENDING}:
            self._end()


def _taken(_number: int, _frame: FrameType | None) -> None:
    """The socket has told Qt's loop already."""
