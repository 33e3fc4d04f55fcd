"""A worker and everything it started, owned as one thing and ended as one thing.

A browser is a dozen processes; some lead sessions of their own, some hide their environment, a halted one
hears no signal but SIGKILL, and an orphan gets a new parent. Killing the worker alone left 12 alive, killing
its group 11 (GROUND.md). So the host is the reaper of orphans (Linux) and ends a tree in this order: halt the
worker, so that it starts nothing more and keeps its zombies' pids; kill its descendants until none are left;
kill the worker; look again for orphans that came to us; reap each by its pid, never whatever comes.

Who belongs to a tree: the worker; what descends from it; what was seen in it before; what carries its mark in
the environment; the sessions of all these; and what descends from them. Repeated until nothing is added.
On Windows a Job Object holds the tree instead (:mod:`agent.system.windows_jobs`).
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from agent.system.process_members import LIMIT_SECONDS, MARK, ROUND_SECONDS, Members
from agent.system.process_signals import kill, stop, wait_until_dead
from agent.system.process_table import (
    ProcessIdentity,
    read_entry,
    read_table,
    same,
    with_descendants,
)

if sys.platform == "win32":
    from agent.system.windows_jobs import Job

__all__ = [
    "MARK",
    "EndedTree",
    "ProcessIdentity",
    "Tree",
    "alive",
    "become_reaper",
    "end_leftovers",
    "end_own_tree",
]

_OBSERVE_SECONDS = 2.0
_CLOSE_SECONDS = 2.0
_PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
_ROOTS: set[int] = set()  # workers of this process that nobody has waited for yet


@dataclass(frozen=True)
class EndedTree:
    """How a tree ended: processes killed, seconds it took, pids that could not be ended (normally none)."""

    killed: int
    seconds: float
    left: tuple[int, ...] = ()


def become_reaper() -> None:
    """Let orphans among our descendants come to us instead of to init (Linux; elsewhere nothing happens)."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes  # noqa: PLC0415 (only here)

    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def alive(identity: ProcessIdentity) -> bool:
    """Return whether that very process still runs (a zombie does not)."""
    entry = read_entry(identity.pid)
    return entry is not None and not entry.dead and same(entry, identity)


class Tree:
    """One worker and its descendants. Made by start(); to be ended by end(), also after the worker's exit."""

    def __init__(self, process: subprocess.Popen[str], mark: str) -> None:
        self._process = process
        entry = read_entry(process.pid)  # not yet waited for, so the pid is still its own
        self.identity = entry.identity if entry else ProcessIdentity(process.pid, time.time())
        self._members = Members([self.identity], [mark], sessions=[process.pid])
        _ROOTS.add(process.pid)
        if sys.platform == "win32":
            self._job = Job(process)  # before the worker's first line of input, so before it starts anything
        self._observed_at = time.monotonic()
        self._ending = threading.Lock()

    @staticmethod
    def start(
        argv: list[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        mark: str,
        stderr: int | IO[bytes] | IO[str] | None = None,
    ) -> Tree:
        """Start ``argv`` in a session of its own, with pipes for input and output (text lines, UTF-8).

        ``mark`` must be unique to this tree. ``stderr`` is an open file, a descriptor, or None for our own.
        Raises OSError if the program cannot be started.
        """
        flags = 0
        if sys.platform == "win32":
            flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
        process = subprocess.Popen(
            argv,
            cwd=cwd,
            env={**env, MARK: mark},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            start_new_session=True,
            creationflags=flags,
            text=True,
            bufsize=1,
            encoding="utf-8",
            errors="backslashreplace",
        )
        return Tree(process, mark)

    @property
    def pid(self) -> int:
        """The worker's pid."""
        return self.identity.pid

    @property
    def stdin(self) -> IO[str]:
        """The worker's input; it takes its end as the host's death."""
        assert self._process.stdin is not None
        return self._process.stdin

    @property
    def stdout(self) -> IO[str]:
        """The worker's output."""
        assert self._process.stdout is not None
        return self._process.stdout

    def poll(self) -> int | None:
        """Return the worker's exit code, or None while it runs; looks at its tree every two seconds."""
        if time.monotonic() - self._observed_at > _OBSERVE_SECONDS:
            self.observe()
        return self._process.poll()

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for the worker's end, ``timeout`` seconds at most; return its exit code, or None."""
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None

    def observe(self) -> None:
        """Remember who is in the tree now, so that an orphan without a mark is known as ours later."""
        self._observed_at = time.monotonic()
        if sys.platform != "win32" and self._ending.acquire(blocking=False):
            try:
                self._members.find(read_table(), deep=False)
            finally:
                self._ending.release()

    def end(self, grace_seconds: float = 0) -> EndedTree:
        """End the whole tree; call it after the worker's own exit too, for what it may have left.

        With a grace the worker's input is closed first, and it has that many seconds to end by itself. What
        the worker said last can still be read from ``stdout``, up to its end; then call close().
        """
        began = time.monotonic()
        if grace_seconds > 0:
            _close(self._process.stdin, wait_seconds=0)
            self.wait(grace_seconds)
        with self._ending:
            killed, left = self._end_all()
        return EndedTree(killed, time.monotonic() - began, left)

    def close(self) -> None:
        """Close both pipes of a tree that has ended; first let the reader come to the output's end."""
        _close(self._process.stdin, _CLOSE_SECONDS)
        _close(self._process.stdout, _CLOSE_SECONDS)

    def _end_all(self) -> tuple[int, tuple[int, ...]]:
        if sys.platform == "win32":
            killed = self._job.end()
            self.wait(LIMIT_SECONDS)
            return killed, ()
        deadline = time.monotonic() + LIMIT_SECONDS
        worker = read_entry(self.pid)
        running = self._process.poll() is None and worker is not None
        killed = 0
        if running and worker is not None:
            stop(worker)  # before all else: it starts nothing more, and its dead children keep their pids
            killed += self._members.end(deadline, spare=self.pid)[0]
            killed += kill(worker)
        self.wait(max(0.1, deadline - time.monotonic()))
        more, left = self._members.end(deadline, spare=None)
        _ROOTS.discard(self.pid)
        self._members.reap(_ROOTS)
        return killed + more, left


def _close(pipe: IO[str] | None, wait_seconds: float) -> None:
    """Close a pipe in a thread: it waits for whoever reads or writes there, and that may be for ever."""
    if pipe is None:
        return

    def close() -> None:
        with suppress(OSError):  # a line that nobody took breaks the pipe; it is closed all the same
            pipe.close()

    thread = threading.Thread(target=close, name="pipe", daemon=True)
    thread.start()
    thread.join(wait_seconds)


def end_leftovers(identities: Iterable[ProcessIdentity], marks: Iterable[str]) -> int:
    """End what is left of a dead host's trees, at start-up; return how many processes were killed.

    Found by recorded pid and start, by mark, by the sessions of these, and as their descendants. A session is
    believed only through a member: its number may be another's by now.
    """
    members = Members(identities, marks)
    return members.end(time.monotonic() + LIMIT_SECONDS, spare=None)[0]


def end_own_tree() -> None:
    """End all that descends from this process, not itself: for a worker whose pipe has closed."""
    us = os.getpid()
    deadline = time.monotonic() + LIMIT_SECONDS
    while True:
        table = read_table()
        below = with_descendants(table, [us]) - {us}
        living = [table[pid] for pid in below if not table[pid].dead]
        if not living or time.monotonic() > deadline:
            return
        for entry in living:
            kill(entry)
        wait_until_dead((entry.identity for entry in living), ROUND_SECONDS)
