"""The first start: no way past the code, a run that is a command and ends green, trouble on wish."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from agent.core.states import RunState
from agent.host import auditing, recovery_code
from agent.host.practice import House
from agent.host.recovery_code import Standing
from agent.store import accounts, audit, commands, runs
from agent.store import home as home_row
from agent.store.tables import CommandRow
from agent.system.paths import Home
from agent.system.settings import load_settings
from agent.system.vault import FileVault
from tests.desktop.mornings import DAY, Mornings
from ui.desktop.models.first_start import is_wanted
from ui.desktop.pages import welcome, welcome_steps
from ui.desktop.pages.base import Page
from ui.desktop.pages.welcome import WelcomePage
from ui.desktop.pages.welcome_run import TROUBLES

Show = Callable[[type[Page]], WelcomePage]
HOUSES = (House("meridian", "Meridian", "http://127.0.0.1:1", "frontdesk", "public"),)


class FakePractice:
    """Stands for the child process."""

    def __init__(self, _home: Home) -> None:
        self.houses: tuple[House, ...] = ()
        self.armed: list[Any] = []

    def begin(self, _actor: object) -> tuple[House, ...]:
        self.houses = HOUSES
        return HOUSES

    def arm(self, faults: Any) -> None:
        self.armed.append(faults)

    def end(self) -> None:
        self.houses = ()


class FakeAutomations:
    """Stands for the workers that describe the automations."""

    def __init__(self, *_told: object) -> None:
        pass

    def listed(self, _coming: int) -> list[dict[str, Any]]:
        sites = [{"name": "meridian", "title": "Meridian"}]
        one = {"automation": "clinic-morning-sync", "title": "Clinic morning sync", "problem": None}
        return [{**one, "sites": sites}]


@pytest.fixture
def page(shown: Show, mornings: Mornings, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> WelcomePage:
    monkeypatch.setattr(welcome, "Practice", FakePractice)
    monkeypatch.setattr(welcome_steps, "Automations", FakeAutomations)
    return shown(WelcomePage)


def words(page: Page) -> str:
    return " ".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def go_to(page: WelcomePage, step: str, qtbot: QtBot) -> None:
    while page.step.code != step:
        qtbot.waitUntil(page.next.isEnabled)
        page.next.click()


def command(qtbot: QtBot) -> CommandRow:
    qtbot.waitUntil(lambda: CommandRow.select().exists())
    return CommandRow.select().order_by(CommandRow.id.desc()).get()


def test_it_is_wanted_until_somebody_signs_in_somewhere(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Home, "is_demo", False)
    assert is_wanted(Home(home.root / "never"))
    assert is_wanted(home)
    accounts.set_account("main", "meridian", "frontdesk", 1)
    assert not is_wanted(home)


def test_there_is_no_way_past_the_code(
    page: WelcomePage, home: Home, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    """Not in a real home: it must be saved, typed again, or the loss accepted."""
    vault = FileVault(home.vault_file)
    for room in (auditing, recovery_code):
        monkeypatch.setattr(room, "open_vault", lambda _home: vault, raising=False)
    monkeypatch.setattr(Home, "is_demo", False)
    go_to(page, "code", qtbot)
    step = page.step
    qtbot.waitUntil(lambda: "No code is saved yet" in words(page))
    assert not page.next.isEnabled()
    step.show_code.click()
    qtbot.waitUntil(step.shown.isVisible)
    code = step.shown.text()
    step.typed.setText("AAAA")
    step.saved.click()
    qtbot.waitUntil(lambda: step.outcome.text != "")
    assert not page.next.isEnabled()
    step.typed.setText(code.lower())
    step.saved.click()
    qtbot.waitUntil(page.next.isEnabled)
    assert recovery_code.standing(home) is Standing.SAVED
    assert code not in words(page)  # it is shown once
    assert {"recovery_code_shown", "recovery_code_saved"} <= {entry.verb for entry in audit.entries()}
    assert home_row.recovery()["wrapped"]


def test_the_office_is_written_down(page: WelcomePage, home: Home, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: page.step.card.zone.currentText() == "UTC")
    page.step.card.zone.setCurrentText("Europe/Vienna")
    page.next.click()
    qtbot.waitUntil(lambda: load_settings(home).offices["main"].zone == "Europe/Vienna")


def test_a_run_is_a_command_and_is_watched_to_its_green_end(
    page: WelcomePage, mornings: Mornings, qtbot: QtBot
) -> None:
    go_to(page, "run", qtbot)
    qtbot.waitUntil(lambda: page.practice.houses == HOUSES)
    step = page.step
    step.run.click()
    row = command(qtbot)
    assert row.verb == "run"
    options = {"proof": "confirmations"}  # every claim is pictured
    assert row.args == {"automation": "clinic-morning-sync", "business_date": None, "options": options}
    assert page.practice.armed == [{}]  # whatever was switched on before is off
    assert not step.run.isEnabled()
    run_id = mornings.plan()
    commands.end(row.id, done=True, result={"run": run_id})
    qtbot.waitUntil(lambda: "Waiting" in step.standing.text)
    lease = runs.begin_task(run_id, runs.tasks_of(run_id)[0].id, {"pid": 1, "started_at": 1.0})
    assert lease
    runs.move_run(run_id, RunState.COMPLETED)
    page.refresh(frozenset({f"run/{run_id}"}))
    qtbot.waitUntil(lambda: step.standing.text.startswith("Done"))
    assert step.run.isEnabled()
    with qtbot.waitSignal(page.desk.wanted) as wanted:
        step.see.click()
    assert wanted.args == ["run", run_id]


@pytest.mark.parametrize("code", TROUBLES)
def test_trouble_is_armed_before_the_run(
    page: WelcomePage, mornings: Mornings, qtbot: QtBot, code: str
) -> None:
    go_to(page, "run", qtbot)
    step = page.step
    qtbot.waitUntil(lambda: page.practice.houses == HOUSES)
    step._id = mornings.plan()
    runs.begin_task(step._id, runs.tasks_of(step._id)[0].id, {"pid": 1, "started_at": 1.0})
    runs.move_run(step._id, RunState.COMPLETED)
    page.refresh(frozenset())
    qtbot.waitUntil(step.trouble.isVisible)
    step.troubles[code].click()
    assert command(qtbot).verb == "run"
    assert page.practice.armed == [TROUBLES[code]]


def test_the_last_step_is_done_when_a_run_was_green(
    page: WelcomePage, mornings: Mornings, qtbot: QtBot
) -> None:
    go_to(page, "run", qtbot)
    assert not page.next.isEnabled()
    page.step._id = mornings.ended(RunState.FAILED)
    page.refresh(frozenset())
    qtbot.waitUntil(lambda: page.step.standing.text.startswith("Failed"))
    assert not page.next.isEnabled()
    page.step._id = mornings.ended(day=DAY - timedelta(days=1))
    page.refresh(frozenset())
    qtbot.waitUntil(page.next.isEnabled)
    with qtbot.waitSignal(page.desk.wanted) as wanted:
        page.next.click()
    assert wanted.args[0] == "today"


def test_who_has_no_time_for_a_run_goes_on_later(page: WelcomePage, qtbot: QtBot) -> None:
    assert not page.later.isVisible()
    go_to(page, "run", qtbot)
    with qtbot.waitSignal(page.desk.wanted) as wanted:
        page.later.click()
    assert wanted.args[0] == "today"
