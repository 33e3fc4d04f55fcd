"""How long a person waits: for the window, and from a click on Run now to the first action on a page.

``python -m tests.bench.desktop_waits [--times 5]``
The click is given to the real button, by xdotool; the first action is the sign-in at the practice clinic.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
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
        cold = [first_action(screen, home, practice) for _ in range(wishes.times)]
        print(f"click to first page action, cold: {told(cold)}")


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


def first_action(screen: Screen, home: Home, practice: Practice) -> float:
    """Seconds from the click until the practice clinic is asked for its first page."""
    open_store(home.database, home.evidence)
    AccountRow.update(session=None).execute()  # else the last one still holds, and nobody signs in
    close_store()
    window = RealWindow(screen, home.root)
    window.wait_for_words(TITLE)
    before = len(practice.sign_ins("meridian"))
    name = next(name for name in ("Run now", "Run again") if f"{name}: {TITLE}" in window.look()["buttons"])
    clicked = window.click(f"{name}: {TITLE}")
    while len(practice.sign_ins("meridian")) == before:
        window.look()
        assert time.perf_counter() - clicked < 120
    taken = time.perf_counter() - clicked
    window.click(f"Stop: {TITLE}")
    window.click("Stop at once")
    window.wait_for_words("Stopped by ")
    window.end()
    return taken


def told(seconds: list[float]) -> str:
    """Median and extremes."""
    return (
        f"median {statistics.median(seconds):.2f} s, {min(seconds):.2f} to {max(seconds):.2f} s "
        f"({len(seconds)} times)"
    )


if __name__ == "__main__":
    sys.exit(main())
