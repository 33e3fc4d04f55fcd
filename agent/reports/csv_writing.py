"""Writing delimited text that a spreadsheet program opens as what it is."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from agent.reports.writing import store

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(
    target: Path | BinaryIO,
    headers: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    delimiter: str = ",",
    encoding: str = "utf-8-sig",
    guarded: bool = True,
) -> None:
    """Write headings and rows, lines ending in CR LF; a file is replaced as a whole or not at all.

    Days are written as ISO 8601, amounts with a point. A text that a spreadsheet program would take for a
    formula gets an apostrophe before it, unless ``guarded`` is False (for a program that reads it). Raises
    ValueError for a row's width, TypeError for a float or any other type, UnicodeEncodeError where the
    encoding lacks a letter.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow([_shown(header, guarded=guarded) for header in headers])
    for number, row in enumerate(rows, 2):
        if len(row) != len(headers):
            raise ValueError(f"row {number} has {len(row)} cells, the headings are {len(headers)}")
        writer.writerow([_shown(value, guarded=guarded) for value in row])
    store(target, buffer.getvalue().encode(encoding))


def _shown(value: object, *, guarded: bool) -> str:
    if isinstance(value, str):
        return f"'{value}" if guarded and value.startswith(_FORMULA) else value
    if isinstance(value, Decimal) and not value.is_finite():
        raise ValueError("an amount is a finite number")
    for kind, show in _SHOWN.items():
        if isinstance(value, kind):
            return show(value)
    raise TypeError(f"a cell cannot hold {type(value).__name__}; an amount is a Decimal")


_SHOWN: dict[type, Callable[[Any], str]] = {  # in this order: a bool is an int, a datetime is a date
    type(None): lambda _: "",
    bool: lambda value: "TRUE" if value else "FALSE",
    Decimal: "{:f}".format,
    int: str,
    dt.datetime: lambda value: str(value.isoformat(" ", "minutes")),
    dt.date: lambda value: str(value.isoformat()),
}
