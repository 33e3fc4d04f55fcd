"""Time as the host's threads use it: what it is, waiting, and the threads that wait.

All of the host's waiting goes through one :class:`Time`, so that a simulation can let years pass in minutes
(``tests/simulation/virtual.py``). What belongs to a process outside (a pipe, a socket, a process's end) keeps
its own time-out.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol


class Working(Protocol):
    """A thread that was begun."""

    def join(self) -> None:
        """Wait until it has ended."""


class Time(Protocol):
    """A clock on the wall, a steady one, and waiting by the steady one."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC; it may jump."""

    def steady_seconds(self) -> float:
        """Return seconds since some moment; they never jump, and stand still in sleep where they can."""

    def wait(self, event: threading.Event, seconds: float | None = None) -> bool:
        """Wait until an event is set, or so long at most; returns whether it is set."""

    def begin(self, work: Callable[[], None], name: str) -> Working:
        """Begin a thread."""


class ComputersTime:
    """The real one."""

    def now(self) -> datetime:
        """Read the computer's clock."""
        return datetime.now(UTC)

    def steady_seconds(self) -> float:
        """Read the monotonic clock."""
        return time.monotonic()

    def wait(self, event: threading.Event, seconds: float | None = None) -> bool:
        """Wait as the event does."""
        return event.wait(seconds)

    def begin(self, work: Callable[[], None], name: str) -> Working:
        """Start a thread."""
        thread = threading.Thread(target=work, name=name)
        thread.start()
        return thread


COMPUTERS_TIME = ComputersTime()
