"""The first start in the real window, as somebody meets it who has never seen it (the end of issue 7).

A home of its own, a keyring of its own; the practice sync is run, a failure let happen by its switch, and
settled, and one claim's picture found. What the screen showed is kept in ``PREDAWN_PICTURES``, if set.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.store import history, queries
from agent.store.database import close_store, open_store
from agent.store.history import Wanted
from agent.system.paths import Home
from tests.desktop.screen import RealWindow, Screen

_NEEDED = ("Xvfb", "openbox", "trayer", "xdotool", "import", "dbus-daemon", "gnome-keyring-daemon")
_RUN_SECONDS = 1500.0

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(4000),
    pytest.mark.skipif(
        sys.platform != "linux" or not all(map(shutil.which, _NEEDED)),
        reason="needs a virtual screen and a keyring: apt-get install xvfb openbox trayer xdotool "
        "imagemagick dbus gnome-keyring",
    ),
]


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    made = Screen(tmp_path)
    yield made
    made.close()


@pytest.fixture
def keyring(screen: Screen, tmp_path: Path) -> Iterator[None]:
    """A message bus and an unlocked keyring for what starts on the screen; the user's own is not touched."""
    for name, place in (("HOME", "user"), ("XDG_DATA_HOME", "data"), ("XDG_RUNTIME_DIR", "run")):
        (tmp_path / place).mkdir(mode=0o700)
        screen.environment[name] = str(tmp_path / place)
    bus = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address"],
        stdout=subprocess.PIPE,
        text=True,
        env=screen.environment,
    )
    assert bus.stdout is not None
    screen.environment["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().strip()
    ring = subprocess.Popen(
        ["gnome-keyring-daemon", "--unlock", "--foreground", "--components=secrets"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env=screen.environment,
    )
    assert ring.stdin is not None
    ring.stdin.write(b"\n")  # an empty line is its password
    ring.stdin.close()
    yield
    for process in (ring, bus):
        process.terminate()
        process.wait(10)
    bus.stdout.close()


def test_who_has_never_seen_it_runs_settles_and_finds(screen: Screen, keyring: None, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    window = RealWindow(screen, home.root)
    look_back = Path(os.environ.get("PREDAWN_PICTURES", tmp_path))

    def keep(name: str) -> None:
        window.look()  # what was told before has been painted by the next time
        screen.picture(look_back / f"first-{name}.png")

    def next_step(comes: str) -> None:
        window.click("Next", 300)
        window.wait_for_words(comes)

    # The six steps.
    window.wait_for_words("Your office")
    keep("1-office")
    next_step("If this computer breaks")
    window.click("Show a code")
    screen.wait_for(lambda: _code(window) is not None, "a recovery code")
    code = _code(window)
    assert code is not None
    screen.wait_for(lambda: window.look()["typed"] == "", "a line to type the code in")
    screen.write(code.lower())
    screen.wait_for(lambda: window.look()["typed"] == code.lower(), "the code, typed")
    window.click("Saved")
    next_step("What to begin with")
    next_step("Signing in")
    window.wait_for_words("Meridian")
    next_step("Who is told")
    next_step("A first run")

    # The practice sync.
    window.click("Run it now")
    window.wait_for_words("Entering ", _RUN_SECONDS)
    keep("2-at-work")
    window.wait_for_words("Done ", _RUN_SECONDS)
    keep("3-done")
    (first,) = _runs(home)
    assert first["state"] == "COMPLETED"

    # A failure, by its switch; it is settled where it is asked about.
    window.click("The report is cut off")
    window.click("Answer its question", _RUN_SECONDS)
    window.wait_for_words("Review")
    keep("4-question")
    failed = next(run for run in _runs(home) if run["id"] != first["id"])
    assert failed["state"] == "NEEDS_REVIEW"
    window.click("Try again")
    screen.wait_for(
        lambda: bool(window.look()) and _state(home, failed["id"]) == "COMPLETED", "end", _RUN_SECONDS
    )
    keep("5-settled")

    # One claim's picture, by its number.
    screen.type("ctrl+3")
    window.open_row(first["id"])
    window.click("Records")
    claim = _a_claim(home)
    window.click_field("Search a key or a confirmation")
    screen.write(claim)
    window.wait_for_words(f"Claim {claim}: Arrived")
    keep("6-claim")
    window.click("See its picture")
    window.wait_for_words("SHA-256")
    screen.wait_for(lambda: window.look()["pictures"] > 0, "picture")
    keep("7-picture")
    assert window.end() == 0


def _code(window: RealWindow) -> str | None:
    """The code that the window shows: groups of letters and digits."""
    found = re.search(r"^[A-Z0-9]{4,}(?:-[A-Z0-9]{4,})+$", window.look()["words"], re.MULTILINE)
    return found.group() if found else None


def _runs(home: Home) -> list[dict[str, object]]:
    open_store(home.database, home.evidence)
    found = history.after(Wanted(), None)
    close_store()
    return found


def _a_claim(home: Home) -> str:
    """A number of the clinic's claims as the claims house holds them, by its own journal."""
    lines = (home.root / "practice" / "claimport.jsonl").read_text(encoding="utf-8").splitlines()
    return str(json.loads(lines[len(lines) // 2])["claim_no"])


def _state(home: Home, run: str) -> str:
    open_store(home.database, home.evidence)
    state = str(queries.run(run)["state"])
    close_store()
    return state
