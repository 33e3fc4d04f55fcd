"""A log file of any length: where its lines begin, which of them hold a word, and the text of some."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

_CHUNK = 1 << 20
_ENTRY = re.compile(r"^(?P<at>\d{4}-\d\d-\d\d[T ]\S+) +(?P<level>[A-Z]+) +(?P<text>.*)$")


class Line(NamedTuple):
    """One line; ``at`` is UTC as written there, empty for one that belongs to the line before."""

    at: str
    level: str
    text: str


@dataclass(frozen=True)
class _Part:
    """One file of a log; ``size`` is how far it was read, in bytes. Renamed, ``ident`` tells it again."""

    file: Path
    ident: int
    starts: array[int] = field(default_factory=lambda: array("Q"), repr=False)
    size: int = 0

    def grown(self, size: int) -> _Part:
        """Return it with what was added since; one that became shorter is read anew.

        A line that is still being written is left for later.
        """
        known = self if size >= self.size else _Part(self.file, self.ident)
        if size == known.size:
            return known
        starts, place = array("Q", known.starts), known.size
        for chunk in _chunks(self.file, known.size):
            for part in chunk.split(b"\n")[:-1]:
                starts.append(place)
                place += len(part) + 1
        return _Part(self.file, self.ident, starts, place)


@dataclass(frozen=True)
class LogIndex:
    """Where each line of a log begins, the older files that it was continued from included."""

    parts: tuple[_Part, ...] = ()

    def __len__(self) -> int:
        return sum(len(part.starts) for part in self.parts)

    def grown(self, file: Path) -> LogIndex:
        """Return the index with what was added since; without a file there is no line."""
        known = {part.ident: part for part in self.parts}
        found = []
        for path in (*older_files(file), file):
            try:
                told = path.stat()
            except FileNotFoundError:  # renamed in this very moment, or never there
                continue
            part = known.get(told.st_ino, _Part(path, told.st_ino))
            found.append(replace(part, file=path).grown(told.st_size))
        return LogIndex(tuple(found))

    def with_word(self, word: str) -> array[int]:
        """Return the numbers of the lines that hold a word, in whatever case."""
        wanted, found, number = word.casefold(), array("Q"), 0
        for part in self.parts:
            for chunk in _chunks(part.file, 0):
                text = chunk.decode(errors="replace")
                if wanted in text.casefold():
                    lines = text.split("\n")[:-1]
                    found.extend(
                        number + place for place, line in enumerate(lines) if wanted in line.casefold()
                    )
                number += chunk.count(b"\n")
        return found

    def lines(self, numbers: Sequence[int]) -> list[Line]:
        """Return the text of some lines, which stand in rising order; those that are gone are left out."""
        found: list[Line] = []
        first = 0
        for part in self.parts:
            inside = [number - first for number in numbers if first <= number < first + len(part.starts)]
            if inside:
                with part.file.open("rb") as opened:
                    for number in inside:
                        opened.seek(part.starts[number])
                        found.append(_line(opened.readline()))
            first += len(part.starts)
        return found


def older_files(file: Path) -> list[Path]:
    """Return the files that a log was continued from, the oldest first."""
    return sorted(file.parent.glob(f"{file.name}.[0-9]*"), key=lambda path: -int(path.suffix[1:]))


def _line(content: bytes) -> Line:
    text = content.decode(errors="replace").rstrip("\r\n")
    match = _ENTRY.match(text)
    return Line(match["at"], match["level"], match["text"]) if match else Line("", "", text)


def _chunks(file: Path, start: int) -> Iterator[bytes]:
    """Yield whole lines in pieces of about a megabyte, from a place where a line begins."""
    rest = b""
    with file.open("rb") as opened:
        opened.seek(start)
        while piece := opened.read(_CHUNK):
            whole, end, rest_of = (rest + piece).rpartition(b"\n")
            rest = rest_of
            if end:
                yield whole + end
