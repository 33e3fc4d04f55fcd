"""Gallery: the grid by time, what is painted is opened and written down, one large, two days side by side."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from agent.store import audit, evidence, runs
from agent.store.tables import EvidenceRow
from agent.system.paths import Home
from tests.desktop.mornings import DAY, Mornings
from tests.desktop.sealed import picture_bytes, run_key
from ui.desktop.models import picture_grid, proofs
from ui.desktop.pages.base import Page
from ui.desktop.pages.gallery import GalleryPage

Show = Callable[[type[Page]], GalleryPage]
STEPS = ("signed in", "confirmation")


@pytest.fixture
def kept(home: Home, mornings: Mornings) -> list[str]:
    """Two days with two pictures each; returns the runs, the newer day last."""
    proofs.forget()
    found = []
    for back in (1, 0):
        run = mornings.plan(day=DAY - timedelta(days=back))
        lease = runs.begin_task(run, runs.tasks_of(run)[0].id, {"pid": 1, "started_at": 1.0})
        key = run_key(home, run)
        for step in STEPS:
            kind = {"kind": "screenshot", "media_type": "image/png"}
            evidence.keep(lease, key, picture_bytes(), name=step, **kind)
        evidence.keep(lease, key, b"a,b", kind="download", name="x.csv", media_type="report/csv")
        found.append(run)
    return found


def words(page: Page) -> str:
    return " ".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def looks() -> list[str]:
    return [entry.verb for entry in audit.entries() if entry.verb.startswith("evidence_")]


def opened(shown: Show, qtbot: QtBot, number: int) -> GalleryPage:
    page = shown(GalleryPage)
    qtbot.waitUntil(lambda: len(page.grid.pictures) == number)
    return page


def test_no_picture_yet(shown: Show, home: Home, qtbot: QtBot) -> None:
    page = shown(GalleryPage)
    qtbot.waitUntil(lambda: "No picture yet" in words(page))


def test_pictures_stand_newest_first_and_files_are_none(shown: Show, kept: list[str], qtbot: QtBot) -> None:
    page = opened(shown, qtbot, 4)
    assert [picture["run"] for picture in page.grid.pictures] == [kept[1]] * 2 + [kept[0]] * 2
    assert page.grid.pictures[0]["name"] == "confirmation"


def test_thumbnails_are_opened_off_the_thread_and_written_down_once(
    shown: Show, kept: list[str], qtbot: QtBot
) -> None:
    page = opened(shown, qtbot, 4)
    first = page.grid.index(0, 0)
    qtbot.waitUntil(lambda: first.data(Qt.ItemDataRole.DecorationRole) is not None)
    through = "evidence_looked_through"
    qtbot.waitUntil(lambda: sum(e.params["count"] for e in audit.entries() if e.verb == through) == 4)
    shown_ = " ".join(str(e.params["evidence"]) for e in audit.entries() if e.verb == through).split()
    assert len(shown_) == len(set(shown_)) == 4  # each once, however often it was painted
    assert set(looks()) == {through}


def test_only_what_comes_into_view_is_opened(
    shown: Show, kept: list[str], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten thousand rows: the view asks for those that it paints, and no more."""
    wanted: list[str] = []
    monkeypatch.setattr(
        picture_grid, "look_through", lambda _home, idents, _actor: wanted.extend(idents) or {}
    )
    page = opened(shown, qtbot, 4)
    many = [{**page.grid.pictures[0], "id": str(number)} for number in range(10_000)]
    page.grid.beginResetModel()
    page.grid.pictures = many
    page.grid.endResetModel()

    def at_the_end() -> bool:
        page.view.scrollToBottom()  # the rows are laid out bit by bit
        return "9999" in wanted

    qtbot.waitUntil(at_the_end)
    assert len(wanted) < 200


def test_filters_leave_what_is_wanted(shown: Show, kept: list[str], qtbot: QtBot) -> None:
    page = opened(shown, qtbot, 4)
    qtbot.keyClicks(page.search, "confirmation")
    qtbot.waitUntil(lambda: len(page.grid.pictures) == 2)
    page.open(("run", kept[0]))
    qtbot.waitUntil(lambda: len(page.grid.pictures) == 1)
    page.search.setText("nothing like it")
    qtbot.waitUntil(lambda: "No picture like this" in words(page))


def test_one_large_with_arrows_and_back(shown: Show, kept: list[str], qtbot: QtBot) -> None:
    page = opened(shown, qtbot, 4)
    page.view.setCurrentIndex(page.grid.index(1, 0))
    qtbot.keyClick(page.view, Qt.Key.Key_Return)
    large = page.large
    qtbot.waitUntil(lambda: large.isVisible() and large.one.shows_picture)
    assert "evidence_opened" in looks()
    qtbot.keyClick(large, Qt.Key.Key_Left)
    assert large.row == 0
    assert not large.before.isEnabled()
    qtbot.keyClick(large, Qt.Key.Key_Right)
    assert large.row == 1
    qtbot.keyClick(large, Qt.Key.Key_Escape)
    assert page.view.isVisible()


def test_the_same_step_of_another_day_stands_beside_it(shown: Show, kept: list[str], qtbot: QtBot) -> None:
    page = opened(shown, qtbot, 4)
    page._show_large(0)
    large = page.large
    qtbot.waitUntil(lambda: large.beside.count() == 2)
    large.beside.setCurrentIndex(1)
    qtbot.waitUntil(lambda: large.other.shows_picture)
    assert large.other.caption.text().startswith("Confirmation")
    EvidenceRow.update(name="other").where(EvidenceRow.run == kept[0]).execute()
    large.beside.setCurrentIndex(0)
    large.beside.setCurrentIndex(1)
    qtbot.waitUntil(lambda: "no picture of this step" in words(page))


def test_a_removed_picture_says_by_which_rule_and_keeps_its_fingerprint(
    shown: Show, kept: list[str], qtbot: QtBot
) -> None:
    EvidenceRow.update(removed={"removed_on": "2026-06-01", "days": 90}).execute()
    page = opened(shown, qtbot, 4)
    page._show_large(0)
    assert "Removed on Mon 1 Jun by the 90-day rule; its fingerprint is kept" in words(page)
    assert page.grid.pictures[0]["sha256"] in words(page)
    assert "evidence_opened" not in looks()
