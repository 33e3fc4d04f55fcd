"""Text in columns of fixed width, whose places only the author can know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.reports import limits
from agent.reports.headings import squeeze
from agent.reports.limits import unsafe
from agent.reports.sniffing import cut
from agent.reports.table import RawRow, Table

_LOOK = 100  # lines; headings further down are none


def read_fixed_width(text: str, widths: Mapping[str, int], name: str) -> Table:
    """Return the lines cut at the places that ``widths`` (heading → letters) name.

    Where the file does not say these headings itself, row 0 does.

    The rest of a line beyond the last column is a cell of its own, so that a file with other columns shows.
    Raises DownloadCut for a last line that neither ends nor reaches its last column.
    """
    lines = text.split("\n")
    if len(lines) > limits.MAX_ROWS:
        unsafe(name, f"{len(lines):,} lines", f"at most {limits.MAX_ROWS:,}")
    finished = lines[-1] == ""
    lines = [line.removesuffix("\r").replace("\f", "") for line in (lines[:-1] if finished else lines)]
    reach = sum(widths.values()) - list(widths.values())[-1]
    lengths = {len(line) for line in lines[:-1]}
    even = len(lengths) == 1
    if lengths and not finished and (len(lines[-1]) <= reach or (even and len(lines[-1]) < max(lengths))):
        cut(name, f"{sum(widths.values())} letters in the last line", f"{len(lines[-1])} letters")
    rows = [RawRow(number, _cells(line, tuple(widths.values()))) for number, line in enumerate(lines, 1)]
    named = [squeeze(name) for name in widths]
    if not any([squeeze(str(cell)) for cell in row.cells] == named for row in rows[:_LOOK]):
        rows.insert(0, RawRow(0, tuple(widths), heading=True))
    return Table(rows)


def _cells(line: str, widths: Sequence[int]) -> tuple[str, ...]:
    cells, at = [], 0
    for width in widths:
        cells.append(line[at : at + width].strip())
        at += width
    rest = line[at:].strip()
    return (*cells, rest) if rest else tuple(cells)
