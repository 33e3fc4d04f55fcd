"""Which line of a TOML file says something: people need the line, and ``tomllib`` keeps none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_HEADER = re.compile(r"^\s*\[\[?\s*(?P<path>[^\]]+?)\s*\]\]?\s*(#.*)?$")
_ENTRY = re.compile(
    r"""^\s*(?P<path>(?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*="""
)
_PART = re.compile(r""""(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[\w-]+)""")
_AT = re.compile(r"\(at line (\d+), column \d+\)")


def line_of(text: str, path: Sequence[str]) -> int:
    """Return the line (from 1) where ``path`` is written, or else its nearest parent; 1 if there is none.

    ``path`` is the way from the file's root, as ``("offices", "main", "zone")``. A key in an inline table is
    found at the entry that holds the table.
    """
    wanted = tuple(path)
    best, line = 0, 1
    for number, found in _entries(text):
        depth = min(len(found), len(wanted))
        if depth > best and found[:depth] == wanted[:depth]:
            best, line = depth, number
    return line


def line_of_error(error: Exception, text: str) -> int:
    """Return the line (from 1) that a TOMLDecodeError names; the last one for "end of document"."""
    match = _AT.search(str(error))
    return int(match.group(1)) if match else max(1, len(text.splitlines()))


def _entries(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _parts(header.group("path"))
            yield number, table
        elif entry := _ENTRY.match(line):
            yield number, table + _parts(entry.group("path"))


def _parts(path: str) -> tuple[str, ...]:
    return tuple(next(part for part in match.groups() if part is not None) for match in _PART.finditer(path))
