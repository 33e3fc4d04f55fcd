"""The book and the steps for Request Tracker, on the real one: what the automations rely on."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from agent.browser.elements import load_book
from agent.browser.engine import Engine
from agent.browser.session import Landing
from agent.browser.signing_in import Account, is_signed_in, sign_in
from agent.core.failures import Refused, SignInRefused
from agent.sdk import Download, Expect, Session
from agent.system.browsers import find_browser
from automations.sites.rt import site as rt
from tests.live.request_tracker import RequestTracker

BOOK = Path(rt.__file__).parent
COLUMNS = ("id", "Subject", "CustomField.{Claim Number}", "CustomField.{Amount}", "CustomField.{Visit Date}")
NAME = "O\u2019Neill, Chloë"  # with a curly apostrophe
CLAIM: dict[str, str | date] = {
    "subject": f"C988007 {NAME} <b>&amp;",
    "message": f"Visit of {NAME}\nsecond line",
    "claim_no": "C988007",
    "patient_no": "000731",
    "service_code": "1E5",
    "amount": "1234.50",
    "visit_date": date(2026, 11, 3),
    "claim_type": "Diagnostics",
}


class _Commits:
    """Stands where the engine notes each commit before its click."""

    def __init__(self) -> None:
        self.noted = 0

    def before_commit(self) -> None:
        self.noted += 1


@pytest.fixture(scope="module")
def claims_desk(live_machine: None) -> Iterator[RequestTracker]:
    """One desk for both tests: the first only looks, the second enters."""
    with RequestTracker() as desk:
        yield desk


@pytest.fixture
def site(claims_desk: RequestTracker) -> Iterator[Session]:
    """A session of the robot's, signed in by the book."""
    browser, engine = find_browser(), Engine()
    try:
        engine.launch(browser.path, sandbox=browser.sandbox)
        landing = Landing(engine.downloads, lambda *_, **__: None)
        session = Session(engine.new_page(), load_book(BOOK, claims_desk.url), _keep, landing=landing)
        assert not is_signed_in(session)
        with pytest.raises(SignInRefused, match="incorrect"):
            sign_in(session, Account("rt", claims_desk.user, "wrong"))
        sign_in(session, Account("rt", claims_desk.user, claims_desk.password))
        session.hook = _Commits()
        yield session
    finally:
        engine.close()


def _keep(name: str, content: bytes, expect: Expect | None) -> Download:
    raise AssertionError("these tests look at files themselves")


def _claim(number: str) -> str:
    return f"Queue = 'Claims' AND 'CF.{{Claim Number}}' = '{number}'"


def test_searching_has_the_traps_that_the_notes_name(claims_desk: RequestTracker, site: Session) -> None:
    """Case is ignored; a misspelt field finds nothing; beyond the last page comes the last again."""
    assert rt.search(site, _claim("c400001"), COLUMNS).rows[0]["Claim Number"] == "C400001"
    assert rt.search(site, "'CF.{Claim Numbr}' = 'C400001'", COLUMNS).stated == 0
    assert rt.search(site, _claim("C400001"), COLUMNS).stated == 1
    site.open("Search/Simple.html?q=C400001")  # the search box looks at subjects, in all queues
    assert site["found"].inner_text().strip() == "Found 2 tickets"
    first, second, third = (rt.search(site, "Queue = 'Claims'", COLUMNS, page) for page in (1, 2, 3))
    assert (first.stated, len(first.rows), len(second.rows)) == (60, 50, 10)
    assert third == second

    site["feeds"].hover()
    name, content = site.receive("spreadsheet")
    lines = content.decode("utf-8").splitlines()
    assert name == "Results.tsv"
    assert len(lines) == 1 + 60  # all pages
    assert lines[0].split("\t")[2] == "CustomField.{Claim Number}"
    assert lines[1].split("\t")[4] == "Wed Sep 02 2026 "

    claims_desk.expire_sessions()
    assert not is_signed_in(site)


def test_a_claim_goes_in_through_the_screens_and_is_found_on_another(
    claims_desk: RequestTracker, site: Session
) -> None:
    """Each value arrives exactly: accents, apostrophes, mark-up, zeros, 1E5; a refusal saves nothing."""
    rt.open_new_ticket(site, "Claims")
    site.fill({**CLAIM, "amount": "12,5", "patient_no": "731"})
    assert site.book.refusal_in(site.text()) is None  # the form's hints are not a refusal
    with pytest.raises(Refused) as refused:
        site.commit("create")
    assert refused.value.params["words"] == "Patient Number: Input must match [Six digits]"
    with pytest.raises(ValueError, match="Amount: Input must match"):
        rt.created_number(site["answer"].inner_text())
    assert claims_desk.tickets(by="robot") == []

    rt.open_new_ticket(site, "Claims")
    site.fill(CLAIM)
    site.commit("create")
    number = rt.created_number(site["answer"].inner_text())
    (ticket,) = claims_desk.tickets(by="robot")
    assert (str(ticket.number), ticket.subject, ticket.changes) == (number, CLAIM["subject"], 0)
    assert ticket.fields == {
        "Claim Number": "C988007", "Patient Number": "000731", "Service Code": "1E5", "Amount": "1234.50",
        "Visit Date": "2026-11-03", "Claim Type": "Diagnostics",
    }  # fmt: skip
    assert ticket.message == CLAIM["message"]

    page = rt.search(site, _claim("C988007"), COLUMNS)
    assert page.stated == 1
    (row,) = page.rows
    assert (row["#"], row["Subject"], row["Amount"]) == (number, CLAIM["subject"], "1234.50")
    assert rt.shown_day(row["Visit Date"]) == date(2026, 11, 3)
