"""Is it the file that was asked for? What each expectation refuses, at the download and with the rows."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.core.failures import DownloadCut, DownloadStale, DownloadWrongType, Failure, StatedTotalDiffers
from agent.reports.attest import Days, Expect, attest, attest_file, attest_rows
from agent.reports.columns import day, money, text
from agent.reports.periods import named_periods, readings
from agent.reports.reading import ReportFile, read, typed_rows

MONDAY = dt.date(2026, 11, 2)
TODAY = Days(MONDAY, MONDAY)
CLAIMS = {
    "claim_no": text(),
    "born": day("%d/%m/%Y", personal=True),
    "visit_date": day("%d/%m/%Y"),
    "amount": money(control_total=True),
}
GOOD = ["C000001;01/02/1980;02/11/2026;12.50", "C000002;03/04/1999;02/11/2026;7.50"]
FOOT = ["Total;2;;20.00"]


def file(*lines: str, title: str | None = None) -> ReportFile:
    """A CSV report with these lines below its header."""
    head = [title] if title else []
    return read("\r\n".join([*head, "Claim No;Born;Visit Date;Amount", *lines, ""]).encode(), "claims.csv")


def refuse(report: ReportFile, expect: Expect) -> Failure:
    """What the whole attestation raises."""
    with pytest.raises(Failure) as refused:
        attest(report, typed_rows(report, CLAIMS), expect)
    return refused.value


FULL = Expect(dates=TODAY, stated_total="amount", stated_count=True, min_rows=2, kinds=("csv", "html"))


def test_the_right_file_passes_every_expectation() -> None:
    report = file(*GOOD, *FOOT, title="Claims, period: 02/11/2026 - 02/11/2026")
    attest(report, typed_rows(report, CLAIMS), FULL)
    attest(report, None, FULL)


def test_an_expectation_can_be_kept_and_taken_up_again() -> None:
    for expect in (FULL, Expect(), Expect(date_field="visit_date", stated_count=False)):
        assert Expect.from_json(expect.as_json()) == expect


def test_any_period_with_two_days_will_do() -> None:
    @dataclass(frozen=True)
    class Covered:
        first: dt.date
        last: dt.date

    report = file(*GOOD)
    attest(report, typed_rows(report, CLAIMS), Expect(dates=Covered(MONDAY, MONDAY)))


def test_another_kind_of_file_is_refused() -> None:
    failure = refuse(file(*GOOD), Expect(kinds=("xlsx",)))
    assert isinstance(failure, DownloadWrongType)
    assert failure.params == {"file": "claims.csv", "expected": "xlsx", "found": "csv"}


def test_yesterdays_file_is_refused_before_any_contract_knows_its_days() -> None:
    yesterday = [line.replace("02/11/2026", "30/10/2026") for line in GOOD]
    with pytest.raises(DownloadStale) as stale:
        attest_file(file(*yesterday), Expect(dates=TODAY))
    assert stale.value.params["expected"] == "days within 2026-11-02"


def test_one_row_of_another_day_is_refused_with_its_place_but_not_its_day() -> None:
    failure = refuse(file(GOOD[0], GOOD[1].replace("02/11/2026", "01/11/2026")), Expect(dates=TODAY))
    assert isinstance(failure, DownloadStale)
    assert failure.params["found"] == "another day in row 3, column Visit Date"


def test_dates_of_birth_are_not_asked_and_one_column_can_be_named() -> None:
    report = file(*GOOD)
    typed = typed_rows(report, {**CLAIMS, "born": day("%d/%m/%Y")})
    with pytest.raises(DownloadStale):
        attest_rows(typed, Expect(dates=TODAY))
    attest_rows(typed, Expect(dates=TODAY, date_field="visit_date"))
    with pytest.raises(ValueError, match="no day column"):
        attest_rows(typed, Expect(dates=TODAY, date_field="amount"))


def test_a_days_order_is_not_guessed_at_the_download_but_told_by_the_contract() -> None:
    """03/04 may be the third of April; the contract says whether it is."""
    april = Expect(dates=Days(dt.date(2026, 4, 3), dt.date(2026, 4, 3)))
    report = file("C000001;01/02/1980;04/03/2026;12.50")
    attest_file(report, april)
    assert isinstance(refuse(report, april), DownloadStale)


@pytest.mark.parametrize(
    ("title", "passes"),
    [
        ("Billing report 02/11/2026 to 02/11/2026", True),
        ("Period: 02/11/2026 - 02/11/2026", True),
        ("Period: 2026-11-02", True),
        ("From: 2 Nov 2026 To: 2 Nov 2026", True),
        ("November 2, 2026 through November 2, 2026", True),
        ("11/02/2026 - 11/02/2026", True),
        ("Printed 03/11/2026 05:12", True),
        ("Billing report 30/10/2026 to 30/10/2026", False),
        ("Period: 01/11/2026 - 02/11/2026", False),
        ("Period: 2026-11-03", False),
    ],
)
def test_a_period_in_the_title_must_be_the_one_asked_for(title: str, passes: bool) -> None:
    report = file(*GOOD, title=title)
    if passes:
        attest_file(report, Expect(dates=TODAY))
    else:
        with pytest.raises(DownloadStale) as stale:
            attest_file(report, Expect(dates=TODAY))
        assert str(stale.value.params["found"]) in title


def test_notes_below_the_records_may_name_any_days() -> None:
    attest_file(file(*GOOD, *FOOT, "Closed 24/12/2026 - 26/12/2026"), Expect(dates=TODAY))


def test_days_that_neither_file_nor_contract_names_are_refused() -> None:
    report = file(*GOOD)
    typed = typed_rows(report, {"claim_no": text(), "amount": money()})
    elsewhere = ReportFile("claims.csv", "csv", [])
    with pytest.raises(DownloadStale, match="no day at all"):
        attest(elsewhere, typed, Expect(dates=TODAY))


def test_an_empty_report_of_the_day_is_not_stale() -> None:
    report = file("Total;0;;0.00", title="Period: 02/11/2026 - 02/11/2026")
    attest(report, typed_rows(report, CLAIMS), Expect(dates=TODAY, stated_total="amount", stated_count=True))


@pytest.mark.parametrize("expect", [Expect(stated_total="amount"), Expect(stated_count=True)])
def test_a_file_cut_at_the_end_of_a_row_lacks_its_total(expect: Expect) -> None:
    report = file(*GOOD)
    assert isinstance(refuse(report, expect), DownloadCut)
    with pytest.raises(DownloadCut):
        attest_file(report, expect)


def test_a_total_without_the_field_that_was_promised_is_refused() -> None:
    assert isinstance(refuse(file(*GOOD, "Total;2;;"), Expect(stated_total="amount")), DownloadCut)
    assert isinstance(refuse(file(*GOOD, "Total;;;20.00"), Expect(stated_count=True)), DownloadCut)


def test_a_stated_total_must_be_right_asked_for_or_not() -> None:
    failure = refuse(file(*GOOD, "Total;2;;21.00"), Expect())
    assert isinstance(failure, StatedTotalDiffers)
    assert failure.params == {"file": "claims.csv", "what": "Amount", "expected": "21.00", "found": "20.00"}
    failure = refuse(file(*GOOD, "Total;3;;20.00"), Expect())
    assert failure.params == {"file": "claims.csv", "what": "rows", "expected": "3", "found": "2"}


def test_an_amount_that_nobody_can_read_does_not_make_the_total_wrong() -> None:
    report = file(GOOD[0], GOOD[1].replace("7.50", "7,5"), *FOOT)
    typed = typed_rows(report, CLAIMS)
    attest_rows(typed, Expect(stated_total="amount", stated_count=True))
    assert [row.problem for row in typed.invalid] == ["not_money"]


def test_too_few_rows_are_a_cut_file() -> None:
    failure = refuse(file(*GOOD), Expect(min_rows=3))
    assert isinstance(failure, DownloadCut)
    assert failure.params == {"file": "claims.csv", "expected": "at least 3 rows", "found": "2"}


@settings(deadline=None)
@given(st.dates(dt.date(1000, 1, 1)))
def test_every_usual_way_to_write_a_day_is_among_its_readings(value: dt.date) -> None:
    year = f"{value.year:04d}"
    for written in (
        f"{value:%d/%m/}{year}", f"{value:%m/%d/}{year}", f"{year}-{value:%m-%d}", f"{value:%d.%m.}{year}",
        f"{value.day}/{value.month}/{year}", f"{value.day} {value:%b} {year}", f"{value:%d-%b-}{year}",
        f"{value:%B} {value.day}, {year}", f"{year}-{value:%m-%d} 09:30:00",
    ):  # fmt: skip
        assert value in readings(written)
        assert len(readings(written)) <= 2


@pytest.mark.parametrize("words", ["", "12.50", "731", "02/11", "99/99/2026", "C000001", "1/2/3", "2026"])
def test_what_is_no_day_has_no_reading(words: str) -> None:
    assert readings(words) == frozenset()


@settings(deadline=None)
@given(st.lists(st.text(max_size=40), max_size=5))
def test_any_words_name_a_period_or_none(lines: list[str]) -> None:
    assert all(period.first and period.last for period in named_periods(lines))


def test_totals_add_up_as_decimals() -> None:
    """Ten cents a hundred thousand times are ten thousand exactly."""
    report = file(*["C1;01/02/1980;02/11/2026;0.10"] * 1000, "Total;1000;;100.00")
    assert typed_rows(report, CLAIMS).sums == {"amount": Decimal("100.00")}


def test_a_part_that_stands_there_twice_with_its_own_total_is_refused() -> None:
    """Found by the fuzz: every stated total agrees with its group, and each record is there twice."""
    failure = refuse(file(*GOOD, *FOOT, *GOOD, *FOOT), Expect(dates=TODAY, stated_total="amount"))
    assert isinstance(failure, DownloadWrongType)
    assert failure.params["found"] == "rows 2 to 3 once more from row 5 on"


def test_the_doubled_part_may_begin_in_the_middle_of_a_row() -> None:
    third = "C000003;05/06/1971;02/11/2026;1.00"
    foot = "Total;3;;21.00"
    failure = refuse(file(*GOOD, third, foot, GOOD[0][1:], GOOD[1], third, foot), Expect(dates=TODAY))
    assert isinstance(failure, DownloadWrongType)


def test_two_groups_that_differ_and_two_equal_rows_alone_are_no_doubled_part() -> None:
    other = GOOD[1].replace("C000002", "C000003")
    for lines in (
        [*GOOD, *FOOT, GOOD[0], other, *FOOT],
        [GOOD[0], "Total;1;;12.50", GOOD[0], "Total;1;;12.50"],
    ):
        report = file(*lines)
        attest(report, typed_rows(report, CLAIMS), Expect(dates=TODAY, stated_total="amount"))
