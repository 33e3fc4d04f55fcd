"""A morning between the clinic and the claims desk: a home, the practice clinic, Request Tracker, one host.

What must be in the desk afterwards is worked out here from the clinic's data, without the product.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from agent.host.agent import Host
from agent.store.database import close_store, prepare_store
from resources.practice.data import BillingRow, clinic_day
from resources.practice.server import SEED, Practice
from tests.live.request_tracker import RequestTracker
from tests.live.tickets import Ticket
from tests.morning import Morning

TUESDAY, WEDNESDAY, THURSDAY = (date(2026, 11, day) for day in (17, 18, 19))  # each run covers the day before

TYPES = {
    "Consultation": {"0042", "0073", "0110"},
    "Diagnostics": {"1E5", "2E10", "3E02"},
    "Treatment": {"0991", "10023", "A17"},
    "Other": {"0007"},
}


class ClinicDesk(Morning):
    """Drives a home of its own, with accounts at Meridian and at Request Tracker."""

    def __init__(self, root: Path, practice: Practice, desk: RequestTracker) -> None:
        super().__init__(root, practice)
        self.desk = desk
        with self.home.settings.open("a", encoding="utf-8") as settings:
            settings.write(f'[sites.rt]\nurl = "{desk.url}"\n')
        prepare_store(self.home.database, self.home.evidence)
        self.set_password("rt", desk.user, desk.password)
        close_store()

    def enter(self, host: Host, automation: str, day: date) -> str:
        """Have an automation run for a business day; returns the run."""
        return self.give(host, "run", automation=automation, business_date=day.isoformat(), options={})

    @contextmanager
    def host_process(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """Run the command line in a process of its own; it is ended in order when the block ends."""
        with (
            (self.home.root / "host.err").open("a") as told,
            subprocess.Popen(
                [sys.executable, "-P", "-m", "agent.cli.main", *arguments],
                env={**os.environ, "PREDAWN_HOME": str(self.home.root)},
                stdout=subprocess.PIPE,
                stderr=told,
                text=True,
            ) as process,
        ):
            try:
                yield process
            finally:
                process.terminate()


def billed(day: date, rows: int | None = None) -> list[BillingRow]:
    """The first rows of a day's billing report, or all of them."""
    return list(clinic_day(day, SEED).billing[:rows])


def contents(ticket: Ticket) -> tuple[object, ...]:
    """All that a ticket says, and how often it was changed since."""
    return (ticket.subject, ticket.status, ticket.message, ticket.changes, sorted(ticket.fields.items()))


def wanted(row: BillingRow) -> tuple[object, ...]:
    """What the ticket of a billing row must say (see `contents`)."""
    return (
        f"{row.claim_no} {row.patient_name}",
        "new",
        f"Claim {row.claim_no} for {row.patient_name} ({row.patient_no})\n"
        f"Visit of {row.visit_date:%d/%m/%Y}, service {row.service_code}, {row.amount:.2f}",
        0,
        sorted(
            {
                "Claim Number": row.claim_no,
                "Patient Number": row.patient_no,
                "Service Code": row.service_code,
                "Amount": f"{row.amount:.2f}",
                "Visit Date": row.visit_date.isoformat(),
                "Claim Type": next(name for name, codes in TYPES.items() if row.service_code in codes),
            }.items()
        ),
    )
