"""Delimited text (CSV, TSV): the delimiter and the quoting are found from the whole file, then stated."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from itertools import islice

from agent.core.failures import DownloadCut, DownloadWrongType
from agent.reports.sniffing import cut, wrong_type
from agent.reports.table import RawRow, Table

_DELIMITERS = ("\t", ";", ",", "|")
_SAMPLE = 500  # records; enough to tell a delimiter from a comma in a name
_ONE_CELL = "one cell a line: no delimiter fits"

Records = list[list[str]]


def read_delimited(text: str, name: str) -> tuple[Table, str, bool]:
    """Return the table, its delimiter, and whether cells are quoted.

    Raises DownloadCut for an unfinished quoted cell or last line, DownloadWrongType for prose and for quotes
    that cannot be understood in one way only.
    """
    hint = re.match(r"sep=(.)(?:\r\n|\n|\r)", text)  # a spreadsheet program takes this line for itself
    text = text[hint.end() :] if hint else text
    delimiter = hint[1] if hint else _delimiter(text)
    if delimiter is None:
        wrong_type(name, "text that is not a table: " + _ONE_CELL)
    records, quoted = _records(text, delimiter, name)
    _check_last(records, text, name)
    rows = [RawRow(number, tuple(record)) for number, record in enumerate(records, 1)]
    return Table(rows), delimiter, quoted


def _delimiter(text: str) -> str | None:
    """Return the delimiter that divides most records alike; None when all of them give one cell a record."""
    best, best_score = None, (0.0, 0)
    for delimiter in _DELIMITERS:
        records = _sample(text, delimiter) if delimiter in text else []
        # The wrong delimiter leaves a quote at the edge of what it takes for a cell.
        sound = [len(record) for record in records if not any(cell.count('"') % 2 for cell in record)]
        widths = Counter(width for width in sound if width > 1)
        if widths:
            width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
            if (count / len(records), width) > best_score:
                best, best_score = delimiter, (count / len(records), width)
    return best


def _sample(text: str, delimiter: str) -> Records:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    records: Records = []
    try:
        for record in islice(reader, _SAMPLE):
            if record:
                records.append(record)
    except csv.Error:
        pass  # a quote that the wrong delimiter opened swallows the file
    return records


def _records(text: str, delimiter: str, name: str) -> tuple[Records, bool]:
    quoted = '"' in text
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return list(reader), quoted
    except csv.Error as error:
        if delimiter == "\t" and (plain := _unquoted(text)) is not None:
            return plain, False
        if "unexpected end" in str(error):
            raise DownloadCut(
                file=name, expected="the end of a quoted cell", found="the end of the file"
            ) from error
        found = f"line {reader.line_num}: {error}"
        expected = "quotes around whole cells, doubled inside them"
        raise DownloadWrongType(file=name, expected=expected, found=found) from error


def _unquoted(text: str) -> Records | None:
    """Tab-separated text is often written without quoting: then every line has the same number of cells."""
    lines = re.split(r"\r\n|\n|\r", text.rstrip("\r\n"))
    records = [line.split("\t") for line in lines]
    return records if len({len(record) for record in records}) == 1 else None


def _check_last(records: Records, text: str, name: str) -> None:
    """A last line without an end, and shorter than its fellows, was cut off in the middle."""
    if len(records) < 2 or text.endswith(("\n", "\r")):
        return
    width, _ = Counter(len(record) for record in records[:-1]).most_common(1)[0]
    if len(records[-1]) < width:
        cut(name, f"{width} cells in the last line", f"{len(records[-1])} cells")
