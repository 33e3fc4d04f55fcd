"""XLSX as programs write it: what is read is what stands there, however it is written; nothing is guessed."""

import datetime as dt
import io
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from agent.core.failures import DownloadWrongType
from agent.reports.cells import Below, Beside, Broken
from agent.reports.columns import day, money, text, time
from agent.reports.reading import read, typed_rows
from agent.reports.serials import DAY, ELAPSED, kind_of_format, moment
from agent.reports.table import ENDS
from tests.hostile_files import GOOD_ROW, HEAD, MAIN, book, sheet

NOON = dt.datetime(2026, 11, 2, 12, 0)  # noqa: DTZ001 - a spreadsheet has no time zone
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/>'
    '<numFmt numFmtId="165" formatCode="[h]:mm"/><numFmt numFmtId="166" formatCode="&quot;day&quot; 0"/>'
    '</numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/>'
    '<xf numFmtId="20"/></cellXfs></styleSheet>'
).encode()
TEXTS = f'<sst xmlns="{MAIN}">{{}}</sst>'


def cells(content: bytes) -> list[tuple[Any, ...]]:
    """The cells of the first sheet."""
    return [row.cells for row in read(content, "x.xlsx").tables[0].rows]


def of(inside: str, texts: str = "") -> tuple[Any, ...]:
    """The cells of one row that is written like this, in a workbook with these shared texts."""
    replace = {"xl/styles.xml": STYLES, "xl/sharedStrings.xml": TEXTS.format(texts).encode()}
    return cells(book(sheet(f'<row r="1">{inside}</row>'), replace=replace))[0]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ('<c r="A1"><v>731</v></c>', 731),
        ('<c r="A1" t="n"><v>1E5</v></c>', 100_000.0),
        ('<c r="A1"><v>0.1</v></c>', 0.1),
        ('<c r="A1" t="str"><v>00123</v></c>', "00123"),
        ('<c r="A1" t="b"><v>1</v></c>', True),
        ('<c r="A1" t="e"><v>#N/A</v></c>', Broken("#N/A")),
        ('<c r="A1"><f>A2</f></c>', Broken("=A2")),
        ('<c r="A1"><f>A2</f><v></v></c>', Broken("=A2")),
        ('<c r="A1"><f>A2</f><v/></c>', Broken("=A2")),
        ('<c r="A1"><f>A2</f><v>3</v></c>', 3),
        ('<c r="A1" t="str"><f>A2&amp;B2</f><v>&lt;b&gt;</v></c>', "<b>"),
        ('<c r="A1" t="e"><f>1/0</f><v>#DIV/0!</v></c>', Broken("#DIV/0!")),
        ('<c r="A1" t="inlineStr"><is><t>a</t></is></c>', "a"),
        ('<c r="A1" t="inlineStr"><is><r><t>a</t></r><r><rPr><b/></rPr><t> b</t></r></is></c>', "a b"),
        ('<c r="A1" t="inlineStr"><is><t>a&#10;b &#x41; _x0042_ &amp;amp;</t></is></c>', "a\nb A B &amp;"),
        ('<c r="A1" t="inlineStr"><is><t><![CDATA[<x>]]></t></is></c>', "<x>"),
        ('<!-- <c r="A1"><v>9</v></c> --><c r="A1"><v>8</v></c>', 8),
        ('<c s="1" r="A1"><v>46328</v></c>', dt.datetime(2026, 11, 2)),  # noqa: DTZ001
        ("<c r='A1' s='1'><v>46328.5</v></c>", NOON),
        ('<c r="A1" s="2"><v>1.5</v></c>', dt.timedelta(hours=36)),
        ('<c r="A1" s="3"><v>46328</v></c>', 46_328),
        ('<c r="A1" s="4"><v>0.395833333333333</v></c>', dt.time(9, 30)),
        ('<c r="A1" t="d"><v>2026-11-02T12:00:00</v></c>', NOON),
        ('<c r="A1" t="s"><v>7</v></c>', Broken("a text that the file does not hold")),
        ('<c r="A1"><v>twelve</v></c>', Broken("twelve")),
        ("<c><v>5</v></c>", 5),
        ('<c r="A1" s="1"/>', None),
    ],
)  # fmt: skip
def test_a_cell_is_what_stands_there_however_it_is_written(written: str, value: object) -> None:
    first, last = of(written + '<c r="B1"><v>7</v></c>')
    assert (type(first), first, last) == (type(value), value, 7)


