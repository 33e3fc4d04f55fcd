"""Delimited text (CSV, TSV): the delimiter and the quoting are found from the whole file, then stated."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator

from agent.core.failures import DownloadCut, DownloadWrongType
from agent.reports import limits
from agent.reports.limits import unsafe
from agent.reports.sniffing import cut, wrong_type
from agent.reports.table import RawRow, Table

_DELIMITERS = ("\t", ";", ",", "|")
_SAMPLE = 500  # records; enough to tell a delimiter from a comma in a name
_SAMPLE_TEXT = 2**20  # characters
_SOUND, _STRAY = 4, 1
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
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
    if text.count("\n") + text.count("\r") > 4 * limits.MAX_ROWS:
        unsafe(name, "text of too many lines", f"at most {limits.MAX_ROWS:,} rows")
    records, quoted = _records(text, delimiter, name)
    if len(records) > limits.MAX_ROWS or max(map(len, records), default=0) > limits.MAX_COLUMNS:
        unsafe(name, "too many rows or columns", f"at most {limits.MAX_ROWS:,} by {limits.MAX_COLUMNS:,}")
    _check_last(records, text, name)
    rows = [RawRow(number, tuple(record)) for number, record in enumerate(records, 1)]
    return Table(rows), delimiter, quoted


def _delimiter(text: str) -> str | None:
    """Return the delimiter that divides most records alike; None when all of them give one cell a record."""
    best, best_score = None, (0.0, 0)
    for delimiter in _DELIMITERS:
        widths: Counter[int] = Counter()
        records = 0.0
        for width, weight in _sample(text[:_SAMPLE_TEXT], delimiter) if delimiter in text else ():
            records += 1
            if width > 1:
                widths[width] += weight
        if widths:
            width, weight = max(widths.items(), key=lambda item: (item[1], item[0]))
            if (weight / records, width) > best_score:
                best, best_score = delimiter, (weight / records, width)
    return best


def _sample(text: str, delimiter: str) -> Iterator[tuple[int, int]]:
    """Return the first records' widths, each with what it counts: the wrong delimiter leaves stray quotes."""
    mark = re.escape(delimiter)
    cell = re.compile(rf'("[^"]*(?:""[^"]*)*"|[^"{mark}\r\n]*)({mark}|\r\n|\n|\r|\Z)')
    at = width = records = 0
    while at < len(text) and records < _SAMPLE:
        found = cell.match(text, at)
        if found is None:  # a quote inside a cell
            line = _LINE.match(text, at)
            assert line is not None
            yield width + line[0].count(delimiter) + 1, _STRAY
            at, width, records = line.end(), 0, records + 1
            continue
        at, width = found.end(), width + 1
        if found[2] != delimiter:
            if width > 1 or found[1]:
                yield width, _SOUND
                records += 1
            width = 0


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
