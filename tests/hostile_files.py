"""Forty files and more that no report is: bombs, locks, macros, traps. Made by code, none of them kept."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Iterator
from typing import TypeAlias

from tests.old_excel import compound, old_excel, record, sheet_records, workbook_stream

Part: TypeAlias = tuple[str, bytes]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TYPES = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
BOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
).encode()
_SHEET1 = b'<Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/>'
RELATIONS = b"<Relationships>" + _SHEET1 + b"</Relationships>"
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
_TEXT = '<c r="{}" t="inlineStr"><is><t>{}</t></is></c>'
HEAD = f'<row r="1">{_TEXT.format("A1", "No")}{_TEXT.format("B1", "Amount")}</row>'
GOOD_ROW = f'<row r="2">{_TEXT.format("A2", "x")}<c r="B2"><v>1.5</v></c></row>'
XML_2003 = '<?xml version="1.0"?>{}<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"' + (
    ' xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="S"><Table>{}</Table>'
    "</Worksheet></Workbook>"
)


def sheet(rows: str, *, before: bytes = b"", after: str = "") -> bytes:
    """The XML of a sheet."""
    text = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'
    return before + text.encode()


def book(sheet_xml: bytes, *more: Part, replace: dict[str, bytes] | None = None) -> bytes:
    """A workbook around a sheet, with further parts."""
    parts = {
        "[Content_Types].xml": TYPES,
        "xl/workbook.xml": BOOK,
        "xl/_rels/workbook.xml.rels": RELATIONS,
        "xl/worksheets/sheet1.xml": sheet_xml,
        **(replace or {}),
    }
    return archive(*parts.items(), *more)


def archive(*parts: Part) -> bytes:
    """A zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts:
            target.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def patched(content: bytes, name: bytes, offset: int, value: bytes) -> bytes:
    """The archive with a field of one entry of its directory changed; ``offset`` within that entry."""
    at = content.rindex(b"PK\x01\x02", 0, content.rindex(name))
    return content[: at + offset] + value + content[at + offset + len(value) :]


def overlapping() -> bytes:
    """Twenty entries that all unpack the same bytes."""
    content = archive(("xl/workbook.xml", bytes(2**20)))
    at = content.index(b"PK\x01\x02")
    end = content.index(b"PK\x05\x06")
    entries = b""
    for number in range(20):
        name = f"xl/w{number:02d}kbook.xml".encode()[: len("xl/workbook.xml")].ljust(15, b"x")
        entries += content[at : at + 46] + name
    closing = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 20, 20, len(entries), at, 0)
    return content[:at] + entries + closing + content[end + 22 :]


def circular() -> bytes:
    """An XLS file whose table of sectors leads back to its own beginning."""
    content = bytearray(old_excel([["No", "Amount"], ["x", 1.5]]))
    table = (struct.unpack_from("<I", content, 76)[0] + 1) * 512
    struct.pack_into("<I", content, table + 4 * 3, 0)
    return bytes(content)


def good_book() -> bytes:
    """The workbook that the hostile ones are made of: nothing is wrong with it."""
    return book(sheet(HEAD + GOOD_ROW))


