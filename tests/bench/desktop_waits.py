"""How long a person waits: for the window, and from a click on Run now to the first action on a page.

``python -m tests.bench.desktop_waits [--times 5]``
The click is given to the real button, by xdotool; the first action is the page that the practice clinic is
asked for. Cold is a click that no prepared worker waits for; otherwise one waits, because somebody is there.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from agent.store.database import close_store, open_store
from agent.store.tables import AccountRow
from agent.system.paths import Home
from resources.practice.server import Practice
from tests.desktop.practising import practise
from tests.desktop.screen import RealWindow, Screen

TITLE = "Clinic morning sync"


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--times", type=int, default=5)
    wishes = asked.parse_args()
    print(f"load {os.getloadavg()[0]:.1f} of {os.cpu_count()} cores")
    with place_to_work() as (screen, home, practice):
        RealWindow(screen, home.root).end()  # warm: the files are in memory, the data are made
        shown = [window_shown(screen, home) for _ in range(wishes.times)]
        print(f"window shown: {told(shown)}")
        for kind in ("cold", "prepared"):
            waits = [first_action(screen, home, practice, kind) for _ in range(wishes.times)]
            print(f"click to first page action, {kind}: {told([page for page, _sent in waits])}")
            print(f"click to the sign-in sent, {kind}: {told([sent for _page, sent in waits])}")


@contextmanager
def place_to_work() -> Iterator[tuple[Screen, Home, Practice]]:
    """A screen, a home, the practice systems."""
    with (
        tempfile.TemporaryDirectory() as place,
        Practice(Path(place) / "practice", export_seconds=0.1) as practice,
    ):
        home = Home(Path(place) / "home")
        practise(home, practice)
        screen = Screen(Path(place))
        try:
            yield screen, home, practice
        finally:
            screen.close()


def window_shown(screen: Screen, home: Home) -> float:
    """Seconds from the start of the process until its window stands on the screen with its first page."""
    window = RealWindow(screen, home.root)
    window.wait_for_words("Today")
    taken = float(window.look()["shown_after"])
    window.end()
    return taken


def first_action(screen: Screen, home: Home, practice: Practice, kind: str) -> tuple[float, float]:
    """Seconds from the click until the practice clinic is asked for a page, and until it has the sign-in."""
    open_store(home.database, home.evidence)
    AccountRow.update(session=None).execute()  # else the last one still holds, and nobody signs in
    close_store()
    log = home.logs / "agent.log"
    prepared_before = _prepared(log)
    window = RealWindow(screen, home.root, *(["--unprepared"] if kind == "cold" else []))
    window.wait_for_words(TITLE)
    name = next(name for name in ("Run now", "Run again") if f"{name}: {TITLE}" in window.look()["buttons"])
    if kind == "prepared":
        screen.wait_for(lambda: _prepared(log) > prepared_before, "prepared worker")
    pages, sign_ins = practice.requests("meridian"), len(practice.sign_ins("meridian"))
    clicked = window.click(f"{name}: {TITLE}")
    asked = _until(lambda: practice.requests("meridian") > pages, clicked)
    sent = _until(lambda: len(practice.sign_ins("meridian")) > sign_ins, clicked)
    window.click(f"Stop: {TITLE}")
    window.click("Stop at once")
    window.wait_for_words("Stopped by ")
    window.end()
    return asked, sent


def _prepared(log: Path) -> int:
    """How often a worker was prepared, as the host's log says."""
    return log.read_text(encoding="utf-8").count("worker_prepared") if log.exists() else 0


def _until(holds: Callable[[], bool], clicked: float) -> float:
    """Seconds since the click until it holds, looked at a hundred times a second."""
    while not holds():
        assert time.perf_counter() - clicked < 120
        time.sleep(0.01)  # the other process rings no bell of ours; this is how fine the figure is
    return time.perf_counter() - clicked


def told(seconds: list[float]) -> str:
    """Median and extremes."""
    return (
        f"median {statistics.median(seconds):.2f} s, {min(seconds):.2f} to {max(seconds):.2f} s "
        f"({len(seconds)} times)"
    )


if __name__ == "__main__":
    sys.exit(main())
