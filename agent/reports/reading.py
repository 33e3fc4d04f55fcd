"""Reading a report: its bytes → its tables → typed rows with addresses. What is not certain is refused.

A row is never dropped without a word: every row below the header is a :class:`Row`, an :class:`InvalidRow` or
an :class:`OtherRow` with the reason why it is no record.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import NoReturn

from agent.core.failures import ColumnsChanged, DownloadWrongType
from agent.reports.bounded import bounded
from agent.reports.contract import Column
from agent.reports.delimited import read_delimited
from agent.reports.drift import Drift, likely_renamed
from agent.reports.fixed_width import read_fixed_width
from agent.reports.footers import stated_facts
from agent.reports.headings import Header, find_header, nearest_labels, squeeze
from agent.reports.rows import OtherRow, RowReader
from agent.reports.sniffing import (
    WANTED,
    beginning,
    decode,
    is_compound,
    is_spreadsheet_xml,
    is_zip,
    looks_like_html,
    refuse_other_kinds,
)
from agent.reports.statements import StatedCount, StatedTotal
from agent.reports.table import InvalidRow, Row, Table

_BOOKS = {"xls", "xlsx", "xml"}


@dataclass(frozen=True)
class ReportFile:
    """A file that holds tables. ``encoding``, ``delimiter``, ``quoted`` are what was found; None where void.

    ``kind`` is csv, fixed, html, xls, xlsx or xml; ``size`` is in bytes; ``lines`` are
    the page's lines of text around its tables.
    """

    name: str
    kind: str
    tables: list[Table]
    encoding: str | None = None
    delimiter: str | None = None
    quoted: bool | None = None
    lines: tuple[str, ...] = field(default=(), repr=False)
    size: int = 0

    @cached_property
    def stated(self) -> dict[str, str]:
        """What the file says of itself outside its records, as written: ``Total`` → ``12,345.60``."""
        return stated_facts(self.tables, self.lines)

    @property
    def rows(self) -> int:
        """How many rows all tables have, records or not."""
        return sum(len(table.rows) for table in self.tables)


@dataclass(frozen=True)
class TypedRows:
    """The rows of a report by a contract. ``header_row`` is the number of the header's last row.

    ``sums`` adds up every money and whole column over rows and invalid rows; a field is missing there when
    one of its cells cannot be read. ``stated_total`` is the file's own grand total for each such column.
    ``breaks`` tells after how many records the file stated something between its records.
    """

    file: str
    columns: Mapping[str, Column]
    rows: list[Row]
    invalid: list[InvalidRow]
    others: list[OtherRow]
    header_row: int
    headers: Mapping[str, str]
    sums: Mapping[str, Decimal]
    totals: tuple[StatedTotal, ...]
    counts: tuple[StatedCount, ...]
    stated_total: Mapping[str, Decimal | None]
    stated_count: int | None
    breaks: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many records the file holds, valid or not."""
        return len(self.rows) + len(self.invalid)


def read(content: bytes, name: str, widths: Mapping[str, int] | None = None) -> ReportFile:
    """Return the tables of a downloaded file; ``name`` only names it in addresses and failures.

    ``widths`` (heading → letters) is the author's word for text in columns of fixed width. Raises
    DownloadWrongType for what is no table (a sign-in page, a PDF, an error page …), DownloadCut for what ends
    too early, DownloadUnsafe for what is larger, or carries more, than a report.
    """
    with bounded(name):
        return _read(content, name, widths)


def _read(content: bytes, name: str, widths: Mapping[str, int] | None) -> ReportFile:
    refuse_other_kinds(content, name)
    size = len(content)
    # The readers are loaded when a file needs them: an automation is described without them.
    if is_zip(content):
        from agent.reports.workbook import read_workbook  # noqa: PLC0415

        return ReportFile(name, "xlsx", read_workbook(content, name), size=size)
    if is_compound(content):
        from agent.reports.old_workbook import read_old_workbook  # noqa: PLC0415

        return ReportFile(name, "xls", read_old_workbook(content, name), size=size)
    start = beginning(content)
    if is_spreadsheet_xml(start):
        from agent.reports.spreadsheetml import read_spreadsheet_xml  # noqa: PLC0415

        return ReportFile(name, "xml", read_spreadsheet_xml(content, name), size=size)
    if looks_like_html(start):
        from agent.reports.markup import declared_encoding, read_markup  # noqa: PLC0415

        text, encoding = decode(content, name, declared_encoding(content))
        tables, lines = read_markup(text, name)
        return ReportFile(name, "html", tables, encoding=encoding, lines=tuple(lines), size=size)
    text, encoding = decode(content, name)
    _refuse_other_text(text, name)
    if widths is not None:
        return ReportFile(name, "fixed", [read_fixed_width(text, widths, name)], encoding, size=size)
    table, delimiter, quoted = read_delimited(text, name)
    return ReportFile(name, "csv", [table], encoding, delimiter, quoted, size=size)


