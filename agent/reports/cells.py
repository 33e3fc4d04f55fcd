"""What one cell of a report may hold, before any contract says what it means."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

PlainCell: TypeAlias = str | int | float | bool | Decimal | dt.date | dt.time | dt.timedelta | None
"""A value as the file's own format gives it; CSV and HTML know text only. (datetime is a date.)"""


@dataclass(frozen=True, slots=True)
class Below:
    """The lower part of a cell merged over several rows; ``value`` stands in its first row."""

    value: PlainCell


@dataclass(frozen=True, slots=True)
class Beside:
    """The right part of a cell merged over several columns; ``value`` stands in its first column."""

    value: PlainCell


@dataclass(frozen=True, slots=True)
class Broken:
    """A spreadsheet's error value (``#N/A``), or a formula whose result the file does not hold."""

    text: str


Cell: TypeAlias = PlainCell | Below | Beside | Broken

_SPACES = re.compile(r"\s+")


def is_blank(cell: Cell) -> bool:
    """Say whether a person sees nothing in this cell (spaces and ``&nbsp;`` are nothing)."""
    if isinstance(cell, str):
        return not cell or cell.isspace()
    return cell is None or isinstance(cell, Beside) or (isinstance(cell, Below) and is_blank(cell.value))


def label(cell: Cell) -> str:
    """Return a cell as one line of text, for headers and footers; "" when it is empty."""
    if isinstance(cell, str):
        return _SPACES.sub(" ", cell).strip()
    if isinstance(cell, Below | Beside):
        return label(cell.value)
    if isinstance(cell, Broken):
        return cell.text
    return "" if cell is None else str(cell)
