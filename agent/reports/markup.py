"""Tables of an HTML page, the usual inside of an ``.xls`` that no spreadsheet program wrote."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import html
from lxml.etree import LxmlError, iterwalk

from agent.core.failures import DownloadCut
from agent.reports import limits
from agent.reports.cells import Below, Beside, Cell
from agent.reports.limits import unsafe
from agent.reports.sniffing import cut, wrong_type
from agent.reports.table import RawRow, Table

if TYPE_CHECKING:
    from lxml.etree import _Element

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]+)", re.IGNORECASE)
_HIDDEN = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_ERROR = re.compile(
    r"\b(?:error|exception|unavailable|expired|denied|forbidden|not found|timed? ?out)\b", re.IGNORECASE
)
_LATIN = {"iso-8859-1", "latin1", "latin-1", "us-ascii", "ascii", "windows-1252", "iso8859-1"}
_BREAKS = frozenset(
    {"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "caption", "hr", "table"}
)
_SPACES = re.compile(r"[ \t\r\n\f]+")
_MAX_SPAN = 1000


def declared_encoding(content: bytes) -> str | None:
    """Return the encoding the page names for itself, as browsers read that name (Latin-1 is Windows-1252)."""
    found = _CHARSET.search(content[:4096])
    if found is None:
        return None
    name = found[1].decode("ascii").casefold()
    if name in _LATIN:
        return "cp1252"
    return "utf-8" if name in {"utf-8", "utf8"} else _known(name)


def _known(name: str) -> str | None:
    try:
        "".encode(name)
    except LookupError:
        return None
    return name


def read_markup(text: str, name: str) -> tuple[list[Table], list[str]]:
    """Return the page's tables, and its lines of text outside them.

    Raises DownloadWrongType for a sign-in page, an error page or any page without a table; DownloadCut when a
    table, or the page itself, is not closed.
    """
    page = _parse(text, name)
    _check_depth(page, name)
    if page.xpath("//input[translate(@type, 'PASWORD', 'pasword') = 'password']"):
        wrong_type(name, "a sign-in page")
    room = _Room(name)
    grids = [rows for element in page.iter("table") if (rows := _rows(element, room))]
    if not any(len(row.filled) > 1 for rows in grids for row in rows):
        if _ERROR.search(" ".join(_text(words) for words in page.iter("title", "h1", "h2"))):
            wrong_type(name, "an error page")
        _check_closed(text, name)
        wrong_type(name, "an HTML page without a table")
    _check_closed(text, name)
    names = [None] if len(grids) == 1 else [f"table {number}" for number in range(1, len(grids) + 1)]
    tables = [Table(rows, title) for rows, title in zip(grids, names, strict=True)]
    return tables, _lines_outside(page)


def _parse(text: str, name: str) -> _Element:
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True)
    try:
        return html.document_fromstring(text.encode(), parser=parser)
    except LxmlError as error:  # nothing but the beginning of a tag, or of a comment
        raise DownloadCut(file=name, expected="</html>", found="the end of the file") from error


def _check_depth(page: _Element, name: str) -> None:
    """Refuse what is nested deeper than any report: the text of a cell is gathered from the inside out."""
    depth = 0
    for event, _ in iterwalk(page, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > limits.MAX_DEPTH:
            unsafe(name, "a page nested too deep", f"at most {limits.MAX_DEPTH} elements inside one another")


class _Room:
    """Counts the cells of a page's tables, merged ones by what they cover."""

    def __init__(self, name: str) -> None:
        self._name, self._left = name, limits.MAX_PAGE_CELLS

    def take(self, cells: int, place: int) -> None:
        self._left -= cells
        if place + cells > limits.MAX_COLUMNS:
            unsafe(self._name, f"a row of {place + cells:,} columns", f"at most {limits.MAX_COLUMNS:,}")
        if self._left < 0:
            unsafe(self._name, "a page of too many cells", f"at most {limits.MAX_PAGE_CELLS:,}")