def workbooks() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Hostile zip archives and workbooks of today."""
    good = good_book
    plain = sheet(HEAD + GOOD_ROW)
    yield "bomb", lambda: book(plain, ("xl/media/a.bin", bytes(96 * 2**20)))
    yield "stated size", lambda: patched(good(), b"xl/worksheets/sheet1.xml", 24, struct.pack("<I", 2**31))
    yield "stated small", lambda: patched(good(), b"xl/worksheets/sheet1.xml", 24, struct.pack("<I", 40))
    yield "entries", lambda: archive(*((f"xl/{n}.xml", b"") for n in range(2_500)))
    yield "overlap", overlapping
    yield "other folder", lambda: book(plain, ("../../evil.txt", b"x"))
    yield "absolute", lambda: book(plain, ("/etc/evil", b"x"))
    yield "locked zip", lambda: patched(good(), b"xl/worksheets/sheet1.xml", 8, b"\x01\x00")
    yield "macros", lambda: book(plain, ("xl/vbaProject.bin", b"x"))
    yield "macro sheet", lambda: book(plain, ("xl/macrosheets/sheet2.xml", b"<x/>"))
    yield "embedded", lambda: book(plain, ("xl/embeddings/oleObject1.bin", b"x"))
    yield "active", lambda: book(plain, ("xl/activeX/activeX1.xml", b"<x/>"))
    yield "zip in zip", lambda: archive(("report.xlsx", good()))
    yield "book in book", lambda: book(plain, ("xl/other.xlsx", good()))
    yield "laughs", lambda: book(sheet(HEAD + GOOD_ROW, before=LAUGHS))
    yield "laughs in texts", lambda: book(plain, ("xl/sharedStrings.xml", LAUGHS + b"<sst/>"))
    external = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    yield "external", lambda: book(plain, replace={"xl/workbook.xml": external + BOOK})
    yield "half", lambda: good()[: len(good()) // 2]
    yield "no directory", lambda: good()[: good().index(b"PK\x01\x02")]
    yield "row number", lambda: book(sheet(HEAD + GOOD_ROW.replace('r="2"', 'r="99999999"')))
    yield "rows back", lambda: book(sheet(HEAD + GOOD_ROW + GOOD_ROW))
    yield "far column", lambda: book(sheet(HEAD + '<row r="2"><c r="ZZZ2"><v>1</v></c></row>'))
    yield "many rows", lambda: book(sheet("<row/>" * 1_100_000))
    sparse = "".join(f'<row r="{n}"><c r="BXX{n}"><v>{n}</v></c></row>' for n in range(2, 30_000))
    yield "sparse", lambda: book(sheet(HEAD + sparse))
    yield "endless row", lambda: book(sheet("<row>" + "<c><v>123456789</v></c>" * 500_000))
    ranges = "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(1, 60_000))
    yield "merged", lambda: book(sheet(HEAD + GOOD_ROW, after=f"<mergeCells>{ranges}</mergeCells>"))
    yield (
        "same name",
        lambda: book(plain, ("xl/worksheets/sheet2.xml", b"a"), ("xl/worksheets/sheet2.xml", b"b")),
    )


def old_ones() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Hostile XLS files and other compound files."""
    rows = sheet_records([["No", "Amount"], ["x", 1.5]])
    yield "package with password", lambda: compound({"EncryptedPackage": b"x", "EncryptionInfo": b"x"})
    yield (
        "old password",
        lambda: compound({"Workbook": workbook_stream({"S": rows}, first=record(0x002F, bytes(6)))}),
    )
    yield "old macros", lambda: compound({"Workbook": workbook_stream({"S": rows}), "_VBA_PROJECT_CUR": b"x"})
    yield "old macro sheet", lambda: compound({"Workbook": workbook_stream({"S": rows}, macro_sheet=True)})
    yield "old embedded", lambda: compound({"Workbook": workbook_stream({"S": rows}), "MBD0001": b"x"})
    yield "circular", circular
    yield "old half", lambda: old_excel([["No", "Amount"], *[["x", 1.5]] * 500])[:9_000]
    far = sheet_records([["No", "Amount"]])[:-4] + record(0x0203, struct.pack("<HHHd", 65_535, 255, 0, 1.0))
    yield "old sparse", lambda: compound({"Workbook": workbook_stream({"S": far + record(0x000A, b"")})})


def texts() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Hostile pages, XML and delimited text."""
    yield "deep page", lambda: b"<html>" + b"<div>" * 20_000 + b"<table><tr><td>a</td><td>b</td></tr></table>"
    wide = b"<tr>" + b"<td colspan=1000>a</td>" * 100 + b"</tr>"
    yield "wide page", lambda: b"<html><table>" + wide * 200 + b"</table></html>"
    yield "cut page", lambda: b"<html><table><tr><td>No</td><td>Amount</td></tr><tr><td>x</td>"
    yield "laughs 2003", lambda: XML_2003.format(LAUGHS.decode(), "<Row/>").encode()
    yield "deep 2003", lambda: XML_2003.format("", "<a>" * 5_000 + "</a>" * 5_000).encode()
    cell = '<Row><Cell ss:Index="{}"><Data ss:Type="Number">1</Data></Cell></Row>'
    yield "far 2003", lambda: XML_2003.format("", cell.format(9_999_999)).encode()
    merged = '<Row><Cell ss:MergeAcross="9999999"><Data ss:Type="Number">1</Data></Cell></Row>'
    yield "merged 2003", lambda: XML_2003.format("", merged).encode()
    yield "wide text", lambda: b"a;b\r\n" + b";" * 3_000_000 + b"\r\n"
    yield "long text", lambda: b"a;b\n" * 1_200_000
    yield "open quote", lambda: b'No;Amount\r\n1;"' + b"x\r\n" * 5_000_000
    yield "large", lambda: bytes(256 * 2**20 + 1)
    yield "program", lambda: b"MZ\x90\x00\x03\x00\x00\x00" + bytes(2_000)
    yield "packed", lambda: b"\x1f\x8b\x08\x00" + bytes(2_000)


def hostile() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """All of them: a name, and what makes the file."""
    yield from workbooks()
    yield from old_ones()
    yield from texts()
