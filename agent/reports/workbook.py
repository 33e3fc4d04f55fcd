"""Sheets of an XLSX workbook, with the types the file gives its cells."""

from __future__ import annotations

import warnings
from io import BytesIO
from typing import Any, cast

from openpyxl import Workbook, load_workbook
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.worksheet import Worksheet

from agent.core.failures import DownloadWrongType
from agent.reports.cells import Below, Beside, Broken, Cell, PlainCell
from agent.reports.sniffing import check_workbook, wrong_type
from agent.reports.table import RawRow, Table


def read_workbook(content: bytes, name: str) -> list[Table]:
    """Return a table for each visible sheet that holds anything.

    Error values, and formulas whose result the file does not hold, are :class:`Broken`. Raises DownloadCut
    for a broken archive, DownloadWrongType for a zip archive that is no workbook or has nothing in it.
    """
    check_workbook(content, name)
    formulas = _load(content, name, results=False)
    has_formulas = any(
        cell.data_type == "f" for sheet in formulas.worksheets for row in sheet for cell in row
    )
    results = _load(content, name, results=True) if has_formulas else formulas
    tables = []
    for written, shown in zip(formulas.worksheets, results.worksheets, strict=True):
        rows = _rows(written, shown) if written.sheet_state == "visible" else []
        if any(row.filled for row in rows):
            tables.append(Table(rows, written.title))
    if not tables:
        wrong_type(name, "a workbook with nothing in it")
    return tables


def _load(content: bytes, name: str, *, results: bool) -> Workbook:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions, never about values
            return load_workbook(BytesIO(content), data_only=results)
    except Exception as error:  # openpyxl raises whatever a damaged part leads it to
        found = f"a workbook that cannot be read ({type(error).__name__})"
        raise DownloadWrongType(file=name, expected="a whole XLSX file", found=found) from error


def _rows(written: Worksheet, shown: Worksheet) -> list[RawRow]:
    merged: dict[tuple[int, int], Cell] = {}
    for area in written.merged_cells.ranges:
        value = cast(PlainCell, shown.cell(area.min_row, area.min_col).value)
        for line in range(area.min_row, area.max_row + 1):
            for column in range(area.min_col, area.max_col + 1):
                merged[line, column] = Beside(value) if column > area.min_col else Below(value)
        del merged[area.min_row, area.min_col]
    rows = []
    for number, (row, values) in enumerate(zip(written.iter_rows(), shown.iter_rows(), strict=True), 1):
        cells = (_cell(a, b) for a, b in zip(row, values, strict=True))
        placed = tuple(merged.get((number, column), cell) for column, cell in enumerate(cells, 1))
        rows.append(RawRow(number, placed))
    return rows


def _cell(written: Any, shown: Any) -> Cell:  # noqa: ANN401 - a cell of one of openpyxl's several classes
    if shown.data_type == "e":
        return Broken(str(shown.value))
    if written.data_type == "f" and shown.value is None:
        return Broken(str(written.value))
    value = shown.value
    return unescape(value) if isinstance(value, str) else cast(PlainCell, value)
