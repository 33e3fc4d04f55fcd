"""Watching a run: what a terminal and a pipe are told, when watching ends, and with which exit code."""

import io
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from agent.cli import signs
from agent.cli.carrying import AtWork
from agent.cli.endings import Told
from agent.cli.following import exit_code, follow, rests
from agent.cli.progress import PlainProgress, TerminalProgress
from agent.core.failures import Offline, PageTimeout
from agent.core.states import RunState, TaskState
from agent.faces.moments import Moments, duration
from agent.faces.speaking import noun_of, wording_of
from agent.store import queries, runs
from agent.store.database import close_store
from agent.system.instance import InstanceLock
from agent.system.paths import Home

from .conftest import Written

Write = Callable[[], Written]
DASH = "\N{EN DASH}"
OFFLINE = Offline(site="claimport", host="x").as_json()


class Silent:
    """Progress that only remembers."""

    def __init__(self) -> None:
        self.states: list[str] = []

    def show(self, run: dict[str, Any]) -> None:  # type: ignore[override]
        self.states.append(run["state"])

    def say(self, line: str) -> None:
        raise AssertionError(line)

    def close(self) -> None:
        raise AssertionError("whoever opened it closes it")


def plain(run: Written, capsys: pytest.CaptureFixture[str], *moves: Callable[[], object]) -> list[str]:
    """The lines that plain progress prints while these moves happen."""
    progress = PlainProgress(wording_of(run.home, run.id))
    progress.show(queries.run(run.id))
    for move in moves:
        move()
        progress.show(queries.run(run.id))
    return capsys.readouterr().err.splitlines()


