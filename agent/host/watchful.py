"""What the host's threads have in common: each looks when it is woken, and none dies in silence."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod

from agent.core.failures import Failure
from agent.store.database import close_store
from agent.system.timekeeping import COMPUTERS_TIME, Time, Working

_log = logging.getLogger(__name__)


class Watchful(ABC):
    """One thread of the host. ``defect`` is what it died of, if it did: a face must say so.

    ``trouble`` is why it cannot do its work just now, though it lives: a full disk, say. People are told.
    """

    def __init__(self, name: str, time: Time = COMPUTERS_TIME) -> None:
        self._name, self._time = name, time
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: Working | None = None
        self.defect: BaseException | None = None
        self.trouble: Failure | None = None

    def start(self) -> None:
        """Begin to look."""
        self._thread = self._time.begin(self._run, self._name)

    def wake(self) -> None:
        """Look again: somebody rang."""
        self._wake.set()

    def stop(self) -> None:
        """Stop, and wait until it has; what is not done by then is done after the next start."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    @abstractmethod
    def _work(self) -> None:
        """Look and act until ``_stopping`` is set."""

    def _end(self) -> None:  # noqa: B027  # most have nothing to leave in order
        """Leave things in order, after a death too; the store is still open."""

    def _run(self) -> None:
        try:
            self._work()
        except BaseException as error:  # noqa: BLE001  # a thread's death must not pass in silence: the face asks for it
            _log.exception("%s_died", self._name)
            self.defect = error
        finally:
            self._end()
            close_store()
