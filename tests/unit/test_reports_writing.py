"""What is written for people: long workbooks, CSV, the office's own form; text is never a formula."""

import csv
import datetime as dt
import io
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook as Made
from openpyxl import load_workbook

from agent.reports.columns import day, money, text
from agent.reports.reading import read, typed_rows
from agent.reports.writing import Sheet, write_xlsx
from agent.sdk import Workbook

DAY = dt.date(2026, 11, 2)


def saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_a_long_workbook_is_written_as_a_stream_and_reads_the_same() -> None:
    """Rows that are made one by one are written as they come, however many there are."""
    many = 3_000
    rows = ([f"{number:06d}", "=1+1", DAY, Decimal(number) / 100] for number in range(1, many + 1))
    buffer = io.BytesIO()
    write_xlsx(buffer, {"Claims": Sheet(["No", "Note", "Day", "Amount"], rows)})
    columns = {"no": text(), "note": text(), "day": day("%d/%m/%Y"), "amount": money()}
    typed = typed_rows(read(buffer.getvalue(), "x.xlsx"), columns)
    assert (len(typed.rows), typed.invalid) == (many, [])
    assert tuple(typed.rows[-1].values.values()) == (f"{many:06d}", "=1+1", DAY, Decimal("30.00"))
    sheet = load_workbook(buffer).worksheets[0]
    assert (sheet.freeze_panes, sheet["A1"].font.bold, sheet["C2"].number_format) == (
        "A2",
        True,
        "yyyy-mm-dd",
    )
    assert (sheet["B2"].data_type, sheet["B2"].quotePrefix) == ("s", True)


def test_a_stream_refuses_what_a_sheet_refuses() -> None:
    for row, error in ((["a"], ValueError), (["a", 1.5], TypeError)):
        with pytest.raises(error):
            write_xlsx(io.BytesIO(), {"S": Sheet(["A", "B"], iter([row]))})


@pytest.mark.parametrize("words", ["=1+1", "+44 20", "-5", "@x", "\tx"])
def test_text_in_csv_is_never_a_formula(words: str) -> None:
    book = Workbook("digest.csv")
    book.sheet("Digest", ["Note", "Amount"], [[words, Decimal("-5.00")]])
    content = saved(book)
    assert book.media_type == "text/csv"
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig")))) == [
        ["Note", "Amount"], [f"'{words}", "-5.00"],
    ]  # fmt: skip


def test_csv_holds_every_kind_of_value_and_reads_the_same() -> None:
    book = Workbook("digest.CSV")
    moment = dt.datetime(2026, 11, 2, 9, 30)  # noqa: DTZ001 - the office's local time
    book.sheet("Digest", ["No", "Name", "Day", "At", "Paid", "Amount", "Note"], [
        ["00731", 'O"Neil; Zoë', DAY, moment, True, Decimal("1E+3"), None],
    ])  # fmt: skip
    report = read(saved(book), "digest.csv")
    assert report.tables[0].rows[1].cells == (
        "00731", 'O"Neil; Zoë', "2026-11-02", "2026-11-02 09:30", "TRUE", "1000", "",
    )  # fmt: skip


def test_csv_refuses_floats_other_widths_and_several_sheets() -> None:
    for rows, error in (
        ([["a"]], ValueError),
        ([["a", 1.5]], TypeError),
        ([["a", Decimal("NaN")]], ValueError),
    ):
        book = Workbook("x.csv")
        book.sheet("S", ["A", "B"], rows)
        with pytest.raises(error):
            saved(book)
    with pytest.raises(ValueError, match="one sheet"):
        saved(Workbook("x.csv"))


@pytest.fixture
def form(tmp_path: Path) -> Path:
    """The office's own form: formats, a formula, a merged heading."""
    made = Made()
    sheet = made.worksheets[0]
    sheet.title = "Digest"
    sheet["A1"] = "Digest of the day"
    sheet.merge_cells("A1:C1")
    sheet["B2"].number_format = "dd mmmm yyyy"
    sheet["C9"] = "=SUM(C5:C8)"
    path = tmp_path / "form.xlsx"
    made.save(path)
    return path


def test_a_form_is_filled_and_keeps_what_is_its_own(form: Path) -> None:
    book = Workbook("Digest.xlsx", template=form)
    book.fill({"Digest!B2": DAY, "A5": [["C1", "=1+1", Decimal("2.50")], ["C2", None, Decimal("1.00")]]})
    before = form.read_bytes()
    sheet = load_workbook(io.BytesIO(saved(book)))["Digest"]
    assert (sheet["B2"].value.date(), sheet["B2"].number_format) == (DAY, "dd mmmm yyyy")
    assert [sheet[place].value for place in ("A5", "B5", "C5", "A6", "C6")] == ["C1", "=1+1", 2.5, "C2", 1]
    assert (sheet["B5"].data_type, sheet["C9"].value, sheet["C5"].number_format) == (
        "s",
        "=SUM(C5:C8)",
        "0.00",
    )
    assert form.read_bytes() == before


@pytest.mark.parametrize("place", ["Other!A1", "Digest!1A", "B1", "Digest!ZZZZ1"])
def test_a_place_that_the_form_does_not_have_is_refused(form: Path, place: str) -> None:
    book = Workbook("Digest.xlsx", template=form)
    book.fill({place: "x"})
    with pytest.raises(ValueError, match=r"no cell|merged"):
        saved(book)


def test_a_form_with_macros_or_with_sheets_added_is_refused(form: Path) -> None:
    with pytest.raises(ValueError, match="macros"):
        saved(Workbook("x.xlsx", template=form.with_suffix(".xlsm")))
    book = Workbook("x.xlsx", template=form)
    book.sheet("S", ["A"], [])
    with pytest.raises(ValueError, match="template"):
        saved(book)
