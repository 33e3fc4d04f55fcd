"""Memory and time around the reading of a file that a stranger made: the last wall, behind the limits."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from agent.reports.limits import unsafe

SECONDS = 120.0
"""On the clock; the largest allowed report takes a tenth."""

MEMORY = 1024 * 2**20
"""Bytes that reading may take beyond what the process has."""

_STATUS = Path("/proc/self/status")


class _TooLong(Exception):
    """Raised in the middle of the reading by the alarm."""


@contextmanager
def bounded(name: str, *, seconds: float = SECONDS, memory: int = MEMORY) -> Iterator[None]:
    """Read inside this block; raises DownloadUnsafe when it takes more time or memory than allowed.

    The time holds in the main thread of POSIX systems, the memory on Linux. Elsewhere the limits on size,
    rows and cells stand alone, and the host's limit of a task's time.
    """
    try:
        with _no_longer_than(seconds), _no_more_than(memory):
            yield
    except MemoryError:
        unsafe(name, "a file that takes too much memory to read", f"at most {memory // 2**20:,} MB")
    except RecursionError:
        unsafe(name, "a file nested too deep to read", "a plain table")
    except _TooLong:
        unsafe(name, "a file that takes too long to read", f"at most {seconds:.0f} seconds")


@contextmanager
def _no_longer_than(seconds: float) -> Iterator[None]:
    outer = threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer")
    if outer or signal.getitimer(signal.ITIMER_REAL)[0]:  # somebody's alarm is set: it is theirs
        yield
        return

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _no_more_than(memory: int) -> Iterator[None]:
    if not _STATUS.exists():
        yield
        return
    import resource  # noqa: PLC0415 - not on Windows

    used = next(int(line.split()[1]) for line in _STATUS.read_text().splitlines() if "VmData" in line) * 1024
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    allowed = used + memory
    if soft not in (resource.RLIM_INFINITY, -1) and soft <= allowed:
        yield  # a narrower wall stands already
        return
    resource.setrlimit(resource.RLIMIT_DATA, (allowed, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
