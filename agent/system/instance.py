"""One host per home: an operating system's file lock, which dies with its process however that ends."""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from agent.core.failures import AlreadyRunning, HomeReadOnly

_PATIENCE_SECONDS = 0.1  # a look by holder() takes the lock for microseconds; that must not look like a host
_FAR = 1 << 30  # on Windows a locked byte cannot be read: lock one far behind the pid


class InstanceLock:
    """The lock on one file. Use it as a context manager, or by acquire() and release()."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Take the lock and write our pid into the file.

        Raises AlreadyRunning(pid) if another process (or another lock of this one) holds it, HomeReadOnly if
        the file cannot be opened.
        """
        if self._descriptor is not None:
            raise AlreadyRunning(pid=os.getpid())
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise HomeReadOnly(path=str(self._path)) from error
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not _lock(descriptor, shared=False):
            if time.monotonic() > deadline:
                pid = _written_pid(descriptor)
                os.close(descriptor)
                raise AlreadyRunning(pid=pid)
            threading.Event().wait(0.01)
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, str(os.getpid()).encode())
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock back; does nothing if it is not held."""
        if self._descriptor is None:
            return
        os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)
        self._descriptor = None

    def __enter__(self) -> InstanceLock:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def holder(path: Path) -> int | None:
    """Return the pid of the process that holds the lock at ``path``, or None if nobody does."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return None
    try:
        if _lock(descriptor, shared=True):
            return None
        return _written_pid(descriptor)
    finally:
        os.close(descriptor)


def _written_pid(descriptor: int) -> int | None:
    os.lseek(descriptor, 0, os.SEEK_SET)
    with suppress(ValueError):
        return int(os.read(descriptor, 20))
    return None


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int, *, shared: bool) -> bool:  # noqa: ARG001 (Windows knows no shared lock here)
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def _lock(descriptor: int, *, shared: bool) -> bool:
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
