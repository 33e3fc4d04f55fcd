"""Filling the office's own workbook: its formats, formulas and headings stay, the named cells get values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from agent.reports.writing import put, store

_PLACE = re.compile(r"(?:(?P<sheet>[^!]+)!)?(?P<cell>[A-Z]{1,3}[1-9][0-9]{0,6})")


def fill_template(target: Path | BinaryIO, template: Path, cells: Mapping[str, object]) -> None:
    """Write ``template`` with values in ``cells`` (``Digest!B2``, or ``B2`` of the first sheet).

    A value is a cell's, or rows of values that begin at that cell. A cell that the template shows in a
    format of its own keeps it. Raises ValueError for a place that the template does not have, or that lies
    inside a merged one, and for a template with macros; as ``put`` does for values.
    """
    from openpyxl import load_workbook  # noqa: PLC0415 - slow to load, and few automations fill templates
    from openpyxl.cell import MergedCell  # noqa: PLC0415 - as above
    from openpyxl.utils.cell import coordinate_to_tuple  # noqa: PLC0415 - as above

    if template.suffix.lower() != ".xlsx":
        raise ValueError(f"{template.name} is no XLSX workbook without macros")
    book = load_workbook(template)
    for place, value in cells.items():
        found = _PLACE.fullmatch(place)
        sheet = (found["sheet"] or book.sheetnames[0]) if found else ""
        if found is None or sheet not in book.sheetnames:
            raise ValueError(f"{template.name} has no cell {place}")
        page = book[sheet]
        top, left = coordinate_to_tuple(found["cell"])
        rows = value if isinstance(value, list | tuple) else [[value]]
        for down, row in enumerate(rows):
            for across, part in enumerate(row):
                cell = page.cell(top + down, left + across)
                if isinstance(cell, MergedCell):
                    where = f"{place}: row {cell.row}, column {cell.column}"
                    raise ValueError(f"{where} lies inside a merged cell")  # noqa: TRY004 - of the form
                shown = cell.number_format
                put(cell, part)
                if shown != "General":
                    cell.number_format = shown
    buffer = BytesIO()
    book.save(buffer)
    store(target, buffer.getvalue())
