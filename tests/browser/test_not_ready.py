"""What this computer lacks is waited for in mid-morning: seen as a reason, and nothing is asked."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from agent.core.failures import VaultLocked
from agent.host import readiness, supervisor
from agent.store import queries
from agent.system import paths
from agent.system.vault import open_vault
from resources.practice.server import Practice
from tests.morning import Morning, assert_exact, until

CLAIMS = 2
Lacks = Callable[[threading.Event, pytest.MonkeyPatch], None]


def _keyring_locked(lacking: threading.Event, patch: pytest.MonkeyPatch) -> None:
    """The screen was locked, and with it the keyring."""

    def opened(home: paths.Home) -> object:
        if lacking.is_set():
            raise VaultLocked
        return open_vault(home)

    patch.setattr(readiness, "open_vault", opened)


def _disk_full(lacking: threading.Event, patch: pytest.MonkeyPatch) -> None:
    """Somebody has filled the disk."""
    real = shutil.disk_usage

    def usage(path: Path) -> object:
        return SimpleNamespace(free=paths.WANTED_FREE_BYTES - 1) if lacking.is_set() else real(path)

    patch.setattr(shutil, "disk_usage", usage)


@pytest.mark.parametrize(
    ("lacks", "code"),
    [(_keyring_locked, "vault_locked"), pytest.param(_disk_full, "disk_low", marks=pytest.mark.long)],
)
def test_what_this_computer_lacks_is_waited_for_and_the_run_goes_on(
    tmp_path: Path, practice: Practice, lacks: Lacks, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lacking when the run begins, and again between two tasks: no try is used up, nothing is asked."""
    monkeypatch.setattr(supervisor, "_ASK_AGAIN_SECONDS", 0.2)
    morning = Morning(tmp_path / "home", practice)
    morning.small_sync(CLAIMS)
    lacking = threading.Event()
    with morning.host() as host:
        lacking.set()
        lacks(lacking, monkeypatch)
        run_id = morning.run(host, "small-sync")
        waits = lambda: (queries.run(run_id)["reason"] or {}).get("code") == code  # noqa: E731
        until(waits, 60, host)
        assert queries.run(run_id)["state"] == "PENDING"
        lacking.clear()
        until(lambda: queries.run(run_id)["tasks"][0]["state"] == "running", 60, host)
        lacking.set()
        until(lambda: queries.run(run_id)["tasks"][0]["state"] == "done", 120, host)
        until(waits, 60, host)
        assert queries.open_reviews() == []
        lacking.clear()
        run = morning.finished(host, run_id)
    assert_exact(morning, run, CLAIMS)
    assert [task["attempts"] for task in run["tasks"]] == [1, 1, 1]
