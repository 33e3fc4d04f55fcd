"""The workbook of a delivery certificate: what the command line has put into words, written as cells."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from io import BytesIO
from typing import Any

from agent.reports.writing import Sheet, write_xlsx

_LONGEST = 32_000  # characters; a cell holds 32,767
_DIGITS = 15  # a spreadsheet keeps no more


def workbook(told: Mapping[str, Any]) -> bytes:
    """Return an XLSX with these sheets: a text stays text whatever it begins with, an amount is a number.

    Each is ``{"title", "headers", "rows"}``; a cell is a text, a whole number, None or ``{"amount": text}``.
    """
    buffer = BytesIO()
    write_xlsx(
        buffer,
        {
            sheet["title"]: Sheet(sheet["headers"], [[_cell(cell) for cell in row] for row in sheet["rows"]])
            for sheet in told["sheets"]
        },
    )
    return buffer.getvalue()


def _cell(cell: Any) -> str | int | Decimal | None:  # noqa: ANN401  # JSON
    if isinstance(cell, Mapping):
        amount = Decimal(cell["amount"])
        return amount if len(amount.normalize().as_tuple().digits) <= _DIGITS else str(cell["amount"])
    if isinstance(cell, str) and len(cell) > _LONGEST:
        return cell[:_LONGEST] + " […]"  # whole in the signed file
    return cell  # type: ignore[no-any-return]
