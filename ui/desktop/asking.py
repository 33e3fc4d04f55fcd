"""Somebody is at the window: a code that only a person knows is asked here, while a worker signs in.

What is typed goes over the local socket to that worker and nowhere else (:mod:`agent.host.questions`).
"""

from __future__ import annotations

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
    _gone = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._attending: Attending | None = None
        self._made: list[Attending] = []  # those not closed yet, whether they have reached Qt's thread or not
        self._mark: object = None  # of the attendance at hand: an earlier one's end says nothing of it
        self._wanted = False
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
        self._wanted = False
        self._again.stop()
        self._leave()

    def answer(self, ident: str, typed: str) -> None:
        """Hand in what a person typed, off Qt's thread."""
        attending = self._attending
        if attending is not None:
            self._desk.ask(self, ("answer", ident), lambda: attending.answer(ident, typed), _nothing)

    def _begin(self) -> None:
        home, mark = self._desk.home, object()
        self._mark = mark
        self._desk.ask(self, "attend", lambda: self._attend(home, mark), self._attended, failed=self._absent)

    def _attend(self, home: Home, mark: object) -> Attending:
        made = attend(home, self._heard.emit, self._ended.emit, lambda: self._gone.emit(mark))
        self._made.append(made)
        return made

    def _attended(self, attending: Attending) -> None:
        if self._wanted:
            self._attending = attending
        else:
            self._leave()

    def _leave(self) -> None:
        self._attending = None
        while self._made:
            self._made.pop().close()

    def _absent(self, error: BaseException) -> None:
        if isinstance(error, HostAbsent):
            self._lost(self._mark)
        else:
            self._desk.troubled.emit(error)

    def _lost(self, mark: object) -> None:
        if mark is not self._mark:
            return
        self._leave()
        if self._wanted:
            self._again.start()


def _nothing(_answer: object) -> None:
    """Want no answer."""
