"""What happened at the clinic on a day: a pure function of the day and the seed.

Nothing here looks at the clock, the disk or an earlier call, so any day, past or future, gives the same rows
on every machine. Weekends have few rows or none.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from random import Random
from typing import Literal

from resources.practice.names import DOCTORS, GIVEN_NAMES, NOTES, SERVICES, SURNAMES

Status = Literal["attended", "cancelled", "no show"]

PATIENTS = 6000
CLAIM_SLOTS = 200  # claim numbers set aside for a day: C###### is unique over any 5,000 days in a row
LONGEST_RANGE_DAYS = 366


@dataclass(frozen=True)
class Patient:
    """A patient; the number is six digits of text, often with leading zeros."""

    patient_no: str
    name: str


@dataclass(frozen=True)
class Appointment:
    """A row of the appointments report. `appointment_no` is eight digits of text."""

    appointment_no: str
    patient_no: str
    patient_name: str
    visit_date: date
    doctor: str
    status: Status
    notes: str


@dataclass(frozen=True)
class BillingRow:
    """A row of the billing report. `amount` is in pounds with two decimals; `service_code` is text."""

    claim_no: str
    appointment_no: str
    patient_no: str
    patient_name: str
    visit_date: date
    service_code: str
    amount: Decimal


@dataclass(frozen=True)
class Day:
    """All rows of one day, in the order in which the clinic prints them."""

    appointments: tuple[Appointment, ...]
    billing: tuple[BillingRow, ...]


@lru_cache(maxsize=8)
def patients(seed: int) -> tuple[Patient, ...]:
    """The clinic's register; two patients may share a name, never a number."""
    rng = Random(f"{seed}/patients")
    rows = []
    for place in range(PATIENTS):
        number = 100 + place * 31 + rng.randrange(31)
        rows.append(Patient(f"{number:06d}", f"{rng.choice(SURNAMES)}, {rng.choice(GIVEN_NAMES)}"))
    return tuple(rows)


@lru_cache(maxsize=512)
def clinic_day(day: date, seed: int) -> Day:
    """The rows of `day` (a date of the clinic's own calendar)."""
    rng = Random(f"{seed}/{day.isoformat()}")
    statuses = _statuses(day, rng)
    appointments = _appointments(day, seed, statuses, rng)
    return Day(appointments, _billing(day, appointments, rng))


def clinic_range(first: date, last: date, seed: int) -> Day:
    """The rows of every day from `first` to `last`, both included.

    Raises:
        ValueError: `last` lies before `first`, or the range is longer than a year.
    """
    length = (last - first).days + 1
    if not 1 <= length <= LONGEST_RANGE_DAYS:
        raise ValueError(f"a range of {length} days")
    days = [clinic_day(first + timedelta(days=offset), seed) for offset in range(length)]
    return Day(
        tuple(row for day in days for row in day.appointments),
        tuple(row for day in days for row in day.billing),
    )


def previous_business_day(day: date) -> date:
    """The last Monday-to-Friday day before `day`."""
    earlier = day - timedelta(days=1)
    while earlier.weekday() > 4:
        earlier -= timedelta(days=1)
    return earlier


def _statuses(day: date, rng: Random) -> list[Status]:
    """How each appointment of the day ended, in printing order."""
    if day.weekday() == 6:
        return []
    if day.weekday() == 5:
        attended, cancelled, no_show = rng.randrange(6), rng.randrange(2), 0
    else:
        attended, cancelled, no_show = rng.randrange(186, 194), rng.randrange(10, 15), rng.randrange(6, 12)
    statuses: list[Status] = ["attended"] * attended
    for status, count in (("cancelled", cancelled), ("no show", no_show)):
        for _ in range(count):
            statuses.insert(rng.randrange(len(statuses) + 1), status)  # type: ignore[arg-type]
    return statuses


def _appointments(day: date, seed: int, statuses: list[Status], rng: Random) -> tuple[Appointment, ...]:
    register = patients(seed)
    rows = []
    for place, status in enumerate(statuses):
        patient = register[rng.randrange(PATIENTS)]
        note = rng.choice(NOTES) if rng.random() < 0.3 else ""
        rows.append(
            Appointment(
                f"{day.toordinal() % 100_000:05d}{place + 1:03d}",
                patient.patient_no,
                patient.name,
                day,
                rng.choice(DOCTORS),
                status,
                note,
            )
        )
    return tuple(rows)


def _billing(day: date, appointments: tuple[Appointment, ...], rng: Random) -> tuple[BillingRow, ...]:
    """Most attended appointments once, two or three twice, and on business days 2 to 5 cancelled ones."""
    billed = [row for row in appointments if row.status == "attended"]
    if day.weekday() < 5:
        for _ in range(rng.randrange(2, 6)):
            billed.pop(rng.randrange(len(billed)))  # seen, but not billed yet
        billed += [billed[rng.randrange(len(billed))] for _ in range(rng.randrange(2, 4))]
        cancelled = [row for row in appointments if row.status == "cancelled"]
        billed += [cancelled.pop(rng.randrange(len(cancelled))) for _ in range(rng.randrange(2, 6))]
    billed.sort(key=lambda row: row.appointment_no)
    first_number = day.toordinal() * CLAIM_SLOTS
    return tuple(
        _billing_row(f"C{(first_number + place) % 1_000_000:06d}", row, rng)
        for place, row in enumerate(billed)
    )


def _billing_row(claim_no: str, appointment: Appointment, rng: Random) -> BillingRow:
    code, usual_pence = SERVICES[_service(rng)]
    pence = usual_pence + (rng.randrange(-40, 41) * 5 if rng.random() < 0.5 else 0)
    return BillingRow(
        claim_no,
        appointment.appointment_no,
        appointment.patient_no,
        appointment.patient_name,
        appointment.visit_date,
        code,
        Decimal(pence).scaleb(-2),
    )


def _service(rng: Random) -> int:
    """Cheap services are common, dear ones rare."""
    return min(rng.randrange(len(SERVICES)), rng.randrange(len(SERVICES)))
