"""The practice clinic's two files, whole, cut, stale and wrong: no record is lost, no broken file passes."""

import datetime as dt
from decimal import Decimal

import pytest

from agent.core.failures import DownloadCut, DownloadStale, DownloadWrongType, Failure, StatedTotalDiffers
from agent.reports.attest import Days, Expect, attest, attest_file
from agent.reports.columns import Column, day, money, text
from agent.reports.reading import TypedRows, read, typed_rows
from resources.practice.data import clinic_range
from resources.practice.formats import FORMATS, WIDTHS
from resources.practice.reports import appointments_csv, billing_xls

MONDAY, FRIDAY, SUNDAY = dt.date(2026, 11, 2), dt.date(2026, 10, 30), dt.date(2026, 11, 1)
CLINIC = clinic_range(MONDAY, MONDAY, 7)
APPOINTMENTS: dict[str, Column] = {
    "appt_no": text(),
    "patient_no": text(digits=6, personal=True),
    "patient_name": text(personal=True),
    "visit_date": day("%d/%m/%Y"),
    "status": text(),
    "notes": text(optional=True, personal=True),
}
BILLING: dict[str, Column] = {
    "claim_no": text(pattern=r"C\d{6}"),
    "appt_no": text(),
    "patient_no": text(digits=6, personal=True),
    "patient_name": text(personal=True),
    "visit_date": day("%d/%m/%Y"),
    "service_code": text(),
    "amount": money(control_total=True),
}
APPOINTMENTS_FILE = appointments_csv(CLINIC.appointments)
BILLING_FILE = billing_xls(CLINIC.billing, MONDAY, MONDAY)
OF_MONDAY = Days(MONDAY, MONDAY)
WHOLE_DAY = Expect(dates=OF_MONDAY, stated_count=True)
BILLED = Expect(dates=OF_MONDAY, stated_count=True, stated_total="amount")


def attested(content: bytes, name: str, columns: dict[str, Column], expect: Expect) -> TypedRows:
    """The rows of a file that passes, at the download and afterwards."""
    report = read(content, name)
    attest_file(report, expect)
    typed = typed_rows(report, columns)
    attest(report, typed, expect)
    return typed


def test_every_appointment_arrives_as_the_clinic_has_it() -> None:
    typed = attested(APPOINTMENTS_FILE, "appointments.csv", APPOINTMENTS, WHOLE_DAY)
    assert typed.invalid == []
    assert [tuple(row.values.values()) for row in typed.rows] == [
        (a.appointment_no, a.patient_no, a.patient_name, a.visit_date, a.status, a.notes.strip() or None)
        for a in CLINIC.appointments
    ]
    assert typed.stated_count == len(CLINIC.appointments)


def test_the_clinics_day_is_as_ugly_as_the_test_needs() -> None:
    """Accents, apostrophes, leading zeros and line breaks in a cell are really there."""
    names = "".join(a.patient_name for a in CLINIC.appointments)
    assert "'" in names
    assert not names.isascii()
    assert any(a.patient_no.startswith("0") for a in CLINIC.appointments)
    assert any("\n" in a.notes for a in CLINIC.appointments)
    assert read(APPOINTMENTS_FILE, "x").encoding == read(BILLING_FILE, "x").encoding == "cp1252"


def test_every_billing_row_arrives_as_the_clinic_has_it() -> None:
    typed = attested(BILLING_FILE, "billing.xls", BILLING, BILLED)
    assert typed.invalid == []
    assert [tuple(row.values.values()) for row in typed.rows] == [
        (b.claim_no, b.appointment_no, b.patient_no, b.patient_name, b.visit_date, b.service_code, b.amount)
        for b in CLINIC.billing
    ]
    total = sum((b.amount for b in CLINIC.billing), Decimal(0))
    assert typed.stated_total["amount"] == typed.sums["amount"] == total
    assert typed.stated_count == len(CLINIC.billing)
    assert str(typed.rows[0].address("amount")) == "billing.xls, row 4, column Amount (£)"


def test_a_weekend_before_monday_is_one_period() -> None:
    weekend = clinic_range(FRIDAY, SUNDAY, 7)
    expect = Expect(dates=Days(FRIDAY, SUNDAY), stated_count=True, stated_total="amount")
    typed = attested(billing_xls(weekend.billing, FRIDAY, SUNDAY), "billing.xls", BILLING, expect)
    assert len(typed.rows) == len(weekend.billing)