def _check_closed(text: str, name: str) -> None:
    visible = _HIDDEN.sub("", text)
    for tag in ("table", "html"):
        opened = len(re.findall(rf"<{tag}\b", visible, re.IGNORECASE))
        closed = len(re.findall(rf"</{tag}\s*>", visible, re.IGNORECASE))
        if (opened > closed) if tag == "table" else (opened and not closed):
            cut(name, f"</{tag}>", "the end of the file")
    if re.search(r"<[A-Za-z/!][^>]*\Z", visible[-2000:]):
        cut(name, "the end of a tag", "the end of the file")


def _rows(table: _Element, room: _Room) -> list[RawRow]:
    """Lay the table's own rows out on a grid: a merged cell fills all its places, marked as such."""
    rows: list[RawRow] = []
    pending: dict[int, tuple[int, Cell]] = {}  # column → rows still covered from above, and by what
    for number, element in enumerate(_own_rows(table), 1):
        cells: list[Cell] = []
        heads = [child for child in element if child.tag in {"td", "th"}]
        for cell in heads:
            while len(cells) in pending:
                cells.append(_covered(pending, len(cells)))
            value = _text(cell)
            across, down = _span(cell, "colspan"), _span(cell, "rowspan")
            room.take(across, len(cells))
            for offset in range(across):
                pending.pop(len(cells), None)  # two spans that cross: the one written later keeps the place
                if down > 1:
                    pending[len(cells)] = (down - 1, Beside(value) if offset else Below(value))
                cells.append(Beside(value) if offset else value)
        while pending and max(pending) >= len(cells):
            room.take(1, len(cells))
            cells.append(_covered(pending, len(cells)))
        heading = bool(heads) and (all(cell.tag == "th" for cell in heads) or _in(element, "thead"))
        rows.append(RawRow(number, tuple(cells), heading))
    return rows


def _covered(pending: dict[int, tuple[int, Cell]], column: int) -> Cell:
    """Return what reaches down into this place, and count the row it takes."""
    left, cell = pending.pop(column, (0, None))
    if left > 1:
        pending[column] = (left - 1, cell)
    return cell


def _own_rows(table: _Element) -> list[_Element]:
    """The rows as a person sees them: none of tables inside a cell, the foot last wherever written."""
    own = [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]
    return sorted(own, key=lambda row: 0 if _in(row, "thead") else 2 if _in(row, "tfoot") else 1)


def _in(row: _Element, section: str) -> bool:
    parent = row.getparent()
    return parent is not None and parent.tag == section


def _span(cell: _Element, attribute: str) -> int:
    found = re.match(r"\s*([0-9]{1,6})", cell.get(attribute) or "")
    number = int(found[1]) if found else 1
    if number == 0 and attribute == "rowspan":
        return _MAX_SPAN  # HTML's word for: down to the last row
    return max(1, min(number, _MAX_SPAN))


def _text(element: _Element) -> str:
    """Return what a person reads in a cell, without tables inside it; a line break stays one."""
    pieces: list[str] = []
    _collect(element, pieces)
    lines = (_SPACES.sub(" ", line).strip() for line in "".join(pieces).split("\v"))
    return "\n".join(line for line in lines if line)


def _collect(element: _Element, pieces: list[str]) -> None:
    pieces.append(_plain(element.text))
    for child in element:
        if isinstance(child.tag, str) and child.tag not in {"table", "script", "style"}:
            around = "\v" if child.tag in _BREAKS else ""
            pieces.append(around)
            _collect(child, pieces)
            pieces.append(around)
        pieces.append(_plain(child.tail))


def _plain(text: str | None) -> str:
    return (text or "").replace("\v", " ")


def _lines_outside(page: _Element) -> list[str]:
    """Titles, captions and paragraphs around the tables: often where the period and the totals stand."""
    captions = [_text(caption) for caption in page.iter("caption")]
    titles = [_text(title) for title in page.iter("title")]
    bodies = [_text(body) for body in page.iter("body")]
    return [line for block in (*titles, *captions, *bodies) for line in block.splitlines() if line]
