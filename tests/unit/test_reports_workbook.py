"""Workbooks in and out: text is never a formula, amounts and days are typed, nothing changes."""

import datetime as dt
import io
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from agent.core.failures import DownloadCut, DownloadUnsafe, DownloadWrongType, Failure
from agent.reports.cells import Below, Beside, Broken
from agent.reports.columns import day, money, text, whole
from agent.reports.reading import read, typed_rows
from agent.reports.writing import Sheet, write_xlsx

NOON = dt.datetime(2026, 11, 2, 12, 0)  # noqa: DTZ001 - a spreadsheet has no time zone
MIDNIGHT = dt.datetime(2026, 11, 2)  # noqa: DTZ001 - as above


def saved(*rows: list[object], name: str = "Claims") -> bytes:
    """A workbook as openpyxl alone writes it."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = name
    for row in rows:
        sheet.append(row)
    return bytes_of(book)


def bytes_of(book: Workbook) -> bytes:
    """The file of a workbook."""
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def written(sheets: dict[str, Sheet]) -> bytes:
    """The file that our writer makes."""
    buffer = io.BytesIO()
    write_xlsx(buffer, sheets)
    return buffer.getvalue()


def test_a_sheets_types_are_read_by_the_contract() -> None:
    content = saved(
        ["Claim No", "Patient No", "Visit", "Amount", "Visits"],
        ["00123", 731, MIDNIGHT, 1234.5, 3],
        ["1E5", "000731", "02/11/2026", "£1,234.50", 3.0],
    )
    columns = {"claim_no": text(), "patient_no": text(digits=6), "visit": day("%d/%m/%Y")}
    columns |= {"amount": money(), "visits": whole()}
    report = read(content, "claims.csv")
    assert (report.kind, report.encoding, report.delimiter) == ("xlsx", None, None)
    typed = typed_rows(report, columns)
    first, second = typed.rows
    expected = {
        "patient_no": "000731",
        "visit": dt.date(2026, 11, 2),
        "amount": Decimal("1234.50"),
        "visits": 3,
    }
    assert first.values == {"claim_no": "00123", **expected}
    assert second.values == {"claim_no": "1E5", **expected}
    assert str(first.address("amount")) == "claims.csv, sheet Claims, row 2, column Amount"


@pytest.mark.parametrize(
    ("cell", "column", "problem"),
    [
        (731, text(), "not_text"),
        (1.5, text(digits=6), "not_text"),
        (12345678901234567, text(digits=17), "digits_lost"),
        (1e16, money(), "digits_lost"),
        (0.125, money(), "too_precise"),
        (True, money(), "not_money"),
        (NOON, day("%d/%m/%Y"), "not_day"),
        (46328, day("%d/%m/%Y"), "not_day"),
        ("#N/A", text(), "error_cell"),
        ("=1/0", money(), "error_cell"),
        ("=SUM(A1:A9)", money(), "error_cell"),
        (dt.time(9, 30), text(), "not_text"),
    ],
)
def test_what_a_cell_no_longer_says_is_refused(cell: object, column: object, problem: str) -> None:
    typed = typed_rows(read(saved(["Value", "No"], [cell, "x"]), "v.xlsx"), {"value": column})  # type: ignore[dict-item]
    assert [row.problem for row in typed.invalid] == [problem]


def test_a_formula_with_its_result_is_the_result() -> None:
    """As a spreadsheet program saves it: formula and value in one cell."""
    content = saved(["No", "Amount"], ["1", "=2*60"])
    source = zipfile.ZipFile(io.BytesIO(content))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            part = part.replace(b"<f>2*60</f><v></v>", b"<f>2*60</f><v>120</v>").replace(
                b"<f>2*60</f><v />", b"<f>2*60</f><v>120</v>"
            )
            target.writestr(name, part)
    typed = typed_rows(read(buffer.getvalue(), "v.xlsx"), {"no": text(), "amount": money()})
    assert [row.amount for row in typed.rows] == [Decimal(120)]
    without = read(content, "v.xlsx").tables[0].rows[1].cells
    assert without == ("1", Broken("=2*60"))


def test_merged_cells_say_that_they_are() -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (
        ["Patient", None, "Amount"],
        ["No", "Name", None],
        ["000731", "Ann", "30.00"],
        [None, "Bob", None],
    ):
        sheet.append(row)
    for area in ("A1:B1", "C1:C2", "A3:A4", "C3:C4"):
        sheet.merge_cells(area)
    report = read(bytes_of(book), "v.xlsx")
    assert report.tables[0].rows[0].cells == ("Patient", Beside("Patient"), "Amount")
    assert report.tables[0].rows[3].cells == (Below("000731"), "Bob", Below("30.00"))
    typed = typed_rows(report, {"patient_no": text(digits=6), "patient_name": text(), "amount": money()})
    assert [row.patient_no for row in typed.rows] == ["000731"]
    assert [(row.number, row.problem) for row in typed.invalid] == [(4, "merged_cell")]


def test_rows_and_columns_keep_their_places_when_a_sheet_begins_lower() -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for address, value in {"C4": "No", "D4": "Amount", "C6": "7", "D6": 5}.items():
        sheet[address] = value
    typed = typed_rows(read(bytes_of(book), "v.xlsx"), {"no": text(), "amount": money()})
    assert (typed.header_row, [row.number for row in typed.rows]) == (4, [6])


def test_hidden_and_empty_sheets_are_not_read() -> None:
    book = Workbook()
    book.worksheets[0].append(["No", "Amount"])
    book.create_sheet("Old").append(["No", "Amount"])
    book["Old"].sheet_state = "hidden"
    book.create_sheet("Empty")
    assert [table.name for table in read(bytes_of(book), "v.xlsx").tables] == ["Sheet"]
    with pytest.raises(DownloadWrongType):
        read(bytes_of(Workbook()), "v.xlsx")


def test_two_sheets_that_fit_are_a_question() -> None:
    book = Workbook()
    book.worksheets[0].append(["No", "Amount"])
    book.create_sheet("Copy").append(["No", "Amount"])
    with pytest.raises(DownloadWrongType) as refused:
        typed_rows(read(bytes_of(book), "v.xlsx"), {"no": text(), "amount": money()})
    assert refused.value.params["found"] == "Sheet, Copy"


@settings(deadline=None, max_examples=30)
@given(st.floats(0, 1, exclude_max=True))
def test_a_workbook_cut_anywhere_is_refused(share: float) -> None:
    content = saved(["No", "Amount"], *([f"{n:06d}", n] for n in range(50)))
    with pytest.raises(Failure) as refused:
        read(content[: int(share * len(content))], "v.xlsx")
    assert isinstance(refused.value, DownloadCut | DownloadWrongType)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10**6), st.integers(1, 255))
def test_a_workbook_with_one_byte_changed_is_refused_or_reads_the_same(place: int, change: int) -> None:
    content = bytearray(DAMAGED)
    content[place % len(content)] ^= change
    try:
        tables = read(bytes(content), "v.xlsx").tables
    except Failure:
        return
    assert [row.cells for row in tables[0].rows] == [
        row.cells for row in read(DAMAGED, "v.xlsx").tables[0].rows
    ]


DAMAGED = saved(["No", "Amount"], ["000731", 12.5], ["000732", 13.5])


def test_a_zip_archive_is_not_yet_a_workbook() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(DownloadWrongType, match="not an XLSX"):
        read(buffer.getvalue(), "v.xlsx")


def test_a_workbook_that_unpacks_to_far_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.reports.limits.MAX_UNPACKED", 2**20)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bytes(2**21))
    assert len(buffer.getvalue()) < 2**14
    with pytest.raises(DownloadUnsafe, match="bytes unpacked"):
        read(buffer.getvalue(), "v.xlsx")


# ── out ──────────────────────────────────────────────────────────────────────────────────────────────

FORMULAS = [
    "=1+1",
    "+44 20 7946 0000",
    "-5",
    "@SUM(A1)",
    "\tx",
    "\rx",
    '=HYPERLINK("http://x")',
    "=",
    "'quoted",
]


@pytest.mark.parametrize("value", FORMULAS)
def test_text_that_looks_like_a_formula_stays_text(value: str) -> None:
    content = written({"Digest": Sheet(["Note"], [[value]])})
    cell = load_workbook(io.BytesIO(content)).worksheets[0]["A2"]
    assert cell.data_type == "s"
    assert cell.quotePrefix == (value[0] in "=+-@\t\r")
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    assert read(content, "d.xlsx").tables[0].rows[1].cells == (value,)


def test_amounts_days_and_headings_look_as_they_should() -> None:
    rows = [[Decimal("1234.5"), dt.date(2026, 11, 2), NOON, True, 7, None, Decimal("0.125")]]
    content = written({"Digest": Sheet(["A", "B", "C", "D", "E", "F", "G"], rows)})
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    assert [cell.value for cell in sheet[2]] == [1234.5, MIDNIGHT, NOON, True, 7, None, 0.125]
    assert [sheet[a].number_format for a in ("A2", "B2", "C2", "G2")] == [
        "0.00", "yyyy-mm-dd", "yyyy-mm-dd hh:mm", "0.000",
    ]  # fmt: skip
    assert sheet["A1"].font == Font(bold=True) or sheet["A1"].font.bold
    assert sheet.freeze_panes == "A2"
    assert sheet.column_dimensions["B"].width == 12


WORDS = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\r"), max_size=40
) | st.sampled_from(FORMULAS)


@settings(deadline=None, max_examples=30)
@given(
    st.lists(
        st.tuples(
            WORDS,
            st.integers(-(10**13), 10**13).map(lambda cents: Decimal(cents).scaleb(-2)),
            st.dates(dt.date(1900, 3, 1)),
        ),
        max_size=8,
    )
)
def test_what_is_written_is_read_again(rows: list[tuple[str, Decimal, dt.date]]) -> None:
    content = written(
        {"Digest": Sheet(["Note", "Amount", "Day"], [("x" + word, *rest) for word, *rest in rows])}
    )
    table = read(content, "d.xlsx").tables[0]
    assert [row.cells[0] for row in table.rows[1:]] == ["x" + word for word, *_ in rows]
    typed = typed_rows(read(content, "d.xlsx"), {"amount": money(), "day": day("%d/%m/%Y")})
    assert [(row.amount, row.day) for row in typed.rows] == [(amount, date) for _, amount, date in rows]


def test_text_that_looks_like_an_escape_is_shown_as_it_is() -> None:
    words = ["_x0041_", "_x005F_x0041_", "\x01", "a_x000D_b"]
    content = written({"Digest": Sheet(["Note"], [[word] for word in words])})
    assert [row.cells[0] for row in read(content, "d.xlsx").tables[0].rows[1:]] == words


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (1.5, TypeError),
        ([1], TypeError),
        (10**15, ValueError),
        (Decimal("12345678901234.56"), ValueError),
        (Decimal("NaN"), ValueError),
        (dt.datetime(2026, 11, 2, tzinfo=dt.UTC), ValueError),
        ("x" * 32_768, ValueError),
    ],
)
def test_what_a_workbook_cannot_hold_is_refused(value: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        written({"Digest": Sheet(["A"], [[value]])})


@pytest.mark.parametrize("title", ["", "a/b", "x" * 32, "a:b", "[a]", "'a"])
def test_a_sheets_name_must_be_one(title: str) -> None:
    with pytest.raises(ValueError, match="name of a sheet"):
        written({title: Sheet(["A"], [])})


def test_rows_are_as_wide_as_the_headings_and_a_book_has_a_sheet() -> None:
    with pytest.raises(ValueError, match="row 2"):
        written({"A": Sheet(["A", "B"], [["x"]])})
    with pytest.raises(ValueError, match="at least one sheet"):
        written({})


def test_a_file_is_replaced_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "digest.xlsx"
    write_xlsx(path, {"A": Sheet(["A"], [["old"]])})
    with pytest.raises(TypeError):
        write_xlsx(path, {"A": Sheet(["A"], [["new"], [0.1]])})
    assert read(path.read_bytes(), path.name).tables[0].rows[1].cells == ("old",)
    assert list(tmp_path.iterdir()) == [path]