def test_a_pipe_gets_one_plain_line_for_each_change(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    run = write().plan()
    lease = run.begin("billing")
    step = {"code": "signing_in", "params": {"site": "meridian"}, "since": 1.0}
    lines = plain(
        run,
        capsys,
        lambda: None,
        lambda: runs.note_step(lease.task_id, step),
        lambda: runs.note_step(lease.task_id, {**step, "since": 2.0}),
        lambda: runs.finish_task(lease, b""),
    )
    assert lines[0].startswith("Clinic morning sync · ")
    assert lines[1:3] == ["  billing: Working", f"Downloading {DASH} billing, from Meridian"]
    assert lines[3] == "  billing: Signing in at Meridian"
    assert lines[4].startswith(f"  billing: Done {DASH} ")
    assert len(lines) == 5


def test_a_pipe_gets_a_line_for_each_tenth_of_the_records(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    run = write().plan().download().upload(40)

    def enter_all() -> list[Callable[[], object]]:
        def enter(place: int) -> None:
            entry = run.ledger.entries()[place]
            run.ledger.intend(entry)
            run.ledger.confirm(entry, None, "hash")

        return [lambda place=place: enter(place) for place in range(40)]  # type: ignore[misc]

    lines = [line for line in plain(run, capsys, *enter_all()) if "ClaimPort: Entering" in line]
    assert len(lines) == 11
    assert lines[-1] == f"  ClaimPort: Entering {DASH} 40 of 40 claims"


def picture(run: Written) -> str:
    """What a terminal shows of the run."""
    progress = TerminalProgress(wording_of(run.home, run.id))
    try:
        progress.show(queries.run(run.id))
        paper = io.StringIO()
        console = Console(file=paper, width=100, force_terminal=True)
        console.print(progress._picture())
        console.print(progress._picture())
        return paper.getvalue()
    finally:
        progress._run = None
        progress.close()


def test_the_ring_turns_while_a_worker_works(write: Write) -> None:
    told = picture(write().plan().download().upload(3, confirmed=1))
    assert f"Entering {DASH} 1 of 3 claims" in told
    assert len({frame for frame in signs.RING if frame in told}) == 2


def test_nothing_turns_while_nothing_is_done(write: Write) -> None:
    told = picture(write().plan())
    assert f"Waiting {DASH} for its turn" in told
    assert not set(signs.RING) & set(told)


def test_following_ends_when_the_run_does(write: Write) -> None:
    run = write().plan().download().upload(1, verified=1)
    progress = Silent()
    task = run.lease.task_id

    def end() -> None:
        runs.settle_task(task, TaskState.DONE)
        runs.move_run(run.id, RunState.COMPLETED)
        close_store()

    with InstanceLock(run.home.lock):
        timer = threading.Timer(0.3, end)
        timer.start()
        ended = follow(AtWork(run.home, None), run.id, progress)
        timer.join()
    assert ended["state"] == "COMPLETED"
    assert progress.states[0] == "UPLOADING"


def test_following_ends_when_whoever_worked_is_gone(write: Write) -> None:
    run = write().plan().download()
    with pytest.raises(Told) as told:
        follow(AtWork(run.home, None), run.id, Silent())
    assert told.value.exit_code == 4
    assert "Nothing is lost" in told.value.next


def test_a_run_that_waits_for_readiness_rests_unless_that_was_known_before(write: Write) -> None:
    run = write().plan()
    runs.move_run(run.id, RunState.PENDING, OFFLINE)
    with InstanceLock(run.home.lock):
        assert follow(AtWork(run.home, None), run.id, Silent())["state"] == "PENDING"
        timer = threading.Timer(0.3, lambda: (runs.move_run(run.id, RunState.CANCELLED), close_store()))
        timer.start()
        assert follow(AtWork(run.home, None), run.id, Silent(), stale=OFFLINE)["state"] == "CANCELLED"
        timer.join()


@pytest.mark.parametrize(
    ("state", "reason", "code"),
    [
        ("COMPLETED", None, 0),
        ("NEEDS_REVIEW", None, 3),
        ("CANCELLED", None, 1),
        ("FAILED", PageTimeout(site="x", what="y", seconds=1).as_json(), 1),
        ("FAILED", OFFLINE, 4),
        ("PENDING", OFFLINE, 4),
    ],
)
def test_each_end_of_a_run_has_its_exit_code(state: str, reason: dict[str, object] | None, code: int) -> None:
    run = {"state": state, "reason": reason}
    assert rests(run)
    assert exit_code(run) == code


@pytest.mark.parametrize("reason", [None, {"code": "recovered", "params": {}}])
def test_a_run_in_the_queue_does_not_rest(reason: dict[str, object] | None) -> None:
    assert not rests({"state": "PENDING", "reason": reason})


def test_the_noun_is_the_record_types_own() -> None:
    assert noun_of({"record_types": {"Claim": {"noun": ["claim", "claims"]}}}) == ("claim", "claims")
    assert noun_of({}) == ("record", "records")


def test_times_are_the_offices_and_carry_the_date_only_when_it_is_another_day() -> None:
    moments = Moments(ZoneInfo("Europe/Vienna"), now=datetime(2026, 11, 23, 12, tzinfo=UTC))
    assert moments.at("2026-11-23T04:41:00+00:00") == "05:41"
    assert moments.at("2026-11-22T23:30:00+00:00") == "00:30"  # today there, yesterday in UTC
    assert moments.at("2026-11-20T04:41:00+00:00") == "Fri 20 Nov 05:41"
    assert moments.at(None) == ""
    assert moments.day("2025-01-02") == "Thu 2 Jan 2025"
    beside = moments.beside("2026-11-20")
    assert beside.at("2026-11-20T04:41:00+00:00") == "05:41"
    assert beside.at("2026-11-23T04:41:00+00:00") == "Mon 23 Nov 05:41"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0.4, "0 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (125, "2 min 5 s"), (4320, "1 h 12 min")],
)
def test_durations_are_said_in_two_figures_at_most(seconds: float, told: str) -> None:
    assert duration(seconds) == told


def test_a_home_with_broken_settings_still_tells_times(stored: Home, write: Write) -> None:
    stored.settings.write_text("[offices.main]\nzone = 'Mars/Olympus'\n")
    run = write().plan()
    assert wording_of(stored, run.id).moments.at("2026-11-20T04:41:00+00:00")
