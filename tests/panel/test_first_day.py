"""A panel on its first day: the first admin, empty pages, and whoever comes in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser

from tests.panel.browsing import assert_sound, faults, watched
from tests.panel.serving import PASSWORD, Panel, agenda


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Panel, str]]:
    """A panel on its first day, and its admin's session."""
    with Panel(tmp_path_factory.mktemp("empty")) as panel:
        yield panel, panel.person("ada", everywhere="admin").token


def test_an_empty_page_says_what_will_stand_there(browser: Browser, empty: tuple[Panel, str]) -> None:
    panel, token = empty
    with watched(browser, panel.address, token) as seen:
        for path in ("/", "/runs", "/runs/log", "/trigger", "/review", "/insights", "/workstations"):
            page = seen.open(path)
            assert page.locator(".empty h2").inner_text(), path
            assert_sound(seen, path)


def test_what_has_never_run_is_named_by_its_column_alone(browser: Browser, tmp_path: Path) -> None:
    """On a desk a card's own title is for screen readers; nothing of it spills out of the card."""
    with Panel(tmp_path / "panel") as one:
        one.workstation("FRONT-2").tell(agenda=agenda("claims-digest", scheduled=False))
        with watched(browser, one.address, one.person("ada", everywhere="admin").token) as seen:
            page = seen.open("/")
            card = page.locator(".cell")
            card.wait_for()
            assert card.evaluate("(each) => each.scrollHeight <= each.clientHeight")
            assert page.get_by_role("heading", name="Claims digest").count() == 1
            assert_sound(seen, "the first workstation")


def test_axe_notices_a_fault(browser: Browser, empty: tuple[Panel, str]) -> None:
    """Control: a picture without words, and grey on grey."""
    panel, token = empty
    with watched(browser, panel.address, token) as seen:
        page = seen.open("/people")
        page.evaluate("document.querySelector('main').append(document.createElement('img'))")
        page.evaluate("document.querySelector('h1').style.color = '#ccc'")
        assert {rule for rule, _ in faults(page)} >= {"image-alt", "color-contrast"}


def test_the_first_admin_comes_in_by_the_link_and_again_with_the_second_factor(
    browser: Browser, tmp_path: Path
) -> None:
    """By hand: link, password, authenticator, sign out, wrong password, right one, six digits."""
    with Panel(tmp_path / "panel") as panel, watched(browser, panel.address, None) as seen:
        page = seen.open(panel.first.removeprefix(panel.address))
        assert_sound(seen, "invitation")
        page.get_by_label("Your name").fill("Ada Lovelace")
        page.get_by_label("Sign in as").fill("ada")
        page.get_by_label("Choose a password").fill(PASSWORD)
        page.get_by_role("button", name="Go on").click()
        page.get_by_role("heading", name="Second factor").wait_for()
        secret = page.locator(".one-time").inner_text()
        assert page.locator("img.qr").evaluate("(each) => each.complete && each.naturalWidth > 0")
        assert_sound(seen, "second factor")
        begun = pyotp.TOTP(secret)
        page.get_by_label("The six digits").fill(begun.now())
        page.get_by_role("button", name="Confirm").click()
        page.get_by_role("heading", name="Dashboard").wait_for()

        page.get_by_role("link", name="Ada Lovelace").click()
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("heading", name="Sign in").wait_for()
        assert seen.complaints() == []
        page.get_by_label("Name").fill("ada")
        page.get_by_label("Password").fill("not this one")
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("alert").wait_for()
        assert faults(page) == []
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        # A code holds once: the next one is taken, as a person waits for it.
        page.get_by_label("The six digits").fill(begun.at(datetime.now(UTC), counter_offset=1))
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", name="Your account").or_(
            page.get_by_role("heading", name="Ada")
        ).wait_for()


def test_somebody_who_is_invited_sees_what_the_role_allows(browser: Browser, tmp_path: Path) -> None:
    """A viewer sees the morning, and neither Trigger nor People nor a button that would be refused."""
    with Panel(tmp_path / "panel") as panel:
        admin = panel.person("ada", everywhere="admin")
        wanted = {"login": "vera", "name": "Vera", "roles": {"north": "viewer"}}
        path = admin.send("POST", "/api/people", wanted).json()["path"]
        panel.workstation("FRONT-2").tell(agenda=agenda())
        with watched(browser, panel.address, None) as seen:
            page = seen.open(path)
            page.get_by_role("heading", name="Welcome, Vera").wait_for()
            page.get_by_label("Choose a password").fill(PASSWORD)
            page.get_by_role("button", name="Go on").click()
            page.get_by_role("heading", name="FRONT-2").wait_for()
            links = page.get_by_role("navigation", name="Pages").get_by_role("link").all_inner_texts()
            assert [link.strip() for link in links[1:6]] == [
                "Dashboard",
                "Runs",
                "Review",
                "Insights",
                "Workstations",
            ]
            seen.open("/workstations")
            assert page.get_by_role("button").count() == 1  # the way past the navigation
            assert_sound(seen, "a viewer's workstations")


def test_a_lost_connection_is_told_and_comes_back(browser: Browser, tmp_path: Path) -> None:
    """The server goes away and comes again: the page says so, and then shows what happened meanwhile."""
    folder = tmp_path / "panel"
    with Panel(folder) as panel:
        token = panel.person("ada", everywhere="admin").token
        port = int(panel.address.rpartition(":")[2])
        context = watched(browser, panel.address, token)
        seen = context.__enter__()
        seen.open("/")
    try:
        seen.page.get_by_text("The connection broke off").wait_for(timeout=15_000)
        with Panel(folder, port=port) as again:
            again.workstation("FRONT-9")
            seen.page.get_by_role("heading", name="FRONT-9").wait_for()
            seen.page.get_by_text("The connection broke off").wait_for(state="detached")
    finally:
        context.__exit__(None, None, None)