def _refuse_other_text(text: str, name: str) -> None:
    start = text.lstrip()[:200]
    found = None
    if start.startswith("<"):
        found = "an XML document"
    elif re.match(r"[\[{]\s*[\[{\"]", start):
        found = "JSON"
    if found is not None:
        raise DownloadWrongType(file=name, expected=WANTED, found=found)


def typed_rows(report: ReportFile, columns: Mapping[str, Column]) -> TypedRows:
    """Return the report's rows by the contract ``columns`` (field name → column).

    The header is the first row (or rows) that has every required column; spelling is compared without case,
    spaces and punctuation. Raises DownloadWrongType when there is no such row, when one column could be two,
    or when several tables could be meant.
    """
    with bounded(report.name):
        return _typed_rows(report, columns)


def _typed_rows(report: ReportFile, columns: Mapping[str, Column]) -> TypedRows:
    found = [
        (table, header) for table in report.tables if (header := find_header(table, columns)) is not None
    ]
    if not found:
        _refuse_headers(report, columns)
    first = found[0][1]
    if len(found) > 1 and (
        report.kind in _BOOKS or any(header.labels != first.labels for _, header in found)
    ):
        names = ", ".join(table.name or "" for table, _ in found)
        raise DownloadWrongType(file=report.name, expected="one table with these columns", found=names)
    reader = RowReader(report.name, columns)
    for table, header in found:
        _refuse_doubled(report, columns, header)
        reader.read(table, header)
    for line in report.lines:
        reader.note(line)
    return _typed(report, columns, reader, *found[0])


def _typed(
    report: ReportFile,
    columns: Mapping[str, Column],
    reader: RowReader,
    table: Table,
    header: Header,
) -> TypedRows:
    statements = reader.statements
    return TypedRows(
        file=report.name,
        columns=dict(columns),
        rows=reader.rows,
        invalid=reader.invalid,
        others=reader.others,
        header_row=table.rows[header.end].number,
        headers=header.headers,
        sums=statements.sums(),
        totals=statements.totals(),
        counts=statements.counts(),
        stated_total=statements.grand_totals(),
        stated_count=statements.grand_count(),
        breaks=statements.breaks(),
    )


def _refuse_headers(report: ReportFile, columns: Mapping[str, Column]) -> NoReturn:
    """Say what is there instead: another file, or this one with a column renamed or lost."""
    wanted = [column.header or name for name, column in columns.items() if not column.optional]
    nearest = max((nearest_labels(table, columns) for table in report.tables), key=len, default=())
    expected = "the columns " + ", ".join(wanted)
    found = "the columns " + ", ".join(nearest) if nearest else "none of them"
    there = {squeeze(name) for name in nearest}
    gone = [name for name in wanted if squeeze(name) not in there]
    if len(gone) * 2 > len(wanted):
        raise DownloadWrongType(file=report.name, expected=expected, found=found)
    known = {squeeze(column.header or name) for name, column in columns.items()}
    new = [name for name in nearest if squeeze(name) not in known]
    suggestion = str(Drift(tuple(gone), tuple(new), likely_renamed(gone, new)))
    raise ColumnsChanged(file=report.name, expected=expected, found=found, suggestion=suggestion)


def _refuse_doubled(report: ReportFile, columns: Mapping[str, Column], header: Header) -> None:
    if header.doubled:
        name = columns[header.doubled[0]].header or header.doubled[0]
        raise DownloadWrongType(
            file=report.name, expected=f"one column {name}", found=f"more than one column {name}"
        )
