"""What a column takes, what it refuses, and that nothing is altered on the way through."""

import datetime as dt
import subprocess
import sys
import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.reports.cells import Below, Beside, Broken
from agent.reports.columns import Column, Invalid, day, money, text, whole

CENTS = st.integers(-(10**15) + 1, 10**15 - 1).map(lambda cents: Decimal(cents).scaleb(-2))
DAYS = st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31))
HALF_PAST_NINE = dt.datetime(2026, 4, 3, 9, 30)  # noqa: DTZ001 - a spreadsheet has no time zone
PRINTABLE = st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffd"))


def problem(column: Column, raw: object) -> str:
    """The code with which the column refuses a cell."""
    with pytest.raises(Invalid) as refused:
        column.parse(raw)
    return refused.value.problem


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("120", "120.00"),
        ("120.5", "120.50"),
        ("1,234.50", "1234.50"),
        ("1234.50", "1234.50"),
        ("1,234,567", "1234567.00"),
        ("£120.00", "120.00"),
        ("120.00 EUR", "120.00"),
        ("GBP 1,234.50", "1234.50"),
        ("-5.00", "-5.00"),
        ("-£5.00", "-5.00"),
        ("£-5.00", "-5.00"),
        ("\u22125.00", "-5.00"),
        ("(5.00)", "-5.00"),
        ("+5.00", "5.00"),
        (".50", "0.50"),
        ("-0.00", "0.00"),
        ("\u00a0120.00\u00a0", "120.00"),
        (7, "7.00"),
        (1234.56, "1234.56"),
        (3.3000000000000003, "3.30"),
        (Decimal("9.9"), "9.90"),
    ],
)
def test_money_reads_what_can_mean_one_thing(raw: object, value: str) -> None:
    parsed = money().parse(raw)
    assert isinstance(parsed, Decimal)
    assert str(parsed) == value


@pytest.mark.parametrize(
    "raw",
    ["1,23", "1.234,50", "12,34,567", "0,123", "1.2.3", "1,234.5678", "1.005", "1E5", "12 50", "--5",
     "(-5.00)", "5-", "five", "£", "-", ".", "١٢٣", "1,2345", "120.", "$£5", "5 5", True, 0.125, float("nan"),
     float("inf"), 1e15, 10**15, Decimal("NaN"), dt.date(2026, 1, 1)],
)  # fmt: skip
def test_money_refuses_what_could_mean_two_things(raw: object) -> None:
    assert problem(money(), raw) in {"not_money", "too_precise", "digits_lost"}


def test_money_reads_the_declared_decimal_and_group_only() -> None:
    euro = money(decimal=",", group=".")
    assert euro.parse("1.234,50") == Decimal("1234.50")
    assert problem(euro, "1,234.50") == "not_money"
    assert problem(euro, "120.50") == "not_money"
    assert money(decimal=",", group=" ").parse("1\u202f234,50") == Decimal("1234.50")
    with pytest.raises(ValueError, match="different"):
        money(decimal=",", group=",")


@settings(deadline=None)
@given(CENTS)
def test_money_round_trips_in_every_way_of_writing_it(amount: Decimal) -> None:
    """Parsing what was shown, grouped, or put in parentheses gives the very amount."""
    column = money()
    assert column.parse(column.show(amount)) == amount
    assert column.parse(f"{amount:,.2f}") == amount
    assert column.parse(f"£{abs(amount):,.2f}") == abs(amount)
    assert column.restore(column.show(amount)) == amount
    if amount < 0:
        assert column.parse(f"({-amount:,.2f})") == amount
    swapped = f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))
    assert money(decimal=",", group=".").parse(swapped) == amount


@settings(deadline=None)
@given(st.integers(-(10**12), 10**12).map(lambda cents: Decimal(cents).scaleb(-2)))
def test_money_takes_a_spreadsheets_number_as_it_was_shown(amount: Decimal) -> None:
    assert money().parse(float(amount)) == amount


@settings(deadline=None)
@given(st.text(st.sampled_from("0123456789,.-+()£ E"), max_size=12))
def test_money_that_is_read_has_the_digits_that_were_written(raw: str) -> None:
    """Whatever is accepted, its digits are the written ones: nothing is dropped, nothing invented."""
    try:
        value = money().parse(raw)
    except Invalid:
        return
    digits = "".join(char for char in raw if char.isdigit())
    point = raw.rsplit(".", 1)[1] if "." in raw else ""
    places = sum(char.isdigit() for char in point)
    assert abs(value) == Decimal(int(digits)).scaleb(-places)
    assert (value < 0) == (("-" in raw or "(" in raw) and value != 0)


