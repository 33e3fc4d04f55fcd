"""XLS, Excel's XML of 2003, fixed width, and files whose name says something else than their bytes."""

import datetime as dt
import io
import struct
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from agent.core.failures import DownloadCut, DownloadUnsafe, DownloadWrongType, Failure
from agent.reports import old_workbook
from agent.reports.cells import Below, Beside, Broken
from agent.reports.columns import day, money, text, whole
from agent.reports.reading import read, typed_rows
from tests.old_excel import Error, Formula, compound, old_excel, record, sheet_records, workbook_stream

ROWS = [["No", "Amount", "Note"], ["00123", 12.5, Error(0x2A)], ["1E5", Formula(3.0), Formula(Error(0x07))]]
XML = (
    '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="Claims"><Table>{}</Table>{}'
    "</Worksheet></Workbook>"
)


def xml(rows: str, after: str = "") -> bytes:
    """A workbook in Excel's XML of 2003."""
    return XML.format(rows, after).encode()


def data(kind: str, value: str, **more: str) -> str:
    """One cell of it."""
    told = "".join(f' ss:{name}="{word}"' for name, word in more.items())
    return f'<Cell{told}><Data ss:Type="{kind}">{value}</Data></Cell>'


# ── XLS ───────────────────────────────────────────────────────────────────────────────────────────────
def test_an_old_workbook_is_read_with_its_errors() -> None:
    report = read(old_excel(ROWS), "claims.xlsx")
    assert (report.kind, [table.name for table in report.tables]) == ("xls", ["Claims"])
    assert [row.cells for row in report.tables[0].rows] == [
        ("No", "Amount", "Note"), ("00123", 12.5, Broken("#N/A")), ("1E5", 3.0, Broken("#DIV/0!")),
    ]  # fmt: skip
    typed = typed_rows(report, {"no": text(), "amount": money(), "note": text(optional=True)})
    assert [str(row.address) for row in typed.invalid] == [
        "claims.xlsx, sheet Claims, row 2, column Note", "claims.xlsx, sheet Claims, row 3, column Note",
    ]  # fmt: skip
    assert {row.problem for row in typed.invalid} == {"error_cell"}


