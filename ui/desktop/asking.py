"""Somebody is at the window: a code that only a person knows is asked here, while a worker signs in.

What is typed goes over the local socket to that worker and nowhere else (:mod:`agent.host.questions`).
"""

from __future__ import annotations

import threading

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from agent.core.failures import HostAbsent
from agent.host.questions import Attending, attend
from agent.system.paths import Home
from ui.desktop.desk import Desk

_AGAIN_MS = 5000  # how soon it is tried again where no host works yet


class Asking(QObject):
    """Attends while the window is shown. ``asked`` and ``over`` come in Qt's thread."""

    asked = Signal(object)
    over = Signal(str)
    _heard = Signal(object)
    _ended = Signal(str)
    _gone = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._attending: Attending | None = None
        self._wanted = False
        self._holding = threading.Lock()  # over the two above: two threads set them
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(_AGAIN_MS)
        self._again.timeout.connect(self._begin)
        queued = Qt.ConnectionType.QueuedConnection
        self._heard.connect(self.asked, queued)
        self._ended.connect(self.over, queued)
        self._gone.connect(self._lost, queued)

    def begin(self) -> None:
        """Somebody can see the window."""
        if not self._wanted:
            self._wanted = True
            self._begin()

    def end(self) -> None:
        """Nobody can see it any more."""
        self._again.stop()
        self._wanted = False
        self._put_away()

    def answer(self, ident: str, typed: str) -> None:
        """Hand in what a person typed, off Qt's thread."""
        attending = self._attending
        if attending is not None:
            self._desk.ask(self, ("answer", ident), lambda: attending.answer(ident, typed), _nothing)

    def _begin(self) -> None:
        home = self._desk.home
        self._desk.ask(self, "attend", lambda: self._attend(home), _nothing, failed=self._absent)

    def _attend(self, home: Home) -> None:
        """Run beside Qt's thread; kept at once, so that :meth:`end` puts it away whenever it comes."""
        attending = attend(home, self._heard.emit, self._ended.emit, self._gone.emit)
        with self._holding:
            wanted = self._wanted
            before, self._attending = self._attending, attending if wanted else None
        for unwanted in (before, None if wanted else attending):
            if unwanted is not None:
                unwanted.close()

    def _absent(self, error: BaseException) -> None:
        if isinstance(error, HostAbsent):
            self._lost()
        else:
            self._desk.troubled.emit(error)

    def _lost(self) -> None:
        self._put_away()
        if self._wanted:
            self._again.start()

    def _put_away(self) -> None:
        with self._holding:
            attending, self._attending = self._attending, None
        if attending is not None:
            attending.close()


def _nothing(_answer: object) -> None:
    """Want no answer."""
