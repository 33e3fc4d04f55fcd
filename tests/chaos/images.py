"""What a disk may hold after the power went: what was synced, and of the rest any part in any order.

A write is kept by sectors: each is there as before or as written (SQLite's own assumption, "powersafe
overwrite"), and sectors that were never written hold whatever lay on the disk.
"""

from __future__ import annotations

import random
from collections import defaultdict
from typing import TypeAlias

from tests.chaos.tape import Acknowledged, Cut, Event, Made, Removed, Sync, Tape, Write

SECTORS = (512, 4096)
HOW = ("any", "any", "any", "first", "last", "none", "all")
"""Which of the sectors that were not synced yet are kept: any of them, the first or last ones, none, all."""

Change: TypeAlias = Write | Cut


class Disk:
    """What is certainly on the disk, and what may be, while a tape is played."""

    def __init__(self, tape: Tape) -> None:
        lives = tape.first_lives()
        self._certain = {lives[name]: bytearray(content) for name, content in tape.before.items()}
        self._pending: dict[int, list[Change]] = defaultdict(list)
        self._names = lives
        self._pending_names: list[Made | Removed] = []

    def play(self, event: Event) -> None:
        """Let one event happen."""
        if isinstance(event, Write | Cut):
            self._pending[event.file].append(event)
        elif isinstance(event, Sync):
            content = self._certain.setdefault(event.file, bytearray())
            for change in self._pending.pop(event.file, []):
                _apply(content, change, None)
            # The first sync of a new log also syncs its folder (SQLite's os_unix.c, UNIXFILE_DIRSYNC).
            if any(isinstance(name, Made) and name.file == event.file for name in self._pending_names):
                self._names = self._named(len(self._pending_names))
                self._pending_names = []
        elif not isinstance(event, Acknowledged):
            self._pending_names.append(event)

    def crash(self, dice: random.Random) -> dict[str, bytes]:
        """Return the files as one power loss at this moment may leave them."""
        names = self._named(dice.randint(0, len(self._pending_names)))
        return {name: self._kept(life, dice) for name, life in names.items()}

    def _named(self, so_many: int) -> dict[str, int]:
        names = dict(self._names)
        for change in self._pending_names[:so_many]:
            if isinstance(change, Made):
                names[change.name] = change.file
            else:
                names.pop(change.name, None)
        return names

    def _kept(self, life: int, dice: random.Random) -> bytes:
        content = bytearray(self._certain.get(life, b""))
        pending = self._pending.get(life)
        if pending:
            for piece in _chosen(_pieces(pending, dice.choice(SECTORS)), dice):
                _apply(content, piece, dice)
        return bytes(content)


def _pieces(changes: list[Change], sector: int) -> list[Change]:
    """Cut every write at the borders of sectors."""
    pieces: list[Change] = []
    for change in changes:
        if isinstance(change, Cut):
            pieces.append(change)
            continue
        start, end = change.offset, change.offset + len(change.data)
        while start < end:
            border = min(end, (start // sector + 1) * sector)
            data = change.data[start - change.offset : border - change.offset]
            pieces.append(Write(change.file, start, data))
            start = border
    return pieces


def _chosen(pieces: list[Change], dice: random.Random) -> list[Change]:
    how, some = dice.choice(HOW), dice.randint(0, len(pieces))
    if how == "none":
        return []
    if how == "first":
        return pieces[:some]
    if how == "last":
        return pieces[some:]
    if how == "any":
        share = dice.random()
        pieces = [piece for piece in pieces if dice.random() < share]
        dice.shuffle(pieces)
    return pieces


def _apply(content: bytearray, change: Change, dice: random.Random | None) -> None:
    """Change a file's content; ``dice`` says what a hole holds: old bytes of the disk, or zeros."""
    if isinstance(change, Cut):
        if change.size < len(content):
            del content[change.size :]
        else:
            content.extend(bytes(change.size - len(content)))
        return
    hole = change.offset - len(content)
    if hole > 0:
        content.extend(dice.randbytes(hole) if dice is not None and dice.random() < 0.5 else bytes(hole))
    content[change.offset : change.offset + len(change.data)] = change.data
