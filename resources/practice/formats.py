"""The billing report in the other forms that old systems write, nearly all of them named ``.xls``.

All hold the same rows, the same stated total and number of rows. Written by hand, as such systems do: only
what a spreadsheet program needs to open them, with the traps that come with each form.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from xml.sax.saxutils import escape

from resources.practice.data import BillingRow
from resources.practice.reports import billing_xls, day_text, money_text

COLUMNS = ("Claim No", "Appt No", "Visit Date", "Patient No", "Patient Name", "Service Code", "Amount (£)")
WIDTHS: Mapping[str, int] = MappingProxyType(dict(zip(COLUMNS, (10, 12, 12, 10, 40, 14, 14), strict=True)))

Writer = Callable[[Sequence[BillingRow], date, date, Decimal], bytes]


@dataclass(frozen=True)
class Format:
    """One form of the report: what the window calls it, and how its file is sent."""

    caption: str
    name: str
    media_type: str
    write: Writer


def _cells(row: BillingRow) -> tuple[str, ...]:
    return (
        row.claim_no,
        row.appointment_no,
        day_text(row.visit_date),
        row.patient_no,
        row.patient_name,
        row.service_code,
        money_text(row.amount),
    )


def _title(first: date, last: date) -> str:
    return f"Billing report {day_text(first)} to {day_text(last)}"


def _lines(rows: Sequence[BillingRow], first: date, last: date, total: Decimal) -> list[tuple[str, ...]]:
    """Title, blank line, heading, rows, total, number of rows."""
    return [
        (_title(first, last),),
        (),
        COLUMNS,
        *map(_cells, rows),
        ("Total", "", "", "", "", "", money_text(total)),
        ("Number of rows", "", "", "", "", "", str(len(rows))),
    ]


def _page(rows: Sequence[BillingRow], first: date, last: date, total: Decimal) -> bytes:
    return billing_xls(tuple(rows), first, last, stated=total)


def _tabs(rows: Sequence[BillingRow], first: date, last: date, total: Decimal) -> bytes:
    """Tabs between fields, UTF-16 with its mark: what "Unicode text" means to old spreadsheet programs."""
    text = "\r\n".join("\t".join(line) for line in _lines(rows, first, last, total))
    return (text + "\r\n").encode("utf-16")


def _fixed(rows: Sequence[BillingRow], _first: date, _last: date, _total: Decimal) -> bytes:
    """Columns of fixed width without headings: numbers to the right, the rest to the left."""
    widths = tuple(WIDTHS.values())
    lines = []
    for row in rows:
        *texts, amount = _cells(row)
        fields = [text.ljust(width) for text, width in zip(texts, widths, strict=False)]
        lines.append("".join(fields) + amount.rjust(widths[-1]))
    return "".join(line + "\r\n" for line in lines).encode("cp1252")


def _spreadsheet_xml(rows: Sequence[BillingRow], first: date, last: date, total: Decimal) -> bytes:
    """SpreadsheetML of 2003: days as dates at midnight, amounts as numbers, identifiers as text."""

    def cell(text: str, kind: str = "String") -> str:
        return f'<Cell><Data ss:Type="{kind}">{escape(text)}</Data></Cell>'

    def line(*cells: str) -> str:
        return f"<Row>{''.join(cells)}</Row>\n"

    body = line(cell(_title(first, last))) + line() + line(*map(cell, COLUMNS))
    for row in rows:
        claim, appointment, _, patient, name, service, _ = _cells(row)
        visited = cell(f"{row.visit_date.isoformat()}T00:00:00.000", "DateTime")
        amount = cell(str(row.amount), "Number")
        body += line(
            cell(claim), cell(appointment), visited, cell(patient), cell(name), cell(service), amount
        )
    body += line(cell("Total"), *[cell("")] * 5, cell(str(total), "Number"))
    body += line(cell("Number of rows"), *[cell("")] * 5, cell(str(len(rows)), "Number"))
    return (
        '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">\n'
        f'<Worksheet ss:Name="Billing"><Table>\n{body}</Table></Worksheet></Workbook>\n'
    ).encode()


_TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml" \
ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml" \
ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>
<Override PartName="/xl/styles.xml" \
ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>"""
_RELATIONS = """<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>"""
_RELATION = (
    '<Relationship Id="rId{}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" '
    'Target="{}"/>'
)
_BOOK = """<?xml version="1.0" encoding="UTF-8"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" \
xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>\
<sheet name="Billing" sheetId="1" r:id="rId1"/></sheets></workbook>"""
_STYLES = """<?xml version="1.0" encoding="UTF-8"?>
<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
<fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders>
<cellStyleXfs count="1"><xf/></cellStyleXfs>
<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>"""
_EPOCH = date(1899, 12, 30)  # day 0 of a spreadsheet's calendar


def _workbook(rows: Sequence[BillingRow], first: date, last: date, total: Decimal) -> bytes:
    """A real XLSX, though its name ends in ``.xls``: days are serial numbers, the title is merged."""

    def text(place: str, words: str) -> str:
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(words)}</t></is></c>' if words else ""

    def number(place: str, value: object, style: int = 0) -> str:
        return f'<c r="{place}" s="{style}"><v>{value}</v></c>'

    lines = [(1, text("A1", _title(first, last)))]
    lines.append(
        (3, "".join(text(f"{column}3", name) for column, name in zip("ABCDEFG", COLUMNS, strict=True)))
    )
    for place, row in enumerate(rows, start=4):
        claim, appointment, _, patient, name, service, _ = _cells(row)
        cells = [text(f"A{place}", claim), text(f"B{place}", appointment)]
        cells.append(number(f"C{place}", (row.visit_date - _EPOCH).days, style=1))
        cells += [text(f"D{place}", patient), text(f"E{place}", name), text(f"F{place}", service)]
        lines.append((place, "".join(cells) + number(f"G{place}", row.amount)))
    end = len(rows) + 4
    lines.append((end, text(f"A{end}", "Total") + number(f"G{end}", total)))
    lines.append((end + 1, text(f"A{end + 1}", "Number of rows") + number(f"G{end + 1}", len(rows))))
    body = "".join(f'<row r="{place}">{cells}</row>' for place, cells in lines)
    sheet = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{body}</sheetData>"
        '<mergeCells count="1"><mergeCell ref="A1:G1"/></mergeCells></worksheet>'
    )
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELATIONS.format(_RELATION.format(1, "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": _BOOK,
        "xl/_rels/workbook.xml.rels": _RELATIONS.format(
            _RELATION.format(1, "worksheet", "worksheets/sheet1.xml")
            + _RELATION.format(2, "styles", "styles.xml")
        ),
        "xl/styles.xml": _STYLES,
        "xl/worksheets/sheet1.xml": sheet,
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
    return buffer.getvalue()


_EXCEL = "application/vnd.ms-excel"
FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "page": Format("Spreadsheet", "billing.xls", _EXCEL, _page),
        "tabs": Format("Spreadsheet (Unicode text)", "billing.xls", _EXCEL, _tabs),
        "xml": Format("Spreadsheet (2003)", "billing.xls", _EXCEL, _spreadsheet_xml),
        "workbook": Format("Spreadsheet (new)", "billing.xls", _EXCEL, _workbook),
        "fixed": Format("Print file", "billing.txt", "text/plain", _fixed),
    }
)
"""The first is what the window offers unless somebody chooses another."""
