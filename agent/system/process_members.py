"""Who belongs to a worker's tree, as far as a look at all processes can tell."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable

from agent.system.process_signals import kill, reap, stop, wait_until_dead
from agent.system.process_table import (
    SAME_START_SECONDS,
    Entry,
    ProcessIdentity,
    Table,
    lineage,
    marked,
    read_table,
    same,
    session_of,
    with_descendants,
)

MARK = "PREDAWN_TREE"
"""The environment variable that carries a tree's mark."""

LIMIT_SECONDS = 10.0
"""A process in an uninterruptible disk wait cannot be ended; we do not wait for the disk."""

ROUND_SECONDS = 1.0
"""How long one round of killing waits before it looks again."""


class Members:
    """What is known of the members of one tree (or of a dead host's trees), gathered over its life."""

    def __init__(
        self, roots: Iterable[ProcessIdentity], marks: Iterable[str], sessions: Iterable[int] = ()
    ) -> None:
        self._known: dict[int, ProcessIdentity] = {root.pid: root for root in roots}
        self._marks = tuple(marks)
        self._sessions = set(sessions)
        self._since = min((root.started_at for root in self._known.values()), default=time.time())

    def find(self, table: Table, *, deep: bool) -> dict[int, Entry]:
        """Return the members in ``table``, zombies too; ``deep`` also reads environments for the mark."""
        roots = {pid for pid, identity in self._known.items() if same(table.get(pid), identity)}
        if deep:
            roots |= marked(table, MARK, self._marks)
        found = closure(table, roots, self._sessions)
        for pid in found:
            self._known[pid] = table[pid].identity
        # A session's number is its own only while somebody is in it.
        self._sessions = {table[pid].session for pid in found}
        return {pid: table[pid] for pid in found}

    def end(self, deadline: float, spare: int | None) -> tuple[int, tuple[int, ...]]:
        """Kill all members but ``spare``; return how many died so, and the pids that remain.

        All are halted first, until a look finds no new one: who is killed one by one may start another
        meanwhile, and that one loses its parent and with it the way to be found.
        """
        halting_until = time.monotonic() + ROUND_SECONDS
        halted: set[ProcessIdentity] = set()
        killed: set[ProcessIdentity] = set()
        while True:
            members = self.find(read_table(), deep=True)
            living = [entry for entry in members.values() if not entry.dead and entry.pid != spare]
            if not living or time.monotonic() > deadline:
                return len(killed), tuple(sorted(entry.pid for entry in living))
            fresh = [entry for entry in living if entry.identity not in halted]
            for entry in fresh:
                stop(entry)
                halted.add(entry.identity)
            if fresh and time.monotonic() < halting_until:
                continue
            for entry in living:
                if kill(entry):
                    killed.add(entry.identity)
            wait_until_dead((entry.identity for entry in living), ROUND_SECONDS)

    def reap(self, roots: Iterable[int]) -> None:
        """Take the exit status of every ended orphan that came to us, by its pid; ``roots``: living workers.

        Orphans are the children of ours that lead a life in another session and are no worker's root: this
        process starts children with sessions of their own only as trees. An orphan that ended before
        anybody saw it in a tree tells no more of itself.
        """
        workers = set(roots)
        us, session = os.getpid(), session_of(0)
        for entry in read_table().values():
            orphan = entry.parent == us and entry.session != session and entry.pid not in workers
            if entry.dead and orphan and entry.started_at >= self._since - SAME_START_SECONDS:
                reap(entry.pid)


def closure(table: Table, roots: Iterable[int], sessions: Iterable[int]) -> set[int]:
    """Return the roots, the members of ``sessions`` and of theirs, and all descendants; never our ancestors.

    A session is believed if its leader is among the found or gone: a leader that lives elsewhere says that
    the number is used again, or that a member was started from somebody's terminal.
    """
    ours = lineage(table, os.getpid())
    foreign = {table[pid].session for pid in ours if pid in table} | {0}
    found = with_descendants(table, set(roots) - ours) - ours
    while True:
        wanted = (set(sessions) | {table[pid].session for pid in found}) - foreign
        wanted = {session for session in wanted if session in found or session not in table}
        members = {pid for pid, entry in table.items() if entry.session in wanted}
        grown = with_descendants(table, found | (members - ours)) - ours
        if grown == found:
            return found
        found = grown
