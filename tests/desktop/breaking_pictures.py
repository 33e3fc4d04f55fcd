"""The pictures of docs/when-it-breaks.md: ``python -m tests.desktop.breaking_pictures [NAME …]``.

Light, at 100 %, into ``docs/pictures/breaks``; look at each of them after a change.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from agent.store.database import open_store
from agent.system.paths import Home
from agent.system.settings import load_settings
from tests.desktop import breaking_scenes, scenes
from tests.desktop.demo_home import demo_home
from tests.desktop.pictures import ROOT, save_picture
from ui.desktop import theme
from ui.desktop.bridge import Bridge
from ui.desktop.desk import Desk
from ui.desktop.hosting import Hosting
from ui.desktop.window import Window

FOLDER = ROOT / "docs" / "pictures" / "breaks"
WIDTH, HEIGHT = 1040, 690
SETTLE_MS = 2500


def main() -> int:
    """Take the pictures that are named, or all."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("names", nargs="*", metavar="NAME")
    asked.add_argument("--to", type=Path, default=FOLDER)
    asked.add_argument("--settle", type=int, default=SETTLE_MS, help="milliseconds; more on a busy machine")
    wishes = asked.parse_args()
    wishes.to.mkdir(parents=True, exist_ok=True)
    app = QApplication([])
    theme.wear(theme.LIGHT)
    theme.apply(app)
    with demo_home() as home:
        _take(home, wishes.to, wishes.names, wishes.settle)
    return 0


def _take(home: Home, folder: Path, names: list[str], settle_ms: int) -> None:
    desk = Desk(home, Bridge(home.bell), Hosting(home), load_settings(home), now=lambda: scenes.NOW)
    window = Window(desk)
    window.resize(WIDTH, HEIGHT)
    window.begin()
    window.show()
    written = breaking_scenes.Scenes(home)
    for name, page, write, act in breaking_scenes.PICTURES:
        if names and name not in names:
            continue
        open_store(home.database, home.evidence)
        write(written)
        written.date()
        window.code.hide()  # what the scene before asked
        window.go(page)
        window.page.refresh(frozenset())
        _settle(settle_ms)
        act(window)
        _settle(settle_ms // 3)
        save_picture(window, folder / f"{name}.png")
    window.hide()
    desk.close()


def _settle(milliseconds: int) -> None:
    waited = QEventLoop()
    QTimer.singleShot(milliseconds, waited.quit)
    waited.exec()


if __name__ == "__main__":
    raise SystemExit(main())
