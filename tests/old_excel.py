"""Writes Excel files of the kind before 2007, record by record, for tests: no library of ours writes them.

Source: [MS-XLS] and [MS-CFB]. Only what the tests need: texts, numbers, errors, formulas, merged cells.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

SECTOR = 512
END, FREE, TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


@dataclass(frozen=True)
class Error:
    """An error value: 0x2A is #N/A, 0x07 is #DIV/0!."""

    code: int


@dataclass(frozen=True)
class Formula:
    """A formula with its result: a number or an error."""

    result: float | Error


Cell = str | float | Error | Formula | None


def record(kind: int, body: bytes) -> bytes:
    """One BIFF8 record."""
    return struct.pack("<HH", kind, len(body)) + body


def cell_record(row: int, column: int, cell: Cell) -> bytes:
    """The record of one cell."""
    place = struct.pack("<HHH", row, column, 0)
    if isinstance(cell, str):
        body = cell.encode("utf-16-le")
        return record(0x0204, place + struct.pack("<HB", len(body) // 2, 1) + body)
    if isinstance(cell, Error):
        return record(0x0205, place + bytes([cell.code, 1]))
    if isinstance(cell, Formula):
        if isinstance(cell.result, Error):
            result = bytes([2, 0, cell.result.code, 0, 0, 0, 0xFF, 0xFF])
        else:
            result = struct.pack("<d", cell.result)
        return record(0x0006, place + result + struct.pack("<HIH", 0, 0, 3) + b"\x1e\x01\x00")
    return b"" if cell is None else record(0x0203, place + struct.pack("<d", cell))


def sheet_records(rows: Sequence[Sequence[Cell]], merged: Sequence[tuple[int, int, int, int]] = ()) -> bytes:
    """All records of a sheet; ``merged`` has first row, last row, first column, last column."""
    width = max(map(len, rows), default=0)
    found = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    found += record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    for number, row in enumerate(rows):
        found += b"".join(cell_record(number, column, cell) for column, cell in enumerate(row))
    if merged:
        areas = b"".join(struct.pack("<HHHH", *area) for area in merged)
        found += record(0x00E5, struct.pack("<H", len(merged)) + areas)
    return found + record(0x000A, b"")


def workbook_stream(
    sheets: dict[str, bytes], *, hidden: Sequence[str] = (), first: bytes = b"", macro_sheet: bool = False
) -> bytes:
    """The stream called Workbook: the globals, then the sheets' records."""
    bof = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0)) + first
    bof += record(0x0042, struct.pack("<H", 1200)) + record(0x0022, struct.pack("<H", 0))
    titles = [title.encode("utf-16-le") for title in sheets]
    length = len(bof) + sum(4 + 8 + len(title) for title in titles) + 4
    found = bof
    for name, title, records in zip(sheets, titles, sheets.values(), strict=True):
        state, kind = (1 if name in hidden else 0), (1 if macro_sheet else 0)
        found += record(0x0085, struct.pack("<IBBBB", length, state, kind, len(title) // 2, 1) + title)
        length += len(records)
    return found + record(0x000A, b"") + b"".join(sheets.values())


def compound(streams: dict[str, bytes]) -> bytes:
    """A compound file with these streams, each of them in sectors of its own (at least 4,096 bytes)."""
    chains: list[tuple[str, int, int]] = []
    data = b""
    table: list[int] = []
    for title, content in streams.items():
        padded = content.ljust(max(4096, -(-len(content) // SECTOR) * SECTOR), b"\x00")
        count = len(padded) // SECTOR
        chains.append((title, len(table), len(padded)))
        table += [*range(len(table) + 1, len(table) + count), END]
        data += padded
    directory = _entry("Root Entry", 5, END, 0, child=1 if chains else FREE)
    for number, (title, first, size) in enumerate(chains, 1):
        following = number + 1 if number < len(chains) else FREE
        directory += _entry(title, 2, first, size, right=following)
    directory = directory.ljust(-(-len(directory) // SECTOR) * SECTOR, b"\x00")
    first_directory = len(table)
    count = len(directory) // SECTOR
    table += [*range(len(table) + 1, len(table) + count), END]
    data += directory
    tables = -(-(len(table) + 1) // 127)
    places = list(range(len(table), len(table) + tables))
    table += [TABLE] * tables
    table += [FREE] * (tables * 128 - len(table))
    data += struct.pack(f"<{len(table)}I", *table)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    head += bytes(6) + struct.pack("<IIIIIIIII", 0, tables, first_directory, 0, 4096, END, 0, END, 0)
    head += struct.pack(f"<{len(places)}I", *places)
    return head.ljust(SECTOR, b"\xff") + data


def _entry(title: str, kind: int, first: int, size: int, *, right: int = FREE, child: int = FREE) -> bytes:
    name = (title + "\x00").encode("utf-16-le")
    entry = name.ljust(64, b"\x00") + struct.pack("<HBBIII", len(name), kind, 1, FREE, right, child)
    return entry + bytes(36) + struct.pack("<III", first, size, 0)


def old_excel(
    rows: Sequence[Sequence[Cell]], *, title: str = "Claims", merged: Sequence[tuple[int, int, int, int]] = ()
) -> bytes:
    """An XLS file with one sheet."""
    return compound({"Workbook": workbook_stream({title: sheet_records(rows, merged)})})