def test_cells_and_rows_that_are_left_out_stay_empty() -> None:
    content = book(sheet(HEAD + '<row r="4"/><row r="7"><c r="C7"><v>1</v></c><c><v>2</v></c></row>'))
    rows = read(content, "x.xlsx").tables[0].rows
    assert [(row.number, row.cells) for row in rows] == [
        (1, ("No", "Amount")), (4, ()), (7, (None, None, 1, 2)),
    ]  # fmt: skip


def test_shared_texts_are_read_plain_rich_and_without_their_pronunciation() -> None:
    items = (
        "<si><t>00123</t></si><si/><si><r><t>a</t></r><r><t> &amp; b</t></r></si>"
        "<si><t>東京</t><rPh sb='0' eb='2'><t>トウキョウ</t></rPh></si>"
        "<si><t xml:space='preserve'> x </t></si>"
    )
    inside = "".join(f'<c t="s"><v>{number}</v></c>' for number in range(5))
    assert of(inside, items) == ("00123", "", "a & b", "東京", " x ")


def test_a_prefix_on_every_element_changes_nothing() -> None:
    """As reporting services write them."""
    plain = HEAD + GOOD_ROW + '<row r="3"><c r="A3"><f>B2</f><v>2</v></c></row>'
    prefixed = plain.replace("<", "<x:").replace("<x:/", "</x:")
    text_ = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{prefixed}</x:sheetData></x:worksheet>'
    assert cells(book(text_.encode())) == cells(book(sheet(plain))) == [("No", "Amount"), ("x", 1.5), (2,)]


def test_a_result_that_nobody_calculated_is_none() -> None:
    """XlsxWriter and its like write 0 for every formula, and ask for a calculation on opening."""
    row = '<row r="1"><c r="A1"><f>SUM(B1)</f><v>0</v></c><c r="B1"><f>A2</f><v>5</v></c></row>'
    calculated = book(sheet(row))
    parts = zipfile.ZipFile(io.BytesIO(calculated))
    main = parts.read("xl/workbook.xml").replace(b"</workbook>", b'<calcPr fullCalcOnLoad="1"/></workbook>')
    assert cells(calculated) == [(0, 5)]
    assert cells(book(sheet(row), replace={"xl/workbook.xml": main})) == [(Broken("=SUM(B1)"), 5)]


def test_days_since_1904_are_those_of_the_file() -> None:
    parts = zipfile.ZipFile(io.BytesIO(book(sheet(HEAD))))
    main = parts.read("xl/workbook.xml").replace(b"<sheets>", b'<workbookPr date1904="1"/><sheets>')
    row = '<row r="1"><c r="A1" s="1"><v>44866</v></c></row>'
    replace = {"xl/workbook.xml": main, "xl/styles.xml": STYLES}
    assert cells(book(sheet(row), replace=replace)) == [(dt.datetime(2026, 11, 2),)]  # noqa: DTZ001


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("General", None), ("0.00", None), ("dd/mm/yyyy", DAY), ("yyyy\\-mm\\-dd;@", DAY),
        ("h:mm AM/PM", DAY), ("[h]:mm:ss", ELAPSED), ("[Red]0.00", None), ('"days" 0', None),
        ("0.00E+00", None), ("[$-409]d mmm", DAY),
        ('_-* #,##0.00_-;"d"', None), ("@", None), ("#,##0.00 [$€-407]", None),
    ],
)  # fmt: skip
def test_a_number_format_shows_a_moment_or_a_number(code: str, kind: str | None) -> None:
    assert kind_of_format(164, code) == kind


@settings(deadline=None)
@given(st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(2200, 1, 1)))  # noqa: DTZ001
def test_a_moment_comes_back_to_the_millisecond(value: dt.datetime) -> None:
    value = value.replace(microsecond=value.microsecond // 1000 * 1000)
    serial = (value - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)  # noqa: DTZ001
    assert moment(serial, DAY, since_1904=False) == value


def test_the_day_that_never_was_is_no_day() -> None:
    assert moment(60, DAY, since_1904=False) is None
    assert moment(59, DAY, since_1904=False) == dt.datetime(1900, 2, 28)  # noqa: DTZ001
    assert moment(61, DAY, since_1904=False) == dt.datetime(1900, 3, 1)  # noqa: DTZ001


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**14), 10**14),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12).map(lambda t: "t" + t),
    st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(2200, 1, 1)).map(lambda m: m.replace(microsecond=0)),  # noqa: DTZ001
)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(VALUES, min_size=1, max_size=6), min_size=1, max_size=12))
def test_what_openpyxl_writes_and_reads_is_what_is_read(rows: list[list[Any]]) -> None:
    """openpyxl as the second opinion, cell by cell."""
    made = Workbook()
    page = made.worksheets[0]
    for row in rows:
        page.append(row)
    buffer = io.BytesIO()
    made.save(buffer)
    theirs = load_workbook(buffer).worksheets[0]
    expected = {(c.row, c.column): c.value for row in theirs.iter_rows() for c in row if c.value is not None}
    if not expected:
        with pytest.raises(DownloadWrongType):
            read(buffer.getvalue(), "x.xlsx")
        return
    ours = {
        (row.number, place): cell
        for row in read(buffer.getvalue(), "x.xlsx").tables[0].rows
        for place, cell in enumerate(row.cells, 1)
        if cell is not None
    }
    assert ours == expected
    assert {place: type(cell) is bool for place, cell in ours.items()} == {
        place: type(value) is bool for place, value in expected.items()
    }


