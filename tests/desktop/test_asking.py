"""A code that only a person knows: asked over the page, handed to the worker and nowhere else."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from agent.host.questions import Questions
from agent.store.tables import CommandRow
from agent.system.paths import Home
from tests.desktop.mornings import Mornings
from ui.desktop.desk import Desk
from ui.desktop.window import Window

TOLD = {"site": "claimport", "account": "north-robot", "words": "Your mother's name?"}


@pytest.fixture
def host(home: Home) -> Iterator[Questions]:
    """The host's side of the counter."""
    made = Questions(home)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def window(host: Questions, desk: Desk, mornings: Mornings, qtbot: QtBot) -> Iterator[Window]:
    made = Window(desk)
    qtbot.addWidget(made)
    made.begin()
    made.show()
    yield made
    made.asking.end()
    made.hide()


def attended(host: Questions, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: host._counter.attended)


def test_what_is_typed_reaches_the_worker_and_is_forgotten(
    window: Window, host: Questions, qtbot: QtBot
) -> None:
    typed: list[str | None] = []
    attended(host, qtbot)
    host.ask("run", TOLD, typed.append)
    qtbot.waitUntil(window.code.isVisible)
    assert "ClaimPort asks north-robot" in window.code.words.text()
    assert "Your mother's name?" in window.code.words.text()
    assert "seconds are left" in window.code.left.text()
    qtbot.keyClicks(window.code.line, "canary 482913")
    window.code.give.click()
    qtbot.waitUntil(lambda: typed == ["canary 482913"])
    assert not window.code.isVisible()
    assert window.code.line.text() == ""
    assert CommandRow.select().count() == 0  # a code is never stored


def test_it_goes_when_nobody_waits_for_it_any_more(window: Window, host: Questions, qtbot: QtBot) -> None:
    attended(host, qtbot)
    host.ask("run", TOLD, lambda _typed: None)
    qtbot.waitUntil(window.code.isVisible)
    host.withdraw()
    qtbot.waitUntil(lambda: not window.code.isVisible())


def test_a_window_that_nobody_sees_is_not_asked(window: Window, host: Questions, qtbot: QtBot) -> None:
    typed: list[str | None] = []
    attended(host, qtbot)
    window.hide()
    qtbot.waitUntil(lambda: not host._counter.attended)
    host.ask("run", TOLD, typed.append)
    assert typed == [None]
