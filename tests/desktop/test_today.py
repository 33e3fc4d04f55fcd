"""Today: what each strip says, and the command row that each button stores."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from agent.core.actors import Actor
from agent.core.failures import SiteDown
from agent.core.states import RunState
from agent.store import occurrences, pauses, reviews, runs
from agent.store.tables import CommandRow
from agent.system.paths import Home
from agent.system.settings import load_settings
from tests.desktop.mornings import MANIFEST, Mornings
from ui.desktop.desk import Desk
from ui.desktop.pages.base import Page
from ui.desktop.pages.today import TodayPage
from ui.desktop.widgets.strip_card import StripCard

Show = Callable[[type[Page]], Page]

NAME, TITLE = "clinic-morning-sync", "Clinic morning sync"
TODAY = datetime.now(UTC).date()


@pytest.fixture
def scheduled(home) -> None:
    """The clinic's sync on its schedule: it begins on each day of the week."""
    words = {"schedule": "05:00 mon-sun", "deadline": MANIFEST["deadline"], "covers": "previous business day"}
    occurrences.enrol(NAME, "main", TITLE, words, "UTC", datetime.now(UTC))


def words_on(page: Page) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisibleTo(page))


def buttons(page: Page) -> dict[str, QPushButton]:
    cards = page.findChildren(StripCard)
    return {
        found.text(): found
        for card in cards
        for found in card.findChildren(QPushButton)
        if found.isVisibleTo(page)
    }


def press(qtbot: QtBot, page: Page, words: str) -> None:
    qtbot.waitUntil(lambda: words in buttons(page))
    qtbot.mouseClick(buttons(page)[words], Qt.MouseButton.LeftButton)


def given() -> list[tuple[str, dict[str, object]]]:
    return [(row.verb, row.args) for row in CommandRow.select().order_by(CommandRow.id)]


def test_what_is_scheduled_says_when_it_begins(shown: Show, scheduled: None, qtbot: QtBot) -> None:
    page = shown(TodayPage)
    qtbot.waitUntil(lambda: TITLE in words_on(page))
    assert "Next: " in words_on(page)
    qtbot.waitUntil(lambda: {"Run now", "Rehearse"} == set(buttons(page)))


def test_run_now_and_rehearse_store_what_was_wished(shown: Show, scheduled: None, qtbot: QtBot) -> None:
    page = shown(TodayPage)
    press(qtbot, page, "Run now")
    press(qtbot, page, "Rehearse")
    qtbot.waitUntil(lambda: len(given()) == 2)
    wish = {"automation": NAME, "office": "main", "business_date": None}
    assert given() == [
        ("run", {**wish, "options": {"rehearse": False}}),
        ("run", {**wish, "options": {"rehearse": True}}),
    ]
    assert CommandRow.get_by_id(1).actor["via"] == "window"


