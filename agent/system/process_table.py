"""Who runs on this computer: one reading of all processes, and what can be concluded from it.

On Linux it is read from ``/proc`` (about 3 ms for 100 processes), elsewhere by psutil. A process is named by
its pid **and** its start: pids are used again.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SAME_START_SECONDS = 2.0
"""Linux counts a start from boot, and two programs may place the boot apart when the clock was adjusted."""

_DEAD = frozenset("ZXx")


@dataclass(frozen=True)
class ProcessIdentity:
    """One process for good: its pid and when it started (seconds since 1970, UTC)."""

    pid: int
    started_at: float


@dataclass(frozen=True)
class Entry:
    """One process as the table shows it; ``session`` is 0 where there are none (Windows)."""

    pid: int
    parent: int
    session: int
    started_at: float
    dead: bool  # a zombie: nothing of it runs, not even a thread; its parent has not asked yet

    @property
    def identity(self) -> ProcessIdentity:
        """Its pid and start."""
        return ProcessIdentity(self.pid, self.started_at)


Table = Mapping[int, Entry]


def session_of(pid: int) -> int:
    """Return the session of a process (0: our own), 0 where there are none; raises OSError."""
    if sys.platform == "win32":
        return 0
    else:  # noqa: RET505 (so that the type checker reads only one of them)
        return os.getsid(pid)


def same(entry: Entry | None, identity: ProcessIdentity) -> bool:
    """Return whether the table's entry is that very process, not a later one with its pid."""
    return (
        entry is not None
        and entry.pid == identity.pid
        and abs(entry.started_at - identity.started_at) < SAME_START_SECONDS
    )


def with_descendants(table: Table, roots: Iterable[int]) -> set[int]:
    """Return the pids of ``roots`` (where they exist) and of all that descend from them by parent."""
    children: dict[int, list[int]] = {}
    for entry in table.values():
        children.setdefault(entry.parent, []).append(entry.pid)
    found: set[int] = set()
    waiting = list(roots)
    while waiting:
        pid = waiting.pop()
        if pid not in found:
            found.add(pid)
            waiting.extend(children.get(pid, ()))
    return found & table.keys()


def lineage(table: Table, pid: int) -> set[int]:
    """Return ``pid`` and its ancestors: never to be ended by one of themselves."""
    found: set[int] = set()
    while pid and pid not in found:
        found.add(pid)
        entry = table.get(pid)
        pid = entry.parent if entry else 0
    return found


def marked(table: Table, variable: str, marks: Iterable[str]) -> set[int]:
    """Return the pids whose environment, where we may read it, holds ``variable`` with one of ``marks``."""
    wanted = {f"{variable}={mark}".encode() for mark in marks}
    if not wanted:
        return set()
    return {pid for pid in table if wanted & _environment(pid, variable)}


if sys.platform == "linux":

    def read_table() -> Table:
        """Return all processes by pid, zombies too."""
        table = {}
        for name in os.listdir("/proc"):  # noqa: PTH208 (a third of the time of Path.iterdir)
            if name.isdigit() and (entry := read_entry(int(name))):
                table[entry.pid] = entry
        return table

    def read_entry(pid: int) -> Entry | None:
        """Return one process, or None if there is none of that pid."""
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 (this runs for every process)
                text = file.read()
        except OSError:
            return None  # it ended meanwhile
        # The name stands in brackets and may hold blanks and brackets itself: read behind the last one.
        fields = text[text.rfind(b")") + 2 :].split()
        state, parent, session, threads, ticks = fields[0], fields[1], fields[3], fields[17], fields[19]
        started_at = _booted_at() + int(ticks) / os.sysconf("SC_CLK_TCK")
        # The state is the first thread's alone. While another lives (a killed browser's may take a while to
        # end), the process can start others, keeps its children and cannot be waited for.
        dead = state.decode() in _DEAD and int(threads) <= 1
        return Entry(pid, int(parent), int(session), started_at, dead)

    @cache  # once a process: a clock set right meanwhile must not make strangers of our own children
    def _booted_at() -> float:
        return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)

    def _environment(pid: int, _variable: str) -> set[bytes]:
        try:
            return set(Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"))
        except OSError:
            return set()  # another user's, or a sandboxed one

else:
    import psutil

    def read_table() -> Table:
        """Return all processes by pid, zombies too."""
        entries = (_entry(process) for process in psutil.process_iter())
        return {entry.pid: entry for entry in entries if entry}

    def read_entry(pid: int) -> Entry | None:
        """Return one process, or None if there is none of that pid."""
        try:
            return _entry(psutil.Process(pid))
        except psutil.Error:
            return None

    def _entry(process: psutil.Process) -> Entry | None:
        try:
            with process.oneshot():
                pid = process.pid
                dead = process.status() in {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}
                return Entry(pid, process.ppid() or 0, session_of(pid), process.create_time(), dead)
        except (psutil.Error, OSError):
            return None  # it ended meanwhile, or is not ours to look at

    def _environment(pid: int, variable: str) -> set[bytes]:
        try:
            return {f"{variable}={psutil.Process(pid).environ().get(variable)}".encode()}
        except (psutil.Error, OSError):
            return set()
