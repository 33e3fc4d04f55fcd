"""What the host's threads have in common: each looks when it is woken, and none dies in silence."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod

from agent.store.database import close_store

_log = logging.getLogger(__name__)


class Watchful(ABC):
    """One thread of the host. ``defect`` is what it died of, if it did: a face must say so."""

    def __init__(self, name: str) -> None:
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name)
        self.defect: BaseException | None = None

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def wake(self) -> None:
        """Look again: somebody rang."""
        self._wake.set()

    def stop(self) -> None:
        """Stop, and wait until it has; what is not done by then is done after the next start."""
        self._stopping.set()
        self._wake.set()
        if self._thread.ident is not None:
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
            _log.exception("%s_died", self._thread.name)
            self.defect = error
        finally:
            self._end()
            close_store()
