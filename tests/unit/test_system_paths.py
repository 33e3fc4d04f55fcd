"""The home: where it is, who may enter it, and what is said when it cannot be used."""

import os
import shutil
import stat
from collections import namedtuple
from pathlib import Path

import pytest

from agent.core.failures import DiskLow, HomeReadOnly, VaultRefused
from agent.system.paths import Home, find_home

Usage = namedtuple("Usage", "total used free")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_named_home_is_taken_also_for_the_demo(tmp_path: Path) -> None:
    environ = {"PREDAWN_HOME": str(tmp_path / "mine")}
    assert find_home(environ).root == tmp_path / "mine"
    assert find_home(environ, demo=True).root == tmp_path / "mine"


def test_without_a_name_the_demo_lies_beside_the_usual_home() -> None:
    usual, demo = find_home({}), find_home({}, demo=True)
    assert usual.root != demo.root
    assert usual.root.parent == demo.root.parent
    assert "roaming" not in str(usual.root).lower()


def test_prepared_folders_are_the_owner_s_alone(tmp_path: Path) -> None:
    home = Home(tmp_path / "new" / "home")
    home.prepare()
    folders = [home.root, home.automations, home.logs, home.work, Path(home.bell).parent]
    assert [mode(folder) for folder in folders] == [0o700] * 5
    home.prepare()


def test_a_home_that_was_left_open_is_closed(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.automations.mkdir(parents=True)
    home.root.chmod(0o755)
    home.prepare()
    assert mode(home.root) == 0o700


def test_a_folder_with_foreign_files_keeps_its_mode(tmp_path: Path) -> None:
    """PREDAWN_HOME=/tmp must not lock everybody out of /tmp."""
    (tmp_path / "letter.txt").touch()
    tmp_path.chmod(0o755)
    Home(tmp_path).prepare()
    assert mode(tmp_path) == 0o755
    assert mode(Home(tmp_path).logs) == 0o700


@pytest.mark.parametrize("place", ["file/home", "proc"])
def test_a_home_that_cannot_be_written_is_named(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    root = Path("/proc/predawn") if place == "proc" else tmp_path / place
    with pytest.raises(HomeReadOnly) as caught:
        Home(root).prepare()
    assert caught.value.params == {"path": str(root)}


def test_a_low_disk_is_said_with_what_is_there_and_what_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(10**9, 0, 199_999_999))
    with pytest.raises(DiskLow) as caught:
        Home(tmp_path).prepare()
    assert caught.value.params == {"free_mb": 199, "wanted_mb": 200}
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(10**9, 0, 200_000_000))
    Home(tmp_path).prepare()


def test_the_bell_s_address_is_short_however_long_the_home_s_path_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    for depth in (1, 40, 200):
        home = Home(tmp_path / ("x" * depth))
        assert len(os.fsencode(home.bell)) <= 100
    long, other = Home(tmp_path / ("x" * 100)), Home(tmp_path / ("y" * 100))
    assert not long.bell.startswith(str(long.root))
    assert long.bell != other.bell
    assert Home(Path("/srv/p")).bell == "/srv/p/run/bell"


def test_without_a_runtime_folder_the_bell_goes_to_one_of_the_user_s_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    assert Home(tmp_path / ("x" * 100)).bell.startswith(f"/tmp/predawn-{os.getuid()}/")


def test_only_a_new_home_becomes_the_demo_s(tmp_path: Path) -> None:
    fresh, used = Home(tmp_path / "fresh"), Home(tmp_path / "used")
    assert not fresh.is_demo
    fresh.mark_demo()
    fresh.mark_demo()
    assert fresh.is_demo
    used.prepare()
    used.database.touch()
    with pytest.raises(VaultRefused):
        used.mark_demo()
    assert not used.is_demo


def test_a_started_demo_may_be_started_again(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.mark_demo()
    home.prepare()
    home.database.touch()
    home.mark_demo()
    assert home.is_demo
