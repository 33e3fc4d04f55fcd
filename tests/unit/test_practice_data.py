"""The clinic's data and its report files: a pure function of day and seed, in the documented formats."""

import csv
import io
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from resources.practice.data import clinic_day, clinic_range, previous_business_day
from resources.practice.exports import ExportJob, make_file
from resources.practice.faults import Switchboard
from resources.practice.reports import APPOINTMENT_COLUMNS, appointments_csv, billing_xls, day_text

MONDAY = date(2026, 3, 2)
SUNDAY = date(2026, 3, 1)
SATURDAY = date(2026, 2, 28)

any_day = st.dates(date(2000, 1, 1), date(2100, 12, 31))


def test_the_same_day_and_seed_give_the_same_rows_after_others_were_asked():
    first = clinic_day(MONDAY, 7)
    clinic_range(date(2025, 1, 1), date(2025, 12, 31), 7)
    clinic_day.cache_clear()
    assert clinic_day(MONDAY, 7) == first


def test_known_rows_stay_as_they_are():
    """Other tests and the docs count on these; no change of Python or of the code may move them."""
    day = clinic_day(MONDAY, 7)
    assert (len(day.appointments), len(day.billing)) == (205, 187)
    assert day.billing[0].claim_no == "C935400"
    assert sum(row.amount for row in day.billing) == Decimal("55247.25")


def test_another_seed_gives_other_rows():
    assert clinic_day(MONDAY, 7) != clinic_day(MONDAY, 8)


@given(any_day)
def test_a_business_day_has_about_210_appointments_and_190_billing_rows_and_a_weekend_hardly_any(day: date):
    rows = clinic_day(day, 7)
    if day.weekday() < 5:
        assert 195 <= len(rows.appointments) <= 225
        assert 180 <= len(rows.billing) <= 200
    else:
        assert len(rows.appointments) <= 10
        assert len(rows.billing) <= 10
    if day.weekday() == 6:
        assert rows.appointments == ()


@given(any_day)
def test_every_billing_row_agrees_with_its_appointment_and_2_to_5_are_cancelled(day: date):
    rows = clinic_day(day, 7)
    visits = {row.appointment_no: row for row in rows.appointments}
    assert len(visits) == len(rows.appointments)
    for bill in rows.billing:
        visit = visits[bill.appointment_no]
        assert (bill.patient_no, bill.patient_name, bill.visit_date) == (
            visit.patient_no,
            visit.patient_name,
            day,
        )
        assert bill.amount > 0
    statuses = Counter(visits[bill.appointment_no].status for bill in rows.billing)
    assert statuses["no show"] == 0
    if day.weekday() < 5:
        assert 2 <= statuses["cancelled"] <= 5
    else:
        assert statuses["cancelled"] == 0


def test_claim_and_appointment_numbers_of_two_years_are_unique():
    year = [
        clinic_range(MONDAY + timedelta(days=366 * part), MONDAY + timedelta(days=366 * part + 365), 7)
        for part in (0, 1)
    ]
    claims = [row.claim_no for part in year for row in part.billing]
    visits = [row.appointment_no for part in year for row in part.appointments]
    assert len(claims) == len(set(claims)) > 90_000
    assert len(visits) == len(set(visits)) > 100_000


def test_names_and_notes_fit_windows_1252_and_are_not_all_ascii():
    rows = clinic_range(MONDAY, MONDAY + timedelta(days=27), 7).appointments
    text = "".join(row.patient_name + row.notes + row.doctor for row in rows)
    assert text.encode("cp1252").decode("cp1252") == text
    assert not text.isascii()
    assert "'" in text
    assert "\N{RIGHT SINGLE QUOTATION MARK}" in text


def test_identifiers_are_text_of_fixed_width_with_leading_zeros():
    rows = clinic_day(MONDAY, 7)
    assert {len(row.patient_no) for row in rows.appointments} == {6}
    assert any(row.patient_no.startswith("00") for row in rows.appointments)
    codes = {row.service_code for row in rows.billing}
    assert {"0073", "1E5"} <= codes


@pytest.mark.parametrize(("first", "last"), [(MONDAY, SUNDAY), (MONDAY, MONDAY + timedelta(days=366))])
def test_a_range_backwards_or_beyond_a_year_is_refused(first: date, last: date):
    with pytest.raises(ValueError, match="a range of"):
        clinic_range(first, last, 7)


def test_the_business_day_before_a_monday_is_friday():
    assert previous_business_day(MONDAY) == date(2026, 2, 27)
    assert previous_business_day(date(2026, 3, 4)) == date(2026, 3, 3)


