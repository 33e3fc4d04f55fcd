"""A click whose answer is late, or never comes; a page that dies while it is asked something."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import CDPSession, Error

from agent.browser.capture import screenshot
from agent.browser.elements import load_book
from agent.browser.engine import Engine
from agent.browser.session import Session
from agent.browser.signing_in import Account, sign_in
from agent.core.failures import PageCrashed, PageTimeout, SiteDown
from agent.system.browsers import find_browser
from resources.practice.server import Practice
from tests.chaos.parts import kill, parts_of
from tests.morning import SHIPPED, until

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


def _kill_pages() -> None:
    kill(parts_of(psutil.Process(), "renderer"))


@contextmanager
def _within(seconds: int) -> Iterator[None]:
    """End a wait without end, by ending the pages' browser; and fail then."""
    late = []

    def end(*_: object) -> None:
        late.append(seconds)
        kill(parts_of(psutil.Process(), "browser"))

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    assert not late


class _Allowed:
    """Lets a commit happen."""

    def before_commit(self) -> None:
        """Nothing is written down here."""


def _ready_to_save(session: Session) -> None:
    """A claim is typed; the next click sends it."""
    sign_in(session, ROBOT)
    session.open("claim/new.php")
    session.fill({"claim_no": "C123456", "patient_no": "004711", "patient_name": "Jo Doe"})
    session.follow("next")
    session.fill({"visit_date": date(2026, 11, 17), "service_code": "A12", "amount": Decimal("1.00")})
    session.hook = _Allowed()


def test_a_page_can_be_read_when_the_answer_to_a_click_does_not_come(
    session: Session, practice: Practice
) -> None:
    """What is asked of a page waits for the one that is on its way, without end: so that one is given up."""
    _ready_to_save(session)
    session.page.set_default_timeout(PATIENCE_MS)
    practice.faults("claimport", "commit_then_hang", always=True)
    with _within(20):
        with pytest.raises(PageTimeout):
            session.commit("save")
        assert "New claim" in session.text()
        assert screenshot(session) is not None
    assert len(practice.journal("claimport")) == 1


def test_a_connection_that_breaks_is_a_site_that_is_down(session: Session, practice: Practice) -> None:
    """The browser shows a page of its own: what is not on it says nothing about the site's pages."""
    _ready_to_save(session)
    session.page.set_default_timeout(PATIENCE_MS)
    practice.faults("claimport", "answer_lost", always=True)
    session.commit("save")
    with pytest.raises(SiteDown) as down, session.watched():
        session["confirmation"].inner_text()
    assert down.value.params["status"] == "no answer"


def test_a_page_that_crashes_while_a_click_is_answered_has_not_answered(
    session: Session, practice: Practice
) -> None:
    """Playwright takes such a click for done; whether it took effect is not known, so it must not return."""
    _ready_to_save(session)
    practice.faults("claimport", "commit_then_hang", always=True)

    def kill() -> None:
        until(lambda: practice.journal("claimport"), 30, what="that the claim is saved")
        _kill_pages()

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        with pytest.raises(PageCrashed):
            session.commit("save")
    finally:
        killer.join()
    assert session.page in session.memory.crashed


def test_a_page_that_dies_while_it_is_pictured_keeps_nobody_waiting(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The browser has the picture when the page's process dies; the next question must not wait for it."""
    take = CDPSession.send

    def then_kill(tools: CDPSession, *told: Any) -> Any:
        taken = take(tools, *told)
        _kill_pages()
        return taken

    monkeypatch.setattr(CDPSession, "send", then_kill)
    with _within(10), pytest.raises(PageCrashed):
        screenshot(session)
    assert session.page in session.memory.crashed
