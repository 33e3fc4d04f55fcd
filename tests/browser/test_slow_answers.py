"""A click whose answer is late, or never comes: the page was slow; nobody says that it looks different."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Error

from agent.browser.elements import load_book
from agent.browser.engine import Engine
from agent.browser.session import Session
from agent.browser.signing_in import Account, sign_in
from agent.core.failures import PageTimeout
from agent.system.browsers import find_browser
from resources.practice.server import Practice
from tests.morning import SHIPPED

PATIENCE_MS = 1000
ROBOT = Account("claimport", "north-robot", "claimport-2024")


@pytest.fixture
def session(practice: Practice) -> Iterator[Session]:
    """The start page of ClaimPort."""
    browser, engine = find_browser(), Engine()
    engine.launch(browser.path, sandbox=browser.sandbox)
    book = load_book(SHIPPED / "sites" / "claimport", practice.claimport_url)
    made = Session(engine.new_page(), book, lambda *_: None)
    made.open()
    yield made
    engine.close()


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    with Practice(tmp_path / "practice") as running:
        yield running


@pytest.mark.parametrize(("fault", "how"), [("latency", {"seconds": 3.0}), ("hang", {})])
def test_a_click_that_is_not_answered_in_time_is_a_slow_page(
    session: Session, practice: Practice, fault: str, how: dict[str, float]
) -> None:
    """The button is gone when the answer comes after all: that it was pressed is what counts."""
    sign_in(session, ROBOT)
    session.open("claim/new.php")
    session.fill({"claim_no": "C123456", "patient_no": "004711", "patient_name": "Jo Doe"})
    session.page.set_default_timeout(PATIENCE_MS)
    practice.faults("claimport", fault, always=True, path="/claim/new.php", **how)
    with pytest.raises(PageTimeout) as late:
        session.follow("next")
    assert late.value.params["what"] == "next"


def test_a_slow_answer_to_the_sign_in_is_waited_for(session: Session, practice: Practice) -> None:
    """Longer than a click waits by itself; shown first, so that the test has something to find."""
    session.page.set_default_timeout(PATIENCE_MS)
    practice.faults("claimport", "latency", always=True, seconds=3.0)
    with pytest.raises(Error, match="scheduled navigations"):
        session["sign_in"].click()
    practice.clear_faults()
    session.open()
    practice.faults("claimport", "latency", always=True, seconds=3.0)
    sign_in(session, ROBOT)
    assert session["menu"].count() == 1
