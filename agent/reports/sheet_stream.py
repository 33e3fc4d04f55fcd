"""The rows of one XLSX sheet, read piece by piece from its XML: never the whole sheet in memory.

A sheet's XML is nearly always written in one plain way, and that is read by two patterns. A row that is
written in another way is given to an XML parser. So nothing is guessed, and a large sheet costs a sixth of
what openpyxl takes. Source of the format: ECMA-376 part 1, 18.3.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml.ElementTree import fromstring

from agent.reports import limits
from agent.reports.cells import Below, Beside, Broken, Cell, PlainCell
from agent.reports.limits import unsafe
from agent.reports.sheet_text import plain
from agent.reports.sniffing import wrong_type
from agent.reports.table import RawRow

Convert = Callable[[str], Cell]
_REF = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_TRIED_SHAPES = 6  # a row that has none of the last ones is read cell by cell
_MOST_SHAPES = 40  # each costs milliseconds to compile
_NUMBER = re.compile(r'\br="([0-9]+)"')
_TYPE = re.compile(r'\bt\s*=\s*["\']([^"\']*)["\']')
_STYLE = re.compile(r'\bs\s*=\s*["\']([0-9]+)["\']')


class Places(dict[str, int]):
    """Column letters → place, from 0: ``A`` → 0, ``AB`` → 27."""

    def __missing__(self, letters: str) -> int:
        place = 0
        for letter in letters:
            place = place * 26 + ord(letter) - 64
        self[letters] = place - 1
        return place - 1


class Converters(dict[str, Convert]):
    """A cell's attributes as written (``s="3" t="s"``) → what makes a value of its text."""

    def __init__(self, make: Callable[[str, int], Convert]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, attributes: str) -> Convert:
        kind, style = _TYPE.search(attributes), _STYLE.search(attributes)
        convert = self._make(kind[1] if kind else "n", int(style[1]) if style else 0)
        self[attributes] = convert
        return convert


@dataclass(frozen=True, eq=False)
class _Shape:
    """How a row is written but for its values; ``letters`` are its columns where they leave gaps."""

    pattern: re.Pattern[str]
    converters: Sequence[Convert]
    letters: Sequence[str] | None


