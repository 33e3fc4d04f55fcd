"""A workbook that a process task writes for people: a digest, a worklist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.reports.writing import Sheet


@dataclass
class Workbook:
    """An XLSX file named ``name``; return it from a process task and it is kept with the run's evidence."""

    name: str
    sheets: dict[str, Sheet] = field(default_factory=dict)

    def sheet(self, title: str, headers: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Add a sheet. Text stays text, however it begins; dates and Decimals are typed."""
        self.sheets[title] = Sheet(headers, rows)
