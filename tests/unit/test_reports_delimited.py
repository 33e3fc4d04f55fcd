"""Delimited text: delimiter, quoting and encoding are found and stated; no row is lost or altered."""

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from agent.core.failures import DownloadCut, DownloadWrongType, Failure
from agent.reports.columns import day, money, text
from agent.reports.reading import ReportFile, read, typed_rows

CLAIMS = {
    "claim_no": text(pattern=r"C\d{6}"),
    "patient": text(personal=True),
    "visit_date": day("%d/%m/%Y"),
    "amount": money(control_total=True),
}
HEADER = ["Claim No", "Patient", "Visit Date", "Amount"]
RECORDS = [
    ["C000001", "Zoë O'Brien", "02/11/2026", "1,234.50"],
    ["C000002", "Smith; John, Jr.", "02/11/2026", "0.50"],
    ["C000003", 'Ann "Annie"\nLee', "02/11/2026", "10.00"],
]
ANY = st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffd")
# Two letters of Windows-1252 can be the bytes of one in UTF-8 ("Ã©"): nobody could tell these files apart.
WESTERN = st.characters(max_codepoint=0xFF, exclude_categories=("Cc",)).filter(lambda c: not "\x7f" < c < "À")
MARKS = st.sampled_from("\n;,\t\"|'é")
NAMES = st.text(ANY | MARKS, max_size=15)


@st.composite
def claims_in_an_encoding(draw: st.DrawFn) -> tuple[str, list[tuple[str, int, dt.date]]]:
    """An encoding, and names, cents and days that can be written in it."""
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]))
    names = st.text((WESTERN if encoding == "cp1252" else ANY) | MARKS, max_size=15)
    claim = st.tuples(names, st.integers(0, 10**7), st.dates(dt.date(1990, 1, 1)))
    return encoding, draw(st.lists(claim, min_size=1, max_size=30))