@pytest.mark.parametrize("raw", ["00123", "1E5", "007", "12345678901234567890", "2026-11-02", "=1+1", "TRUE"])
def test_text_stays_as_it_is_written(raw: str) -> None:
    assert text().parse(raw) == raw


@settings(deadline=None)
@given(PRINTABLE)
def test_text_round_trips_trimmed_and_composed(raw: str) -> None:
    column = text(optional=True)
    value = column.parse(raw)
    assert (value or "") == unicodedata.normalize("NFC", raw).strip() or "#" in raw
    assert column.parse(column.show(value)) == value
    assert column.restore(column.show(value)) == value


@settings(deadline=None)
@given(st.integers(0, 999_999))
def test_digits_say_how_a_number_was_shown(number: int) -> None:
    column = text(digits=6)
    assert (
        column.parse(number)
        == column.parse(float(number))
        == column.parse(f"{number:06d}")
        == f"{number:06d}"
    )


@pytest.mark.parametrize(
    ("column", "raw", "code"),
    [
        (text(), 731, "not_text"),
        (text(), 731.0, "not_text"),
        (text(), True, "not_text"),
        (text(), dt.date(2026, 11, 2), "not_text"),
        (text(digits=6), "731", "not_digits"),
        (text(digits=6), "٠٠٠٧٣١", "not_digits"),
        (text(digits=6), 1_000_000, "not_digits"),
        (text(digits=6), -1, "not_text"),
        (text(digits=6), 1.5, "not_text"),
        (text(digits=20), 10**15, "digits_lost"),
        (text(digits=16), 1234567890123456.0, "digits_lost"),
        (text(pattern=r"C\d{6}"), "C12345", "pattern"),
        (text(pattern=r"C\d{6}"), "C123456X", "pattern"),
        (text(choices=["Open", "Paid"]), "open", "choice"),
        (text(), "Müller\ufffd", "damaged_text"),
        (text(), "A\x00B", "damaged_text"),
        (text(), "", "missing"),
        (text(), "\u00a0 ", "missing"),
        (text(), None, "missing"),
        (text(), "#N/A", "error_cell"),
        (text(), "########", "error_cell"),
        (text(optional=True), "#REF!", "error_cell"),
        (text(optional=True), Broken("=A1+1"), "error_cell"),
        (money(), Broken("#DIV/0!"), "error_cell"),
        (money(), Below("360.00"), "merged_cell"),
        (whole(), Below("3"), "merged_cell"),
        (text(), Beside("Total"), "missing"),
    ],
)
def test_a_column_says_why_it_refuses(column: Column, raw: object, code: str) -> None:
    assert problem(column, raw) == code


def test_a_name_merged_over_rows_holds_for_each_of_them() -> None:
    assert text().parse(Below("O'Brien")) == "O'Brien"
    assert day("%d/%m/%Y").parse(Below("02/11/2026")) == dt.date(2026, 11, 2)
    assert text(optional=True).parse(Below("")) is None


def test_line_ends_inside_a_cell_are_one_kind() -> None:
    assert text().parse("late\r\ncalled\rtwice\n") == "late\ncalled\ntwice"


@pytest.mark.parametrize(
    "raw",
    ["3/4/2026", "03/04/26", "2026-04-03", "31/02/2026", "03/13/2026", "03-04-2026", "03/04/2026 10:00",
     "today", "٠٣/٠٤/٢٠٢٦", 46115, HALF_PAST_NINE, "00/04/2026", "03/04/0000"],
)  # fmt: skip
def test_a_day_in_another_form_is_refused(raw: object) -> None:
    assert problem(day("%d/%m/%Y"), raw) == "not_day"


def test_the_same_text_is_the_day_that_its_format_says() -> None:
    assert day("%d/%m/%Y").parse("03/04/2026") == dt.date(2026, 4, 3)
    assert day("%m/%d/%Y").parse("03/04/2026") == dt.date(2026, 3, 4)


