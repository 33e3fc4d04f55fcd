"""Who does not see the window, or has no mouse: every control has a name and a role, and Tab reaches it."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QPushButton,
    QScrollArea,
    QTextBrowser,
    QWidget,
)
from pytestqt.qtbot import QtBot

from agent.core.failures import SiteDown
from agent.core.states import RunState
from tests.desktop.mornings import Mornings
from ui.desktop.catalogue import PAGES, Entry
from ui.desktop.desk import Desk
from ui.desktop.window import Window

ROLES = {
    QAccessible.Role.PushButton,
    QAccessible.Role.ButtonMenu,
    QAccessible.Role.ButtonDropDown,
    QAccessible.Role.CheckBox,
    QAccessible.Role.RadioButton,
    QAccessible.Role.ComboBox,
    QAccessible.Role.EditableText,
    QAccessible.Role.SpinBox,
    QAccessible.Role.Table,
    QAccessible.Role.List,
    QAccessible.Role.Tree,
    QAccessible.Role.PageTabList,
    QAccessible.Role.Slider,
    QAccessible.Role.Link,
}
"""What a control may be."""


@pytest.fixture
def window(desk: Desk, mornings: Mornings, qtbot: QtBot) -> Iterator[Window]:
    made = Window(desk)
    qtbot.addWidget(made)
    made.resize(1280, 860)
    made.begin()
    made.show()
    yield made
    made.hide()


def controls(window: QWidget) -> list[QWidget]:
    """All that takes the focus by Tab now; not the parts that Qt makes a control of."""
    return [
        widget
        for widget in window.findChildren(QWidget)
        if widget.isVisible()
        and widget.isEnabled()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not widget.objectName().startswith("qt_")
        and widget.focusProxy() is None
    ]


def nameless(window: QWidget) -> list[str]:
    found = []
    for widget in controls(window):
        known = QAccessible.queryAccessibleInterface(widget)
        name, role = known.text(QAccessible.Text.Name), known.role()
        scrolled = isinstance(widget, QScrollArea) and role == QAccessible.Role.Client
        read = isinstance(widget, QTextBrowser) and role == QAccessible.Role.StaticText  # a page of text
        if not name.strip() or (role not in ROLES and not scrolled and not read):
            found.append(f"{type(widget).__name__} {widget.objectName()!r}: name {name!r}, role {role}")
    return found


def all_answered(window: Window, qtbot: QtBot) -> None:
    """Wait until the page has what it asked for, and what the answers let it ask in turn.

    Each of the two lanes answers in order, so what is asked now is answered after all that.
    """
    for turn in range(3):
        answered: set[bool] = set()
        for slow in (False, True):
            window.page.desk.ask(window, ("last", turn), lambda slow=slow: slow, answered.add, slow=slow)
        qtbot.waitUntil(lambda answered=answered: len(answered) == 2)


def unreached(window: QWidget, qtbot: QtBot) -> list[str]:
    wanted = set(controls(window))
    window.activateWindow()
    first = controls(window)[0]
    first.setFocus()
    reached = {first}
    for _press in range(3 * len(wanted) + 5):
        at = QApplication.focusWidget()
        if at is None:
            break
        qtbot.keyClick(at, Qt.Key.Key_Tab)
        if (now := QApplication.focusWidget()) is not None:
            reached.add(now)
    return [f"{type(widget).__name__} {widget.accessibleName()!r}" for widget in wanted - reached]


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.code)
def test_each_page_can_be_heard_and_reached(
    window: Window, mornings: Mornings, qtbot: QtBot, entry: Entry
) -> None:
    run_id = mornings.ended(RunState.FAILED, SiteDown(site="meridian", status=503))
    window.go(entry.code, run_id if entry.code == "run" else None)
    qtbot.waitUntil(lambda: any(label.text() for label in window.page.findChildren(QLabel)))
    all_answered(window, qtbot)
    assert nameless(window) == []
    assert unreached(window, qtbot) == []


def test_a_control_without_a_name_would_be_found(window: Window) -> None:
    """The walk is no use if it cannot fail."""
    window.go("runs")
    extra = QPushButton(window.page)
    extra.show()
    assert len(nameless(window)) == 1
    extra.setText("Do it")
    assert nameless(window) == []


def test_a_control_that_tab_does_not_reach_would_be_found(window: Window, qtbot: QtBot) -> None:
    window.go("runs")
    buttons = [button for button in window.page.findChildren(QAbstractButton) if button.isVisible()]
    skipped = buttons[-1]
    wanted = controls(window)
    skipped.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    assert skipped not in controls(window)
    assert skipped in wanted


def test_pages_are_reached_by_ctrl_and_a_digit(window: Window, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    shown = [entry for entry in PAGES if entry.below is None]
    qtbot.waitUntil(lambda: window.page.code == shown[1].code)
