"""Columns that were renamed, moved, lost or added since the last accepted file, and what that suggests."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from agent.reports.cells import Below, Beside, is_blank, label
from agent.reports.headings import squeeze
from agent.reports.table import RawRow, Table

_LOOK = 30  # rows; headings further down are not told from records without a contract
_LABEL = re.compile(r"[^\W\d_]\D*(?: [0-9])?")  # "Amount (£)", "Address 2"
_DIGIT = re.compile(r"[0-9]")
_ALIKE = 0.55  # of SequenceMatcher: "Amt" and "Amount" are 0.67, "Amount" and "Doctor" 0.33


@dataclass(frozen=True)
class Drift:
    """How headings differ from earlier ones. ``renamed`` pairs an old heading with the likely new one."""

    gone: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    moved: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.gone or self.new or self.moved)

    def __str__(self) -> str:
        told = [f"column “{name}” is new" for name in self.new]
        told += [f"“{name}” is gone" for name in self.gone]
        told += [f"“{name}” has moved" for name in self.moved]
        told += [f"perhaps “{old}” is now called “{new}”" for old, new in self.renamed]
        return ", ".join(told)


def drift(before: Sequence[str], now: Sequence[str]) -> Drift:
    """Compare two lists of headings; spelling is compared as columns are found: without case and spaces."""
    old, fresh = {squeeze(name): name for name in before}, {squeeze(name): name for name in now}
    gone = [name for key, name in old.items() if key not in fresh]
    new = [name for key, name in fresh.items() if key not in old]
    order_before = [key for key in old if key in fresh]
    order_now = [key for key in fresh if key in old]
    pairs = zip(order_before, order_now, strict=True)
    moved = [fresh[here] for there, here in pairs if there != here]
    return Drift(tuple(gone), tuple(new), likely_renamed(gone, new), tuple(moved))


def likely_renamed(gone: Sequence[str], new: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Pair each lost heading with the new one most like it, each at most once; none where none is alike."""
    scores = sorted(((_likeness(old, fresh), old, fresh) for old in gone for fresh in new), reverse=True)
    pairs: dict[str, str] = {}
    for score, old, fresh in scores:
        if score >= _ALIKE and old not in pairs and fresh not in pairs.values():
            pairs[old] = fresh
    if not pairs and len(gone) == len(new) == 1:
        pairs[gone[0]] = new[0]
    return tuple(pairs.items())


def headings_of(tables: Sequence[Table]) -> tuple[str, ...]:
    """Return what are likely the headings of the largest table, without a contract to say so.

    Only words that stand above numbers: any other row may be a record, and personal. () when there is none.
    """
    largest = max(tables, key=lambda table: len(table.rows), default=None)
    return _headings(largest) if largest is not None else ()


def _headings(table: Table) -> tuple[str, ...]:
    rows = table.ends[:_LOOK]
    for number, row in enumerate(rows):
        words = [label(cell) for cell in row.cells if isinstance(cell, str) and label(cell)]
        others = [cell for cell in row.filled if not isinstance(cell, str | Below | Beside)]
        wide = len(words) >= max(2, table.width / 2)
        if wide and not others and len(set(words)) == len(words) and all(map(_LABEL.fullmatch, words)):
            return tuple(words) if _stands_above(row, rows[number + 1 :]) else ()
    return ()


def _stands_above(heading: RawRow, below: Sequence[RawRow]) -> bool:
    """Say whether numbers stand below words in some column: then the words are no record themselves."""
    records = [row for row in below if len(row.filled) * 2 >= len(heading.filled)]
    for place, word in enumerate(heading.cells):
        found = [row.cells[place] for row in records if place < len(row.cells)]
        cells = [cell for cell in found if not is_blank(cell)]
        if cells and _DIGIT.search(label(word)) is None and all(map(_DIGIT.search, map(label, cells))):
            return True
    return False


def _likeness(one: str, other: str) -> float:
    a, b = squeeze(one), squeeze(other)
    if not a or not b:
        return 0.0
    short, long = sorted((a, b), key=len)
    letters = iter(long)
    if len(short) > 2 and short[0] == long[0] and all(letter in letters for letter in short):
        return 0.9  # an abbreviation: "Amt" of "Amount"
    return SequenceMatcher(None, a, b, autojunk=False).ratio()