def written(rows: list[list[str]], delimiter: str = ";", encoding: str = "utf-8", end: str = "\r\n") -> bytes:
    """The rows as Python's own csv module writes them."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter, lineterminator=end).writerows(rows)
    return buffer.getvalue().encode(encoding)


def cells(report: ReportFile) -> list[list[object]]:
    """The cells of the only table."""
    (table,) = report.tables
    return [list(row.cells) for row in table.rows]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize(
    ("encoding", "stated"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8 with a byte-order mark"),
        ("cp1252", "cp1252"),
        ("utf-16", "utf-16-le with a byte-order mark"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
def test_delimiter_and_encoding_are_found_and_stated(delimiter: str, encoding: str, stated: str) -> None:
    report = read(written([HEADER, *RECORDS], delimiter, encoding), "claims.xls")
    assert (report.kind, report.delimiter, report.encoding, report.quoted) == ("csv", delimiter, stated, True)
    assert cells(report) == [HEADER, *RECORDS]


@settings(deadline=None)
@given(claims_in_an_encoding(), st.sampled_from(";,\t|"), st.sampled_from(["\r\n", "\n"]))
def test_every_record_arrives_once_and_unaltered(
    file: tuple[str, list[tuple[str, int, dt.date]]], delimiter: str, end: str
) -> None:
    """Names with any delimiter, quote or line break, in any encoding, come back as they were written."""
    encoding, claims = file
    rows = [
        [f"C{number:06d}", name, f"{date:%d/%m}/{date.year}", f"{Decimal(cents).scaleb(-2):,.2f}"]
        for number, (name, cents, date) in enumerate(claims)
    ]
    typed = typed_rows(read(written([HEADER, *rows], delimiter, encoding, end), "claims.csv"), CLAIMS)
    numbers = [row.number for row in typed.rows] + [row.number for row in typed.invalid]
    assert sorted(numbers) == list(range(2, len(rows) + 2))
    for row in typed.rows:
        name, cents, date = claims[row.number - 2]
        assert row.claim_no == f"C{row.number - 2:06d}"
        assert row.patient == text().parse(name)
        assert (row.amount, row.visit_date) == (Decimal(cents).scaleb(-2), date)
    for broken in typed.invalid:
        assert broken.field == "patient"  # a name of nothing but spaces, or an error value


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_a_failure_with_its_parameters(content: bytes) -> None:
    """Nothing else ever comes out of the reader."""
    try:
        told = {"kind": read(content, "x").kind}
    except Failure as failure:
        told = dict(failure.params)
    assert told in ({"kind": "csv"}, {"kind": "html"}) or set(told) == {"file", "expected", "found"}


@settings(deadline=None)
@given(st.data())
def test_a_file_cut_anywhere_never_gives_other_records(data: st.DataObject) -> None:
    """What remains is refused, or is a beginning of the true records (the stated total tells the rest)."""
    rows = [[f"C{n:06d}", f'Nam"e\n{n}', "02/11/2026", f"{n}12.50"] for n in range(20)]
    content = written([HEADER, *rows])
    at = data.draw(st.integers(0, len(content) - 1))
    try:
        typed = typed_rows(read(content[:at], "claims.csv"), CLAIMS)
    except (DownloadCut, DownloadWrongType):
        return
    known = [row for row in typed.rows if row is not typed.rows[-1]]
    assert [row.claim_no for row in typed.rows] == [row[0] for row in rows[: len(typed.rows)]]
    assert all(row.amount == Decimal(f"{int(row.claim_no[1:])}12.50") for row in known)


def test_a_last_line_cut_short_is_a_cut_file() -> None:
    content = written([HEADER, *RECORDS]) + b"C000004;Mar"
    with pytest.raises(DownloadCut):
        read(content, "claims.csv")
    assert len(typed_rows(read(written([HEADER, *RECORDS]).rstrip(), "claims.csv"), CLAIMS).rows) == 3


def test_an_unfinished_quoted_cell_is_a_cut_file() -> None:
    with pytest.raises(DownloadCut) as cut:
        read(b'Claim No;Note\r\nC000001;"called\r\nagain', "claims.csv")
    assert cut.value.params["file"] == "claims.csv"


def test_half_a_character_is_a_cut_file() -> None:
    for encoding in ("utf-16", "utf-8-sig"):
        with pytest.raises(DownloadCut):
            read("a;é\r\nb;é".encode(encoding)[:-1], "claims.csv")


def test_a_quote_that_could_be_read_two_ways_is_refused_with_its_line() -> None:
    with pytest.raises(DownloadWrongType) as refused:
        read(b'Claim No;Patient\r\nC000001;"Ann" Lee\r\n', "claims.csv")
    assert "line 2" in str(refused.value.params["found"])
    assert "Ann" not in str(refused.value)


def test_tabs_without_quoting_are_read_as_request_tracker_writes_them() -> None:
    """Results.tsv: no quotes, a space before what could be a formula or a quote, entities decoded."""
    content = (
        "id\tSubject\tStatus\tCreated\tAmount\n"
        '1\t "Urgent" claim\topen\t50 seconds ago\t1234.56\n'
        "00123\t =SUM(1) it's 5\" long\tnew\t3 days ago\t\n"
    )
    report = read(content.encode(), "Results.tsv")
    assert (report.kind, report.delimiter, report.encoding) == ("csv", "\t", "ascii")
    columns = {
        "id": text(),
        "subject": text(),
        "status": text(choices=["new", "open"]),
        "amount": money(optional=True),
    }
    first, second = typed_rows(report, columns).rows
    assert (first.id, first.subject, first.amount) == ("1", '"Urgent" claim', Decimal("1234.56"))
    assert (second.id, second.subject, second.amount) == ("00123", "=SUM(1) it's 5\" long", None)


def test_tabs_without_quoting_may_begin_a_cell_with_a_quote() -> None:
    report = read(b'id\tSubject\n1\t"Urgent" claim\n2\t"cut\n', "Results.tsv")
    assert cells(report) == [["id", "Subject"], ["1", '"Urgent" claim'], ["2", '"cut']]
    assert report.quoted is False


def test_a_header_alone_is_a_table_without_rows() -> None:
    typed = typed_rows(read(written([HEADER]), "claims.csv"), CLAIMS)
    assert (typed.rows, typed.invalid, typed.header_row) == ([], [], 1)


def test_rows_are_counted_as_a_spreadsheet_shows_them() -> None:
    """Titles and blank lines count; a record with a line break in a cell is one row."""
    content = written([["Claims of 02/11/2026"], [], HEADER, *RECORDS, ["", "", "", ""], RECORDS[0]])
    typed = typed_rows(read(content, "claims.csv"), CLAIMS)
    assert typed.header_row == 3
    assert [row.number for row in typed.rows] == [4, 5, 6, 8]
    assert str(typed.rows[0].address("amount")) == "claims.csv, row 4, column Amount"


def test_the_spreadsheet_hint_for_the_delimiter_is_taken() -> None:
    report = read(b"sep=|\r\na|b,c;d\r\n1|2,3;4\r\n", "x.csv")
    assert (report.delimiter, cells(report)) == ("|", [["a", "b,c;d"], ["1", "2,3;4"]])


def test_decimal_commas_do_not_win_over_semicolons() -> None:
    report = read(b"No;Amount;Tax\r\n1;10,50;2,10\r\n2;3,20;0,64\r\n", "x.csv")
    assert report.delimiter == ";"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"%PDF-1.7\n%abc", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n....", "a picture"),
        (b"\x1f\x8b\x08....", "a compressed file"),
        (b'{"error": "expired"}', "JSON"),
        (b"[[1, 2], [3, 4]]", "JSON"),
        (b'<?xml version="1.0"?><rows><row/></rows>', "an XML document"),
        (b"\x00\x01\x02\x03\xff\xfe\x00\x10", "binary data"),
        (b"Your session has expired. Please sign in again.\r\n", "not a table"),
        ("Müller;1\r\nJosé;2\r\nZoë;3\r\n".encode() + b"\xff;4\r\n", "damaged bytes"),
        (b"name;n\r\n\x81\x8d;1\r\n", "line 2"),
    ],
)
def test_what_is_no_table_is_named(content: bytes, found: str) -> None:
    with pytest.raises(DownloadWrongType) as refused:
        read(content, "claims.xls")
    assert found in str(refused.value.params["found"])


@pytest.mark.parametrize("content", [b"", b"\r\n \r\n", b"\xef\xbb\xbf", b"\x00\x00\x00"])
def test_an_empty_file_is_a_cut_file(content: bytes) -> None:
    with pytest.raises(DownloadCut):
        read(content, "claims.csv")


def test_a_lone_accent_does_not_make_windows_1252_of_utf_8_or_the_reverse() -> None:
    assert cells(read("Café;1\r\nx;2\r\n".encode(), "a"))[0][0] == "Café"
    assert cells(read("Café;1\r\nx;2\r\n".encode("cp1252"), "a"))[0][0] == "Café"


def test_cells_beyond_the_header_make_the_row_invalid() -> None:
    """A delimiter in an unquoted name shifts every value after it."""
    rows = [["C000001", "Ann", "02/11/2026", "1.00", "5.00"], ["C000002", "B", "02/11/2026", "2.00", ""]]
    content = written([HEADER, *rows])
    typed = typed_rows(read(content, "claims.csv"), CLAIMS)
    assert [(row.number, row.problem) for row in typed.invalid] == [(2, "extra_cells")]
    assert [row.number for row in typed.rows] == [3]


@settings(deadline=None)
@given(st.lists(st.lists(NAMES, min_size=3, max_size=3), min_size=2, max_size=12), st.sampled_from(";\t|"))
def test_quoted_text_comes_back_exactly(rows: list[list[str]], delimiter: str) -> None:
    assume(any(cell.strip() for row in rows for cell in row))
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    report = read(("a" + delimiter + "b" + delimiter + "c\r\n" + buffer.getvalue()).encode(), "x.csv")
    assert report.delimiter == delimiter
    assert cells(report)[1:] == rows
