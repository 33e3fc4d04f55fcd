"""Reading log files: one entry a line, further lines set in below it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_ENTRY = re.compile(r"^(?P<at>\d{4}-\d\d-\d\d[T ]\S+) +(?P<level>[A-Z]+) +(?P<text>.*)$")


class Entry(NamedTuple):
    """One line of a log; ``at`` is UTC as written there, empty for a line that is not of our form."""

    at: str
    level: str
    text: str


def entries(file: Path) -> list[Entry]:
    """Return a log's entries, oldest first, older files (``.1``, ``.2`` …) included; none without a file."""
    older = sorted(file.parent.glob(f"{file.name}.[0-9]*"), key=lambda path: -int(path.suffix[1:]))
    found: list[Entry] = []
    for path in (*older, file):
        for line in _lines(path):
            match = _ENTRY.match(line)
            if match:
                found.append(Entry(match["at"], match["level"], match["text"]))
            elif found and line.startswith(" "):
                found[-1] = found[-1]._replace(text=f"{found[-1].text}\n{line}")
            else:
                found.append(Entry("", "", line))
    return found


def search(found: list[Entry], word: str) -> list[Entry]:
    """Return the entries that hold a word, in whatever case."""
    wanted = word.casefold()
    return [entry for entry in found if wanted in " ".join(entry).casefold()]


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            for line in file:
                yield line.rstrip("\n")
    except FileNotFoundError:
        return
