"""The automation of the chaos mornings, and its site: the real protocol over HTTP instead of a browser."""

from __future__ import annotations

import http.client
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from agent.core.failures import CannotTell, PageTimeout, Refused, SiteDown
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
    day,
    money,
    seconds,
    text,
)
from tests.chaos.target import SETTLE_SECONDS

CLOCK = SimpleNamespace(now=0.0)
"""A worker's clock: like the target's it moves only when somebody waits, however slow the machine is."""

chaos = Automation("chaos", title="Chaos", schedule="05:00 mon-fri", deadline="08:00")


class Claim(Record, key="claim_no", noun=("claim", "claims")):
    """What is entered."""

    claim_no: str = text(pattern=r"C\d{6}")
    patient_no: str = text(digits=6, personal=True)
    visit_date: date = day("%d/%m/%Y")
    amount: Decimal = money(control_total=True)


@chaos.download("desk")
def billing(site: Any, run: Run) -> Download:
    """Fetch the report."""
    downloaded: Download = site.download("export", expect=Expect(dates=run.period, stated_total="amount"))
    return downloaded


@chaos.process
def claims(billing: Download) -> Batch[Claim]:
    """Every row becomes a claim; nothing for those that cost nothing."""
    batch = Batch(Claim)
    for row in billing.rows(Claim):
        if row.amount:
            batch.add(Claim.of(row))
        else:
            batch.leave_out(row, "costs nothing")
    return batch


class Desk(Destination[Claim]):
    """Enters claims, finds each by its number."""

    settle = seconds(SETTLE_SECONDS)

    def submit(self, site: Any, claim: Claim) -> str | None:
        """Fill in, commit, read the number."""
        return str(site.commit(claim.shown()))

    def look_up(self, site: Any, claim: Claim) -> list[Found[Claim]]:
        """Search by number."""
        return [_found(row) for row in site.ask("/find", claim_no=claim.claim_no)["rows"]]


class ListedDesk(Desk):
    """The same, with a complete list of everything."""

    def list_all(self, site: Any) -> Listing[Claim]:
        """List all claims."""
        listed = site.ask("/list")
        return Listing([_found(row) for row in listed["rows"]], complete=True, stated_total=listed["total"])


def _found(row: Mapping[str, str]) -> Found[Claim]:
    return Found(Claim, confirmation=row["number"], **{name: row[name] for name in Claim.columns})


ClaimDesk = chaos.upload("desk", of=claims)(Desk)


class DeskSession:
    """One sign-in at the target, as far as the protocol and our tasks use a session."""

    def __init__(self, port: int, keep: Callable[..., Download]) -> None:
        self._port, self._keep = port, keep
        self.memory = SimpleNamespace(personal=[], answer="")
        self.page = SimpleNamespace(wait_for_timeout=self._wait)
        self.hook: Any = None
        self._shown = ""
        self._session = self._get("/sign-in")

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Nothing to translate: our failures are the tree's own."""
        yield

    def text(self) -> str:
        """What the page shows."""
        return self._shown

    def download(self, _element: str, *, expect: Expect) -> Download:
        """Fetch the report, attest and keep it."""
        return self._keep("billing.csv", self._get("/report").encode(), expect)

    def ask(self, path: str, **values: str) -> Any:
        """Search; raises CannotTell when the screen is broken."""
        try:
            return json.loads(self._get(path, session=self._session, **values))
        except SiteDown as error:
            raise CannotTell(site="desk", why="the search is closed") from error

    def commit(self, fields: Mapping[str, str]) -> str:
        """The one click, and what the page says then."""
        self._get("/form")
        self._shown = "Saving"
        self.hook.before_commit()
        self._shown = self._request("POST", "/claim", dict(fields))
        self.memory.answer = self._shown
        if "not a valid" in self._shown:
            raise Refused(site="desk", words=self._shown)
        return self._shown.removeprefix("Saved as ")

    def _wait(self, milliseconds: float) -> None:
        CLOCK.now += milliseconds / 1000
        self._get("/pass", seconds=str(milliseconds / 1000))

    def _get(self, path: str, **values: str) -> str:
        return self._request("GET", f"{path}?{urlencode(values)}", None)

    def _request(self, method: str, path: str, form: Mapping[str, str] | None) -> str:
        status, answer = request(self._port, method, path, form)
        if status >= 500:
            raise SiteDown(site="desk", status=status)
        return answer


def request(port: int, method: str, path: str, form: Mapping[str, str] | None = None) -> tuple[int, str]:
    """One request on a connection of its own; a lost answer is a page time-out."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        body = urlencode(form) if form is not None else None
        connection.request(method, path, body, {"X-Pid": str(os.getpid())})
        response = connection.getresponse()
        return response.status, response.read().decode()
    except (http.client.HTTPException, OSError) as error:
        raise PageTimeout(site="desk", what="answer", seconds=15) from error
    finally:
        connection.close()


class DeskSite:
    """Stands for agent.worker.site.OpenSite."""

    name = "desk"
    is_open = False  # there is no page to take a picture of

    def __init__(self, port: int, keep: Callable[..., Download]) -> None:
        self.book = SimpleNamespace(title="Desk", refusal_in=_refusal_in)
        self._port, self._keep = port, keep
        self.session: DeskSession

    def open(self) -> DeskSession:
        """Sign in."""
        return self.fresh()

    def fresh(self) -> DeskSession:
        """Sign in anew."""
        self.session = DeskSession(self._port, self._keep)
        return self.session


def _refusal_in(page: str) -> str | None:
    return page if "not a valid" in page else None
