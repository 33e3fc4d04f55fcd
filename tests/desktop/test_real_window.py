"""One real run through the real window: a real screen, real clicks, a real browser, two practice systems."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.system.paths import Home
from resources.practice.server import Practice
from tests.desktop.practising import practise
from tests.desktop.screen import RealWindow, Screen

TITLE = "Clinic morning sync"
MOST_BLOCKED_MS = 50

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not all(map(shutil.which, ("Xvfb", "openbox", "trayer", "xdotool", "import"))),
    reason="needs a virtual screen: apt-get install xvfb openbox trayer xdotool imagemagick",
)


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    made = Screen(tmp_path)
    yield made
    made.close()


def test_a_run_is_started_watched_survives_a_kill_and_is_stopped(
    screen: Screen, practice: Practice, tmp_path: Path
) -> None:
    home = Home(tmp_path / "home")
    practise(home, practice)
    window = RealWindow(screen, home.root)
    window.click(f"Run now: {TITLE}")
    window.wait_for_words("Clinic morning sync is at work.")
    window.wait_for_entries(lambda: len(practice.journal("claimport")), 2)
    screen.wait_for(lambda: bool(window.look()["picture"]), "a picture of the page")
    screen.wait_for(lambda: "at work" in window.look()["tray"], "a tray that says so")
    screen.picture(tmp_path / "at_work.png")
    assert window.look()["longest_ms"] < MOST_BLOCKED_MS
    window.kill()
    before = len(practice.journal("claimport"))

    again = RealWindow(screen, home.root)
    again.wait_for_words("Clinic morning sync is at work.")
    again.wait_for_entries(lambda: len(practice.journal("claimport")), before + 1)
    again.click(f"Stop: {TITLE}")
    again.click("Stop after this claim")
    again.wait_for_words("Stopped by ")
    screen.picture(tmp_path / "stopped.png")
    assert again.end() == 0
    entered = [entry["claim_no"] for entry in practice.journal("claimport")]
    assert len(entered) > before
    assert len(entered) == len(set(entered))