def test_each_office_has_its_own_run(
    shown: Show, scheduled: None, home: Home, desk: Desk, qtbot: QtBot
) -> None:
    home.settings.write_text('[offices.main]\nzone = "UTC"\n[offices.north]\nzone = "Europe/London"\n')
    desk.take(load_settings(home))
    words = {"schedule": "05:00 mon-sun", "deadline": "08:00", "covers": "previous business day"}
    occurrences.enrol(NAME, "north", TITLE, words, "Europe/London", datetime.now(UTC))
    page = shown(TodayPage)
    qtbot.waitUntil(lambda: len(page.findChildren(StripCard)) == 2)
    cards = {card._strip.office: card for card in page.findChildren(StripCard)}
    runs_now = [each for each in cards["north"].findChildren(QPushButton) if each.text() == "Run now"]
    qtbot.mouseClick(runs_now[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(given()) == 1)
    wish = {"automation": NAME, "office": "north", "business_date": None}
    assert given() == [("run", {**wish, "options": {"rehearse": False}})]
    assert "north" in cards["north"].accessibleName()


def test_a_failed_run_is_told_on_top_and_retried_by_its_button(
    shown: Show, scheduled: None, mornings: Mornings, qtbot: QtBot
) -> None:
    run_id = mornings.ended(RunState.FAILED, SiteDown(site="meridian", status=503), day=TODAY)
    page = shown(TodayPage)
    qtbot.waitUntil(lambda: "Clinic morning sync failed." in words_on(page))
    qtbot.waitUntil(lambda: "Meridian is out of order" in words_on(page))
    press(qtbot, page, "Retry")
    press(qtbot, page, "Stop")
    qtbot.waitUntil(lambda: len(given()) == 2)
    assert given() == [("retry", {"run": run_id}), ("cancel", {"run": run_id, "at_once": False})]


def test_a_question_leads_to_review(
    shown: Show, desk: Desk, scheduled: None, mornings: Mornings, qtbot: QtBot
) -> None:
    run_id = mornings.ended(RunState.NEEDS_REVIEW, day=TODAY)
    reviews.ask(run_id, None, "first_run", {"site": "ClaimPort"}, ("go_on", "stop"))
    page = shown(TodayPage)
    qtbot.waitUntil(lambda: "1 question needs you" in words_on(page))
    with qtbot.waitSignal(desk.wanted) as wanted:
        press(qtbot, page, "Review 1")
    assert wanted.args == ["review", run_id]
    press(qtbot, page, "Resume")
    qtbot.waitUntil(lambda: given() == [("resume", {"run": run_id})])


def at_work(mornings: Mornings) -> str:
    run_id = mornings.plan(day=TODAY)
    task = runs.tasks_of(run_id)[0]
    runs.begin_task(run_id, task.id, {"pid": 1, "started_at": 1.0})
    runs.note_step(task.id, {"code": "signing_in", "params": {"site": "Meridian"}, "since": 0})
    return run_id


@pytest.mark.parametrize(("place", "at_once"), [(0, False), (1, True)])
def test_work_shows_its_step_and_is_stopped_after_a_record_or_at_once(
    shown: Show, scheduled: None, mornings: Mornings, qtbot: QtBot, place: int, at_once: bool
) -> None:
    run_id = at_work(mornings)
    page = shown(TodayPage)
    qtbot.waitUntil(lambda: "Signing in at Meridian" in words_on(page))
    qtbot.waitUntil(lambda: "Clinic morning sync is at work." in words_on(page))
    actions = buttons(page)["Stop"].menu().actions()
    assert [action.text() for action in actions[:2]] == ["Stop after this claim", "Stop at once"]
    actions[place].trigger()
    qtbot.waitUntil(lambda: given() == [("cancel", {"run": run_id, "at_once": at_once})])


def test_finishing_by_hand_is_offered_while_it_works(
    shown: Show, scheduled: None, mornings: Mornings, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = at_work(mornings)
    page = shown(TodayPage)
    qtbot.waitUntil(lambda: "Stop" in buttons(page))
    monkeypatch.setattr("ui.desktop.widgets.dialogs.ByHandDialog.exec", lambda _self: 1)
    actions = buttons(page)["Stop"].menu().actions()
    assert actions[2].text() == "I'll finish by hand"
    actions[2].trigger()
    qtbot.waitUntil(lambda: given() == [("finish_by_hand", {"run": run_id})])


def test_a_pause_says_who_and_until_when(shown: Show, scheduled: None, qtbot: QtBot) -> None:
    until = TODAY + timedelta(days=400)
    pauses.pause(NAME, until, Actor("person", "jo", "Jo", "window", "FRONT-2"))
    page = shown(TodayPage)
    qtbot.waitUntil(lambda: "Paused by Jo until" in words_on(page))


def test_a_weekend_is_covered_by_its_next_business_day(shown: Show, home, qtbot: QtBot) -> None:
    words = {"schedule": "05:00 mon", "deadline": "08:00", "covers": "since last done"}
    occurrences.enrol(
        NAME, "main", TITLE, {**words, "covers": "previous business day"}, "UTC", datetime.now(UTC)
    )
    page = shown(TodayPage)
    qtbot.waitUntil(lambda: "Monday covers" in words_on(page))


def test_what_is_not_scheduled_says_why_and_can_be_run(shown: Show, home, qtbot: QtBot) -> None:
    page = shown(TodayPage)
    qtbot.waitUntil(lambda: "this is the demo's home" in words_on(page), timeout=120_000)
    run = next(
        found for found in page.findChildren(QPushButton) if found.accessibleName() == f"Run now: {TITLE}"
    )
    qtbot.mouseClick(run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: [verb for verb, _args in given()] == ["run"])
