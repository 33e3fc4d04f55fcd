"""The host inside this process: started, watched and stopped in threads of its own, never in Qt's."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from agent.core.failures import Failure
from agent.host.agent import Host
from agent.system.paths import Home

_log = logging.getLogger("agent.window")


class Hosting(QObject):
    """Starts the host; ``started`` or ``refused`` (with what its start raised) follows in Qt's thread."""

    started = Signal()
    refused = Signal(object)
    stopped = Signal()

    def __init__(self, home: Home, make: Callable[[Home], Host] | None = None) -> None:
        super().__init__()
        self._home = home
        self._make = make or (lambda known: Host(known, scheduled=True))
        self._host: Host | None = None
        self._thread: threading.Thread | None = None

    @property
    def is_at_work(self) -> bool:
        """Whether this process is the host now."""
        return self._host is not None

    @property
    def defect(self) -> BaseException | None:
        """What a part of the host died of."""
        return None if self._host is None else self._host.defect

    @property
    def host(self) -> Host | None:
        """The host, while it works."""
        return self._host

    def stand_in(self, host: Host) -> None:
        """Take something else for the host, for pictures and tests: it is never started or stopped by us."""
        self._host = host

    def start(self) -> None:
        """Start the host, unless it works or is just starting."""
        if self._host is None and (self._thread is None or not self._thread.is_alive()):
            self._thread = threading.Thread(target=self._start, name="host start")
            self._thread.start()

    def stop(self) -> None:
        """Stop the host in a thread; ``stopped`` follows, at once where none works."""
        threading.Thread(target=self.stop_now, name="host stop").start()

    def stop_now(self) -> None:
        """Stop the host and wait until it has; what was at work resumes at the next start."""
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()
        host, self._host = self._host, None
        if host is not None:
            host.stop()
        self.stopped.emit()

    def _start(self) -> None:
        host = self._make(self._home)
        try:
            host.start()
        except Failure as failure:
            self.refused.emit(failure)
        except Exception as error:  # noqa: BLE001  # a defect of ours: the window says so instead of vanishing
            _log.exception("host_not_started")
            self.refused.emit(error)
        else:
            self._host = host
            self.started.emit()
