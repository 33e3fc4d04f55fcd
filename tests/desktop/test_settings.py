"""Settings: each control writes its own entry, shows the true state, and says why something was refused."""

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTime
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from agent.core.failures import PanelAddressUnsafe
from agent.core.notices import DESKTOP
from agent.host import auditing
from agent.store import audit
from agent.system.addresses import Addresses
from agent.system.autostart import AutostartState, FakeAutostart
from agent.system.notify import FakeSender
from agent.system.paths import Home
from agent.system.settings import Settings, load_settings
from agent.system.vault import open_vault
from tests.desktop.conftest import LOOK
from ui.desktop.pages import settings as settings_page
from ui.desktop.pages import settings_panel, settings_start
from ui.desktop.pages.base import Page
from ui.desktop.pages.settings import SettingsPage

Show = Callable[[type[Page]], SettingsPage]


@pytest.fixture
def entry(monkeypatch: pytest.MonkeyPatch) -> FakeAutostart:
    found = FakeAutostart()
    monkeypatch.setattr(settings_start, "open_autostart", lambda _home: found)
    monkeypatch.setattr(settings_start, "wakeups", lambda _home: [])
    return found


@pytest.fixture
def page(shown: Show, entry: FakeAutostart, qtbot: QtBot) -> SettingsPage:
    made = shown(SettingsPage)
    qtbot.waitUntil(lambda: "main" in made.offices and made.start.at_sign_in.isEnabled())
    return made


def words(page: Page) -> str:
    return " ".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def test_the_switch_shows_and_changes_the_true_state(
    page: SettingsPage, entry: FakeAutostart, qtbot: QtBot
) -> None:
    assert not page.start.at_sign_in.isChecked()
    page.start.at_sign_in.click()
    qtbot.waitUntil(lambda: page.start.state.text() == "Predawn starts when you sign in.")
    assert entry.state() is AutostartState.ON
    page.start.at_sign_in.click()
    qtbot.waitUntil(lambda: entry.state() is AutostartState.OFF)


