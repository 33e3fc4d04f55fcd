"""Each morning: what waits in the claims desk, Request Tracker, as a workbook for the person who opens it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from agent.sdk import Automation, Download, Expect, Record, Row, Run, Session, Workbook, money, text, whole
from automations.sites.rt import site as rt

digest = Automation(
    "claims-digest",
    title="Claims digest",
    schedule="07:00 mon-fri",
    deadline="08:00",
    covers="same day",
)

NEW = "Queue = 'Claims' AND Status = 'new'"
NO_TYPE = "(no type)"


class Ticket(Record, key="ticket_no", noun=("ticket", "tickets")):
    """One line of the spreadsheet; its headings are the search's own names of the columns.

    No patient is among them: the workbook may be passed on.
    """

    ticket_no: int = whole(header="id")
    entered: str = text(header="Created")
    claim_no: str = text(header="CustomFieldView.{Claim Number}", optional=True)
    claim_type: str = text(header="CustomFieldView.{Claim Type}", optional=True)
    service_code: str = text(header="CustomFieldView.{Service Code}", optional=True)
    visit: str = text(header="CustomFieldView.{Visit Date}", optional=True)
    amount: Decimal = money(header="CustomFieldView.{Amount}", optional=True)


@digest.download("rt")
def new_tickets(site: Session) -> Download:
    """Search for new tickets and download the whole list; at least as many as the screen states must come."""
    columns = [column.header or name for name, column in Ticket.columns.items()]
    stated = rt.search(site, NEW, columns).stated
    site["feeds"].hover()
    tickets = site.download("spreadsheet", expect=Expect(min_rows=stated, kinds=("csv",), may_repeat=True))
    tickets.rows(Ticket)  # read here already: what is cut or unreadable is fetched again
    return tickets


@digest.process
def morning(new_tickets: Download, run: Run) -> Workbook:
    """Write two sheets: a line for each type of claim, and all new tickets, oldest first."""
    tickets = sorted(
        new_tickets.rows(Ticket), key=lambda ticket: (rt.shown_moment(ticket.entered), ticket.ticket_no)
    )
    workbook = Workbook(f"Claims digest {run.business_date.isoformat()}.xlsx")
    workbook.sheet(
        "By type", ("Claim type", "New tickets", "Amount", "Oldest ticket", "Entered"), _by_type(tickets)
    )
    workbook.sheet(
        "New tickets",
        ("Ticket", "Entered", "Claim", "Type", "Service", "Visit", "Amount"),
        [
            (
                ticket.ticket_no,
                rt.shown_moment(ticket.entered),
                ticket.claim_no,
                ticket.claim_type,
                ticket.service_code,
                _day(ticket.visit),
                ticket.amount,
            )
            for ticket in tickets
        ],
    )
    return workbook


def _by_type(tickets: Sequence[Row]) -> list[tuple[object, ...]]:
    """Return a line for each type, by name, and one for all; tickets come oldest first."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for ticket in tickets:
        groups[ticket.claim_type or NO_TYPE].append(ticket)
    lines = [(name, *_figures(groups[name])) for name in sorted(groups)]
    return [*lines, ("All", *_figures(tickets))]


def _figures(tickets: Sequence[Row]) -> tuple[object, ...]:
    total = sum((ticket.amount or Decimal(0) for ticket in tickets), Decimal(0))
    if not tickets:
        return 0, total, None, None
    return len(tickets), total, tickets[0].ticket_no, rt.shown_moment(tickets[0].entered)


def _day(shown: str | None) -> date | None:
    return rt.shown_day(shown) if shown else None
