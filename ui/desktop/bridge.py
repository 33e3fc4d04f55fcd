"""Where every bell of the host enters the window: as a Qt signal, in Qt's thread, several as one."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from agent.system.bell import EVERYTHING, Subscription, listen, ring

PACE_MS = 200
"""Bells that follow one another within this time are one: a run rings with each record."""


class Bridge(QObject):
    """Listens to the host's bell. ``rang`` carries a frozenset of ids; EVERYTHING means: look at all."""

    rang = Signal(object)
    _heard = Signal(str)

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address
        self._gathered: set[str] = set()
        self._pace = QTimer(self)
        self._pace.setSingleShot(True)
        self._pace.setInterval(PACE_MS)
        self._pace.timeout.connect(self._tell)
        # From the listener's thread into ours. Qt queues it because of the threads; said here all the same.
        self._heard.connect(self._hear, Qt.ConnectionType.QueuedConnection)
        self._subscription: Subscription | None = None

    def open(self) -> None:
        """Begin to listen; may wait for seconds, so never in Qt's thread."""
        if self._subscription is None:
            self._subscription = listen(self._address, self._heard.emit)

    def ring(self, ident: str) -> bool:
        """Ring the host's bell; may wait for seconds, so never in Qt's thread."""
        return ring(self._address, ident)

    def look_at_everything(self) -> None:
        """Let every page look again, as after a gap."""
        self._hear(EVERYTHING)

    def close(self) -> None:
        """Stop listening."""
        if self._subscription is not None:
            self._subscription.close()
            self._subscription = None

    def _hear(self, ident: str) -> None:
        self._gathered.add(ident)
        if not self._pace.isActive():
            self._pace.start()

    def _tell(self) -> None:
        gathered, self._gathered = frozenset(self._gathered), set()
        self.rang.emit(gathered)
