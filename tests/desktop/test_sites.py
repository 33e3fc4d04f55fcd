"""Sites & passwords: what stands, a password that is never shown again, a test that is a command."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from agent.core.failures import SignInRefused
from agent.store import accounts, audit, commands
from agent.store.tables import AccountRow, CommandRow
from agent.system.paths import Home
from agent.system.vault import Passwords, open_vault
from tests.desktop.mornings import Mornings
from ui.desktop.pages.base import Page
from ui.desktop.pages.sites import SitesPage

Show = Callable[[type[Page]], SitesPage]


@pytest.fixture
def page(shown: Show, mornings: Mornings, qtbot: QtBot) -> SitesPage:
    accounts.set_account("main", "claimport", "north-robot", 1)
    made = shown(SitesPage)
    qtbot.waitUntil(lambda: made.card.site is not None)
    return made


def words(page: Page) -> str:
    return " ".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def cells(page: SitesPage, column: int) -> list[str]:
    return [str(page.rows.index(row, column).data()) for row in range(page.rows.rowCount())]


def command(qtbot: QtBot) -> CommandRow:
    qtbot.waitUntil(lambda: CommandRow.select().exists())
    return CommandRow.get()


def test_each_site_says_how_it_stands(page: SitesPage, qtbot: QtBot) -> None:
    assert cells(page, 0) == ["ClaimPort", "Meridian", "Request Tracker"]
    assert cells(page, 2) == ["Password stored", "No password stored", "No password stored"]
    assert cells(page, 3)[0] == "today"
    assert "1 of 3 sites" in words(page)
    AccountRow.update(tries=2).execute()
    page.refresh(frozenset())
    qtbot.waitUntil(lambda: cells(page, 2)[0].startswith("Stopped: refused twice"))
    assert not page.card.test.isEnabled()
    AccountRow.update(tries=0, changed_at=datetime.now(UTC) - timedelta(days=90)).execute()
    page.refresh(frozenset())
    qtbot.waitUntil(lambda: "may end soon" in cells(page, 2)[0])
    assert cells(page, 3)[0] == "90 days ago"


def test_a_password_is_stored_and_never_shown_again(page: SitesPage, home: Home, qtbot: QtBot) -> None:
    page.open("meridian")
    card = page.card
    assert card.password.echoMode() is QLineEdit.EchoMode.Password
    assert not card.store.isEnabled()
    card.account.setText("frontdesk")
    qtbot.keyClicks(card.password, "canary-4711")
    card.store.click()
    assert card.password.text() == ""
    qtbot.waitUntil(lambda: "Stored" in card.outcome.text)
    assert Passwords(open_vault(home)).get("main", "meridian", "frontdesk").value == "canary-4711"
    stored = accounts.find("main", "meridian")
    assert stored is not None
    assert (stored.name, stored.password_version) == ("frontdesk", 1)
    assert audit.newest("password_set").params["site"] == "meridian"
    assert "canary" not in words(page)
    assert CommandRow.select().count() == 0  # no secret ever travels in a row


@pytest.mark.parametrize(("which", "verb"), [("test", "test_sign_in"), ("watch", "open_site")])
def test_trying_is_a_command(page: SitesPage, qtbot: QtBot, which: str, verb: str) -> None:
    button = getattr(page.card, which)
    button.click()
    row = command(qtbot)
    assert (row.verb, row.args) == (verb, {"site": "claimport", "office": "main"})
    assert not button.isEnabled()  # one at a time
    commands.end(row.id, done=True, result={})
    qtbot.waitUntil(button.isEnabled)
    assert page.card.outcome.text


def test_a_refused_try_says_what_to_do_on_this_page(page: SitesPage, qtbot: QtBot) -> None:
    page.card.test.click()
    refused = SignInRefused(site="claimport", account="north-robot", words="Wrong password")
    commands.end(command(qtbot).id, done=False, result=json.loads(json.dumps(refused.as_json())))
    qtbot.waitUntil(lambda: "Wrong password" in page.card.outcome.text)
    assert "ClaimPort did not accept" in page.card.outcome.text
    assert "predawn " not in page.card.outcome.text


def test_what_was_typed_for_one_site_is_forgotten_at_another(page: SitesPage, qtbot: QtBot) -> None:
    page.card.password.setText("half a pass")
    page.open("meridian")
    assert page.card.password.text() == ""


def test_ten_thousand_rows(page: SitesPage) -> None:
    page.rows.fill(list(page.rows.rows) * 3_400)
    page.table.scrollToBottom()
    assert page.rows.rowCount() == 10_200