class SheetStream:
    """Cuts a sheet's XML into rows. ``make`` gives the converter for a cell's type and style.

    ``uncounted``: the workbook says that it is to be calculated when it is opened. Then a formula's 0 is what
    a program writes that cannot calculate, and no result.
    """

    def __init__(
        self, name: str, head: bytes, make: Callable[[str, int], Convert], *, uncounted: bool = False
    ) -> None:
        text = head[:4096].decode("utf-8", "replace").replace("\x00", "")
        prefix = re.search(r"<(?:(\w+):)?worksheet\b", text)
        if prefix is None:
            wrong_type(name, "a workbook whose sheet is no sheet")
        declared = re.match(r"\W*<\?xml[^>]*?encoding\s*=\s*[\"']([\w.-]+)", text)
        self._encoding = _encoding(head, declared[1] if declared else "utf-8", name)
        self._name, self._prefix = name, f"{prefix[1]}:" if prefix[1] else ""
        self._uncounted = uncounted
        self._places, self._converters = Places(), Converters(make)
        p = re.escape(self._prefix)
        self._cell = re.compile(
            rf'<{p}c(?: r="([A-Z]{{1,3}})[0-9]{{1,7}}")?([^>/]*)'
            rf"(?:/>|>(?:<{p}v>([^<]*)</{p}v>|<{p}is><{p}t[^>/]*>([^<]*)</{p}t></{p}is>|(.*?))</{p}c>)",
            re.DOTALL,
        )
        self._shapes: list[_Shape] = []
        self._shapes_made = 0
        self._gaps = self._cells_seen = 0
        self._row, self._end_of_row = f"<{self._prefix}row", f"</{self._prefix}row>"
        self._namespaces = " ".join(re.findall(r"xmlns(?::\w+)?=\"[^\"<>]*\"", text))
        self._starts = [f"<{self._prefix}c{after}" for after in (" ", ">", "/>")]

    def rows(self, pieces: Iterable[bytes], number: int = 0) -> Iterator[tuple[int, list[Cell]]]:
        """Return each row's number and cells; ``number`` is that of the row before the first one."""
        self._gaps = self._cells_seen = 0
        for part in self._parts(pieces):
            for written in part.split(self._end_of_row):
                for attributes, body in self._opened(written):
                    number = self._number(attributes, number)
                    cells = self._cells(body, number)
                    self._cells_seen += len(cells)
                    if self._cells_seen > limits.MAX_CELLS:
                        unsafe(self._name, "a sheet of too many cells", f"at most {limits.MAX_CELLS:,}")
                    yield number, cells

    def _opened(self, written: str) -> Iterator[tuple[str, str]]:
        """Return the attributes and the inside of the row that ends here, and of empty rows before it."""
        at = written.find(self._row)
        while at >= 0:
            end = written.find(">", at)
            attributes = written[at + len(self._row) : end]
            following = -1
            if attributes.endswith("/"):
                following = written.find(self._row, end)
            if not attributes or attributes[0] in " /\t\r\n":
                yield attributes, "" if attributes.endswith("/") else written[end + 1 :]
            at = following

    def _number(self, attributes: str, before: int) -> int:
        told = _NUMBER.search(attributes)
        number = int(told[1]) if told else before + 1
        if number <= before or number > limits.MAX_ROWS:
            wrong_type(self._name, f"a sheet whose row {number} follows row {before}")
        return number

    def tail(self, end: bytes) -> list[tuple[int, list[Cell]]]:
        """Return the last rows, as far as they stand in the sheet's last bytes with their numbers."""
        text = end.decode(self._encoding, "replace")
        starts = [found.start() for found in re.finditer(rf"{re.escape(self._row)}\b", text)]
        first = next((at for at in starts if _NUMBER.search(text[at : at + 200].split(">")[0])), None)
        if first is None:
            return []
        return list(self.rows([text[first:].encode(self._encoding)]))

    def _parts(self, pieces: Iterable[bytes]) -> Iterator[str]:
        """Return the text in parts that end with a row."""
        decoder, rest = codecs.getincrementaldecoder(self._encoding)(), ""
        for piece in pieces:
            try:
                rest += decoder.decode(piece)
            except UnicodeDecodeError:
                wrong_type(self._name, "a workbook whose sheet has damaged letters")
            end = rest.rfind(self._end_of_row)
            if end >= 0:
                part, rest = rest[: end + len(self._end_of_row)], rest[end + len(self._end_of_row) :]
                yield part
            elif len(rest) > limits.MAX_ROW_TEXT:
                unsafe(self._name, "a row of too many letters", f"at most {limits.MAX_ROW_TEXT:,}")
        yield rest

    def _cells(self, body: str, number: int) -> list[Cell]:
        for shape in self._shapes:
            if (found := shape.pattern.fullmatch(body)) is not None:
                if shape is not self._shapes[0]:
                    self._shapes.remove(shape)
                    self._shapes.insert(0, shape)
                pairs = zip(shape.converters, found.groups(), strict=True)
                cells = [convert(text) if text else None for convert, text in pairs]
                return cells if shape.letters is None else self._placed(cells, shape.letters, number)
        return self._cells_of_new_shape(body, number)

    def _cells_of_new_shape(self, body: str, number: int) -> list[Cell]:
        found = self._cell.findall(body)
        if "<!" in body or "<?" in body or len(found) != sum(map(body.count, self._starts)):
            return self._cells_by_parser(body, number)
        cells: list[Cell] = []
        for letters, attributes, value, words, other in found:
            if not letters and "r=" in attributes:  # the reference stands behind another attribute
                return self._cells_by_parser(body, number)
            if value or words:
                cells.append(self._converters[attributes](value or words))
            else:
                cells.append(self._unusual(attributes, other, number) if other else None)
        if not any(other for *_, other in found) and self._shapes_made < _MOST_SHAPES:
            self._shapes_made += 1
            self._shapes = [self._shape_of(found), *self._shapes[: _TRIED_SHAPES - 1]]
        return self._placed(cells, [letters for letters, *_ in found], number)

    def _shape_of(self, found: Sequence[tuple[str, ...]]) -> _Shape:
        """Rows of a report are mostly written alike: the pattern of one reads the next ones at once."""
        p, pattern = re.escape(self._prefix), ""
        for letters, attributes, value, words, _ in found:
            reference = rf' r="{letters}[0-9]{{1,7}}"' if letters else ""
            pattern += rf"\s*<{p}c{reference}{re.escape(attributes)}"
            if value:
                pattern += f"><{p}v>([^<]*)</{p}v></{p}c>"
            elif words:
                pattern += f"><{p}is><{p}t[^>/]*>([^<]*)</{p}t></{p}is></{p}c>"
            else:
                pattern += f"(?:()/>|>(?:<{p}v></{p}v>)?</{p}c>)"
        places = [letters for letters, *_ in found]
        dense = all(letters and self._places[letters] == at for at, letters in enumerate(places))
        converters = [self._converters[attributes] for _, attributes, *_ in found]
        return _Shape(re.compile(pattern + r"\s*"), converters, None if dense else places)

    def _placed(self, cells: list[Cell], letters: Sequence[str], number: int) -> list[Cell]:
        """Put cells at the places that their references name; one without a reference follows the last."""
        placed: list[Cell] = []
        for cell, letter in zip(cells, letters, strict=True):
            if letter and (place := self._places[letter]) != len(placed):
                self._fill_up(placed, place, number)
            placed.append(cell)
        return placed

    def _fill_up(self, cells: list[Cell], place: int, number: int) -> None:
        if place < len(cells):
            wrong_type(self._name, f"a sheet whose row {number} names one cell twice")
        if place >= limits.MAX_COLUMNS:
            unsafe(self._name, f"a row of {place + 1:,} columns", f"at most {limits.MAX_COLUMNS:,}")
        self._gaps += place - len(cells)
        if self._gaps > limits.MAX_GAPS + 3 * (self._cells_seen - self._gaps):
            unsafe(self._name, "a sheet that is nearly empty, but wide", "cells side by side")
        cells.extend([None] * (place - len(cells)))

    def _unusual(self, attributes: str, inside: str, number: int) -> Cell:
        c = f"{self._prefix}c"
        return self._from_element(self._parsed(f"<{c}{attributes}>{inside}</{c}>", number)[0])

    def _cells_by_parser(self, body: str, number: int) -> list[Cell]:
        cells: list[Cell] = []
        for element in self._parsed(body, number):
            if _local(element) != "c":
                continue
            found = _REF.fullmatch(element.get("r", ""))
            if found is not None and (place := self._places[found[1]]) != len(cells):
                self._fill_up(cells, place, number)
            cells.append(self._from_element(element))
        return cells

    def _parsed(self, inside: str, number: int) -> Element:
        try:
            parsed: Element = fromstring(f"<row {self._namespaces}>{inside}</row>", forbid_dtd=True)
        except ParseError:
            wrong_type(self._name, f"a workbook whose row {number} is damaged", "a whole XLSX file")
        return parsed

    def _from_element(self, element: Element) -> Cell:
        kind, style = element.get("t", "n"), element.get("s", "0")
        parts = {_local(child): child for child in element}
        if kind == "inlineStr":
            return plain(parts["is"]) if "is" in parts else None
        formula, value = parts.get("f"), parts.get("v")
        if formula is not None and self._uncounted and value is not None and value.text == "0":
            return Broken(f"={formula.text or ''}")
        if value is not None and (value.text or kind == "str"):
            return self._converters[f's="{style}" t="{kind}"'](value.text or "")
        return Broken(f"={formula.text or ''}") if formula is not None else None


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _encoding(head: bytes, declared: str, name: str) -> str:
    if declared.lower() not in {"utf-8", "utf8", "us-ascii"}:
        wrong_type(name, f"a workbook in {declared}", "a workbook in UTF-8")
    return "utf-8-sig" if head.startswith(b"\xef\xbb\xbf") else "utf-8"


