"""A file that a process task writes for people: a digest, a worklist, the office's own form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from agent.reports.csv_writing import write_csv
from agent.reports.templates import fill_template
from agent.reports.writing import Sheet, write_xlsx


@dataclass
class Workbook:
    """A file named ``name``; return it from a process task and it is kept with the run's evidence.

    An XLSX workbook of the sheets added; CSV, of its one sheet, where the name ends with ``.csv``; or
    ``template`` (an XLSX file) with some of its cells filled.
    """

    name: str
    sheets: dict[str, Sheet] = field(default_factory=dict)
    template: Path | None = field(default=None, kw_only=True)
    cells: dict[str, object] = field(default_factory=dict, kw_only=True)

    def sheet(self, title: str, headers: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Add a sheet. Text stays text, however it begins; dates and Decimals are typed."""
        self.sheets[title] = Sheet(headers, rows)

    def fill(self, cells: Mapping[str, object]) -> None:
        """Put values into the template: ``{"Digest!B2": 12, "Digest!A5": [[…], […]]}`` (rows from A5 on)."""
        self.cells |= cells

    @property
    def media_type(self) -> str:
        """What the file is, for whoever opens it."""
        if self._is_csv:
            return "text/csv"
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def save(self, target: Path | BinaryIO) -> None:
        """Write the file; raises ValueError and TypeError for what it cannot hold."""
        if self.template is not None:
            if self.sheets or self._is_csv:
                raise ValueError("a template is filled, no sheets are added to it")
            fill_template(target, self.template, self.cells)
        elif self._is_csv:
            if len(self.sheets) != 1:
                raise ValueError("a CSV file has exactly one sheet")
            (sheet,) = self.sheets.values()
            write_csv(target, sheet.headers, sheet.rows)
        else:
            write_xlsx(target, self.sheets)

    @property
    def _is_csv(self) -> bool:
        return self.name.lower().endswith(".csv")
