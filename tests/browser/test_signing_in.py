"""What a site answers at the sign-in is told apart by the book's words: provoked at both practice systems."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Error

from agent.browser.elements import load_book
from agent.browser.engine import Engine
from agent.browser.secrets import type_secret
from agent.browser.session import Session
from agent.browser.signing_in import Account, is_signed_in, require_no_captcha, sign_in
from agent.core.failures import (
    AccountLocked,
    CaptchaShown,
    CodeRefused,
    CodeWanted,
    Failure,
    PasswordExpired,
    SignedInElsewhere,
    SignInRefused,
    SiteDown,
)
from agent.system.browsers import find_browser
from agent.system.one_time import Seed
from resources.practice.server import Practice
from tests.morning import SHIPPED

SEED = "JBSWY3DPEHPK3PXP"
ROBOTS = {
    "meridian": Account("meridian", "frontdesk", "meridian-2024"),
    "claimport": Account("claimport", "north-robot", "claimport-2024"),
}


SITES = [pytest.param("meridian", marks=pytest.mark.long), "claimport"]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    browser = find_browser()
    engine = Engine()
    engine.launch(browser.path, sandbox=browser.sandbox)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    """Both systems, started once."""
    with Practice(tmp_path_factory.mktemp("practice")) as running:
        yield running


@pytest.fixture
def practice(served: Practice) -> Iterator[Practice]:
    """Both systems without faults, locks or anybody signed in."""
    yield served
    served.clear_faults()
    for site in ROBOTS:
        served.unlock(site)
        served.end_sessions(site)


def outcomes(practice: Practice, site: str, since: int) -> list[str]:
    """What became of each try since then."""
    return [str(entry["outcome"]) for entry in practice.sign_ins(site)[since:]]


@pytest.fixture
def opened(engine: Engine, practice: Practice) -> Iterator[Callable[[str], Session]]:
    """Open the start page of one practice system."""
    sessions: list[Session] = []

    def open_site(site: str) -> Session:
        url = getattr(practice, f"{site}_url")
        session = Session(engine.new_page(), load_book(SHIPPED / "sites" / site, url), lambda *_: None)
        sessions.append(session)
        session.open()
        return session

    yield open_site
    for session in sessions:
        session.page.context.close()


def nobody(words: str) -> str:
    """Nobody is at the window."""
    raise CodeWanted(site="", account="", words=words)


def by_clock(_words: str) -> str:
    """The code of now."""
    return Seed(SEED).code(time.time()).digits


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("wrong_password", SignInRefused),
        ("locked_account", AccountLocked),
        ("expired_password", PasswordExpired),
        ("signed_in_elsewhere", SignedInElsewhere),
        ("captcha", CaptchaShown),
        ("second_factor", CodeWanted),
        ("server_error", SiteDown),
    ],
)
def test_each_answer_of_a_site_is_told_apart(
    opened: Callable[[str], Session], practice: Practice, site: str, fault: str, kind: type[Failure]
) -> None:
    session = opened(site)
    practice.faults(site, fault, always=True)
    with pytest.raises(Failure) as failed:
        sign_in(session, ROBOTS[site], nobody)
    assert type(failed.value) is kind
    if kind is not SiteDown:
        assert failed.value.params["words"] or kind is CodeWanted


@pytest.mark.parametrize("site", SITES)
def test_a_picture_on_the_sign_in_page_is_seen_before_a_password_is_typed(
    opened: Callable[[str], Session], practice: Practice, site: str
) -> None:
    since = len(practice.sign_ins(site))
    practice.faults(site, "captcha", always=True)
    with pytest.raises(CaptchaShown):
        require_no_captcha(opened(site), ROBOTS[site])
    assert outcomes(practice, site, since) == []
    practice.clear_faults()
    require_no_captcha(opened(site), ROBOTS[site])


@pytest.mark.parametrize("site", SITES)
def test_a_second_step_is_taken_with_a_code_or_an_answer(
    opened: Callable[[str], Session], practice: Practice, site: str
) -> None:
    practice.faults(site, "second_factor", always=True, seed=SEED)
    session = opened(site)
    sign_in(session, ROBOTS[site], by_clock)
    assert is_signed_in(session)
    asked: list[str] = []
    practice.faults(site, "second_factor", always=True, question="Which bird?", answer="heron")
    other = opened(site)
    sign_in(other, ROBOTS[site], lambda words: asked.append(words) or "heron")
    assert is_signed_in(other)
    assert asked == ["Which bird?" if site == "claimport" else ""]  # Meridian's book names no question


@pytest.mark.parametrize("site", SITES)
def test_a_code_that_is_not_taken_is_no_wrong_password(
    opened: Callable[[str], Session], practice: Practice, site: str
) -> None:
    since = len(practice.sign_ins(site))
    practice.faults(site, "second_factor", always=True, seed=SEED)
    with pytest.raises(CodeRefused) as refused:
        sign_in(opened(site), ROBOTS[site], lambda _words: "000000")
    assert refused.value.params["words"]
    assert outcomes(practice, site, since) == ["ok", "code_refused"]


SPA = """<title>Desk</title><form onsubmit="event.preventDefault(); answer()"><label for="u">User name</label>
<input id="u"><label for="p">Password</label><input id="p" type="password"><button>Sign in</button></form>
<p id="told">User name or password is wrong? Call 555.</p><div id="more"></div>
<script>function answer() { setTimeout(() => { ANSWER }, 150) }</script>"""


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("told.innerText = 'Sorry: User name or password is wrong'", SignInRefused),
        ("told.innerText = 'This account is locked'", AccountLocked),
        ("more.innerHTML = '<label for=cp_x05>Code</label><input id=cp_x05>'", CodeWanted),
        ("more.innerHTML = '<div id=cp_Menu>Menu</div>'", None),
    ],
)
def test_a_page_that_answers_without_a_new_document_is_understood_too(
    engine: Engine, answer: str, kind: type[Failure] | None
) -> None:
    """What stood there before it was asked is no answer."""
    session = Session(
        engine.new_page(), load_book(SHIPPED / "sites" / "claimport", "http://127.0.0.1:1"), lambda *_: None
    )
    session.page.set_content(SPA.replace("ANSWER", answer))
    if kind is None:
        sign_in(session, ROBOTS["claimport"], nobody)
    else:
        with pytest.raises(kind):
            sign_in(session, ROBOTS["claimport"], nobody)
    session.page.context.close()


def test_a_secret_that_could_not_be_typed_stands_in_no_error(engine: Engine) -> None:
    """Playwright's own error names the value: shown first, so that the guard guards something."""
    canary = "canary-hunter2-canary"
    page = engine.new_page()
    page.set_content("<input id=gone disabled>")
    page.set_default_timeout(200)
    with pytest.raises(Error) as plain:
        page.locator("#gone").fill(canary)
    with pytest.raises(Error) as guarded:
        type_secret(page.locator("#gone"), canary)
    assert type(guarded.value) is type(plain.value)
    told = guarded.value
    while told is not None:
        assert canary not in f"{told!r} {told}"
        told = told.__cause__ or told.__context__  # type: ignore[assignment]
    assert "#gone" in str(guarded.value)
    page.context.close()
