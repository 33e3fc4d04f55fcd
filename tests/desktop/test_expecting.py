"""While somebody is at the window a worker waits prepared: a click on Run now finds its browser started."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from agent.store import occurrences
from ui.desktop.desk import Desk
from ui.desktop.widgets.strip_card import StripCard
from ui.desktop.window import Window


class Host:
    """Stands for the host in this process: hears whether somebody is there."""

    def __init__(self) -> None:
        self.heard: list[bool] = []

    def expect(self) -> None:
        self.heard.append(True)

    def expect_nobody(self) -> None:
        self.heard.append(False)


@pytest.fixture
def host(desk: Desk) -> Host:
    made = Host()
    desk.hosting.stand_in(made)  # type: ignore[arg-type]
    return made


@pytest.fixture
def window(desk: Desk, host: Host, qtbot: QtBot) -> Iterator[Window]:
    words = {"schedule": "05:00 mon-sun", "deadline": "08:00", "covers": "previous business day"}
    occurrences.enrol("clinic-morning-sync", "main", "Clinic morning sync", words, "UTC", datetime.now(UTC))
    made = Window(desk)
    qtbot.addWidget(made)
    made.begin()
    yield made
    made.hide()


def all_told(window: Window, qtbot: QtBot) -> None:
    """Wait until whatever the window asked for was done: this comes after it."""
    done: list[object] = []
    window._desk.ask(window, "after", lambda: None, done.append)
    qtbot.waitUntil(lambda: bool(done))


def test_a_window_that_nobody_has_opened_expects_nobody(window: Window, host: Host, qtbot: QtBot) -> None:
    all_told(window, qtbot)
    assert True not in host.heard


def test_it_is_expected_from_showing_to_hiding(window: Window, host: Host, qtbot: QtBot) -> None:
    window.show()
    qtbot.waitUntil(lambda: host.heard[-1:] == [True])
    window.hide()
    qtbot.waitUntil(lambda: host.heard[-1:] == [False])


def test_a_pointer_that_comes_near_renews_it(window: Window, host: Host, qtbot: QtBot) -> None:
    window.show()
    # The window system says by itself when the window is the active one, and that is told, too: before this.
    qtbot.waitUntil(lambda: bool(window.findChildren(StripCard)) and window.isActiveWindow())
    all_told(window, qtbot)
    host.heard.clear()
    card = window.findChildren(StripCard)[0]
    QApplication.sendEvent(card, QEnterEvent(QPointF(5, 5), QPointF(5, 5), QPointF(5, 5)))
    qtbot.waitUntil(lambda: host.heard == [True])
