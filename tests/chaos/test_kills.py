"""Killed at any state and in mid-upload, the run resumes by itself and the target is exact."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from agent.store import queries, runs
from resources.practice.server import Practice
from tests.chaos.parts import parts_of
from tests.morning import WEDNESDAY, Morning, assert_exact, processes_of, until

CLAIMS = 8


@pytest.fixture
def morning(tmp_path: Path, practice: Practice) -> Iterator[Morning]:
    stage = Morning(tmp_path / "home", practice)
    yield stage
    assert processes_of(stage.home) == []


def _worker(run_id: str) -> psutil.Process:
    tree = runs.get(run_id).tree
    return psutil.Process(tree["pid"])


def _is_another(run_id: str, worker: psutil.Process) -> bool:
    """Whether the run is worked on by another worker: a kill that nobody missed would be none."""
    tree = runs.get(run_id).tree
    return tree is not None and tree["pid"] != worker.pid


def _kill_worker(run_id: str) -> None:
    _worker(run_id).kill()


def _stop_then_kill_worker(run_id: str) -> None:
    worker = _worker(run_id)
    worker.suspend()
    worker.kill()


def _kill_part(run_id: str, part: str) -> None:
    (process,) = parts_of(_worker(run_id), part)
    process.kill()


def _kill_browser(run_id: str) -> None:
    _kill_part(run_id, "browser")


def _kill_driver(run_id: str) -> None:
    _kill_part(run_id, "driver")


@pytest.mark.parametrize(
    "victim", [_stop_then_kill_worker, _kill_browser, pytest.param(_kill_driver, marks=pytest.mark.long)]
)
def test_killed_in_mid_upload(morning: Morning, victim: Callable[[str], None]) -> None:
    """Whatever of a worker's tree dies while claims are entered, none is lost and none is doubled."""
    name = morning.small_sync(CLAIMS)
    with morning.host() as host:
        run_id = morning.run(host, name)
        for entered in (2, 5):
            until(lambda wanted=entered: len(morning.practice.journal("claimport")) >= wanted, 90, host)
            killed = _worker(run_id)
            victim(run_id)
            until(lambda dead=killed: _is_another(run_id, dead), 60, host, "the next worker")
        run = morning.finished(host, run_id)
    assert_exact(morning, run, CLAIMS)


@pytest.mark.parametrize("state", ["DOWNLOADING", pytest.param("PROCESSING", marks=pytest.mark.long)])
def test_worker_killed_at_each_state(morning: Morning, state: str) -> None:
    """A worker that dies before the upload is replaced, and the run completes."""
    name = morning.small_sync(CLAIMS)
    with morning.host() as host:
        run_id = morning.run(host, name)
        until(lambda: queries.run(run_id)["state"] == state and runs.get(run_id).tree, 90, host)
        _kill_worker(run_id)
        assert_exact(morning, morning.finished(host, run_id), CLAIMS)


def _start_host(morning: Morning) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "agent.cli.main", "agent"],
        env={**os.environ, "PREDAWN_HOME": str(morning.home.root)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def test_host_killed_in_mid_upload(morning: Morning) -> None:
    """After kill -9 of the host its orphaned worker ends itself, the next start resumes, all is exact."""
    name = morning.small_sync(CLAIMS)
    with morning.host() as host:  # plans the run, and is stopped in the middle as by Ctrl-C
        run_id = morning.run(host, name)
        until(lambda: len(morning.practice.journal("claimport")) >= 2, 90, host)
    assert processes_of(morning.home) == []
    assert queries.run(run_id)["state"] not in {"COMPLETED", "FAILED"}
    process = _start_host(morning)
    try:
        morning.open()
        until(lambda: len(morning.practice.journal("claimport")) >= 5, 90)
        process.send_signal(signal.SIGKILL)
        process.wait()
        until(lambda: processes_of(morning.home) == [], 20, what="the orphans' end")
        with morning.host() as host:
            assert_exact(morning, morning.finished(host, run_id), CLAIMS)
    finally:
        process.kill()
        process.wait()
    assert WEDNESDAY.isoformat() == queries.run(run_id)["business_date"]