@settings(deadline=None)
@given(DAYS)
def test_days_round_trip_in_every_format(value: dt.date) -> None:
    for letters in ("%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d", "%d.%m.%Y", "%Y%m%d", "%d-%b-%Y", "%B %d, %Y"):
        written = value.strftime(letters.replace("%Y", f"{value.year:04d}"))
        column = day(letters)
        assert column.parse(written) == column.parse(written.upper()) == value
        assert column.restore(column.show(value)) == value
    assert day("%-d/%-m/%Y").parse(f"{value.day}/{value.month}/{value.year:04d}") == value


def test_a_day_takes_a_sheets_own_dates_at_midnight_and_passes_over_a_declared_time() -> None:
    assert day("%d/%m/%Y").parse(dt.datetime(2026, 4, 3)) == dt.date(2026, 4, 3)  # noqa: DTZ001 - a sheet's
    assert day("%d/%m/%Y").parse(dt.date(2026, 4, 3)) == dt.date(2026, 4, 3)
    assert day("%d/%m/%Y %H:%M").parse("03/04/2026 09:30") == dt.date(2026, 4, 3)
    assert problem(day("%d/%m/%Y %H:%M"), "03/04/2026 25:30") == "not_day"


def test_a_year_of_two_digits_needs_its_century() -> None:
    with pytest.raises(ValueError, match="first_year"):
        day("%d/%m/%y")
    assert day("%d/%m/%y", first_year=1930).parse("03/04/29") == dt.date(2029, 4, 3)
    assert day("%d/%m/%y", first_year=1930).parse("03/04/30") == dt.date(1930, 4, 3)


@pytest.mark.parametrize("letters", ["%d/%m", "%d/%m/%Y %d", "%x", "%d/%m/%b/%Y", "dd/mm/yyyy", ""])
def test_a_format_that_cannot_tell_a_day_is_refused_at_once(letters: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each has its own words
        day(letters)


@settings(deadline=None)
@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_whole_numbers_round_trip(number: int) -> None:
    column = whole()
    assert column.parse(number) == column.parse(str(number)) == column.parse(f"{number:,}") == number
    assert column.restore(column.show(number)) == number


@pytest.mark.parametrize("raw", ["1.0", "1,23", "1e3", "", 1.5, True, "abc", 10**15])
def test_whole_refuses_what_is_not_one(raw: object) -> None:
    assert problem(whole(), raw) in {"not_whole", "missing", "digits_lost"}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (money(), 1.5),
        (money(), "1.50"),
        (money(), True),
        (text(), 731),
        (text(), "  "),
        (day("%d/%m/%Y"), "03/04/2026"),
        (day("%d/%m/%Y"), dt.datetime(2026, 4, 3, tzinfo=dt.UTC)),
        (whole(), 1.0),
        (text(), None),
        (text(pattern="A+"), "B"),
    ],
)
def test_code_must_give_the_columns_own_type(column: Column, value: object) -> None:
    with pytest.raises(Invalid):
        column.accept(value)


@pytest.mark.parametrize(
    ("column", "shown"),
    [
        (money(), "1,234.50"),
        (money(), "5"),
        (whole(), "1,234"),
        (day("%d/%m/%Y"), "03/04/2026"),
        (money(), ""),
    ],
)
def test_only_what_was_shown_can_be_restored(column: Column, shown: str) -> None:
    with pytest.raises(Invalid):
        column.restore(shown)


def test_comparison_ignores_composition_and_edges_but_never_case_or_zeros() -> None:
    column = text()
    assert column.normalise(" Jose\u0301 ") == column.normalise("José")
    assert column.normalise("o'brien") != column.normalise("O'Brien")
    assert column.normalise("00731") != column.normalise("731")
    assert money().normalise(Decimal(120)) == money().normalise(Decimal("120.00")) == "120.00"


def test_an_empty_optional_cell_is_none_everywhere() -> None:
    for column in (
        text(optional=True),
        money(optional=True),
        day("%d/%m/%Y", optional=True),
        whole(optional=True),
    ):
        assert column.parse("") is column.accept(None) is column.restore("") is None
        assert column.show(None) == ""


def test_columns_load_without_the_readers_libraries() -> None:
    """What the front door imports must not bring lxml or openpyxl."""
    code = (
        "import sys, agent.reports.columns, agent.reports.attest, agent.reports.writing;"
        "print([name for name in sys.modules if name.split('.')[0] in ('lxml', 'openpyxl')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
