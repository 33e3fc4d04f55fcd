"""A site on paper: the agent's task code at work in this process, on a target that is a list.

No browser, no server, no faults of the site: what goes wrong here is only what a test spoils on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from agent.sdk import (
    Automation,
    Batch,
    Destination,
    Download,
    Expect,
    Found,
    Listing,
    Record,
    day,
    money,
    text,
)
from agent.sdk.automation import Task
from agent.worker.task import Workplace


class Claim(Record, key="claim_no", noun=("claim", "claims")):
    """What is entered; each column takes what a spoiled row holds."""

    claim_no: str = text(pattern=r"C\d{7}")
    account: str = text()
    patient: str = text()
    visit_date: date = day("%d/%m/%Y")
    amount: Decimal = money(control_total=True)


Process = Callable[[Download], Batch[Claim]]
Form = Callable[[Mapping[str, str]], list[dict[str, str]]]


@dataclass
class Paper:
    """The target: what was saved, and the moments at which a test may spoil it."""

    file: bytes
    expected: int
    rows: list[dict[str, str]] = field(default_factory=list)
    on_form: Form = lambda fields: [dict(fields)]  # what the page saves of the fields it was given
    on_full: Callable[[list[dict[str, str]]], list[dict[str, str]]] | None = None  # once all are saved

    def look(self) -> list[dict[str, str]]:
        """What a look-up sees."""
        if self.on_full is not None and len(self.rows) >= self.expected:
            self.rows, self.on_full = self.on_full(self.rows), None
        return self.rows


class PaperSession:
    """One sign-in, as far as our tasks and the protocol of delivery use it."""

    def __init__(self, paper: Paper, keep: Callable[..., Download]) -> None:
        self.paper, self._keep = paper, keep
        self.memory = SimpleNamespace(personal=[], answer="")
        self.page = SimpleNamespace(wait_for_timeout=lambda _milliseconds: None)  # nothing is on its way here
        self.hook: Any = None
        self.token: Any = None

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Nothing to translate."""
        yield

    def text(self) -> str:
        """What the page shows."""
        return self.memory.answer or "Welcome"

    def download(self, _element: str, *, expect: Expect) -> Download:
        """Fetch the report, attest and keep it."""
        return self._keep("billing.csv", self.paper.file, expect)

    def commit(self, fields: Mapping[str, str]) -> str:
        """The one click; the page saves what it holds."""
        self.hook.before_commit()
        for row in self.paper.on_form(fields):
            self.paper.rows.append(row)
        self.memory.answer = f"Saved as K{fields['claim_no']}"
        return f"K{fields['claim_no']}"


class PaperSite:
    """Stands for agent.worker.site.OpenSite."""

    name = "paper"
    is_open = False  # there is no page to take a picture of

    def __init__(self, paper: Paper, keep: Callable[..., Download]) -> None:
        self.book = SimpleNamespace(title="Paper", refusal_in=lambda _page: None)
        self.session = PaperSession(paper, keep)

    def open(self) -> PaperSession:
        """Sign in."""
        return self.session

    def fresh(self) -> PaperSession:
        """Sign in anew."""
        return self.session


class Desk(Destination[Claim]):
    """Enters claims and finds each by its number."""

    def submit(self, site: Any, claim: Claim) -> str | None:
        """Fill in, commit, read the number."""
        return str(site.commit(claim.shown()))

    def look_up(self, site: Any, claim: Claim) -> list[Found[Claim]]:
        """Search by number."""
        return [_found(row) for row in site.paper.look() if row["claim_no"] == claim.claim_no]


class ListedDesk(Desk):
    """The same, with a complete list."""

    def list_all(self, site: Any) -> Listing[Claim]:
        """List all claims."""
        rows = site.paper.look()
        return Listing([_found(row) for row in rows], complete=True, stated_total=len(rows))


def _found(row: Mapping[str, str]) -> Found[Claim]:
    written = date.fromisoformat(row["visit_date"]).strftime("%d/%m/%Y")  # as a screen shows it
    return Found(Claim, confirmation=f"K{row['claim_no']}", **{**row, "visit_date": written})


def every_row(billing: Download) -> Batch[Claim]:
    """An honest author: every row becomes a claim."""
    batch = Batch(Claim)
    for row in billing.rows(Claim):
        batch.add(Claim.of(row))
    return batch


def automation(process: Process, destination: type[Desk], expect: Expect) -> Mapping[str, Task]:
    """The three tasks of a morning."""
    paper = Automation("paper", title="Paper", schedule="05:00 mon-fri", deadline="08:00")

    def billing(site: Any) -> Download:
        downloaded: Download = site.download("export", expect=expect)
        return downloaded

    def claims(billing: Download) -> Batch[Claim]:
        return process(billing)

    paper.download("paper")(billing)
    paper.process(claims)
    paper.upload("paper", of=claims)(destination)
    return paper.tasks


class PaperWorkplace(Workplace):
    """The real work, with paper for a site."""

    paper: Paper

    def _open_site(self, _task: Task) -> Any:
        self.site = PaperSite(self.paper, self._keep)  # type: ignore[assignment]
        return self.site
