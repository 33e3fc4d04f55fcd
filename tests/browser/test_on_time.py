"""In real time: the computer is away when a run is due; it catches up when it is back, and says so."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.core.occurrences import Outcome
from agent.store import occurrences, queries
from agent.store.tables import NoticeRow, OccurrenceRow
from resources.practice.server import Practice
from tests.morning import Morning, assert_exact, until

AWAY_SECONDS = 75
CLAIMS = 3


@contextmanager
def _agent(morning: Morning) -> Iterator[subprocess.Popen[bytes]]:
    """The long-lived program, as it works on an office computer."""
    environment = {**os.environ, "PREDAWN_HOME": str(morning.home.root)}
    command = [sys.executable, "-P", "-m", "agent.cli.main", "agent"]
    log = (morning.home.root / "agent.out").open("w")
    process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        process.wait()
        log.close()


def _due() -> datetime:
    """The next full minute that leaves time to start the agent and to halt it."""
    return (datetime.now(UTC) + timedelta(seconds=80)).replace(second=0, microsecond=0)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_host_that_was_halted_across_its_due_time_catches_up(tmp_path: Path, practice: Practice) -> None:
    """Halted before the start, let go more than a minute after it: one run, begun at once, told when done."""
    morning, due = Morning(tmp_path / "home", practice), _due()
    every_day = "mon,tue,wed,thu,fri,sat,sun"
    morning.small_sync(
        CLAIMS,
        **{
            'schedule="05:00 mon-fri"': f'schedule="{due:%H:%M} {every_day}"',
            'deadline="08:00"': f'deadline="{due + timedelta(hours=2):%H:%M}"',
        },
    )
    settings = morning.home.settings
    settings.write_text(
        settings.read_text().replace('zone = "Europe/London"', 'zone = "UTC"\nautomations = ["small-sync"]')
    )
    morning.open()
    with _agent(morning) as agent:
        until(lambda: occurrences.schedule("small-sync", "main"), 40, what="the schedule")
        assert datetime.now(UTC) < due, "this machine was too slow to start in time"
        agent.send_signal(signal.SIGSTOP)
        back = due + timedelta(seconds=AWAY_SECONDS)
        until(lambda: datetime.now(UTC) > back, AWAY_SECONDS + 120, what="the time away")
        assert queries.run_list() == []
        agent.send_signal(signal.SIGCONT)
        returned = time.monotonic()
        until(queries.run_list, 60, what="the run")
        caught_up = time.monotonic() - returned
        run = queries.run_list()[0]
        until(lambda: queries.run(run["id"])["state"] == "COMPLETED", 180, what="the end")
        until(lambda: NoticeRow.select().where(NoticeRow.event == "done").exists(), 40, what="the notice")
    assert_exact(morning, queries.run(run["id"]), CLAIMS)
    assert len(queries.run_list()) == 1
    (duty,) = OccurrenceRow.select()
    assert (duty.outcome, duty.run_id, duty.due_at) == (Outcome.RAN, run["id"], due)
    print(f"begun {caught_up:.1f} s after waking")
