"""Which rows are records: totals, counts, headings and footers are told apart, and nothing vanishes."""

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.core.failures import ColumnsChanged, DownloadWrongType
from agent.reports.cells import Below, Beside
from agent.reports.columns import day, money, text, whole
from agent.reports.reading import ReportFile, TypedRows, read, typed_rows
from agent.reports.table import Address, RawRow, Table

CLAIMS = {
    "claim_no": text(pattern=r"C\d{6}"),
    "patient": text(personal=True),
    "visit_date": day("%d/%m/%Y"),
    "amount": money(control_total=True),
}
HEADER = ["Claim No.", "PATIENT", "Visit_Date", "Amount (£)"]


def claim(number: int, amount: str = "10.00", patient: str = "Ann Lee") -> list[str]:
    """One record as the file writes it."""
    return [f"C{number:06d}", patient, "02/11/2026", amount]


def sorted_rows(*rows: list[str], columns: object = None) -> TypedRows:
    """The rows of a CSV file with these records."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=";").writerows(rows)
    return typed_rows(read(buffer.getvalue().encode(), "claims.csv"), columns or CLAIMS)  # type: ignore[arg-type]


def why(typed: TypedRows) -> dict[int, str]:
    """What became of each row below the header."""
    told = {row.number: "record" for row in typed.rows} | {row.number: row.problem for row in typed.invalid}
    return told | {row.number: row.why for row in typed.others}


def test_headings_match_without_case_spaces_and_punctuation() -> None:
    typed = sorted_rows(HEADER, claim(1))
    assert dict(typed.headers) == dict(zip(CLAIMS, HEADER, strict=True))
    assert typed.rows[0].claim_no == "C000001"
    assert typed.rows[0].visit_date == dt.date(2026, 11, 2)


def test_a_heading_can_be_named() -> None:
    typed = sorted_rows(
        ["Ref.", "Sum due"],
        ["007", "5.00"],
        columns={"no": text(header="ref"), "due": money(header="SUM DUE")},
    )
    assert typed.rows[0].values == {"no": "007", "due": Decimal("5.00")}


def test_missing_columns_are_told_beside_what_is_there() -> None:
    with pytest.raises(ColumnsChanged) as refused:
        sorted_rows(["Claim No", "Patient", "Visit Date", "Amt"], claim(1))
    assert refused.value.params == {
        "file": "claims.csv",
        "expected": "the columns claim_no, patient, visit_date, amount",
        "found": "the columns Claim No, Patient, Visit Date, Amt",
        "suggestion": "column “Amt” is new, “amount” is gone, perhaps “amount” is now called “Amt”",
    }


def test_a_file_without_its_header_does_not_put_a_patient_into_the_failure() -> None:
    with pytest.raises(DownloadWrongType) as refused:
        sorted_rows(claim(1), claim(2))
    assert refused.value.params["found"] == "none of them"


def test_two_columns_of_one_name_are_refused() -> None:
    with pytest.raises(DownloadWrongType) as refused:
        sorted_rows([*HEADER, "amount"], [*claim(1), "9.00"])
    assert refused.value.params["expected"] == "one column amount"


def test_an_optional_column_may_be_missing_and_a_required_one_may_stand_anywhere() -> None:
    columns = {"amount": money(), "note": text(optional=True), "claim_no": text()}
    typed = sorted_rows(HEADER, claim(1), columns=columns)
    assert typed.rows[0].values == {"amount": Decimal(10), "note": None, "claim_no": "C000001"}


def test_a_totals_row_is_no_patient() -> None:
    typed = sorted_rows(HEADER, claim(1), claim(2), ["Total", "", "", "20.00"])
    assert why(typed) == {2: "record", 3: "record", 4: "total"}
    assert typed.stated_total == {"amount": Decimal(20)}
    assert [total.agrees for total in typed.totals] == [True]
    assert typed.sums == {"amount": Decimal(20)}


@pytest.mark.parametrize(
    "word",
    [
        "Total",
        "TOTALS:",
        "Grand Total",
        "Sum",
        "Summe",
        "Gesamtsumme",
        "Total amount",
        "Total for 02/11/2026",
    ],
)
def test_the_words_for_a_total(word: str) -> None:
    typed = sorted_rows(HEADER, claim(1), [word, "", "", "10.00"])
    assert why(typed) == {2: "record", 3: "total"}


@pytest.mark.parametrize(
    "name", ["Total Care Ltd", "Total 24 Hour Pharmacy", "Summers", "Countess Ann", "Sumner"]
)
def test_names_that_begin_like_a_total_stay_records_or_become_invalid(name: str) -> None:
    columns = {"payer": text(), "claim_no": text(), "visit_date": day("%d/%m/%Y"), "amount": money()}
    header = ["Payer", "Claim No", "Visit Date", "Amount"]
    typed = sorted_rows(
        header, [name, "1", "02/11/2026", "5.00"], [name, "", "02/11/2026", "5.00"], columns=columns
    )
    assert why(typed) == {2: "record", 3: "missing"}


def test_a_whole_record_that_begins_with_the_word_is_put_before_a_person() -> None:
    columns = {"name": text(), "claim_no": text(), "amount": money()}
    typed = sorted_rows(["Name", "Claim No", "Amount"], ["Total", "C1", "5.00"], columns=columns)
    assert why(typed) == {2: "record_or_total"}


def test_in_a_table_of_name_and_amount_a_total_must_agree() -> None:
    columns = {"name": text(), "amount": money()}
    header = ["Name", "Amount"]
    rows = [["Ann", "5.00"], ["Bob", "6.00"]]
    assert why(sorted_rows(header, *rows, ["Total", "11.00"], columns=columns))[4] == "total"
    assert why(sorted_rows(header, *rows, ["Total", "12.00"], columns=columns))[4] == "record_or_total"
    assert why(sorted_rows(header, *rows, ["Rows", "2"], columns=columns))[4] == "count"
    assert why(sorted_rows(header, *rows, ["Rows", "3"], columns=columns))[4] == "record_or_total"


def test_a_wrong_total_is_seen() -> None:
    typed = sorted_rows(HEADER, claim(1), ["Total", "", "", "11.00"])
    assert [(total.amount, total.found, total.agrees) for total in typed.totals] == [(11, 10, False)]


def test_totals_of_groups_and_pages_agree_and_add_up() -> None:
    """Sub-totals since the last one, a running total, and a grand total."""
    typed = sorted_rows(
        HEADER,
        claim(1), claim(2), ["Sub-total", "", "", "20.00"],
        claim(3), ["Sub-total", "", "", "10.00"],
        ["Grand total", "", "", "30.00"],
    )  # fmt: skip
    assert [total.agrees for total in typed.totals] == [True, True, True]
    assert typed.stated_total["amount"] == Decimal(30)
    typed = sorted_rows(HEADER, claim(1), ["Total", "", "", "10.00"], claim(2), ["Total", "", "", "10.00"])
    assert typed.stated_total["amount"] == typed.sums["amount"] == Decimal(20)
    typed = sorted_rows(
        HEADER, claim(1), ["Page total", "", "", "10.00"], claim(2), ["Page total", "", "", "20.00"]
    )
    assert [total.agrees for total in typed.totals] == [True, True]
    typed = sorted_rows(HEADER, claim(1), ["Total", "", "", "9.00"], claim(2), ["Total", "", "", "20.00"])
    assert [total.agrees for total in typed.totals] == [False, True]


@pytest.mark.parametrize(
    ("footer", "count"),
    [
        (["Total", "2", "", "20.00"], 2),
        (["Total", "3", "", "20.00"], 3),
        (["2 rows"], 2),
        (["Rows: 2"], 2),
        (["Records:", "1,002"], 1002),
        (["Number of rows", "", "", "2"], 2),
        (["Total records: 2"], 2),
        (["Anzahl: 2"], 2),
        (["2 records found."], 2),
    ],
)
def test_a_stated_count_is_found_and_compared(footer: list[str], count: int) -> None:
    typed = sorted_rows(HEADER, claim(1), claim(2), footer)
    assert typed.stated_count == count
    assert [stated.agrees for stated in typed.counts] == [count == 2]
    assert len(typed.rows) == 2
    assert typed.invalid == []


def test_the_sum_of_an_undeclared_column_is_no_count() -> None:
    header = ["Claim No", "Minutes", "Amount"]
    columns = {"claim_no": text(), "amount": money()}
    rows = [["C1", "20", "5.00"], ["C2", "25", "5.00"]]
    assert sorted_rows(header, *rows, ["Total", "45", "10.00"], columns=columns).stated_count is None
    assert sorted_rows(header, *rows, ["Total", "2", "10.00"], columns=columns).stated_count == 2


def test_counts_and_totals_above_the_header_are_of_the_whole_file() -> None:
    typed = sorted_rows(["Rows: 2"], ["Total: £20.00"], HEADER, claim(1), claim(2))
    assert (typed.stated_count, typed.stated_total["amount"]) == (2, Decimal(20))
    assert all(total.agrees for total in typed.totals)
    assert all(count.agrees for count in typed.counts)
    assert typed.header_row == 3


def test_an_unreadable_amount_leaves_the_total_open() -> None:
    """Nobody can say that the total is wrong; the invalid row speaks for itself."""
    typed = sorted_rows(HEADER, claim(1), claim(2, amount="1,2"), ["Total", "", "", "20.00"])
    assert [total.agrees for total in typed.totals] == [None]
    assert typed.sums == {}
    assert why(typed) == {2: "record", 3: "not_money", 4: "total"}


def test_repeated_headings_and_page_lines_are_not_records() -> None:
    title = ["Meridian billing, page 1 of 2"]
    typed = sorted_rows(
        title, HEADER, claim(1), ["Page 1 of 2"], ["Meridian billing, page 2 of 2"], HEADER, claim(2),
        ["-----", "-----"], ["*** End of report ***"],
    )  # fmt: skip
    assert why(typed) == {3: "record", 4: "page", 5: "page", 6: "header", 7: "record", 8: "page", 9: "page"}


def test_notes_after_the_total_are_footers_but_a_torn_record_is_not() -> None:
    typed = sorted_rows(
        HEADER, claim(1), ["Total", "", "", "10.00"], ["Checked by:", "J. Smith"], ["Meridian v4"]
    )
    assert why(typed) == {2: "record", 3: "total", 4: "footer", 5: "footer"}
    typed = sorted_rows(HEADER, claim(1), ["Total", "", "", "10.00"], ["C000002", "Bob"], claim(3))
    assert why(typed) == {2: "record", 3: "total", 4: "missing", 5: "record"}


def test_a_row_that_nothing_explains_is_invalid_not_dropped() -> None:
    typed = sorted_rows(
        HEADER, ["", "", "", "20.00"], ["Dr Jones"], claim(1), ["Created", "Bob", "02/11/2026", ""]
    )
    assert why(typed) == {2: "missing", 3: "pattern", 4: "record", 5: "pattern"}


def test_an_invalid_row_says_where_what_and_why() -> None:
    row = sorted_rows(HEADER, claim(1), ["C000002", "Bob", "2/11/2026", "1,2"]).invalid[0]
    assert (row.number, row.field, row.header, row.raw, row.problem) == (
        3,
        "visit_date",
        "Visit_Date",
        "2/11/2026",
        "not_day",
    )
    assert row.expected == "a day as dd/mm/yyyy"
    assert row.address == Address("claims.csv", None, 3, "Visit_Date")
    assert [problem.field for problem in row.problems] == ["visit_date", "amount"]
    assert row.cells["claim_no"] == "C000002"


def test_a_row_is_itself_by_file_and_number_and_shows_no_values() -> None:
    one, two = sorted_rows(HEADER, claim(1), claim(1)).rows
    again = sorted_rows(HEADER, claim(1), claim(1)).rows[0]
    assert one != two
    assert {one, two, again} == {one, two}
    assert "Ann" not in repr(one)
    with pytest.raises(AttributeError, match="no field 'amonut'"):
        _ = one.amonut


def test_no_cell_of_a_file_is_shown_by_accident() -> None:
    """What is printed, logged or raised by mistake holds numbers and codes, never a patient."""
    rows = [
        HEADER,
        claim(1, patient="Zorro"),
        claim(2, "1,2", "Zorro"),
        ["Zorro", "x"],
        ["Total", "Zorro", "", "1.00"],
    ]
    typed = sorted_rows(*rows)
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    assert "Zorro" not in repr(typed)
    assert "Zorro" not in repr(read(buffer.getvalue().encode(), "claims.csv"))


def grid(*rows: tuple[object, ...], headings: int = 0) -> ReportFile:
    """A report whose table has these very cells."""
    table = Table([RawRow(n, row, n <= headings) for n, row in enumerate(rows, 1)])  # type: ignore[arg-type]
    return ReportFile("claims.xls", "html", [table])


def test_merged_headings_are_read_from_the_top_down() -> None:
    report = grid(
        ("Billing of 02/11/2026", *[Beside("Billing of 02/11/2026")] * 4),
        ("Claim No", "Patient", Beside("Patient"), "Insurer", Beside("Insurer")),
        (Below("Claim No"), "No", "Name", "No", "Name"),
        ("C000001", "000731", "Ann", "17", "Acme"),
        headings=3,
    )
    columns = {"claim_no": text(), "patient_no": text(digits=6), "patient_name": text(), "insurer_no": text()}
    typed = typed_rows(report, columns)
    assert typed.header_row == 3
    assert typed.rows[0].values == {
        "claim_no": "C000001", "patient_no": "000731", "patient_name": "Ann", "insurer_no": "17",
    }  # fmt: skip
    assert str(typed.rows[0].address("insurer_no")) == "claims.xls, row 4, column Insurer No"
    with pytest.raises(DownloadWrongType):
        typed_rows(report, {"name": text()})


def test_the_lower_rows_of_a_merged_header_are_no_records() -> None:
    """The contract finds its columns in the upper row already."""
    report = grid(
        ("Claim No", "Amount", "Patient", Beside("Patient")),
        (Below("Claim No"), Below("Amount"), "No", "Name"),
        ("C000001", "5.00", "000731", "Ann"),
        headings=2,
    )
    typed = typed_rows(report, {"claim_no": text(), "amount": money()})
    assert (typed.header_row, [row.number for row in typed.rows]) == (2, [3])


def test_an_amount_merged_over_rows_is_never_counted_twice() -> None:
    report = grid(("Name", "Amount"), ("Ann", "30.00"), ("Bob", Below("30.00")))
    typed = typed_rows(report, {"name": text(), "amount": money()})
    assert why(typed) == {2: "record", 3: "merged_cell"}


def test_tables_that_a_page_break_divided_are_one_and_others_are_refused() -> None:
    head, first, second = (
        RawRow(1, ("Name", "Amount")),
        RawRow(2, ("Ann", "1.00")),
        RawRow(2, ("Bob", "2.00")),
    )
    columns = {"name": text(), "amount": money()}
    divided = ReportFile("x.xls", "html", [Table([head, first], "table 1"), Table([head, second], "table 2")])
    rows = typed_rows(divided, columns).rows
    assert [str(row.address("name")) for row in rows] == [
        "x.xls, sheet table 1, row 2, column Name",
        "x.xls, sheet table 2, row 2, column Name",
    ]
    other = RawRow(1, ("Amount", "Name"))
    for kind, tables in (("xlsx", divided.tables), ("html", [Table([head, first]), Table([other, second])])):
        with pytest.raises(DownloadWrongType):
            typed_rows(ReportFile("x.xls", kind, tables), columns)


WORDS = st.sampled_from(
    ["", "Total", "Total:", "Grand total", "Rows: 3", "5 rows", "Page 2 of 3", "Claim No", "Amount", "3",
     "C000001", "12.50", "30.00", "Ann", "02/11/2026", "End of report", "Printed today", "#N/A", "---"]
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.lists(WORDS, min_size=1, max_size=5) | st.integers(1, 9).map(claim), max_size=25))
def test_every_row_below_the_header_is_accounted_for_once(rows: list[list[str]]) -> None:
    """Each row is a record, invalid, or no record for a reason; the sums are those of the records."""
    columns = {**CLAIMS, "note": text(optional=True), "count": whole(optional=True)}
    typed = sorted_rows([*HEADER, "Note"], *rows, columns=columns)
    numbers = [row.number for row in (*typed.rows, *typed.invalid, *typed.others)]
    assert sorted(numbers) == list(range(2, len(rows) + 2))
    good = {
        index + 2 for index, row in enumerate(rows) if row[:1] and row[0].startswith("C0") and len(row) == 4
    }
    whole_claims = {
        n for n in good if rows[n - 2][2:] == ["02/11/2026", "10.00"] and rows[n - 2][1] == "Ann Lee"
    }
    assert whole_claims <= {row.number for row in typed.rows}
    if "amount" in typed.sums:
        broken = sum(Decimal(str(row.cells["amount"]).strip()) for row in typed.invalid)
        assert typed.sums["amount"] == sum(row.amount for row in typed.rows) + broken