@pytest.mark.parametrize("share", [0, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 0.9999])
@pytest.mark.parametrize(
    ("content", "columns", "expect"),
    [(APPOINTMENTS_FILE, APPOINTMENTS, WHOLE_DAY), (BILLING_FILE, BILLING, BILLED)],
    ids=["appointments", "billing"],
)
def test_a_cut_file_never_passes(
    content: bytes, columns: dict[str, Column], expect: Expect, share: float
) -> None:
    whole = content.rstrip()
    with pytest.raises((DownloadCut, DownloadWrongType)):
        attested(whole[: int(len(whole) * share)], "report", columns, expect)


def test_appointments_cut_at_every_byte_of_their_end_never_pass() -> None:
    whole = APPOINTMENTS_FILE.rstrip()
    for at in range(len(whole) - 120, len(whole)):
        with pytest.raises((DownloadCut, DownloadWrongType)):
            attested(whole[:at], "appointments.csv", APPOINTMENTS, WHOLE_DAY)


@pytest.mark.parametrize("other", [FRIDAY, SUNDAY, MONDAY + dt.timedelta(1), MONDAY - dt.timedelta(364)])
def test_a_stale_file_never_passes_the_download(other: dt.date) -> None:
    """Known at the download already, when a fresh try may help."""
    clinic = clinic_range(other, other, 7)
    for content, expect in (
        (appointments_csv(clinic.appointments), WHOLE_DAY),
        (billing_xls(clinic.billing, other, other), BILLED),
    ):
        if clinic.appointments or expect is BILLED:
            with pytest.raises(DownloadStale):
                attest_file(read(content, "report"), expect)


def test_a_wrong_total_and_a_wrong_count_never_pass() -> None:
    total = sum((b.amount for b in CLINIC.billing), Decimal(0))
    wrong = billing_xls(CLINIC.billing, MONDAY, MONDAY, stated=total + 1)
    with pytest.raises(StatedTotalDiffers):
        attested(wrong, "billing.xls", BILLING, BILLED)
    wrong = appointments_csv(CLINIC.appointments, stated=len(CLINIC.appointments) + 1)
    with pytest.raises(StatedTotalDiffers):
        attested(wrong, "appointments.csv", APPOINTMENTS, WHOLE_DAY)


def test_one_file_taken_for_the_other_is_refused() -> None:
    with pytest.raises(DownloadWrongType):
        attested(APPOINTMENTS_FILE, "billing.xls", BILLING, WHOLE_DAY)
    with pytest.raises(DownloadWrongType):
        attested(BILLING_FILE, "appointments.csv", APPOINTMENTS, BILLED)


@pytest.mark.parametrize("place", range(0, 1000, 37))
def test_a_digit_changed_anywhere_in_the_billing_file_is_seen_or_changes_no_amount(place: int) -> None:
    """A total, a count, a day or a pattern tells, or the digit was an identifier's."""
    digits = [at for at, byte in enumerate(BILLING_FILE) if 48 <= byte <= 57]
    at = digits[place * len(digits) // 1000]
    changed = bytearray(BILLING_FILE)
    changed[at] = 48 + (changed[at] - 48 + 1) % 10
    try:
        typed = attested(bytes(changed), "billing.xls", BILLING, BILLED)
    except Failure:
        return
    if typed.invalid:
        return  # a person is asked
    assert [row.amount for row in typed.rows] == [b.amount for b in CLINIC.billing]
    assert [row.visit_date for row in typed.rows] == [b.visit_date for b in CLINIC.billing]


@pytest.mark.parametrize("form", FORMATS)
def test_the_billing_report_is_the_same_in_every_form_the_clinic_writes(form: str) -> None:
    """HTML, UTF-16 with tabs, SpreadsheetML and XLSX, all named .xls, and a print file of fixed width."""
    total = sum((row.amount for row in CLINIC.billing), Decimal(0))
    content = FORMATS[form].write(CLINIC.billing, MONDAY, MONDAY, total)
    expect = Expect(dates=OF_MONDAY, widths=WIDTHS) if form == "fixed" else BILLED
    report = read(content, FORMATS[form].name, expect.widths)
    attest_file(report, expect)
    typed = typed_rows(report, BILLING)
    attest(report, typed, expect)
    assert typed.invalid == []
    assert [tuple(row.values.values()) for row in typed.rows] == [
        (r.claim_no, r.appointment_no, r.patient_no, r.patient_name, r.visit_date, r.service_code, r.amount)
        for r in CLINIC.billing
    ]


@pytest.mark.parametrize("form", [name for name in FORMATS if name != "fixed"])
def test_a_wrong_stated_total_is_seen_in_every_form_that_states_one(form: str) -> None:
    content = FORMATS[form].write(CLINIC.billing, MONDAY, MONDAY, Decimal("1.00"))
    with pytest.raises(StatedTotalDiffers):
        attested(content, FORMATS[form].name, BILLING, BILLED)
