"""Excel files before 2007 (XLS): the values by calamine, and a second look for what calamine does not tell.

For a cell with an error, and for a formula without a result, calamine returns an empty text. Both stand in
the file's own records, and are read there. Source of the records: [MS-XLS] 2.4.
"""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterator, Mapping

from agent.core.failures import DownloadWrongType
from agent.reports import calamine_apart, limits
from agent.reports.calamine_apart import PlainSheet
from agent.reports.cells import Broken, Cell
from agent.reports.compound import Compound
from agent.reports.limits import unsafe
from agent.reports.sheet_stream import MergedRanges
from agent.reports.sniffing import cut, wrong_type
from agent.reports.table import RawRow, Table

_BOF, _EOF, _SHEET, _LOCKED, _FORMULA, _ERROR = 0x0809, 0x000A, 0x0085, 0x002F, 0x0006, 0x0205
_CELLS = {0x0006, 0x00BD, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E}
_MAX_COLUMNS = 256  # no XLS file has more
_MAX_AREA = 5_000_000  # cells from A1 to the last one
_WHOLE = "a whole XLS file"
_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!",
    0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
}  # fmt: skip
_OTHERS = {
    "WordDocument": "a Word document",
    "PowerPoint Document": "a presentation",
    "__properties_version1.0": "an e-mail message",
    "Book": "an Excel file of the kind before 1997",
}


def read_old_workbook(content: bytes, name: str) -> list[Table]:
    """Return a table for each visible sheet that holds anything.

    Raises DownloadCut where the file ends too early, DownloadUnsafe for macros, a password or another file
    inside, DownloadWrongType for a compound file that is no workbook.
    """
    compound = Compound(content, name)
    _refuse_others(compound, name)
    records = compound.stream("Workbook")
    if records is None:
        wrong_type(name, "a compound file that is not an Excel file")
    seen = _second_look(records, name)
    try:
        found = calamine_apart.sheets(content)
    except calamine_apart.CannotRead as error:
        told = f"an XLS file that cannot be read ({error})"
        raise DownloadWrongType(file=name, expected=_WHOLE, found=told) from error
    except TimeoutError:
        unsafe(name, "a file that takes too long to read", f"at most {calamine_apart.SECONDS} seconds")
    if any(sheet.left + len(row) > _MAX_COLUMNS for sheet in found for row in sheet.rows[:1]):
        wrong_type(name, "an XLS file with too many columns", _WHOLE)
    tables = [Table(_rows(sheet, seen.get(sheet.name, {})), sheet.name) for sheet in found]
    tables = [table for table in tables if any(row.filled for row in table.rows)]
    if not tables:
        wrong_type(name, "a workbook with nothing in it")
    return tables


def _refuse_others(compound: Compound, name: str) -> None:
    titles = compound.entries.keys()
    if {"EncryptedPackage", "EncryptionInfo"} & titles:
        unsafe(name, "a workbook locked with a password", "a workbook without a password")
    if "Workbook" not in titles:
        for title, found in _OTHERS.items():
            if title in titles:
                wrong_type(name, found)
    if {"_VBA_PROJECT_CUR", "_VBA_PROJECT", "VBA", "Macros"} & titles:
        unsafe(name, "a workbook with macros", "a workbook without macros")
    if any(title.startswith(("MBD", "\x01Ole10")) for title in titles):
        unsafe(name, "a workbook with other files inside", "a workbook by itself")


def _second_look(records: bytes, name: str) -> dict[str, Mapping[tuple[int, int], str]]:
    """Walk through all records: sheets, a password, broken cells, and whether the last one is whole."""
    sheets: dict[int, str] = {}
    broken: dict[int, dict[tuple[int, int], str]] = defaultdict(dict)
    extent: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    here, ended = -1, False
    for at, kind, body in _records(records, name):
        if kind == _BOF:
            here, ended = at, False
        elif kind == _EOF:
            ended = True
        elif kind == _LOCKED:
            unsafe(name, "a workbook locked with a password", "a workbook without a password")
        elif kind == _SHEET and len(body) >= 8:
            sheets[struct.unpack_from("<I", body)[0]] = _title(body, name)
        elif kind in _CELLS and len(body) >= 4:
            extent[here] = _reach(extent[here], body, name)
        if kind in {_FORMULA, _ERROR} and (error := _broken(kind, body)) is not None:
            row, column = struct.unpack_from("<HH", body)
            broken[here][row, column] = error
    if not ended or any(start >= len(records) for start in sheets):
        cut(name, _WHOLE, "an XLS file without its last part")
    return {title: broken.get(start, {}) for start, title in sheets.items()}


def _reach(extent: tuple[int, int], body: bytes, name: str) -> tuple[int, int]:
    """Return how far a sheet reaches with one more cell."""
    row, column = struct.unpack_from("<HH", body)
    rows, columns = max(extent[0], row + 1), max(extent[1], column + 1)
    if columns > _MAX_COLUMNS:
        wrong_type(name, f"an XLS file with a cell in column {columns:,}", _WHOLE)
    if rows * columns > _MAX_AREA:
        unsafe(name, f"a sheet of {rows:,} by {columns:,} cells", f"at most {_MAX_AREA:,}")
    return rows, columns


def _records(records: bytes, name: str) -> Iterator[tuple[int, int, bytes]]:
    """Return each record's place, kind and body; zeros after the last one are the sector's rest."""
    at, ended = 0, False
    while at + 4 <= len(records) and not (ended and not records[at : at + 512].strip(b"\x00")):
        kind, size = struct.unpack_from("<HH", records, at)
        body = records[at + 4 : at + 4 + size]
        if len(body) < size:
            cut(name, _WHOLE, "an XLS file that ends within a record")
        yield at, kind, body
        ended = kind == _EOF
        at += 4 + size


def _broken(kind: int, body: bytes) -> str | None:
    """Return the error of a BOOLERR or FORMULA record, None where it holds a value."""
    if kind == _ERROR and len(body) >= 8:
        return _ERRORS.get(body[6], "#ERROR") if body[7] == 1 else None
    if kind == _FORMULA and len(body) >= 14 and body[12:14] == b"\xff\xff" and body[6] == 0x02:
        return _ERRORS.get(body[8], "#ERROR")
    return None


def _title(body: bytes, name: str) -> str:
    if body[5] == 0x01:
        unsafe(name, "a workbook with macros", "a workbook without macros")
    length, wide = body[6], body[7] & 1
    return body[8 : 8 + 2 * length].decode("utf-16-le") if wide else body[8 : 8 + length].decode("latin-1")


def _rows(sheet: PlainSheet, broken: Mapping[tuple[int, int], str]) -> list[RawRow]:
    ranges = MergedRanges([_ref(*first, *last) for first, last in sheet.merged if first != last])
    errors: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for (row, column), text in broken.items():
        errors[row].append((column, text))
    rows = []
    for number, values in enumerate(sheet.rows):
        cells: list[Cell] = [*[None] * sheet.left, *(None if value == "" else value for value in values)]
        for column, text in errors.get(number, ()):
            cells.extend([None] * (min(column + 1, limits.MAX_COLUMNS) - len(cells)))
            cells[column] = Broken(text)
        ranges.mark(number + 1, cells)
        rows.append(RawRow(number + 1, tuple(cells)))
    return rows


def _ref(top: int, left: int, bottom: int, right: int) -> str:
    return f"{_letters(left)}{top + 1}:{_letters(right)}{bottom + 1}"


def _letters(place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
