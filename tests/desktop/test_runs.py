"""The history: what it lists, how it is searched, that it follows, that Enter opens a run."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from agent.core.failures import SiteDown
from agent.core.states import RunState
from agent.store import runs
from tests.desktop.mornings import DAY, Mornings
from ui.desktop.desk import Desk
from ui.desktop.pages.base import Page
from ui.desktop.pages.runs import RunsPage
from ui.desktop.widgets.table import Table

Show = Callable[[type[Page]], Page]


def table_of(page: Page) -> Table:
    return page.findChild(Table)


def cells(page: Page, column: int) -> list[str]:
    model = table_of(page).model()
    return [model.index(row, column).data() for row in range(model.rowCount())]


def wait_for_rows(qtbot: QtBot, page: Page, number: int) -> None:
    qtbot.waitUntil(lambda: table_of(page).model().rowCount() == number)


def texts_on(page: Page) -> str:
    return " ".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def test_an_empty_history_says_what_will_stand_there(shown: Show, qtbot: QtBot) -> None:
    page = shown(RunsPage)
    qtbot.waitUntil(lambda: "No run yet" in texts_on(page))


def test_runs_stand_newest_first_in_words(shown: Show, mornings: Mornings, qtbot: QtBot) -> None:
    first = mornings.ended(day=DAY - timedelta(days=3))
    second = mornings.ended(RunState.FAILED, SiteDown(site="meridian", status=503), day=DAY)
    page = shown(RunsPage)
    wait_for_rows(qtbot, page, 2)
    assert cells(page, 5) == [second, first]
    assert cells(page, 0)[0] == "Failed \N{EN DASH} Meridian is out of order (it answered 503)"
    assert cells(page, 0)[1].startswith("Done \N{EN DASH} ")
    assert cells(page, 2)[0] == "Mon 23 Nov"


def test_search_and_filters_leave_what_is_wanted(shown: Show, mornings: Mornings, qtbot: QtBot) -> None:
    wanted = mornings.ended(title="Supplier prices", automation="supplier-prices")
    mornings.ended(RunState.CANCELLED)
    page = shown(RunsPage)
    wait_for_rows(qtbot, page, 2)
    search, outcome = page.findChild(QLineEdit), page.findChildren(QComboBox)[1]
    qtbot.keyClicks(search, "supplier")
    wait_for_rows(qtbot, page, 1)
    assert cells(page, 5) == [wanted]
    outcome.setCurrentIndex(outcome.findData("stopped"))
    qtbot.waitUntil(lambda: "No run like this" in texts_on(page))
    all_again = next(found for found in page.findChildren(QPushButton) if found.text() == "Show all")
    qtbot.mouseClick(all_again, Qt.MouseButton.LeftButton)
    wait_for_rows(qtbot, page, 2)


@pytest.mark.parametrize("words", ["2026-11-20", "20/11/2026"])
def test_a_day_is_searched_as_the_office_writes_it(
    shown: Show, mornings: Mornings, qtbot: QtBot, words: str
) -> None:
    wanted = mornings.ended(day=date(2026, 11, 20))
    mornings.ended(day=date(2026, 11, 23))
    page = shown(RunsPage)
    wait_for_rows(qtbot, page, 2)
    page.findChild(QLineEdit).setText(words)
    wait_for_rows(qtbot, page, 1)
    assert cells(page, 5) == [wanted]


def test_a_bell_brings_new_runs_and_new_states(shown: Show, mornings: Mornings, qtbot: QtBot) -> None:
    run_id = mornings.plan()
    page = shown(RunsPage)
    wait_for_rows(qtbot, page, 1)
    assert cells(page, 0) == ["Waiting \N{EN DASH} for its turn"]
    runs.move_run(run_id, RunState.CANCELLED)
    newer = mornings.plan(day=DAY + timedelta(days=1))
    page.refresh(frozenset({f"run/{run_id}"}))
    wait_for_rows(qtbot, page, 2)
    assert cells(page, 5) == [newer, run_id]
    assert cells(page, 0)[1].startswith("Stopped by ")


def test_enter_opens_the_run(shown: Show, desk: Desk, mornings: Mornings, qtbot: QtBot) -> None:
    run_id = mornings.ended()
    page = shown(RunsPage)
    wait_for_rows(qtbot, page, 1)
    table_of(page).selectRow(0)
    with qtbot.waitSignal(desk.wanted) as wanted:
        qtbot.keyClick(table_of(page), Qt.Key.Key_Return)
    assert wanted.args == ["run", run_id]


@pytest.mark.parametrize("number", [450])
def test_older_pages_are_read_as_one_scrolls(
    shown: Show, mornings: Mornings, qtbot: QtBot, number: int
) -> None:
    for day in range(number):
        mornings.plan(day=date(2025, 1, 1) + timedelta(days=day))
    page = shown(RunsPage)
    wait_for_rows(qtbot, page, 200)
    while table_of(page).model().rowCount() < number:
        before = table_of(page).model().rowCount()
        table_of(page).scrollToBottom()
        qtbot.waitUntil(lambda before=before: table_of(page).model().rowCount() > before)
    assert len(set(cells(page, 5))) == number
