"""Writing a workbook that says what was put in: text stays text, money and days are typed, no formulas."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

if TYPE_CHECKING:
    from openpyxl.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

Value: TypeAlias = str | int | Decimal | dt.date | bool | None
"""What a cell may be given. Never a float: an amount is a Decimal. (A datetime is a date; it has no zone.)"""

LARGE = 20_000
"""Rows of a sheet beyond which a workbook is written as a stream."""

_EXACT = 10**15  # a spreadsheet keeps 15 digits
_LONGEST = 32_767  # characters a cell may hold
_WIDEST = 60  # characters; a longer text wraps
_TITLE = re.compile(r"[^\[\]:*?/\\]{1,31}")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # "_x0041_" would be shown as "A"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Sheet:
    """One sheet: its headings, then its rows, each as wide as the headings, each cell a :data:`Value`."""

    headers: Sequence[str]
    rows: Iterable[Sequence[object]]


def write_xlsx(target: Path | BinaryIO, sheets: Mapping[str, Sheet]) -> None:
    """Write a workbook with a sheet for each name; a file is replaced as a whole or not at all.

    Raises ValueError for a sheet's name, a row's width, a text or a number that a workbook cannot hold as it
    is, TypeError for a float or any other type.
    """
    from openpyxl import Workbook  # noqa: PLC0415 - slow to load, and few automations write workbooks

    if not sheets:
        raise ValueError("a workbook needs at least one sheet")
    large = any(not isinstance(sheet.rows, Sized) or len(sheet.rows) > LARGE for sheet in sheets.values())
    workbook = Workbook(write_only=large)
    for page in workbook.worksheets:
        workbook.remove(page)
    for title, sheet in sheets.items():
        if _TITLE.fullmatch(title) is None or title.startswith("'") or title.endswith("'"):
            raise ValueError(f"{title!r} cannot be the name of a sheet")
        (_stream if large else _fill)(workbook.create_sheet(title), sheet)
    buffer = BytesIO()
    workbook.save(buffer)
    store(target, buffer.getvalue())


def store(target: Path | BinaryIO, content: bytes) -> None:
    """Write to a stream, or replace a file as a whole."""
    if isinstance(target, Path):
        beside = target.with_name(target.name + ".part")
        beside.write_bytes(content)
        beside.replace(target)
    else:
        target.write(content)


def _stream(page: Any, sheet: Sheet) -> None:  # noqa: ANN401 - openpyxl's stubs know no such sheet
    """Write row after row, none of them kept; the columns are as wide as their headings need."""
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - as above
    from openpyxl.styles import Font  # noqa: PLC0415 - as above
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - as above

    page.freeze_panes = "A2"
    for column, header in enumerate(sheet.headers, 1):
        page.column_dimensions[get_column_letter(column)].width = min(max(len(header), 10), _WIDEST) + 2
    try:
        for number, row in enumerate(_with_headers(sheet), 1):
            cells = []
            for value in row:
                cell = WriteOnlyCell(page)
                put(cell, value)
                if number == 1:
                    cell.font = Font(bold=True)
                cells.append(cell)
            page.append(cells)
    except (TypeError, ValueError):
        page.close()  # it writes to a file of its own until it is saved
        page._writer.cleanup()
        raise


def _with_headers(sheet: Sheet) -> Iterator[Sequence[object]]:
    yield sheet.headers
    for number, row in enumerate(sheet.rows, 2):
        _check_width(row, number, sheet)
        yield row


def _check_width(row: Sequence[object], number: int, sheet: Sheet) -> None:
    if len(row) != len(sheet.headers):
        raise ValueError(f"row {number} has {len(row)} cells, the headings are {len(sheet.headers)}")


def _fill(page: Worksheet, sheet: Sheet) -> None:
    from openpyxl.styles import Font  # noqa: PLC0415 - as above
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - as above

    widths = [len(header) for header in sheet.headers]
    for column, header in enumerate(sheet.headers, 1):
        cell = page.cell(1, column)
        put(cell, header)
        cell.font = Font(bold=True)
    for number, row in enumerate(sheet.rows, 2):
        _check_width(row, number, sheet)
        for column, value in enumerate(row, 1):
            put(page.cell(number, column), value)
            widths[column - 1] = max(widths[column - 1], len(str(value)) if value is not None else 0)
    for column, width in enumerate(widths, 1):
        page.column_dimensions[get_column_letter(column)].width = min(width, _WIDEST) + 2
    page.freeze_panes = "A2"


def put(cell: Cell | MergedCell, value: object) -> None:
    """Give a cell its value: text as text, days and amounts typed and shown as such.

    Raises ValueError for what a workbook cannot hold as it is, TypeError for a float or any other type.
    """
    if value is None:
        return
    if isinstance(value, str):
        _put_text(cell, value)
    elif isinstance(value, bool | dt.date):
        if isinstance(value, dt.datetime) and value.tzinfo is not None:
            raise ValueError("a workbook's time has no time zone: give the office's local time")
        cell.value = value
        if not isinstance(value, bool):
            cell.number_format = "yyyy-mm-dd hh:mm" if isinstance(value, dt.datetime) else "yyyy-mm-dd"
    elif isinstance(value, int | Decimal):
        _put_number(cell, value)
    else:
        raise TypeError(f"a cell cannot hold {type(value).__name__}; an amount is a Decimal")


def _put_text(cell: Cell | MergedCell, text: str) -> None:
    escaped = _LOOKS_ESCAPED.sub("_x005F_", text.replace("\r\n", "\n"))
    escaped = re.sub(r"[\x00-\x08\x0b-\x1f]", lambda found: f"_x{ord(found[0]):04X}_", escaped)
    if len(text) > _LONGEST:
        raise ValueError(f"a text of {len(text)} characters is longer than a cell holds")
    cell.value = escaped
    cell.data_type = "s"  # "=1+1" is what someone wrote, not what a spreadsheet should work out
    if text.startswith(_FORMULA):
        cell.quotePrefix = True  # and stays so when a person edits the cell


def _put_number(cell: Cell | MergedCell, number: int | Decimal) -> None:
    if isinstance(number, int):
        if abs(number) >= _EXACT:
            raise ValueError("a number of more than 15 digits loses digits in a workbook: write it as text")
        cell.value = number
        return
    if not number.is_finite() or len(number.normalize().as_tuple().digits) > 15:
        raise ValueError("an amount of more than 15 digits loses digits in a workbook: write it as text")
    places = max(2, -int(number.as_tuple().exponent))  # never shown rounded
    cell.value = number
    cell.number_format = "0." + "0" * places
