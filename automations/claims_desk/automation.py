"""Each morning: a ticket in the claims desk, Request Tracker, for each row of the clinic's billing report."""

import math
from collections.abc import Iterator, Mapping
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
from automations.sites.rt import site as rt

desk = Automation(
    "claims-desk",
    title="Claims to the desk",
    schedule="05:30 mon-fri",
    deadline="08:00",
    covers="previous business day",
)

QUEUE = "Claims"
COLUMNS = (
    "id",
    "Subject",
    "CustomFieldView.{Claim Number}",
    "CustomFieldView.{Patient Number}",
    "CustomFieldView.{Service Code}",
    "CustomFieldView.{Amount}",
    "CustomFieldView.{Visit Date}",
    "CustomFieldView.{Claim Type}",
)

# The clinic's services in the desk's four types. Which type a new service has is for a person to say: until
# it stands here, its rows are invalid and the run waits.
TYPES = {
    "0007": "Other",
    "0042": "Consultation",
    "0073": "Consultation",
    "0110": "Consultation",
    "0991": "Treatment",
    "10023": "Treatment",
    "1E5": "Diagnostics",
    "2E10": "Diagnostics",
    "3E02": "Diagnostics",
    "A17": "Treatment",
}


class Billing(Record, key="claim_no"):
    """One row of Meridian's billing report."""

    claim_no: str = text(pattern=r"C\d{6}")
    patient_no: str = text(digits=6, personal=True)
    patient_name: str = text(personal=True)
    visit_date: date = day("%d/%m/%Y")
    service_code: str = text(choices=list(TYPES))
    amount: Decimal = money(header="Amount (£)", control_total=True)


class Claim(Billing, key="claim_no", noun=("claim", "claims")):
    """A billing row, and the type that the desk wants to know."""

    claim_type: str = text(choices=sorted(set(TYPES.values())))


@desk.download("meridian")
def billing(site: Session, run: Run) -> Download:
    """Download the billing rows of the period."""
    with site.popup("open_billing") as report:
        report.fill({"from": run.period.first, "to": run.period.last})
        return report.download("export", expect=Expect(dates=run.period, stated_total="amount"))


@desk.process
def claims(billing: Download) -> Batch[Claim]:
    """Make a claim of each billing row."""
    batch = Batch(Claim)
    for row in billing.rows(Billing):
        batch.add(Claim.of(row, claim_type=TYPES[row.service_code]))
    return batch


@desk.upload("rt", of=claims)
class ClaimsDesk(Destination[Claim]):
    """Open one ticket for each claim; find it again by searching for the Claim Number.

    The claim's fields are read back. The message repeats them for people: it is read back in the editor only.
    """

    # Request Tracker saves and answers within one request, and a search sees it at once: up to 5 s on a busy
    # machine (docs/live.md). Absence is looked at twice, settle apart: nothing is sent again before 20 s.
    settle = seconds(10)

    def submit(self, site: Session, claim: Claim) -> str | None:
        """Open a ticket and return its number."""
        rt.open_new_ticket(site, QUEUE)
        # The message first: where the editor stands ready, the form's other scripts have run, too.
        site.fill(
            {
                "message": _message(claim),
                "subject": f"{claim.claim_no} {claim.patient_name}",
                "claim_no": claim.claim_no,
                "patient_no": claim.patient_no,
                "service_code": claim.service_code,
                "amount": claim.amount,
                "visit_date": claim.visit_date,
                "claim_type": claim.claim_type,
            }
        )
        site.commit("create")
        return rt.created_number(site["answer"].inner_text())

    def look_up(self, site: Session, claim: Claim) -> list[Found[Claim]]:
        """Search for tickets with the claim's number."""
        query = f"Queue = '{QUEUE}' AND 'CF.{{Claim Number}}' = '{claim.claim_no}'"
        return list(_found(rt.search(site, query, COLUMNS)))

    def list_all(self, site: Session) -> Listing[Claim]:
        """Walk through all tickets of the queue, oldest first; the first page is read again at the end."""
        query = f"Queue = '{QUEUE}'"
        first = rt.search(site, query, COLUMNS)
        rows = list(_found(first))
        # Beyond the last page the last comes again: pages are counted, not walked until one is empty.
        for number in range(2, math.ceil(first.stated / rt.PAGE_ROWS) + 1):
            rows += _found(rt.search(site, query, COLUMNS, number))
        return Listing(rows, complete=rt.search(site, query, COLUMNS) == first, stated_total=first.stated)


def _message(claim: Claim) -> str:
    return (
        f"Claim {claim.claim_no} for {claim.patient_name} ({claim.patient_no})\n"
        f"Visit of {claim.visit_date:%d/%m/%Y}, service {claim.service_code}, {claim.amount:.2f}"
    )


def _found(page: rt.Page) -> Iterator[Found[Claim]]:
    for row in page.rows:
        yield Found(
            Claim,
            confirmation=row["#"],
            claim_no=row["Claim Number"],
            patient_no=row["Patient Number"],
            patient_name=_name_in(row),
            visit_date=_day_in(row),
            service_code=row["Service Code"],
            amount=row["Amount"],
            claim_type=row["Claim Type"],
        )


def _name_in(row: Mapping[str, str]) -> str:
    """Return what stands behind the claim's number in the subject; a subject of another form as it is."""
    return row["Subject"].removeprefix(f"{row['Claim Number']} ")


def _day_in(row: Mapping[str, str]) -> date | str:
    """Return the visit's day, or the words that stand there instead: they differ from every day."""
    try:
        return rt.shown_day(row["Visit Date"])
    except ValueError:
        return row["Visit Date"]