def test_what_a_person_changed_cannot_be_switched(
    shown: Show, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(settings_start, "open_autostart", lambda _h: FakeAutostart(AutostartState.CHANGED))
    monkeypatch.setattr(settings_start, "wakeups", lambda _home: [])
    page = shown(SettingsPage)
    qtbot.waitUntil(lambda: "changed by somebody" in words(page))
    assert not page.start.at_sign_in.isEnabled()


def test_zone_country_and_days_are_written_and_nothing_else(
    page: SettingsPage, home: Home, qtbot: QtBot
) -> None:
    home.settings.write_text(home.settings.read_text() + "# ask Jo\n")
    office = page.offices["main"]
    office.zone.setCurrentText("Europe/Berlin")
    office.zone.activated.emit(office.zone.currentIndex())
    qtbot.waitUntil(lambda: load_settings(home).offices["main"].zone == "Europe/Berlin")
    qtbot.waitUntil(lambda: office.country.count() > 100, timeout=10000)
    office.country.activated.emit(office.country.findData("AT"))
    qtbot.waitUntil(lambda: load_settings(home).offices["main"].country == "AT")
    qtbot.waitUntil(lambda: "Next closed" in words(page), timeout=10000)
    office.day.set_day(date(2027, 5, 4))
    office.add_day.click()
    qtbot.waitUntil(lambda: load_settings(home).offices["main"].closed == (date(2027, 5, 4),))
    qtbot.waitUntil(lambda: office.days.count() == 1)
    office.days.setCurrentRow(0)
    office.drop_day.click()
    qtbot.waitUntil(lambda: load_settings(home).offices["main"].closed == ())
    assert "# ask Jo" in home.settings.read_text()


def test_a_file_that_somebody_broke_meanwhile_is_said_and_left_alone(
    page: SettingsPage, home: Home, qtbot: QtBot
) -> None:
    home.settings.write_text("[offices.main\n")
    page.kept.pictures.setValue(30)
    qtbot.waitUntil(lambda: "cannot be understood" in words(page))
    assert home.settings.read_text() == "[offices.main\n"
    home.settings.write_text('[offices.main]\nzone = "UTC"\n')
    page.refresh(frozenset())
    qtbot.waitUntil(page.kept.isVisible)


def test_days_kept_quiet_hours_and_language_are_written(page: SettingsPage, home: Home, qtbot: QtBot) -> None:
    page.kept.pictures.setValue(30)
    qtbot.waitUntil(lambda: load_settings(home).data.pictures_days == 30)
    page.notices.quiet.click()
    qtbot.waitUntil(lambda: load_settings(home).notices.quiet is not None)
    page.notices.quiet.click()
    qtbot.waitUntil(lambda: load_settings(home).notices.quiet is None)
    page.notices.silent.setValue(4)
    qtbot.waitUntil(lambda: load_settings(home).notices.silent_days == 4)
    page.language.choice.activated.emit(0)
    qtbot.waitUntil(lambda: load_settings(home).window.language is None)


def test_what_was_just_clicked_is_not_taken_back_by_an_older_answer(
    page: SettingsPage, home: Home, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the next click of the same control would mean the opposite."""
    may_write, write = threading.Semaphore(0), settings_page.write_settings

    def slowly(*told: Any) -> Settings:
        may_write.acquire()
        return write(*told)

    monkeypatch.setattr(settings_page, "write_settings", slowly)
    page.kept.pictures.setValue(30)
    page.notices.quiet.click()
    may_write.release()  # the first change alone: its answer knows no quiet hours
    qtbot.waitUntil(page.outcome.isVisible)
    assert page.notices.quiet.isChecked()
    may_write.release()
    qtbot.waitUntil(lambda: load_settings(home).notices.quiet is not None)
    assert page.notices.quiet.isChecked()


def test_what_is_being_typed_stays_while_a_run_rings(page: SettingsPage, qtbot: QtBot) -> None:
    """A run rings with each record; a bell says nothing of the settings."""
    office = page.offices["main"]
    office.zone.setEditText("Europe/Ber")
    page.notices.quiet_from.setTime(QTime(21, 0))  # typed, not yet left
    tested = [each for each in page.findChildren(QPushButton) if each.text() == "Test"]
    for _ in range(3):
        page.refresh(frozenset({"run/20261118-aaaa", "calendar"}))
        asked: list[object] = []
        page.desk.ask(page, "after", lambda: None, asked.append)
        page.desk.ask(page, "after, slow", lambda: None, asked.append, slow=True)
        qtbot.waitUntil(lambda: len(asked) == 2)  # noqa: B023  # within this turn
    assert office.zone.currentText() == "Europe/Ber"
    assert page.notices.quiet_from.time() == QTime(21, 0)
    assert [each for each in page.findChildren(QPushButton) if each.text() == "Test"] == tested
    page.refresh(LOOK)
    qtbot.waitUntil(lambda: office.zone.currentText() == "UTC")


def test_an_address_is_stored_tested_and_forgotten_and_never_shown(
    page: SettingsPage, home: Home, qtbot: QtBot
) -> None:
    card, sender = page.notices, FakeSender()
    card.notifier = sender
    address = "json://user:canary-secret@127.0.0.1/"
    qtbot.keyClicks(card.name, "Office!")
    card.address.setText(address)
    assert not card.store.isEnabled()  # that is no name
    card.name.setText("office")
    card.store.click()
    qtbot.waitUntil(lambda: "office (json)" in words(page), timeout=15000)
    assert Addresses(open_vault(home)).all() == {"office": address}
    assert card.address.text() == ""
    assert "canary-secret" not in words(page)
    card.test("office")
    qtbot.waitUntil(lambda: [to for to, _message in sender.sent] == [address])
    sender.broken.add(DESKTOP)
    card.test(DESKTOP)
    qtbot.waitUntil(lambda: "was not delivered" in card.outcome.text)
    card.remove("office")
    qtbot.waitUntil(lambda: Addresses(open_vault(home)).all() == {})
    qtbot.waitUntil(lambda: len(audit.entries()) == 2)
    told = [(entry.verb, entry.params, entry.actor.via) for entry in reversed(audit.entries())]
    assert told == [
        ("address_set", {"name": "office", "kind": "json"}, "window"),
        ("address_removed", {"name": "office"}, "window"),
    ]
    assert auditing.verify(home).fault is None


def test_an_address_that_cannot_be_understood_is_refused(
    page: SettingsPage, home: Home, qtbot: QtBot
) -> None:
    page.notices.name.setText("office")
    page.notices.address.setText("no address at all")
    qtbot.keyClick(page.notices.address, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "cannot be understood" in page.notices.outcome.text, timeout=15000)
    assert Addresses(open_vault(home)).all() == {}


def test_a_panel_is_joined_by_a_code_and_left(
    page: SettingsPage, home: Home, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    asked: list[tuple[str, str]] = []
    held: list[settings_panel._Joined] = []

    def join(_home: Home, address: str, code: str, _actor: object) -> None:
        asked.append((address, code))
        held.append(settings_panel._Joined(address, "Jo's desk", "main", None, ""))

    monkeypatch.setattr(settings_panel.joining, "join", join)
    monkeypatch.setattr(settings_panel.joining, "leave", lambda _home, _actor: held.clear())
    monkeypatch.setattr(settings_panel, "_read", lambda _home: held[0] if held else None)
    card = page.panel
    assert not card.join.isEnabled()
    card.address.setText("https://panel.example/")
    card.code.setText("K7QD3")
    card.join.click()
    qtbot.waitUntil(card.leave.isVisible)
    assert asked == [("https://panel.example", "K7QD3")]
    assert card.code.text() == ""
    assert "Jo's desk" in card.standing.text()
    card.leave.click()
    qtbot.waitUntil(card.join.isVisible)


def test_a_panel_that_refuses_is_said(
    page: SettingsPage, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    def join(*_told: object) -> None:
        raise PanelAddressUnsafe(address="http://panel.example")

    monkeypatch.setattr(settings_panel.joining, "join", join)
    page.panel.address.setText("http://panel.example")
    page.panel.code.setText("K7QD3")
    page.panel.join.click()
    qtbot.waitUntil(lambda: "Asking" not in page.panel.outcome.text)
    assert page.panel.join.isVisible()
