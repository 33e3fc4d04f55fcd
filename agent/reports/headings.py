"""Finding the columns of a contract in a table, whatever stands above them and however they are spelt."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from agent.reports.cells import Below, Beside, label
from agent.reports.contract import Column
from agent.reports.table import RawRow, Table

_HIGHEST = 3  # rows of one header
_LOOK = 100  # rows; a header further down is none


@dataclass(frozen=True)
class Header:
    """The header of a table: rows ``start`` to ``end`` (both as indexes), and where each field stands."""

    start: int
    end: int
    places: Mapping[str, int]
    headers: Mapping[str, str]
    labels: tuple[str, ...]
    doubled: tuple[str, ...] = ()


_ASCII = {code: None if not chr(code).isalnum() else chr(code).lower() for code in range(128)}


def squeeze(text: str) -> str:
    """Return only what must agree between two spellings: ``Claim No.`` = ``CLAIM_NO`` = ``claim_no``."""
    if text.isascii():
        return text.translate(_ASCII)
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if char.isalnum())


def find_header(table: Table, columns: Mapping[str, Column]) -> Header | None:
    """Return the first header that holds every required column, or None.

    A header of several rows is read from the top down: ``Patient`` over ``No`` is "Patient No". ``doubled``
    names the fields that more than one column would serve.
    """
    table = Table(table.rows[:_LOOK], table.name)
    for end in range(len(table.rows)):
        for height in range(1, min(_HIGHEST, end + 1) + 1):
            header = _match(table, end - height + 1, end, columns)
            if header is not None:
                return _whole(table, header, columns)
    return None


def nearest_labels(table: Table, columns: Mapping[str, Column]) -> tuple[str, ...]:
    """Return the labels of the row that comes nearest to the contract, to compare; () if none does."""
    wanted = {squeeze(column.header or field) for field, column in columns.items()}

    def agreement(row: RawRow) -> tuple[int, int]:
        labels = [squeeze(label(cell)) for cell in row.filled]
        return (len(wanted.intersection(labels)), len(labels))

    best = max(table.rows[:_LOOK], key=agreement, default=None)
    if best is None or agreement(best)[0] == 0:
        return ()  # it may be a record, and personal
    return tuple(label(cell) for cell in best.filled)


def _match(table: Table, start: int, end: int, columns: Mapping[str, Column]) -> Header | None:
    parts = _parts(table, start, end)
    places: dict[str, int] = {}
    doubled: list[str] = []
    for field, column in columns.items():
        wanted = squeeze(column.header or field)
        found = [place for place, words in enumerate(parts) if squeeze("".join(words)) == wanted]
        if not found:  # the lower part alone will do, if only one column has it
            found = [place for place, words in enumerate(parts) if wanted in _endings(words)]
        if found:
            places[field] = found[0]
        elif not column.optional:
            return None
        if len(found) > 1:
            doubled.append(field)
    if not places:
        return None
    labels = tuple(" ".join(words) for words in parts)
    headers = {field: labels[place] for field, place in places.items()}
    return Header(start, end, places, headers, labels, tuple(doubled))


def _parts(table: Table, start: int, end: int) -> list[list[str]]:
    """Return each column's words from top to bottom; a word merged over rows counts once."""
    width = max(len(row.cells) for row in table.rows[start : end + 1])
    parts: list[list[str]] = [[] for _ in range(width)]
    for row in table.rows[start : end + 1]:
        for place, cell in enumerate(row.cells):
            word = label(cell)
            if word and parts[place][-1:] != [word]:
                parts[place].append(word)
    return parts


def _endings(words: list[str]) -> set[str]:
    return {squeeze("".join(words[start:])) for start in range(1, len(words))}


def _whole(table: Table, header: Header, columns: Mapping[str, Column]) -> Header:
    """Take in the rows below that still belong to the header: marked as such, or merged with it."""
    end = header.end
    while end + 1 < len(table.rows) and end - header.start + 1 < _HIGHEST:
        below = table.rows[end + 1]
        grouped = any(isinstance(cell, Beside) for cell in table.rows[end].cells)
        if not (any(isinstance(cell, Below) for cell in below.cells) or (below.heading and grouped)):
            break
        end += 1
    return (_match(table, header.start, end, columns) or header) if end > header.end else header
