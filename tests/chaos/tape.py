"""Every write, cut and sync of a database's files, as SQLite asks the system for them; and each commit.

A VFS of SQLite's own kind (apsw) stands between it and the disk: it passes everything on and writes it down.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import apsw

_SYSTEM = apsw.vfs_names()[0]  # before ours is the default


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes were handed to the system; ``file`` is the number of a file's life, ``offset`` in bytes."""

    file: int
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """A file was cut, or made longer, to ``size`` bytes."""

    file: int
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    """The system said that all of a file is on the disk."""

    file: int


@dataclass(frozen=True, slots=True)
class Made:
    """A file came into being under a name."""

    file: int
    name: str


@dataclass(frozen=True, slots=True)
class Removed:
    """A name was taken away."""

    name: str


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A commit on the database of this name returned; ``state`` is the hash of all its rows since then."""

    name: str
    state: int


Event: TypeAlias = Write | Cut | Sync | Made | Removed | Acknowledged


@dataclass
class Tape:
    """What happened to the files of one folder, in order; ``before`` is what they held at first."""

    before: dict[str, bytes]
    events: list[Event] = field(default_factory=list)
    _lives: dict[str, int] = field(default_factory=dict)
    _born: int = 0

    def __post_init__(self) -> None:
        for name in self.before:
            self._lives[name] = self._next()

    def first_lives(self) -> dict[str, int]:
        """The number of each file that was there at first."""
        return {name: number for number, name in enumerate(self.before)}

    def life(self, name: str) -> int:
        """The number of the file that bears a name now; a new one is noted."""
        if name not in self._lives:
            self._lives[name] = self._next()
            self.events.append(Made(self._lives[name], name))
        return self._lives[name]

    def removed(self, name: str) -> None:
        """Note that a name was taken away."""
        if self._lives.pop(name, None) is not None:
            self.events.append(Removed(name))

    def _next(self) -> int:
        self._born += 1
        return self._born - 1


class _File(apsw.VFSFile):
    """One open file."""

    def __init__(self, tape: Tape, name: Any, flags: list[int]) -> None:
        super().__init__(_SYSTEM, name, flags)
        self._tape, self._life = tape, tape.life(_short(name))

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802  # as SQLite calls it
        self._tape.events.append(Write(self._life, offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802  # as SQLite calls it
        self._tape.events.append(Cut(self._life, newsize))
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802  # as SQLite calls it
        super().xSync(flags)
        self._tape.events.append(Sync(self._life))


class _Recorder(apsw.VFS):
    """Writes down what is done to named files; temporary ones are none of our business."""

    def __init__(self, tape: Tape) -> None:
        super().__init__("power", _SYSTEM, makedefault=True)
        self._tape = tape

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802  # as SQLite calls it
        if name is None:
            return apsw.VFSFile(_SYSTEM, name, flags)
        return _File(self._tape, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802  # as SQLite calls it
        super().xDelete(filename, syncdir)
        self._tape.removed(_short(filename))


def _short(name: Any) -> str:
    return Path(name if isinstance(name, str) else name.filename()).name


@contextmanager
def recorded(folder: Path) -> Iterator[Tape]:
    """Write down what every connection opened inside the block does to the files of a folder."""
    tape = Tape({path.name: path.read_bytes() for path in sorted(folder.iterdir())})
    recorder = _Recorder(tape)
    try:
        yield tape
    finally:
        recorder.unregister()
