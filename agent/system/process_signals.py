"""Signals that reach the process that was meant, and waiting for its end without looking at a clock.

On Linux through a pidfd, which stays with one process for good: between reading the table and sending the
signal, a pid may have been used again. Elsewhere psutil compares the start before it sends.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterable

from agent.system.process_table import Entry, ProcessIdentity, read_entry, same


def stop(entry: Entry) -> None:
    """Halt one process: it runs no further instruction of its own and starts no child (not on Windows)."""
    if sys.platform != "win32":
        _send(entry.identity, signal.SIGSTOP)


def kill(entry: Entry) -> bool:
    """End one process at once; return whether the signal could be sent."""
    if sys.platform == "win32":
        return _send(entry.identity, signal.SIGTERM)  # there it is TerminateProcess
    else:  # noqa: RET505 (so that the type checker reads only one of them)
        return _send(entry.identity, signal.SIGKILL)


def wait_until_dead(identities: Iterable[ProcessIdentity], seconds: float) -> None:
    """Wait until all have ended (as zombies at least), ``seconds`` at most."""
    deadline = time.monotonic() + seconds
    for identity in identities:
        _wait(identity, max(0.0, deadline - time.monotonic()))


def reap(pid: int) -> bool:
    """Take the exit status of one ended child; False if it is no child of ours or still runs."""
    if sys.platform == "win32":
        return False
    else:  # noqa: RET505 (as above)
        try:
            return os.waitpid(pid, os.WNOHANG)[0] == pid
        except ChildProcessError:
            return False


if sys.platform == "linux":
    import select
    from collections.abc import Iterator
    from contextlib import contextmanager

    @contextmanager
    def _held(identity: ProcessIdentity) -> Iterator[int | None]:
        """Give a pidfd of that very process, or None if it is gone."""
        try:
            descriptor = os.pidfd_open(identity.pid)
        except OSError:
            yield None
            return
        try:
            yield descriptor if same(read_entry(identity.pid), identity) else None
        finally:
            os.close(descriptor)

    def _send(identity: ProcessIdentity, number: int) -> bool:
        with _held(identity) as descriptor:
            if descriptor is None:
                return False
            try:
                signal.pidfd_send_signal(descriptor, number)
            except (ProcessLookupError, PermissionError):
                return False
            return True

    def _wait(identity: ProcessIdentity, seconds: float) -> None:
        with _held(identity) as descriptor:
            if descriptor is not None:
                poller = select.poll()  # not select.select: a host may have descriptors above 1023
                poller.register(descriptor, select.POLLIN)
                poller.poll(seconds * 1000)

else:
    from contextlib import suppress

    import psutil

    def _send(identity: ProcessIdentity, number: int) -> bool:
        with suppress(psutil.Error, OSError):
            if same(read_entry(identity.pid), identity):
                psutil.Process(identity.pid).send_signal(number)
                return True
        return False

    def _wait(identity: ProcessIdentity, seconds: float) -> None:
        with suppress(psutil.Error, OSError):
            if same(read_entry(identity.pid), identity):
                psutil.Process(identity.pid).wait(seconds)