def test_the_appointments_file_reads_back_as_the_rows_and_states_their_number():
    rows = clinic_range(date(2026, 2, 27), SUNDAY, 7).appointments
    content = appointments_csv(rows)
    lines = list(csv.reader(io.StringIO(content.decode("cp1252"), newline=""), delimiter=";"))
    assert tuple(lines[0]) == APPOINTMENT_COLUMNS
    assert lines[-1] == ["Total", str(len(rows)), "", "", "", "", ""]
    assert [line[0] for line in lines[1:-1]] == [row.appointment_no for row in rows]
    assert [line[6] for line in lines[1:-1]] == [row.notes for row in rows]
    assert any("\n" in line[6] for line in lines[1:-1])
    assert content.endswith(b"\r\n")


def test_the_billing_file_is_html_with_merged_headers_and_states_total_and_count():
    rows = clinic_day(MONDAY, 7).billing
    page = html.fromstring(billing_xls(rows, MONDAY, MONDAY))
    lines = page.xpath("//tr")
    assert [cell.get("colspan") for cell in lines[1]] == [None, "2", "2", "2"]
    assert lines[1][0].get("rowspan") == "2"
    body = [[cell.text_content() for cell in line] for line in lines[3:-2]]
    assert [line[0] for line in body] == [row.claim_no for row in rows]
    assert [line[4] for line in body] == [row.patient_name for row in rows]
    assert sum(Decimal(line[6].replace(",", "")) for line in body) == sum(row.amount for row in rows)
    assert lines[-2][1].text_content() == f"{sum(row.amount for row in rows):,.2f}"
    assert [cell.text_content() for cell in lines[-1]] == ["Number of rows", str(len(rows))]
    assert any("," in line[6] for line in body)


def test_an_empty_report_is_whole_and_states_zero():
    assert appointments_csv(()).endswith(b"Total;0;;;;;\r\n")
    assert b">0.00<" in billing_xls((), SUNDAY, SUNDAY)


def job(report: str = "billing", day: date = MONDAY, doctor: str = "(all)") -> ExportJob:
    return ExportJob(report, day, day, doctor, f"/reports/{report}.aspx", 0.0)


def armed(name: str, **how: object) -> Switchboard:
    switchboard = Switchboard("meridian", 7)
    switchboard.arm(name, **how)
    return switchboard


def test_without_faults_the_file_is_the_report():
    file = make_file(job(), Switchboard("meridian", 7), 7)
    assert file.content == billing_xls(clinic_day(MONDAY, 7).billing, MONDAY, MONDAY)
    assert (file.fault, file.broken, file.rows) == (None, False, 187)


def test_the_doctor_narrows_the_appointments():
    file = make_file(job("appointments", doctor="Dr F. Iqbal"), Switchboard("meridian", 7), 7)
    lines = list(csv.reader(io.StringIO(file.content.decode("cp1252"), newline=""), delimiter=";"))
    assert {line[4] for line in lines[1:-1]} == {"Dr F. Iqbal"}


def test_a_stale_file_is_fridays_when_monday_was_asked():
    file = make_file(job(), armed("stale_download"), 7)
    assert day_text(date(2026, 2, 27)).encode() in file.content
    assert day_text(MONDAY).encode() not in file.content


def test_a_cut_file_is_the_beginning_of_the_report():
    whole = make_file(job(), Switchboard("meridian", 7), 7).content
    cut = make_file(job(), armed("cut_download", share=0.5, style="broken"), 7)
    assert cut.content == whole[: len(whole) // 2]
    assert cut.broken


def test_a_wrong_type_is_an_error_page_and_an_empty_file_has_no_bytes():
    assert b"Server Error" in make_file(job(), armed("wrong_type_download"), 7).content
    assert make_file(job(), armed("empty_download"), 7).content == b""


def test_a_wrong_total_is_one_pound_or_one_row_off():
    assert b"55,248.25" in make_file(job(), armed("wrong_total"), 7).content
    assert make_file(job("appointments"), armed("wrong_total"), 7).content.endswith(b"Total;206;;;;;\r\n")


def test_a_bad_cell_spoils_one_cell_and_nothing_else():
    good, bad = (
        make_file(job(), Switchboard("meridian", 7), 7).content,
        make_file(job(), armed("bad_cell", row=2), 7).content,
    )
    amount = f"{clinic_day(MONDAY, 7).billing[1].amount:,.2f}".encode()
    place = next(n for n, (one, other) in enumerate(zip(good, bad, strict=False)) if one != other)
    assert good[place:].startswith(amount)
    assert bad == good[:place] + b"n/a" + good[place + len(amount) :]


def test_few_rows_agree_with_their_own_totals():
    file = make_file(job(), armed("few_rows", share=0.5), 7)
    rows = clinic_day(MONDAY, 7).billing[:94]
    assert file.content == billing_xls(rows, MONDAY, MONDAY)


def test_the_journal_facts_name_report_range_and_fault():
    facts = make_file(job(), armed("empty_download"), 7).facts(job())
    assert (facts["report"], facts["from"], facts["to"], facts["bytes"]) == (
        "billing",
        "02/03/2026",
        "02/03/2026",
        0,
    )
    assert facts["fault"] == "empty_download"
