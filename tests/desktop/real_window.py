"""The real program, which also says what its window shows: one JSON line whenever that was looked at.

Nothing in it is different from ``predawn``, but that it tells. Its own thread is watched, too: the longest
time in which Qt's loop did nothing but one thing.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton, QWidget

from agent.system.paths import find_home
from tests.desktop.watchdog import Watchdog
from ui.desktop.app import _settings
from ui.desktop.session import Session

LOOK_MS = 250


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


def shown(session: Session, watchdog: Watchdog) -> dict[str, object]:
    """What the window shows."""
    window = session.window
    buttons = {
        button.accessibleName() or button.text(): middle(button)
        for button in window.findChildren(QPushButton)
        if button.isVisible()
    }
    words = [label.text() for label in window.findChildren(QLabel) if label.isVisible()]
    tray = session.tray
    return {
        "buttons": buttons | entries(),
        "words": "\n".join(words),
        "picture": any(
            label.accessibleName().startswith("What Predawn sees") and not label.pixmap().isNull()
            for label in window.findChildren(QLabel)
            if label.isVisible()
        ),
        "tray": tray.words,
        "visible": window.isVisible(),
        "longest_ms": round(watchdog.longest_ms, 1),
    }


def main() -> int:
    """Be the program."""
    home = find_home()
    session = Session(home, _settings(home), background="--background" in sys.argv)
    watchdog = Watchdog()
    looking = QTimer()
    looking.setInterval(LOOK_MS)
    looking.timeout.connect(lambda: print(json.dumps(shown(session, watchdog)), flush=True))
    looking.start()
    return session.run()


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    sys.exit(main())
