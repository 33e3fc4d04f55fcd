"""The real program, which also says what its window shows: one JSON line whenever that was looked at.

Nothing in it is different from ``predawn``, but that it tells. Its own thread is watched, too: the longest
time in which Qt's loop did nothing but one thing.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QTabBar,
    QTableView,
    QWidget,
)

from agent.host.agent import Host
from agent.system.paths import find_home
from tests.desktop.watchdog import Watchdog
from ui.desktop.app import _settings
from ui.desktop.door import Door
from ui.desktop.session import Session
from ui.desktop.widgets.picture import Canvas

LOOK_MS = 250


class FirstSight(QObject):
    """Notes how long after the start of the process its window stands on the screen with its first page."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self.seconds = session, 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(10)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _look(self) -> None:
        window = self._session.window
        handle = window.windowHandle()
        if handle is not None and handle.isExposed() and window.page is not None:
            self.seconds = _age()
            self._timer.stop()


def _age() -> float:
    """Return the seconds since this process began, by one clock: the kernel's ``btime`` is whole seconds."""
    begun = Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19]  # in ticks, since the boot
    return time.clock_gettime(time.CLOCK_BOOTTIME) - int(begun) / os.sysconf("SC_CLK_TCK")


def middle(widget: QWidget) -> tuple[int, int]:
    """Where one clicks a widget."""
    place = widget.mapToGlobal(widget.rect().center())
    return place.x(), place.y()


def entries() -> dict[str, tuple[int, int]]:
    """The entries of open menus."""
    found = {}
    for menu in QApplication.topLevelWidgets():
        if isinstance(menu, QMenu) and menu.isVisible():
            for action in menu.actions():
                place = menu.mapToGlobal(menu.actionGeometry(action).center())
                found[action.text()] = (place.x(), place.y())
    return found


def typed() -> str | None:
    """What stands in the line that has the focus; None while none has it."""
    line = QApplication.focusWidget()
    return line.text() if isinstance(line, QLineEdit) else None


def tabs(window: QWidget) -> dict[str, tuple[int, int]]:
    """The tabs of pages that have them."""
    found = {}
    for bar in window.findChildren(QTabBar):
        for place in range(bar.count()) if bar.isVisible() else ():
            at = bar.mapToGlobal(bar.tabRect(place).center())
            found[bar.tabText(place)] = (at.x(), at.y())
    return found


def rows(window: QWidget) -> dict[str, tuple[int, int]]:
    """The rows in view of tables, by the words of all their cells."""
    found = {}
    for view in window.findChildren(QTableView):
        model = view.model() if view.isVisible() else None
        for row in range(min(model.rowCount(), 60)) if model is not None else ():
            indexes = [model.index(row, column) for column in range(model.columnCount())]
            where = view.visualRect(indexes[0]).intersected(view.viewport().rect())
            if where.isValid():
                at = view.viewport().mapToGlobal(where.center())
                found[" | ".join(str(index.data()) for index in indexes)] = (at.x(), at.y())
    return found


def shown(session: Session, watchdog: Watchdog, first: FirstSight) -> dict[str, object]:
    """What the window shows."""
    window = session.window
    buttons = {
        button.accessibleName() or button.text(): middle(button)
        for button in window.findChildren(QPushButton)
        if button.isVisible() and button.isEnabled()
    }
    fields = {
        field.accessibleName(): middle(field)
        for field in window.findChildren(QLineEdit)
        if field.isVisible() and field.accessibleName()
    }
    words = [label.text() for label in window.findChildren(QLabel) if label.isVisible()]
    tray = session.tray
    return {
        "buttons": buttons | entries() | tabs(window),
        "fields": fields,
        "rows": rows(window),
        "typed": typed(),
        "words": "\n".join(words),
        "picture": any(
            label.accessibleName().startswith("What Predawn sees") and not label.pixmap().isNull()
            for label in window.findChildren(QLabel)
            if label.isVisible()
        ),
        "pictures": sum(canvas.isVisible() for canvas in window.findChildren(Canvas)),
        "tray": tray.words,
        "visible": window.isVisible(),
        "longest_ms": round(watchdog.longest_ms, 1),
        "shown_after": first.seconds,
    }


def main() -> int:
    """Be the program."""
    home = find_home()
    if "--unprepared" in sys.argv:  # for the figure of a click that no prepared worker waits for
        Host.expect = lambda _self: None  # type: ignore[method-assign]
    door = Door(home)
    if not door.open():
        return 0
    session = Session(home, _settings(home), door, background="--background" in sys.argv)
    watchdog = Watchdog()
    first = FirstSight(session)
    looking = QTimer()
    looking.setInterval(LOOK_MS)
    looking.timeout.connect(lambda: print(json.dumps(shown(session, watchdog, first)), flush=True))
    looking.start()
    return session.run()


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    sys.exit(main())
