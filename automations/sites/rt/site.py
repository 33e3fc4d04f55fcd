"""Steps on Request Tracker's screens that more than one automation takes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote

from agent.sdk import CannotTell, Session

PAGE_ROWS = 50
_FORGERY = "Possible cross-site request forgery"
_STATED = re.compile(r"Found (\d+) tickets?")
_CREATED = re.compile(r"^Ticket (\d+) created in queue '.+'$", re.MULTILINE)
# A cell holds its value and, hidden, a form to change it; only the value is read.
_CELLS = "rows => rows.map(row => [...row.cells].map(c => (c.querySelector('.value') ?? c).innerText.trim()))"


@dataclass(frozen=True)
class Page:
    """One page of search results: the number that Request Tracker states, and rows by column title."""

    stated: int
    rows: Sequence[dict[str, str]]


def open_new_ticket(site: Session, queue: str) -> None:
    """Open the form for a new ticket.

    Opened by its address it is answered with a question about forgery. Its link is followed only here, right
    after our own request for an empty form: elsewhere such a link could carry a whole ticket.
    """
    site.open(f"Ticket/Create.html?Queue={quote(queue)}")
    if site["heading"].inner_text().strip() == _FORGERY:
        site["resume"].click()


def created_number(answer: str) -> str:
    """Return the number in "Ticket 123 created in queue 'Claims'"; raises ValueError for other words."""
    match = _CREATED.search(answer)
    if match is None:
        raise ValueError(f"no ticket number in the answer: {answer.strip()}")
    return match[1]


def results_path(query: str, columns: Sequence[str], page: int = 1) -> str:
    """Return the path of a search (TicketSQL) with these columns, oldest ticket first, 50 a page."""
    shown = ",".join(f"'__{column}__'" for column in columns)
    return (
        f"Search/Results.html?Query={quote(query)}&Format={quote(shown)}"
        f"&Order=ASC&OrderBy=id&Rows={PAGE_ROWS}&Page={page}"
    )


def search(site: Session, query: str, columns: Sequence[str], page: int = 1) -> Page:
    """Search and read one page of results; raises CannotTell when the screen does not say how many there are.

    Beyond the last page Request Tracker shows the last page again. A query with a misspelt field finds
    nothing and says so as if that were true: only a positive control tells the difference.
    """
    site.open(results_path(query, columns, page))
    heading = site["found"].inner_text().strip()
    stated = _STATED.fullmatch(heading)
    if stated is None:
        raise CannotTell(site=site.book.site, why=f"the search answered: {heading}")
    titles = [title.strip() for title in site["columns"].all_inner_texts()]
    cells: list[list[str]] = site["rows"].evaluate_all(_CELLS)
    rows = [dict(zip(titles, row, strict=True)) for row in cells]
    if page == 1 and len(rows) != min(int(stated[1]), PAGE_ROWS):
        raise CannotTell(site=site.book.site, why=f"{heading}, but {len(rows)} are shown")
    return Page(int(stated[1]), rows)


def shown_day(text: str) -> date:
    """Read a day as lists and tickets show it: "Fri Nov 20 2026"; raises ValueError for anything else."""
    return datetime.strptime(text.strip(), "%a %b %d %Y").date()  # noqa: DTZ007 - a day has no time zone


def shown_moment(text: str) -> datetime:
    """Read "Mon Nov 23 22:59:12 2026", in the time zone of the account that looks; raises ValueError."""
    return datetime.strptime(text.strip(), "%a %b %d %H:%M:%S %Y")  # noqa: DTZ007 - the page names no time zone
