"""The window's door: a second start of Predawn rings there, and the window of the first comes up."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from agent.core.failures import AlreadyRunning, Failure, HomeReadOnly
from agent.system.bell import Bell, ring
from agent.system.instance import InstanceLock
from agent.system.paths import Home

_log = logging.getLogger("agent.window")

_SHOW = "window/show"
_PATIENCE_SECONDS = 3.0


class Door:
    """A bell of the window's own: it is there from the first moment, whether or not a host could start."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._lock = InstanceLock(home.window_lock)
        self._bell = Bell(home.door)
        self._guard = threading.Lock()
        self._rung = False
        self._come: Callable[[], None] | None = None

    def open(self) -> bool:
        """Return False where another window of this home was rung for: then this one is not wanted.

        Without Qt, so that two starts within a second meet. Where no door can be made (a home that cannot be
        written) there is none: the host's start says why, in the window.
        """
        with suppress(Failure):
            self._home.prepare()
        until = time.monotonic() + _PATIENCE_SECONDS
        while not self._is_first():
            if ring(self._home.door, _SHOW):
                return False
            if time.monotonic() > until:  # a window that nobody can ring for
                return True
        with suppress(Failure):
            self._bell.start(self._hear)
        return True

    def follow(self, come: Callable[[], None]) -> None:
        """Have ``come`` called, in a thread of the door's, when somebody rings or has rung before this."""
        with self._guard:
            self._come = come
            rung = self._rung
        if rung:
            come()

    def close(self) -> None:
        """Hear nobody any more: a start that comes from now on is a first one."""
        self._bell.stop()
        self._lock.release()

    def _is_first(self) -> bool:
        """Take the lock, after a moment: its holder may be about to put up its bell, or to end."""
        try:
            self._lock.acquire()
        except AlreadyRunning:
            return False
        except HomeReadOnly:
            _log.warning("window_without_door")
        return True

    def _hear(self, _ident: str) -> None:
        with self._guard:
            self._rung = True
            come = self._come
        if come is not None:
            come()
