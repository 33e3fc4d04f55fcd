"""Kinds of column beyond text, money, day and whole: a time, a choice, a flag, an author's own."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.reports.cells import Below, Beside, Broken
from agent.reports.columnar import ColumnReader, Fault
from agent.reports.columns import choice, day, flag, money, own, text, time, whole
from agent.reports.contract import Column, Invalid
from agent.sdk import Record


def problem(column: Column, cell: object) -> str:
    """Why a cell is refused."""
    with pytest.raises(Invalid) as refused:
        column.parse(cell)  # type: ignore[arg-type]
    assert refused.value.expected
    return refused.value.problem


@pytest.mark.parametrize(
    ("format_", "written", "meant"),
    [
        ("%H:%M", "09:30", dt.time(9, 30)),
        ("%H:%M:%S", "23:59:59", dt.time(23, 59, 59)),
        ("%-H.%M", "9.30", dt.time(9, 30)),
        ("%I:%M %p", "12:05 AM", dt.time(0, 5)),
        ("%I:%M %p", "12:05 pm", dt.time(12, 5)),
        ("%-I%p", "9PM", None),
        ("%H:%M", "9:30", None),
        ("%H:%M", "24:00", None),
        ("%H:%M", "0930", None),
    ],
)
def test_a_time_stands_exactly_as_its_format_says(format_: str, written: str, meant: dt.time | None) -> None:
    if "%M" not in format_:
        with pytest.raises(ValueError, match="hour and minute"):
            time(format_)
    elif meant is None:
        assert problem(time(format_), written) == "not_time"
    else:
        assert time(format_).parse(f" {written} ") == meant


def test_a_spreadsheets_time_is_taken_and_a_moment_or_a_number_is_not() -> None:
    column = time()
    assert column.parse(dt.time(9, 30)) == column.parse(dt.timedelta(hours=9, minutes=30)) == dt.time(9, 30)
    for cell in (dt.timedelta(hours=25), dt.datetime(2026, 11, 2, 9, 30), 0.4, 9, True):  # noqa: DTZ001
        assert problem(column, cell) == "not_time"
    assert column.restore(column.show(dt.time(9, 30))) == dt.time(9, 30)


@pytest.mark.parametrize("format_", ["%H", "%M:%S", "%H:%M:%H", "%I:%M", "%H:%M %p", "%X"])
def test_a_format_that_cannot_tell_a_time_is_refused(format_: str) -> None:
    with pytest.raises(ValueError, match=r"once each|belong|time format"):
        time(format_)


def test_a_choice_is_one_of_its_words_and_may_stand_for_another() -> None:
    column = choice({"Att.": "attended", "DNA": "no show"})
    assert column.parse(" Att. ") == "attended"
    assert problem(column, "att.") == "choice"
    assert problem(column, 1) == "not_text"
    assert column.accept("no show") == "no show"
    with pytest.raises(Invalid):
        column.accept("DNA")
    assert choice(["a", "b"]).parse("b") == "b"
    with pytest.raises(ValueError, match="words"):
        choice([])


def test_a_flag_is_yes_or_no_by_the_files_own_words() -> None:
    column = flag(["Y", "Yes"], "N")
    assert (column.parse("Yes"), column.parse("N"), column.parse(True)) == (True, False, True)
    assert problem(column, "y") == "not_flag"
    assert problem(column, "") == "missing"
    assert problem(column, 1) == "not_flag"
    ticked = flag("X", "")
    assert (ticked.parse("X"), ticked.parse(None), ticked.parse("  ")) == (True, False, False)
    assert problem(ticked, Broken("#N/A")) == "error_cell"
    assert [column.restore(column.show(value)) for value in (True, False)] == [True, False]
    with pytest.raises(ValueError, match="different words"):
        flag("Y", "Y")


def _checked(number: str) -> int:
    if len(number) != 4 or not number.isdigit() or int(number) % 7:
        raise ValueError(number)
    return int(number)


def test_an_own_kind_reads_text_and_writes_it_again() -> None:
    column = own(_checked, write="{:04d}".format, expected="four digits, divisible by 7")
    assert (column.parse("0014"), column.show(14), column.restore("0014")) == (14, "0014", 14)
    assert problem(column, "0015") == "not_own"
    assert problem(column, 14) == "not_text"
    with pytest.raises(Invalid) as refused:
        column.accept(15)
    assert refused.value.expected == "four digits, divisible by 7"


def test_a_record_carries_the_new_kinds_through_the_store() -> None:
    class Visit(Record, key="no"):
        no: str = text()
        at: dt.time = time()
        status: str = choice(["attended", "cancelled"])
        paid: bool = flag("Y", "N")

    visit = Visit(no="1", at=dt.time(9, 30), status="attended", paid=False)
    assert visit.shown() == {"no": "1", "at": "09:30:00", "status": "attended", "paid": "no"}
    assert Visit.from_shown(visit.shown()) == visit


# ── by column is as by cell ───────────────────────────────────────────────────────────────────────────
COLUMNS: list[Any] = [
    text(), text(optional=True), text(digits=3), text(pattern=r"[A-Z]\d+"), text(choices=["a", "b"]), money(),
    money(decimal=",", group="."), day("%d/%m/%Y"), whole(), whole(optional=True), time(), choice(["a", "b"]),
    flag("Y", ""), own(_checked, expected="x"),
]  # fmt: skip
CELLS = st.one_of(
    st.sampled_from([
        "", " ", "a", "A1", " A1 ", "731", "0014", "12.50", "1,234.50", "-3", "02/11/2026", "09:30", "Y",
        "#N/A", "é", "e\u0301", "\ufffd", "x\ty", "\u00a0", None, True, False, 1, 0, 731, 10**15, 1.0, 0.0,
        -0.0, 12.5, 0.125, 0.1 + 0.2, 1e16, float("nan"), float("inf"), -1.5, Decimal("1.5"),
        dt.date(2026, 11, 2), dt.datetime(2026, 11, 2), dt.datetime(2026, 11, 2, 9),  # noqa: DTZ001
        dt.time(9, 30), dt.timedelta(hours=1),
        Below("12.50"), Below(None), Beside("a"), Broken("#REF!"),
    ]),
    st.floats(allow_nan=False),
    st.integers(),
    st.decimals(0, 10**6, places=2).map(float),
    st.text(max_size=4),
)  # fmt: skip


def parsed(column: Column, raw: Any) -> Any:
    """What the column makes of one cell by itself."""
    try:
        return column.parse(raw)
    except Invalid as invalid:
        return Fault(invalid)


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(COLUMNS), st.lists(CELLS, max_size=30))
def test_a_column_read_at_once_is_the_column_read_cell_by_cell(column: Column, cells: list[Any]) -> None:
    """The quick ways change no value, no type, no reason; read twice, so that kept values are asked for."""
    reader = ColumnReader(column)
    for raws in (cells, cells, [cell for cell in cells if isinstance(cell, float)]):
        before, faults = reader.faults, 0
        for raw, found in zip(raws, reader.read(raws), strict=True):
            value = parsed(column, raw)
            faults += isinstance(value, Fault)
            if isinstance(value, Fault):
                assert isinstance(found, Fault)
                assert found.invalid.problem == value.invalid.problem
            else:
                assert (type(found), found) == (type(value), value)
        assert reader.faults - before == faults


def test_columns_in_which_nothing_comes_twice_are_read_alike() -> None:
    """Beyond the number of values kept, and with a fault among them."""
    reader = ColumnReader(money())
    raws = [round(number / 100, 2) for number in range(1, 30_001)]
    assert reader.read(raws[:10_000]) == [Decimal(number) / 100 for number in range(1, 10_001)]
    assert reader.read(raws[10_000:]) == [Decimal(number) / 100 for number in range(10_001, 30_001)]
    typed = reader.read([1.25, 0.125, 2.5])
    assert (typed[0], typed[2]) == (Decimal("1.25"), Decimal("2.50"))
    assert isinstance(typed[1], Fault)
    assert reader.faults == 1