def test_the_ends_of_a_long_sheet_are_its_first_and_last_rows() -> None:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="B{n}"><v>{n}.5</v></c></row>' for n in range(2, 20_001)
    )
    table = read(book(sheet(HEAD + rows)), "x.xlsx").tables[0]
    assert (len(table.rows), table.rows[1].cells, table.rows[-1].cells) == (
        20_000,
        (2, 2.5),
        (20_000, 20_000.5),
    )
    assert [row.number for row in table.ends] == [*range(1, ENDS + 1), *range(20_001 - ENDS, 20_001)]
    assert table.rows[5:7] == list(table.rows)[5:7]
    with pytest.raises(IndexError):
        _ = table.rows[20_000]


def test_merged_cells_reach_as_far_as_they_say() -> None:
    rows = HEAD + "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(2, 5))
    merged = '<mergeCells count="2"><mergeCell ref="A2:A3"/><mergeCell ref="C1:D4"/></mergeCells>'
    assert cells(book(sheet(rows, after=merged))) == [
        ("No", "Amount", None, Beside(None)),
        (2, None, Below(None), Beside(None)),
        (Below(2), None, Below(None), Beside(None)),
        (4, None, Below(None), Beside(None)),
    ]


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("xl/workbook.xml", b"<workbook"),
        ("xl/workbook.xml", b"<workbook/>"),
        ("xl/_rels/workbook.xml.rels", b"<Relationships/>"),
        ("xl/worksheets/sheet1.xml", b"<html/>"),
        ("xl/worksheets/sheet1.xml", b'<?xml version="1.0" encoding="utf-16"?><worksheet/>'),
        ("xl/worksheets/sheet1.xml", sheet('<row r="1"><c r="A1"><f>1</v></c></row>')),
        ("xl/worksheets/sheet1.xml", sheet('<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>')),
        ("xl/worksheets/sheet1.xml", sheet("")),
    ],
)
def test_a_workbook_that_is_not_written_as_one_is_refused(part: str, content: bytes) -> None:
    with pytest.raises(DownloadWrongType):
        list(read(book(sheet(HEAD), replace={part: content}), "x.xlsx").tables[0].rows)


def test_a_whole_report_is_typed_by_its_contract() -> None:
    columns = {
        "no": text(), "visit": day("%d/%m/%Y"), "start": time(), "amount": money(control_total=True),
    }  # fmt: skip
    made = Workbook()
    page = made.worksheets[0]
    page.append(["Claims of 02/11/2026"])
    page.append(["No", "Visit", "Start", "Amount"])
    for number in range(1_500):
        page.append([f"{number:05d}", dt.datetime(2026, 11, 2), dt.time(9, 30), 0.1])  # noqa: DTZ001
        if number % 500 == 499:
            page.append(["No", "Visit", "Start", "Amount"])
    page.append(["Total", None, None, 150])
    page["D9"] = "#REF!"
    page["D9"].data_type = "e"
    buffer = io.BytesIO()
    made.save(buffer)
    typed = typed_rows(read(buffer.getvalue(), "x.xlsx"), columns)
    assert (len(typed.rows), typed.count) == (1_499, 1_500)
    assert [str(row.address) for row in typed.invalid] == ["x.xlsx, sheet Sheet, row 9, column Amount"]
    assert [row.why for row in typed.others] == ["header", "header", "header", "total"]
    assert [total.agrees for total in typed.totals] == [None]
    assert (typed.rows[0].start, typed.rows[-1].no) == (dt.time(9, 30), "01499")
