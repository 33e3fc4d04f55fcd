"""Each morning: yesterday's claims from the clinic's Meridian into the claims house's ClaimPort."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from agent.sdk import (
    Automation,
    Batch,
    Destination,
    Download,
    Expect,
    Found,
    Listing,
    Record,
    Run,
    Session,
    day,
    money,
    seconds,
    text,
)

clinic = Automation(
    "clinic-morning-sync",
    title="Clinic morning sync",
    schedule="05:00 mon-fri",
    deadline="08:00",
    covers="previous business day",
)


class Appointment(Record, key="appt_no", noun=("appointment", "appointments")):
    """One line of Meridian's appointments report."""

    appt_no: str = text(digits=8)
    patient_no: str = text(digits=6, personal=True)
    visit_date: date = day("%d/%m/%Y")
    status: str = text(choices=["attended", "cancelled", "no show"])


class Billing(Record, key="claim_no"):
    """One line of Meridian's billing report."""

    claim_no: str = text(pattern=r"C\d{6}")
    appt_no: str = text(digits=8)
    visit_date: date = day("%d/%m/%Y")
    patient_no: str = text(digits=6, personal=True)
    patient_name: str = text(personal=True)
    service_code: str = text()
    amount: Decimal = money(header="Amount (£)", control_total=True)


class Claim(Record, key="claim_no", noun=("claim", "claims")):
    """One claim as ClaimPort wants it."""

    claim_no: str = text(pattern=r"C\d{6}")
    patient_no: str = text(digits=6, personal=True)
    patient_name: str = text(personal=True)
    visit_date: date = day("%d/%m/%Y")
    service_code: str = text()
    amount: Decimal = money(control_total=True)


@clinic.download("meridian")
def appointments(site: Session, run: Run) -> Download:
    """Download the appointments of the period."""
    with site.popup("open_appointments") as report:
        report.fill({"from": run.period.first, "to": run.period.last})
        return report.download("export", expect=Expect(dates=run.period, stated_count=True))


@clinic.download("meridian")
def billing(site: Session, run: Run) -> Download:
    """Download the billing rows of the period."""
    with site.popup("open_billing") as report:
        report.fill({"from": run.period.first, "to": run.period.last})
        return report.download("export", expect=Expect(dates=run.period, stated_total="amount"))


@clinic.process
def claims(appointments: Download, billing: Download) -> Batch[Claim]:
    """Make a claim of each billing row whose appointment was attended by that patient."""
    visits = {visit.appt_no: visit for visit in appointments.rows(Appointment)}
    batch = Batch(Claim)
    for row in billing.rows(Billing):
        visit = visits.get(row.appt_no)
        if visit is None:
            batch.leave_out(row, "no such appointment")
        elif (visit.patient_no, visit.visit_date) != (row.patient_no, row.visit_date):
            batch.leave_out(row, "patient or date differs from the appointment")
        elif visit.status != "attended":
            batch.leave_out(row, f"{visit.status} visit")
        else:
            batch.add(Claim.of(row))
    return batch


@clinic.upload("claimport", of=claims)
class ClaimPort(Destination[Claim]):
    """Enter each claim over ClaimPort's two pages; find it again on the look-up screen."""

    settle = seconds(5)

    def submit(self, site: Session, claim: Claim) -> str | None:
        """Enter one claim and return its confirmation number."""
        site.open("claim/new.php")
        site.fill(
            {
                "claim_no": claim.claim_no,
                "patient_no": claim.patient_no,
                "patient_name": claim.patient_name,
            }
        )
        site.follow("next")
        site.fill(
            {"visit_date": claim.visit_date, "service_code": claim.service_code, "amount": claim.amount}
        )
        site.commit("save")
        return site["confirmation"].inner_text()

    def look_up(self, site: Session, claim: Claim) -> list[Found[Claim]]:
        """Find a claim by its number."""
        site.open(f"claim/find.php?claim_no={claim.claim_no}")
        if "No claims found" in site["matches"].inner_text():
            return []
        return list(_claims(site["match_rows"].all_inner_texts()))

    def list_all(self, site: Session) -> Listing[Claim]:
        """Walk through the list of all claims, newest first."""
        site.open("claims.php")
        stated = _stated_total(site)
        rows = list(_claims(site["list_rows"].all_inner_texts()))
        while site["next_page"].count():
            site.follow("next_page")
            rows += _claims(site["list_rows"].all_inner_texts())
        return Listing(rows, complete=_stated_total(site) == stated, stated_total=stated)


def _claims(lines: list[str]) -> Iterator[Found[Claim]]:
    """Read a table of claims: confirmation, claim, patient no., patient, visit date, service, amount."""
    for line in lines[1:]:
        cells = [cell.strip() for cell in line.split("\t")]
        yield Found(
            Claim,
            confirmation=cells[0],
            claim_no=cells[1],
            patient_no=cells[2],
            patient_name=cells[3],
            visit_date=cells[4],
            service_code=cells[5],
            amount=cells[6],
        )


def _stated_total(site: Session) -> int:
    """Read "Showing 1-50 of 187"."""
    stated = re.search(r"of (\d+)", site["list_shown"].inner_text())
    if stated is None:
        raise ValueError("the list does not say how many claims there are")
    return int(stated.group(1))
