"""Excel's XML of 2003 (SpreadsheetML), which many a system calls ``.xls``."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from agent.core.failures import DownloadCut
from agent.reports import limits
from agent.reports.cells import Below, Beside, Broken, Cell
from agent.reports.limits import unsafe
from agent.reports.sniffing import wrong_type
from agent.reports.table import RawRow, Table

_OF = "{urn:schemas-microsoft-com:office:spreadsheet}"
_OPTIONS = "{urn:schemas-microsoft-com:office:excel}"
_UNFINISHED = re.compile(r"no element found|unclosed token|mismatched tag|partial character")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d(?:\.\d+)?)")


def read_spreadsheet_xml(content: bytes, name: str) -> list[Table]:
    """Return a table for each visible sheet that holds anything.

    Raises DownloadCut where the document is not finished, DownloadUnsafe where it declares entities,
    DownloadWrongType where it is no workbook.
    """
    tables: list[Table] = []
    try:
        for element in _elements(content, name):
            if element.tag == f"{_OF}Worksheet":
                rows = _rows(element, name)
                hidden = element.findtext(f"{_OPTIONS}WorksheetOptions/{_OPTIONS}Visible", "") != ""
                if not hidden and any(row.filled for row in rows):
                    tables.append(Table(rows, element.get(f"{_OF}Name")))
                element.clear()
    except ParseError as error:
        if _UNFINISHED.search(str(error)) and b"</Workbook>" not in content[-200:]:
            raise DownloadCut(file=name, expected="</Workbook>", found="the end of the file") from error
        wrong_type(name, f"XML that is damaged ({error})", "whole XML")
    except DefusedXmlException:
        unsafe(name, "XML that declares entities", "plain XML")
    except (LookupError, ValueError) as error:
        wrong_type(name, f"XML that cannot be read ({type(error).__name__})", "whole XML")
    if not tables:
        wrong_type(name, "a workbook with nothing in it")
    return tables


def _elements(content: bytes, name: str) -> Iterator[Element]:
    depth = 0
    for event, element in iterparse(BytesIO(content), events=("start", "end"), forbid_dtd=True):
        depth += 1 if event == "start" else -1
        if depth > limits.MAX_DEPTH:
            unsafe(name, "XML nested too deep", f"at most {limits.MAX_DEPTH} elements inside one another")
        if event == "end":
            yield element


def _rows(sheet: Element, name: str) -> list[RawRow]:
    rows: list[RawRow] = []
    below: dict[int, tuple[int, Cell]] = {}  # place → rows still covered from above, and by what
    number = 0
    for table in sheet.iter(f"{_OF}Table"):
        for row in table.iter(f"{_OF}Row"):
            told = _index(row, "Index", name)
            while below and told is not None and number + 1 < told:
                number += 1
                _lay(row, below, name, empty=True)
            number = told if told is not None else number + 1
            if number > limits.MAX_ROWS or (rows and number <= rows[-1].number):
                wrong_type(name, f"a sheet whose row {number} is out of order")
            rows.append(RawRow(number, tuple(_lay(row, below, name))))
    return rows


def _lay(row: Element, below: dict[int, tuple[int, Cell]], name: str, *, empty: bool = False) -> list[Cell]:
    """Return a row's cells at their places; a merged cell fills all its places, marked as such."""
    cells: list[Cell] = []

    def cover(upto: int) -> None:
        while len(cells) < upto:
            left, cell = below.pop(len(cells), (0, None))
            if left > 1:
                below[len(cells)] = (left - 1, cell)
            cells.append(cell)

    for cell in () if empty else row.iter(f"{_OF}Cell"):
        told = _index(cell, "Index", name)
        place = len(cells) if told is None else told - 1
        while told is None and place in below:
            place += 1
        across, down = _index(cell, "MergeAcross", name) or 0, _index(cell, "MergeDown", name) or 0
        if place + across >= limits.MAX_COLUMNS:
            unsafe(name, f"a row of {place + across + 1:,} columns", f"at most {limits.MAX_COLUMNS:,}")
        cover(place)
        value = _value(cell)
        plain = value if not isinstance(value, Below | Beside | Broken) else None
        for offset in range(across + 1):
            below.pop(len(cells), None)
            if down:
                below[len(cells)] = (down, Beside(plain) if offset else Below(plain))
            cells.append(Beside(plain) if offset else value)
    if below:
        cover(max(below) + 1)
    return cells


def _value(cell: Element) -> Cell:
    data = cell.find(f"{_OF}Data")
    formula = cell.get(f"{_OF}Formula")
    text = "" if data is None else "".join(data.itertext())
    kind = "" if data is None else data.get(f"{_OF}Type", "String")
    if data is None or (not text and kind != "String"):
        return Broken(formula) if formula is not None else None
    if kind == "Error":
        return Broken(text)
    if kind == "Number":
        try:
            return int(text) if text.isascii() and text.isdigit() else float(text)
        except ValueError:
            return Broken(text)
    if kind == "Boolean":
        return text.strip() == "1"
    return _moment(text) if kind == "DateTime" else text


def _moment(text: str) -> Cell:
    found = _MOMENT.fullmatch(text.strip())
    try:
        moment = dt.datetime.fromisoformat(f"{found[1]} {found[2]}") if found else None
    except ValueError:
        moment = None
    if moment is None:
        return Broken(text)
    return moment.time() if moment.date() == dt.date(1899, 12, 31) else moment


def _index(element: Element, attribute: str, name: str) -> int | None:
    told = element.get(f"{_OF}{attribute}")
    if told is None:
        return None
    if re.fullmatch(r"[0-9]{1,7}", told) is None:
        wrong_type(name, f"a sheet whose {attribute} is no number")
    return int(told)
