"""Rows that break their contract, as a person has corrected them: read again by the very same contract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

from agent.core.failures import StatedTotalDiffers
from agent.reports.cells import label
from agent.reports.contract import Invalid
from agent.reports.reading import TypedRows
from agent.reports.table import InvalidRow, Layout, Problem, Row

Place: TypeAlias = tuple[str, int]
"""A row of one file: its sheet ("" where there are none) and its number."""


@dataclass(frozen=True)
class Amendment:
    """What a person made of one row: new texts by field, or (None) that it is left out, and why.

    ``by`` is the actor, ``at`` the moment (UTC, ISO text).
    """

    texts: Mapping[str, str] | None = field(repr=False)  # they may be personal
    reason: str
    by: Mapping[str, Any]
    at: str


@dataclass(frozen=True)
class Amended:
    """The invalid rows of a file after people's words: rows now, rows still invalid, rows left out."""

    rows: list[Row]
    invalid: list[InvalidRow]
    left_out: list[tuple[InvalidRow, str]]


def place_of(row: InvalidRow) -> Place:
    """Return which row of its file this is."""
    return (row.address.sheet or "", row.number)


def amend(typed: TypedRows, amendments: Mapping[Place, Amendment]) -> Amended:
    """Read the invalid rows of a file once more, with what people corrected.

    Raises StatedTotalDiffers when every amount can be read now and the file's own total is another one.
    """
    amended = Amended([], [], [])
    for row in typed.invalid:
        told = amendments.get(place_of(row))
        if told is None:
            amended.invalid.append(row)
        elif told.texts is None:
            amended.left_out.append((row, f"left out by {told.by.get('name', '')}: {told.reason}"))
        else:
            again = _read_again(row, typed, told)
            (amended.rows if isinstance(again, Row) else amended.invalid).append(again)  # type: ignore[arg-type]
    if amended.rows and not amended.invalid and not amended.left_out:
        _require_stated(typed, [*typed.rows, *amended.rows])
    return amended


def texts_of(row: InvalidRow) -> dict[str, str]:
    """Return each field's cell as a person reads it."""
    return {name: label(cell) for name, cell in row.cells.items()}


def _read_again(row: InvalidRow, typed: TypedRows, told: Amendment) -> Row | InvalidRow:
    cells = {**row.cells, **(told.texts or {})}
    edited = {
        name: {"by": dict(told.by), "at": told.at, "before": label(row.cells.get(name))}
        for name in told.texts or {}
    }
    fields = {name: place for place, name in enumerate(typed.columns)}
    file, sheet = row.address.file, row.address.sheet
    layout = Layout(file, sheet, {}, typed.headers, fields, edited)
    values: list[Any] = []
    problems = [problem for problem in row.problems if not problem.field]  # of the row as a whole
    for name, column in typed.columns.items():
        try:
            values.append(column.parse(cells.get(name)))
        except Invalid as error:
            header = typed.headers.get(name, column.header or name)
            address = layout.address(row.number, name)
            problems.append(Problem(name, header, cells.get(name), error.problem, error.expected, address))
    if problems:
        return InvalidRow(row.number, tuple(problems), cells)
    return Row(row.number, tuple(values), layout)


def _require_stated(typed: TypedRows, rows: Iterable[Row]) -> None:
    rows = list(rows)
    for name, stated in typed.stated_total.items():
        if stated is None or name in typed.sums:
            continue  # none stated, or compared already when the file was read
        found = sum((Decimal(row.values[name] or 0) for row in rows), Decimal(0))
        if found != stated:
            header, show = typed.headers.get(name, name), typed.columns[name].show
            raise StatedTotalDiffers(file=typed.file, what=header, expected=show(stated), found=show(found))