class MergedRanges:
    """Marks the cells that a merged range covers, row after row."""

    def __init__(self, refs: Sequence[str]) -> None:
        self._waiting = sorted((_corners(ref) for ref in refs), reverse=True)
        self._open: dict[tuple[int, int, int, int], PlainCell] = {}

    def mark(self, number: int, cells: list[Cell]) -> None:
        """Put :class:`Below` and :class:`Beside` where a range that began covers this row's cells."""
        while self._waiting and self._waiting[-1][0] <= number:
            area = self._waiting.pop()
            first_row, first, last_row, _ = area
            value = cells[first] if first_row == number and first < len(cells) else None
            if last_row >= number:
                self._open[area] = None if isinstance(value, Below | Beside | Broken) else value
        for area, value in list(self._open.items()):
            first_row, first, last_row, last = area
            if last_row < number:
                del self._open[area]
                continue
            if len(cells) <= last:
                cells.extend([None] * (min(last + 1, limits.MAX_COLUMNS) - len(cells)))
            for place in range(first, min(last + 1, len(cells))):
                if (number, place) != (first_row, first):
                    cells[place] = Beside(value) if place > first else Below(value)


def _corners(ref: str) -> tuple[int, int, int, int]:
    places = Places()
    (first, top), (last, bottom) = (found.groups() for found in map(_REF.fullmatch, ref.split(":")) if found)
    return int(top), places[first], int(bottom), places[last]


def merged_rows(rows: Iterator[tuple[int, list[Cell]]], merged: Sequence[str]) -> Iterator[RawRow]:
    """Return rows with their merged cells marked as such."""
    ranges = MergedRanges(merged) if merged else None
    for number, cells in rows:
        if ranges is not None:
            ranges.mark(number, cells)
        yield RawRow(number, tuple(cells))
