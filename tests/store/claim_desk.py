"""A site without a browser: a target that remembers, a session that fails on request, and a virtual clock.

What is saved after a lost answer may land late, but always within the time that the destination calls settle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any
from unittest import mock

from agent.core.failures import CannotTell, Failure, FillDiffers, PageTimeout, SiteDown
from agent.core.states import RecordState
from agent.sdk import Destination, Found, Listing, Record, money, seconds, text
from agent.store import reviews
from agent.store.lease import Lease
from agent.store.ledger import Ledger
from agent.worker import batches, delivery, looking
from agent.worker.delivery import Delivery
from agent.worker.duty import Duty, Wishes
from agent.worker.looking import Looking
from agent.worker.parents import Link
from tests.store.ground import SOMEBODY, begin, crash, ledger_of, opened, plan_run

SETTLE_SECONDS = 30.0
LATE_SECONDS = 20.0
ANN = SOMEBODY.as_json()


class Crash(BaseException):
    """The worker is killed: nothing may catch it."""


class Claim(Record, key="claim_no", noun=("claim", "claims")):
    """What is entered."""

    claim_no: str = text()
    amount: Decimal = money(control_total=True)


def claims(count: int) -> list[Claim]:
    """So many different claims."""
    return [Claim(claim_no=f"C{number}", amount=Decimal(10 * number)) for number in range(1, count + 1)]


@dataclass
class Target:
    """What the site holds: a number and a claim for each time that somebody saved."""

    saved: list[tuple[str, Claim]] = field(default_factory=list)
    under_way: list[tuple[float, Claim]] = field(default_factory=list)
    now: float = 0.0
    clicks: int = 0

    def save(self, claim: Claim) -> str:
        """Save a claim and return its number."""
        self.saved.append((f"K{len(self.saved) + 1}", claim))
        return self.saved[-1][0]

    def save_late(self, claim: Claim) -> None:
        """Save a claim a while after the answer to it was lost."""
        self.under_way.append((self.now + LATE_SECONDS, claim))

    def wait(self, passing_seconds: float) -> None:
        """Time passes, and what was under way lands."""
        self.now += passing_seconds
        for landing, claim in list(self.under_way):
            if landing <= self.now:
                self.under_way.remove((landing, claim))
                self.save(claim)

    def numbers(self) -> list[str]:
        """Which claims are there."""
        return sorted(claim.claim_no for _, claim in self.saved)


class Session:
    """A page of the site, as far as the protocol of delivery and our destination use it."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.memory = SimpleNamespace(personal=[], answer="")
        self.page = SimpleNamespace(wait_for_timeout=lambda ms: self.site.target.wait(ms / 1000))
        self.hook: Any = None
        self.token = ""
        self.shown = "Welcome"
        self.blind = bool(site.sessions) and site.sessions.pop(0) == "blind"

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Nothing to translate: our failures are the tree's own."""
        yield

    def text(self) -> str:
        """What the page shows."""
        self.site.tick("text")
        return self.shown

    def commit(self, claim: Claim, how: str) -> str:
        """Click: the engine is asked first, then the site saves, or doesn't, and answers, or doesn't."""
        target = self.site.target
        self.hook.before_commit()
        self.site.tick("clicking")
        target.clicks += 1
        self.shown = "Saving"
        if how == "refused":
            self.shown = f"Claim {claim.claim_no} is not a valid claim"
            return ""
        if how == "lost_late":
            target.save_late(claim)
        elif how != "lost":
            number = target.save(claim)
        self.site.tick("saved")
        if how in {"lost", "lost_late", "lost_saved"}:
            raise PageTimeout(site="desk", what="confirmation", seconds=15)
        self.shown = f"Saved as {number}"
        return number


@dataclass
class Site:
    """Stands for agent.worker.site.OpenSite.

    ``submits``, ``looks`` and ``sessions`` say how the next ones go; after that all is well. In a blind
    session every look finds nothing. ``tick`` is called at every step: there a test lets the worker die.
    """

    target: Target
    submits: list[str] = field(default_factory=list)
    looks: list[str] = field(default_factory=list)
    sessions: list[str] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)  # what a site that knows its submits again has taken
    tick: Callable[[str], None] = lambda _step: None
    name: str = "desk"
    signed_in: int = 0

    def __post_init__(self) -> None:
        self.book = SimpleNamespace(title="Desk", refusal_in=_refusal_in)
        self.session: Session

    def open(self) -> Session:
        """Sign in, or go on with the stored session."""
        return self.fresh()

    def fresh(self) -> Session:
        """Sign in anew."""
        self.tick("fresh")
        self.signed_in += 1
        self.session = Session(self)
        return self.session


def _refusal_in(page: str) -> str | None:
    return page if "not a valid" in page else None


