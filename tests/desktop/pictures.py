"""Pictures of every page, light and dark, at 100 and 200 %: ``python -m tests.desktop.pictures``.

They go into ``docs/pictures/window``; look at each of them after a change. Others' pages are taken as they
are over the same morning.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ui.desktop.desk import Desk

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "pictures" / "window"
WIDTH, HEIGHT = 1120, 720
ROUNDS = 4
"""What a page has read makes it read more (a list, then the chosen one): so often both lanes are waited."""

IN_VIEW = 12
"""So many thumbnails of the gallery are seen at any scale."""

TABS = ("overview", "records", "totals", "log", "evidence", "certificate")


def main() -> int:
    """Start one process for each scale: Qt takes it once."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--to", type=Path, default=FOLDER)
    asked.add_argument("--scale", type=int, choices=(100, 200))
    asked.add_argument("--language", default="en")
    wishes = asked.parse_args()
    if wishes.scale is not None:
        return _take(wishes.to, wishes.scale, wishes.language)
    wishes.to.mkdir(parents=True, exist_ok=True)
    for scale in ("100", "200"):
        command = [sys.executable, "-m", "tests.desktop.pictures", "--scale", scale, "--to", str(wishes.to)]
        environment = {**os.environ, "QT_SCALE_FACTOR": str(int(scale) / 100), "QT_QPA_PLATFORM": "offscreen"}
        subprocess.run([*command, "--language", wishes.language], cwd=ROOT, env=environment, check=True)
    return 0


def _take(folder: Path, scale: int, language: str) -> int:
    from PySide6.QtWidgets import QApplication, QTabWidget  # noqa: PLC0415  # after the scale is in the environment

    from agent.core.failures import VaultLocked  # noqa: PLC0415
    from agent.system.settings import load_settings  # noqa: PLC0415
    from tests.desktop import page_scenes, scenes  # noqa: PLC0415
    from tests.desktop.demo_home import demo_home  # noqa: PLC0415
    from ui.desktop import theme  # noqa: PLC0415
    from ui.desktop.bridge import Bridge  # noqa: PLC0415
    from ui.desktop.catalogue import PAGES  # noqa: PLC0415
    from ui.desktop.desk import Desk  # noqa: PLC0415
    from ui.desktop.hosting import Hosting  # noqa: PLC0415
    from ui.desktop.window import Window  # noqa: PLC0415

    app = QApplication([])

    with demo_home(language) as home:
        working = scenes.write(home)
        page_scenes.write(home)
        (home.logs / f"{working}.log").write_text(_log())
        for colours in (theme.LIGHT, theme.DARK):
            theme.wear(colours)
            theme.apply(app)
            hosting = Hosting(home)
            hosting.stand_in(scenes.SeenHost(working))  # type: ignore[arg-type]
            desk = Desk(home, Bridge(home.bell), hosting, load_settings(home), now=lambda: scenes.NOW)
            window = Window(desk)
            window.resize(WIDTH, HEIGHT)
            window.begin()
            window.show()
            name = f"{'dark' if colours.dark else 'light'}-{scale}"
            take: Callable[[str], None] = lambda what, window=window, name=name: save_picture(  # noqa: E731
                window, folder / f"{what}-{name}.png"
            )
            for entry in PAGES:
                if entry.below is None:
                    window.go(entry.code)
                    _settle(desk)
                    if entry.code == "today":
                        window.page.refresh(frozenset({f"live/{working}"}))
                        _settle(desk)
                    if entry.code == "gallery":
                        _fill(window.page.grid)
                    take(entry.code)
            for code, what, act in page_scenes.STEPS:
                if window.page.code != code:
                    window.go(code)
                    _settle(desk)
                act(window.page)
                _settle(desk)
                take(what)
            window.go("run", working)
            _settle(desk)
            tabs = window.page.findChild(QTabWidget)
            for place_of, tab in enumerate(TABS):
                tabs.setCurrentIndex(place_of)
                _settle(desk)
                if tab == "records":
                    window.page.records.choose(142)
                    _settle(desk)
                take(f"run-{tab}")
            window.show_trouble(VaultLocked())
            _settle(desk)
            take("trouble")
            window.hide()
            desk.close()
    return 0


def _settle(desk: Desk) -> None:
    """Wait until whatever was asked has been answered and painted."""
    from PySide6.QtCore import QCoreApplication, QEventLoop  # noqa: PLC0415

    for _ in range(ROUNDS):
        for slow in (False, True):
            waited = QEventLoop()
            desk.ask(waited, "after", lambda: None, lambda _none, loop=waited: loop.quit(), slow=slow)
            waited.exec()
        QCoreApplication.processEvents()


def _fill(grid: Any) -> None:
    """Wait until each thumbnail that is in view has been opened."""
    from PySide6.QtCore import QCoreApplication, QEventLoop  # noqa: PLC0415

    in_view = grid.pictures[:IN_VIEW]
    while any(picture["id"] not in grid._thumbnails for picture in in_view):
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def _log() -> str:
    first = "2026-11-23T05:{:02d}:{:02d}Z INFO worker entered number={} of=187"
    lines = [first.format(48 + number // 12, number * 5 % 60, number + 1) for number in range(143)]
    lines.insert(90, "2026-11-23T05:55:02Z WARNING worker answer_slow seconds=9.1")
    return "\n".join(("2026-11-23T05:46:02Z INFO worker signed_in site=claimport", *lines, ""))


def save_picture(window: object, file: Path) -> None:
    """Write a picture, with at most 128 colours of its own where ImageMagick is there."""
    window.grab().save(str(file))  # type: ignore[attr-defined]
    if shutil.which("convert"):
        subprocess.run(["convert", str(file), "+dither", "-colors", "128", f"PNG8:{file}"], check=True)


if __name__ == "__main__":
    sys.exit(main())
