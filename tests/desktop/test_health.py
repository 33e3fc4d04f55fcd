"""Health: each finding with its sign, what to do at a window, the way there; the file for support."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from agent.core.failures import VaultLocked
from agent.host.preflight import Finding, Grade
from agent.system.paths import Home
from ui.desktop.pages import health
from ui.desktop.pages.base import Page
from ui.desktop.pages.health import HealthPage

Show = Callable[[type[Page]], HealthPage]
FOUND = [
    Finding("disk", Grade.GOOD, "disk_free", {"free_gb": 80.3}),
    Finding("notices", Grade.WARNING, "nobody_is_told"),
    Finding("password", Grade.PROBLEM, "password_missing", {"site": "meridian", "account": "robot"}),
]


@pytest.fixture
def page(shown: Show, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> HealthPage:
    monkeypatch.setattr(health, "examine", lambda _home, _now: FOUND)
    made = shown(HealthPage)
    qtbot.waitUntil(lambda: "1 thing needs mending" in words(made))
    return made


def words(page: Page) -> str:
    return " ".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def button(page: Page, text: str) -> QPushButton:
    return next(found for found in page.findChildren(QPushButton) if text in found.text())


def test_the_gravest_stands_first_with_what_to_do(page: HealthPage) -> None:
    told = words(page)
    assert told.index("No password is stored for Meridian") < told.index("only this desktop will know")
    assert told.index("only this desktop will know") < told.index("80.3 GB free")
    assert "Store it, and the next run can sign in." in told
    assert "predawn " not in told


def test_each_leads_to_the_page_that_mends_it(page: HealthPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.desk.wanted) as wanted:
        button(page, "Sites").click()
    assert wanted.args[0] == "sites"


def test_it_looks_when_asked_and_not_at_every_bell(
    page: HealthPage, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(health, "examine", lambda _home, _now: FOUND[:1])
    page.refresh(frozenset({"run/1"}))
    assert "1 thing needs mending" in words(page)
    page.again.click()
    qtbot.waitUntil(lambda: "is in order" in words(page))


def test_a_look_that_fails_is_said(page: HealthPage, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    def locked(_home: Home, _now: object) -> list[Finding]:
        raise VaultLocked

    monkeypatch.setattr(health, "examine", locked)
    page.again.click()
    qtbot.waitUntil(lambda: "The keyring is locked" in words(page))
    assert page.again.isEnabled()


def test_the_file_for_support_is_written_where_one_says(
    page: HealthPage, tmp_path: Path, qtbot: QtBot
) -> None:
    target = tmp_path / "support.zip"
    page.ask_for_file = lambda _name: str(target)
    page.bundle.click()
    qtbot.waitUntil(lambda: "Written" in page.outcome.text, timeout=15000)
    with zipfile.ZipFile(target) as archive:
        assert "health.json" in archive.namelist()
    page.ask_for_file = lambda _name: str(tmp_path / "no such folder" / "x.zip")
    page.bundle.click()
    qtbot.waitUntil(lambda: "cannot be written" in page.outcome.text, timeout=15000)


def test_nothing_chosen_writes_nothing(page: HealthPage) -> None:
    page.ask_for_file = lambda _name: ""
    page.bundle.click()
    assert page.outcome.text == ""
    assert page.bundle.isEnabled()