def test_without_the_second_look_an_error_would_be_an_empty_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: what calamine alone tells."""
    monkeypatch.setattr(old_workbook, "_broken", lambda _kind, _body: None)
    typed = typed_rows(read(old_excel(ROWS), "x.xls"), {"no": text(), "note": text(optional=True)})
    assert [row.note for row in typed.rows] == [None, None]


def test_merged_and_hidden_parts_of_an_old_workbook_are_known() -> None:
    rows = sheet_records([["A", "B"], ["x", "y"], ["z", "w"]], merged=[(1, 2, 0, 1)])
    stream = workbook_stream({"Shown": rows, "Hidden": rows}, hidden=["Hidden"])
    (table,) = read(compound({"Workbook": stream}), "x.xls").tables
    assert [row.cells for row in table.rows] == [
        ("A", "B"), ("x", Beside("x")), (Below("x"), Beside("x")),
    ]  # fmt: skip
    assert table.name == "Shown"


def test_cells_keep_their_places_when_the_first_ones_are_empty() -> None:
    (table,) = read(old_excel([[None, None], [None, "No", "Amount"], [None, "1", 2.0]]), "x.xls").tables
    assert [(row.number, row.cells) for row in table.rows][1:] == [
        (2, (None, "No", "Amount")), (3, (None, "1", 2.0)),
    ]  # fmt: skip


@settings(deadline=None, max_examples=12)
@given(st.integers(0, 10**6), st.binary(min_size=1, max_size=4))
def test_an_old_workbook_with_bytes_changed_is_refused_or_read(place: int, change: bytes) -> None:
    """Whatever is damaged: a failure of ours, or rows; never another error. (calamine alone may abort.)"""
    content = bytearray(old_excel(ROWS))
    at = place % (len(content) - len(change))
    content[at : at + len(change)] = change
    try:
        typed_rows(read(bytes(content), "x.xls"), {"no": text(), "amount": money()})
    except Failure:
        return


@pytest.mark.parametrize("share", [0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
def test_an_old_workbook_cut_anywhere_is_refused(share: float) -> None:
    content = old_excel([["No", "Amount"], *[[f"{n:05d}", float(n)] for n in range(400)]])
    with pytest.raises((DownloadCut, DownloadWrongType)):
        read(content[: int(len(content) * share)], "x.xls")


def test_other_compound_files_are_named() -> None:
    for title, found in (("WordDocument", "a Word document"), ("Other", "not an Excel file")):
        with pytest.raises(DownloadWrongType, match=found):
            read(compound({title: b"x"}), "x.xls")


def test_a_record_that_claims_more_than_there_is_is_cut() -> None:
    stream = workbook_stream({"S": sheet_records([["a", "b"]])})[:-4] + struct.pack("<HH", 0x0203, 8_000)
    with pytest.raises(DownloadCut):
        read(compound({"Workbook": stream.ljust(5_000, b"\x00")}), "x.xls")
    with pytest.raises(DownloadUnsafe, match="password"):
        read(compound({"Workbook": workbook_stream({}, first=record(0x2F, b""))}), "x.xls")


# ── Excel's XML of 2003 ───────────────────────────────────────────────────────────────────────────────
def test_excels_xml_is_typed_with_gaps_merges_and_errors() -> None:
    rows = (
        f"<Row>{data('String', 'Claims of 02/11/2026', MergeAcross='3')}</Row>"
        f"<Row ss:Index='3'>{''.join(data('String', h) for h in ('No', 'Visit', 'Amount', 'Note'))}</Row>"
        f"<Row>{data('String', '00123')}{data('DateTime', '2026-11-02T00:00:00.000')}{data('Number', '12.5')}"
        f"{data('Error', '#N/A')}</Row>"
        f"<Row>{data('String', '1E5', MergeDown='1')}{data('DateTime', '2026-11-02T00:00:00.000')}"
        f"{data('Number', '7')}<Cell ss:Formula='=A1'/></Row>"
        f"<Row>{data('DateTime', '2026-11-02T00:00:00.000')}{data('Number', '1')}</Row>"
        f"<Row>{data('String', '7')}{data('String', 'x', Index='3')}{data('Boolean', '1')}</Row>"
    )
    report = read(xml(rows), "claims.xls")
    midnight = dt.datetime(2026, 11, 2)  # noqa: DTZ001 - a spreadsheet has no time zone
    assert report.kind == "xml"
    assert [(row.number, row.cells) for row in report.tables[0].rows] == [
        (1, ("Claims of 02/11/2026", *[Beside("Claims of 02/11/2026")] * 3)),
        (3, ("No", "Visit", "Amount", "Note")),
        (4, ("00123", midnight, 12.5, Broken("#N/A"))),
        (5, ("1E5", midnight, 7, Broken("=A1"))),
        (6, (Below("1E5"), midnight, 1)),
        (7, ("7", None, "x", True)),
    ]
    columns = {"no": text(), "visit": day("%d/%m/%Y"), "amount": money()}
    typed = typed_rows(report, columns)
    assert [row.no for row in typed.rows] == ["00123", "1E5", "1E5"]
    assert [(row.number, row.problem) for row in typed.invalid] == [(7, "missing")]


def test_a_hidden_sheet_of_excels_xml_is_not_read() -> None:
    hidden = "<x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions>"
    rows = f"<Row>{data('String', 'a')}{data('String', 'b')}</Row>"
    assert len(read(xml(rows), "x.xls").tables) == 1
    with pytest.raises(DownloadWrongType, match="nothing in it"):
        read(xml(rows, hidden), "x.xls")


@settings(deadline=None, max_examples=40)
@given(st.floats(0.05, 1, exclude_max=True))
def test_excels_xml_cut_anywhere_is_refused(share: float) -> None:
    content = xml("".join(f"<Row>{data('String', str(n))}{data('Number', '1')}</Row>" for n in range(30)))
    with pytest.raises((DownloadCut, DownloadWrongType)):
        read(content[: int(len(content) * share)], "x.xls")


# ── fixed width ───────────────────────────────────────────────────────────────────────────────────────
WIDTHS = {"Claim No": 8, "Patient": 12, "Visit": 10, "Amount": 10}


def fixed(*rows: tuple[str, ...]) -> str:
    """Lines with each cell in its place."""
    widths = WIDTHS.values()
    return "".join("".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + "\r\n" for row in rows)


COLUMNS = {"claim_no": text(), "patient": text(), "visit": day("%d/%m/%Y"), "amount": money()}


def test_fixed_width_is_cut_where_the_author_says() -> None:
    content = (
        "Meridian billing, page 1\r\n" + fixed(tuple(WIDTHS), ("-" * 7, "-" * 11, "-" * 9, "-" * 9)) +
        fixed(("000731", "Zoë Müller", "02/11/2026", "1,234.50"), ("1E5", "Li", "02/11/2026", "1.00")) +
        "\x0cMeridian billing, page 2\r\n" + fixed(tuple(WIDTHS), ("9", "Bo", "02/11/2026", "2.00")) +
        fixed(("Total", "", "", "1,237.50"))
    )  # fmt: skip
    report = read(content.encode("cp1252"), "claims.txt", WIDTHS)
    typed = typed_rows(report, COLUMNS)
    assert (report.kind, report.encoding) == ("fixed", "cp1252")
    assert [(row.number, row.claim_no, row.patient) for row in typed.rows] == [
        (4, "000731", "Zoë Müller"), (5, "1E5", "Li"), (8, "9", "Bo"),
    ]  # fmt: skip
    assert [total.agrees for total in typed.totals] == [True]
    assert {row.number: row.why for row in typed.others}[7] == "header"


def test_a_line_longer_than_its_columns_and_a_torn_line_are_seen() -> None:
    whole_line = fixed(("000731", "Zoe", "02/11/2026", "1.00"))
    typed = typed_rows(read((whole_line.strip() + "   more\r\n").encode(), "x", WIDTHS), COLUMNS)
    assert [row.problem for row in typed.invalid] in (["extra_cells"], ["not_money"])
    content = (whole_line * 5).encode()
    for at in range(len(content) - 40, len(content) - 3):
        with pytest.raises(DownloadCut):
            read(content[:at], "x", WIDTHS)


# ── what a file is called says nothing ────────────────────────────────────────────────────────────────
def _xlsx() -> bytes:
    made, buffer = Workbook(), io.BytesIO()
    for row in (["No", "Amount", "Visits"], ["00123", 12.5, 3], ["1E5", 1, 4]):
        made.worksheets[0].append(row)
    made.save(buffer)
    return buffer.getvalue()


SAME = {
    "csv": b"No,Amount,Visits\r\n00123,12.50,3\r\n1E5,1.00,4\r\n",
    "tsv": "No\tAmount\tVisits\n00123\t12.50\t3\n1E5\t1.00\t4\n".encode("utf-16"),
    "html": b"<table><tr><th>No<th>Amount<th>Visits<tr><td>00123<td>12.50<td>3"
    b"<tr><td>1E5<td>1.00<td>4</table>",
    "xml": xml(
        f"<Row>{data('String', 'No')}{data('String', 'Amount')}{data('String', 'Visits')}</Row>"
        f"<Row>{data('String', '00123')}{data('Number', '12.5')}{data('Number', '3')}</Row>"
        f"<Row>{data('String', '1E5')}{data('Number', '1')}{data('Number', '4')}</Row>"
    ),
    "xls": old_excel([["No", "Amount", "Visits"], ["00123", 12.5, 3.0], ["1E5", 1.0, 4.0]]),
    "xlsx": _xlsx(),
}


@pytest.mark.parametrize("kind", SAME)
@pytest.mark.parametrize("name", ["report.xls", "report.csv", "report"])
def test_each_kind_is_known_by_its_bytes_and_holds_the_same_rows(kind: str, name: str) -> None:
    report = read(SAME[kind], name)
    typed = typed_rows(report, {"no": text(), "amount": money(), "visits": whole()})
    assert report.kind == ("csv" if kind == "tsv" else kind)
    assert [tuple(row.values.values()) for row in typed.rows] == [
        ("00123", Decimal("12.50"), 3), ("1E5", Decimal("1.00"), 4),
    ]  # fmt: skip


@pytest.mark.parametrize("heading", ["BM;Name", "MZ;Name", "PK;Name", "GIF8;Name", "Rar!;Name", "0;Name"])
def test_a_heading_that_begins_like_another_kind_is_a_heading(heading: str) -> None:
    assert read(f"{heading}\r\n1;Ann\r\n".encode(), "x.csv").kind == "csv"