class Desk(Destination[Claim]):
    """Enters claims; finds each by its number. It has no list."""

    settle = seconds(SETTLE_SECONDS)

    def submit(self, site: Any, claim: Claim) -> str | None:
        """Go as the script says."""
        how = site.site.submits.pop(0) if site.site.submits else "well"
        site.shown = "New claim"
        if how == "down":
            raise SiteDown(site="desk", status=503)
        if how == "fill":
            raise FillDiffers(site="desk", element="amount")
        if how == "refused_early":
            site.shown = f"Patient of {claim.claim_no} is not a valid patient"
            raise PageTimeout(site="desk", what="save", seconds=15)
        return site.commit(claim, how) or None

    def look_up(self, site: Any, claim: Claim) -> list[Found[Claim]]:
        """Find a claim, as the script says."""
        how = site.site.looks.pop(0) if site.site.looks else "well"
        site.site.tick("look_up")
        if how == "cannot_tell":
            raise CannotTell(site="desk", why="the search is closed")
        if how == "down":
            raise SiteDown(site="desk", status=503)
        if site.blind:
            return []
        return [
            _shown(number, saved) for number, saved in site.site.target.saved if saved.key() == claim.key()
        ]


class ListedDesk(Desk):
    """The same with a list of everything, complete as the script says."""

    def list_all(self, site: Any) -> Listing[Claim]:
        """List all claims."""
        how = site.site.looks.pop(0) if site.site.looks else "well"
        site.site.tick("list_all")
        rows = [_shown(number, saved) for number, saved in site.site.target.saved]
        if site.site.lists and site.site.lists.pop(0) == "empty":
            rows = []
        return Listing(rows, complete=how == "well" and not site.blind, stated_total=len(rows))


def _shown(number: str, claim: Claim) -> Found[Claim]:
    return Found(Claim, confirmation=number, **claim.shown())


@dataclass
class Worker:
    """One worker after the other at the same upload task, as the host starts them."""

    lease: Lease
    site: Site
    destination: type[Desk] = Desk
    rehearse: bool = False
    limit: int | None = None
    accepted: dict[str, dict[str, str]] = field(default_factory=lambda: {"first_run": ANN})
    cancelled: Event = field(default_factory=Event)
    steps: list[str] = field(default_factory=list)
    epoch: int = 1
    repeats: bool = False
    link: Link | None = None
    parents: Any = None

    @property
    def ledger(self) -> Ledger:
        """The ledger under the present lease."""
        return ledger_of(self.lease)

    def plan(self, records: list[Claim]) -> None:
        """Plan these records, once."""
        lines = [line(record) for record in records]
        fields = self.destination.compared() if self.destination.effect == "ensure" else None
        self.ledger.plan(batches.plan(lines, (), fields, repeats=self.repeats), [])

    def looking(self) -> Looking:
        """A worker's eyes."""
        site: Any = self.site
        return Looking(self.destination(), site, self.ledger, repeats=self.repeats)

    def delivery(self) -> Delivery:
        """A worker's attempt at the task."""
        wishes = Wishes(self.rehearse, self.limit, self.accepted, self.cancelled)
        pipe: Any = SimpleNamespace(step=lambda code, **_: self.steps.append(code))
        site: Any = self.site
        return Delivery(
            self.destination(),
            site,
            self.ledger,
            pipe,
            wishes,
            Duty(self.epoch, self.repeats, self.link),
            picture=lambda _name: None,
            translate=_translate,
        )


@contextmanager
def at_work(folder: Path) -> Iterator[Worker]:
    """A worker at a new run's upload task, with a store of its own; its clock is the site's."""
    site = Site(Target())
    clock = SimpleNamespace(monotonic=lambda: site.target.now)
    with (
        opened(folder),
        mock.patch.object(delivery, "time", clock),
        mock.patch.object(looking, "time", clock),
    ):
        yield Worker(begin(plan_run()), site)


def states(worker: Worker) -> list[RecordState]:
    """What became of each record."""
    return [entry.state for entry in worker.ledger.entries()]


def asked(worker: Worker) -> list[str]:
    """Which questions wait for a person."""
    return [item.question for item in reviews.open_items(worker.lease.run_id)]


def deliver(worker: Worker, count: int = 1, *, submits: list[str] | None = None) -> None:
    """Plan so many claims and deliver them, the submits going as told."""
    worker.site.submits = submits or []
    worker.plan(claims(count))
    worker.delivery().run()


def again(worker: Worker) -> None:
    """The next worker takes the task up."""
    worker.lease = crash(worker.lease)
    worker.delivery().run()


def line(record: Claim) -> dict[str, Any]:
    """A record as a process task's checkpoint holds it."""
    totals = {name: str(amount) for name, amount in record.control_totals().items()}
    return {"key": record.key(), "fields": record.shown(), "rows": 1, "lineage": {}, "totals": totals}


def _translate(error: Exception) -> Failure:
    if isinstance(error, Failure):
        return error
    raise error  # a defect of ours: the test shall see it
