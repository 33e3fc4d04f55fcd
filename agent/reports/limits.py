"""How much a report may be: beyond these limits it is no day's report, and is refused before it is opened.

The largest day's report that was seen (100,000 rows of 20 columns) is a tenth of each.
"""

from __future__ import annotations

from typing import NoReturn

from agent.core.failures import DownloadUnsafe

MAX_BYTES = 256 * 2**20
"""Of the file as it came."""

MAX_UNPACKED = 1024 * 2**20
"""Of all parts of a workbook together, in bytes, unpacked."""

MAX_RATIO = 250
"""Unpacked to packed bytes of one part; spreadsheets reach 30, a part of one repeated letter 1,000."""

RATIO_COUNTS_FROM = 4 * 2**20
"""Bytes unpacked; a smaller part does no harm however well it is packed."""

MAX_ENTRIES = 2_000
"""Parts of one workbook."""

MAX_SMALL_PART = 32 * 2**20
"""Bytes of a part that is held in memory as a whole: styles, the list of sheets."""

MAX_ROWS = 1_048_576
"""Rows of one table: what a spreadsheet program can show."""

MAX_COLUMNS = 2_000

MAX_CELLS = 20_000_000
"""Cells of one table, those counted that a sheet leaves out."""

MAX_PAGE_CELLS = 2_000_000
"""Cells of all tables of a page, which is held in memory as a whole."""

MAX_GAPS = 1_000_000
"""Cells left out between others, beside three for each cell that is there."""

MAX_ROW_TEXT = 8 * 2**20
"""Characters of one row."""

MAX_DEPTH = 200
"""Elements inside one another in a page or an XML document."""


def unsafe(name: str, found: str, limit: str) -> NoReturn:
    """Raise DownloadUnsafe for the file called ``name``."""
    raise DownloadUnsafe(file=name, found=found, limit=limit)


def check_size(content: bytes, name: str) -> None:
    """Raise DownloadUnsafe for a file of more than :data:`MAX_BYTES`."""
    if len(content) > MAX_BYTES:
        unsafe(name, f"{len(content):,} bytes", f"at most {MAX_BYTES:,} bytes")
