"""Automations: what each does, its next ten dates, why one does not run by itself; a pause is a command."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from agent.core.actors import Actor
from agent.core.failures import BrokenAutomation
from agent.core.parameters import Parameter
from agent.host import describing
from agent.store import accounts, audit, pauses
from agent.store.fields import utc_now
from agent.store.tables import CommandRow
from agent.system.paths import Home
from agent.system.settings import load_settings
from tests.desktop.mornings import Mornings
from ui.desktop.pages.automations import COMING, AutomationsPage
from ui.desktop.pages.base import Page

Show = Callable[[type[Page]], AutomationsPage]
ANN = Actor("person", "ann", "Ann", "window", "FRONT-1")


PARAMETERS = (
    Parameter("least_amount", Decimal("5.00"), "Claims below it are left out.", Decimal(0), Decimal(100)),
    Parameter("ward", "north", "Whose claims are sent.", choices=("north", "south")),
    Parameter("with_notes", False, "Whether notes go along."),
)


def describe(_home: Home, folder: Path) -> Mapping[str, Any]:
    """What a worker says of the shipped automations, without the worker."""
    name = folder.name.replace("_", "-")
    if name == "claims-desk":
        raise BrokenAutomation(file="automation.py", line=3, problem="two tasks are named billing")
    return {
        "name": name, "title": name.replace("-", " ").capitalize(),
        "schedule": "05:00 mon-fri", "deadline": "08:00", "covers": "previous business day",
        "catch_up": "same day", "latest_start": None, "if_missed": "run once",
        "tasks": [{"name": "billing", "kind": "download", "site": "meridian", "inputs": []},
                  {"name": "ClaimPort", "kind": "upload", "site": "claimport", "inputs": []}],
        "parameters": [one.as_json() for one in PARAMETERS] if name == "clinic-morning-sync" else [],
        "versions": {"automation": "1", "sites": {"meridian": "1", "claimport": "1"}},
    }  # fmt: skip


@pytest.fixture
def page(
    shown: Show, home: Home, mornings: Mornings, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> AutomationsPage:
    monkeypatch.setattr(describing, "_ask", describe)
    home.settings.write_text(
        '[offices.main]\nzone = "UTC"\nautomations = ["clinic-morning-sync"]\n[window]\nlanguage = "en"\n'
    )
    accounts.set_account("main", "meridian", "frontdesk", 1)
    made = shown(AutomationsPage)
    qtbot.waitUntil(lambda: made.card.automation is not None)
    return made


def words(page: Page) -> str:
    return " ".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def test_what_runs_by_itself_stands_first_with_its_next_ten_dates(page: AutomationsPage) -> None:
    assert page.rows.index(0, 0).data() == "Clinic morning sync"
    assert "1 of 3 run by themselves" in words(page)
    assert "Runs 05:00 mon-fri, done by 08:00; covers the previous business day." in words(page)
    assert page.card.days.rowCount() >= COMING
    assert page.card.days.index(0, 1).data() == "05:00"
    told = words(page)
    assert "Meridian, reads \N{EN DASH} Password stored" in told
    assert "ClaimPort, enters \N{EN DASH} No password stored" in told
    assert "failed:" in page.card.told.text()


def test_its_own_page_is_shown_without_its_title_again(page: AutomationsPage) -> None:
    text = page.card.readme.toPlainText()
    assert "takes the appointments" in text
    assert not text.startswith("Clinic morning sync")


def test_why_one_does_not_run_by_itself(page: AutomationsPage) -> None:
    page.open("claims-digest")
    assert "It does not run by itself: the office's settings do not list it." in page.card.problem.text
    page.open("claims-desk")
    assert "two tasks are named billing" in page.card.problem.text


@pytest.mark.parametrize("until", [True, False])
def test_a_pause_is_a_command(page: AutomationsPage, qtbot: QtBot, until: bool) -> None:
    page.card.until.setChecked(until)
    assert page.card.day.isEnabled() == until
    page.card.pause.click()
    qtbot.waitUntil(lambda: CommandRow.select().exists())
    tomorrow = (utc_now().date() + timedelta(days=1)).isoformat()
    assert CommandRow.get().verb == "pause"
    assert CommandRow.get().args == {
        "automation": "clinic-morning-sync",
        "until": tomorrow if until else None,
        "off": False,
    }


def test_who_paused_it_is_said_and_it_can_go_on(page: AutomationsPage, qtbot: QtBot) -> None:
    pauses.pause("clinic-morning-sync", None, ANN)
    page.look()
    qtbot.waitUntil(lambda: "Paused by Ann" in words(page))
    page.card.go_on.click()
    qtbot.waitUntil(lambda: CommandRow.select().exists())
    assert CommandRow.get().args["off"] is True


def test_a_site_leads_to_its_account(page: AutomationsPage, qtbot: QtBot) -> None:
    account = next(b for b in page.findChildren(QPushButton) if b.accessibleName() == "Account at ClaimPort")
    with qtbot.waitSignal(page.desk.wanted) as wanted:
        account.click()
    assert wanted.args == ["sites", "claimport"]


def test_a_run_s_bell_reads_nothing_anew(page: AutomationsPage, monkeypatch: pytest.MonkeyPatch) -> None:
    def never() -> None:
        raise AssertionError("read")

    monkeypatch.setattr(page, "look", never)
    page.refresh(frozenset({"run/1", "command/2"}))


def test_ten_thousand_rows(page: AutomationsPage) -> None:
    page.rows.fill(list(page.rows.rows) * 3_400)
    page.names.scrollToBottom()
    assert page.rows.rowCount() == 10_200


def test_a_value_is_set_within_what_the_automation_allows(
    page: AutomationsPage, home: Home, qtbot: QtBot
) -> None:
    card = page.card.parameters
    amount = card.controls["main", "least_amount"]
    assert (amount.text(), amount.accessibleName()) == ("5.00", "Least amount")
    assert "Claims below it are left out. At least 0. At most 100." in words(page)
    before = home.settings.read_text()
    amount.setText("500")
    card.stores["main", "least_amount"].click()
    qtbot.waitUntil(lambda: "takes an amount in quotes from 0 to 100" in card.outcome.text)
    assert home.settings.read_text() == before
    amount.setText("12.50")
    card.stores["main", "least_amount"].click()
    qtbot.waitUntil(lambda: card.outcome.text.startswith("Stored"))
    office = load_settings(home).offices["main"]
    assert office.parameters == {"clinic-morning-sync": {"least_amount": "12.50"}}
    newest = next(entry for entry in audit.entries() if entry.verb == "parameter_changed")
    assert newest.params["parameter"] == "least_amount"
    assert newest.params["value"] == "12.50"
    assert newest.actor.via == "window"
    qtbot.waitUntil(lambda: "As usual" in [each.text() for each in card.findChildren(QPushButton)])
    usual = next(each for each in card.findChildren(QPushButton) if each.text() == "As usual")
    usual.click()
    qtbot.waitUntil(lambda: load_settings(home).offices["main"].parameters["clinic-morning-sync"] == {})
    qtbot.waitUntil(lambda: card.controls["main", "least_amount"].text() == "5.00")


def test_what_was_typed_stays_when_another_value_is_stored(
    page: AutomationsPage, home: Home, qtbot: QtBot
) -> None:
    card = page.card.parameters
    card.controls["main", "least_amount"].setText("12.50")
    card.controls["main", "with_notes"].setChecked(True)
    card.controls["main", "ward"].setCurrentText("south")
    card.stores["main", "ward"].click()
    qtbot.waitUntil(lambda: "As usual" in [each.text() for each in card.findChildren(QPushButton)])
    assert card.controls["main", "ward"].currentText() == "south"
    assert card.controls["main", "least_amount"].text() == "12.50"
    assert card.controls["main", "with_notes"].isChecked()
    assert load_settings(home).offices["main"].parameters == {"clinic-morning-sync": {"ward": "south"}}


def test_each_kind_has_its_control(page: AutomationsPage, home: Home, qtbot: QtBot) -> None:
    card = page.card.parameters
    card.controls["main", "ward"].setCurrentText("south")
    card.stores["main", "ward"].click()
    qtbot.waitUntil(lambda: "ward" in str(load_settings(home).offices["main"].parameters))
    card.controls["main", "with_notes"].setChecked(True)
    card.stores["main", "with_notes"].click()
    wanted = {"ward": "south", "with_notes": True}
    qtbot.waitUntil(lambda: load_settings(home).offices["main"].parameters == {"clinic-morning-sync": wanted})


def test_what_has_none_shows_no_card_for_them(page: AutomationsPage, qtbot: QtBot) -> None:
    assert page.card.parameters.isVisibleTo(page)
    page.open("claims-digest")
    qtbot.waitUntil(lambda: page.card.automation["automation"] == "claims-digest")
    assert not page.card.parameters.isVisibleTo(page)
