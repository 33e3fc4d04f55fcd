"""Sheets of an XLSX workbook, with the types the file gives its cells, read as they are asked for."""

from __future__ import annotations

import datetime as dt
import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from agent.reports.cells import Broken, Cell
from agent.reports.memo import Memo
from agent.reports.package import Package, Part
from agent.reports.serials import kind_of_format, moment
from agent.reports.sheet_stream import Convert, SheetStream, merged_rows
from agent.reports.sheet_text import shared_texts, unescaped
from agent.reports.sniffing import wrong_type
from agent.reports.table import LazyRows, RawRow, Table

_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATIONS = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_TRUE = {"1", "true", "on"}
_MARKS_AN_EMPTY_PAGE = 40  # rows; enough to see that a sheet holds nothing


def read_workbook(content: bytes, name: str) -> list[Table]:
    """Return a table for each visible sheet that holds anything; its rows are read when asked for.

    Error values, and formulas whose result the file does not hold, are :class:`Broken`. Raises DownloadCut
    for a broken archive, DownloadUnsafe for a hostile one, DownloadWrongType for a zip archive that is no
    workbook or has nothing in it.
    """
    package = Package(content, name)
    book = Book(package)
    tables = []
    for title, part in book.sheets():
        rows = SheetRows(package, part, book)
        if any(row.filled for row in rows[:_MARKS_AN_EMPTY_PAGE]) or any(row.filled for row in rows):
            tables.append(Table(rows, title))
    if not tables:
        wrong_type(name, "a workbook with nothing in it")
    return tables


class Book:
    """What the sheets share: their list, texts, formats."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._workbook = self._parsed("xl/workbook.xml")
        properties = [part for part in self._workbook if _local(part) == "workbookPr"]
        self._since_1904 = any(part.get("date1904") in _TRUE for part in properties)
        calculation = [part for part in self._workbook if _local(part) == "calcPr"]
        self.uncounted = any(part.get("fullCalcOnLoad") in _TRUE for part in calculation)

    def sheets(self) -> Iterator[tuple[str, str]]:
        """Return title and part of each visible sheet."""
        targets = {}
        for relation in self._parsed("xl/_rels/workbook.xml.rels"):
            if str(relation.get("Type")).endswith("/worksheet"):
                target = relation.get("Target", "")
                targets[relation.get("Id")] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
        for sheet in self._workbook.iter():
            if _local(sheet) != "sheet" or sheet.get("state", "visible") != "visible":
                continue
            part = targets.get(sheet.get(_RELATIONS) or sheet.get(_STRICT_RELATIONS))
            if part in self._package.members and part is not None:
                yield sheet.get("name", ""), part

    def converter(self, kind: str, style: int) -> Convert:
        """Return what makes a value of the text of a cell of this type and style."""
        plain: dict[str, Convert] = {
            "s": self._shared, "b": _truth, "e": Broken, "d": _iso, "str": unescaped, "inlineStr": unescaped,
        }  # fmt: skip
        if kind in plain:
            return plain[kind]
        shown = self._formats.get(style)
        if shown is None:
            return Memo(_number).__getitem__
        return Memo(partial(_moment, kind=shown, since_1904=self._since_1904)).__getitem__

    def _shared(self, text: str) -> Cell:
        try:
            return self._texts[int(text)]
        except (ValueError, IndexError):
            return Broken("a text that the file does not hold")

    @cached_property
    def _texts(self) -> list[str]:
        part = "xl/sharedStrings.xml"
        if part not in self._package.members:
            return []
        return shared_texts(self._package.stream(part), self._package.name)

    @cached_property
    def _formats(self) -> dict[int, str]:
        """Style → what its number format shows, where that is a moment or a duration."""
        if "xl/styles.xml" not in self._package.members:
            return {}
        codes: dict[int, str] = {}
        styles: list[int] = []
        for part in self._parsed("xl/styles.xml"):
            if _local(part) == "numFmts":
                codes = {_int(fmt.get("numFmtId")): fmt.get("formatCode", "") for fmt in part}
            elif _local(part) == "cellXfs":
                styles = [_int(style.get("numFmtId")) for style in part if _local(style) == "xf"]
        kinds = {place: kind_of_format(number, codes.get(number)) for place, number in enumerate(styles)}
        return {place: kind for place, kind in kinds.items() if kind is not None}

    def _parsed(self, part: str) -> Element:
        name = self._package.name
        content = self._package.small(part)
        if content is None:
            wrong_type(name, f"a workbook without {part}", "a whole XLSX file")
        try:
            root: Element = fromstring(content, forbid_dtd=True)
        except (ParseError, DefusedXmlException, LookupError, ValueError):
            wrong_type(name, f"a workbook whose {part} is damaged", "a whole XLSX file")
        return root


class SheetRows(LazyRows):
    """The rows of one sheet; each walk through them reads the file anew, piece by piece."""

    def __init__(self, package: Package, part: str, book: Book) -> None:
        self._package, self._part = package, part
        self._seen: Part = package.parts[part]
        head = next(package.stream(part), b"")
        self._stream = SheetStream(package.name, head, book.converter, uncounted=book.uncounted)

    def __iter__(self) -> Iterator[RawRow]:
        found = 0
        for row in merged_rows(self._stream.rows(self._package.stream(self._part)), self._seen.merged):
            found += 1
            yield row
        if found != self._seen.rows:
            wrong_type(self._package.name, "a sheet that is written in a way nobody can read")

    def __len__(self) -> int:
        return self._seen.rows

    def tail(self, count: int) -> Sequence[RawRow]:
        """Return the last rows, merged cells unmarked; fewer where they are very wide."""
        rows = self._stream.tail(self._seen.tail)[-count:]
        return [RawRow(number, tuple(cells)) for number, cells in rows]


def _number(text: str) -> Cell:
    try:
        return int(text) if text.isdigit() and text.isascii() else float(text)
    except ValueError:
        return Broken(text)


def _moment(text: str, *, kind: str, since_1904: bool) -> Cell:
    number = _number(text)
    if isinstance(number, Broken):
        return number
    assert isinstance(number, int | float)
    shown = moment(number, kind, since_1904=since_1904)
    return number if shown is None else shown


def _truth(text: str) -> Cell:
    return text.strip() in {"1", "true"}


def _iso(text: str) -> Cell:
    """A day or time in ISO 8601, as LibreOffice and strict workbooks write it."""
    bare = text.strip().removesuffix("Z")
    if re.fullmatch(r"[0-9:.]+", bare):
        return _tried(dt.time.fromisoformat, bare)
    return _tried(dt.datetime.fromisoformat, bare)


def _tried(read: Callable[[str], Any], text: str) -> Cell:
    try:
        value: Cell = read(text)
    except ValueError:
        return Broken(text)
    return value


def _int(text: str | None) -> int:
    return int(text) if text is not None and text.isdigit() else 0


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
