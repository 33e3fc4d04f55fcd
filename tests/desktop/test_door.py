"""Who starts Predawn twice gets one window, also by a double click."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from agent.system.instance import InstanceLock
from agent.system.paths import Home
from ui.desktop.door import Door

_OPEN = """
import sys
from pathlib import Path
from agent.system.instance import InstanceLock
from agent.system.paths import Home
from ui.desktop.door import Door
door = Door(Home(Path(sys.argv[1])))
print("ready", flush=True)
input()
print(door.open(), flush=True)
input()
door.close()
"""


@pytest.fixture
def house(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def first(house: Home) -> Iterator[Door]:
    door = Door(house)
    assert door.open()
    yield door
    door.close()


def test_a_ring_before_anybody_followed_is_not_lost(first: Door, house: Home) -> None:
    assert not Door(house).open()
    came = threading.Event()
    first.follow(came.set)
    assert came.wait(10)


def test_every_ring_is_told(first: Door, house: Home) -> None:
    came = threading.Semaphore(0)
    first.follow(came.release)
    for _ in range(3):
        assert not Door(house).open()
        assert came.acquire(timeout=10)


def test_the_home_is_its_owners_alone_from_the_first_moment(first: Door, house: Home) -> None:
    assert first
    assert house.root.stat().st_mode & 0o077 == 0


def test_a_door_that_was_closed_is_open_to_the_next(first: Door, house: Home) -> None:
    first.close()
    second = Door(house)
    assert second.open()
    second.close()


def test_without_a_folder_to_write_the_program_starts_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder\n")
    assert Door(Home(tmp_path / "file" / "home")).open()


def test_a_window_that_has_no_door_does_not_keep_others_out(
    house: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It cannot come up when it is rung for: so another one opens, after a while."""
    monkeypatch.setattr("ui.desktop.door._PATIENCE_SECONDS", 0.2)
    house.prepare()
    with InstanceLock(house.window_lock):
        assert Door(house).open()


def test_of_starts_in_the_same_moment_one_opens(house: Home) -> None:
    with ExitStack() as ends:
        starts = [
            ends.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", _OPEN, str(house.root)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for _ in range(4)
        ]
        for start in starts:
            assert start.stdout is not None
            assert start.stdout.readline() == "ready\n"
        for start in starts:
            assert start.stdin is not None
            start.stdin.write("\n")
            start.stdin.flush()
        opened = [start.stdout.readline().strip() for start in starts if start.stdout is not None]
        for start in starts:
            start.communicate("\n", timeout=20)
    assert sorted(opened) == ["False", "False", "False", "True"]
