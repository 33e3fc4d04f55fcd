"""A morning worth looking at: three automations at 06:12, two weeks of history, a run that failed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from agent.core.failures import SiteDown
from agent.core.states import RunState
from agent.host.supervisor import Picture
from agent.store import occurrences, runs
from agent.store.tables import RecordRow, RunRow, TaskRow
from agent.system.paths import Home
from tests.desktop.mornings import Mornings

NOW = datetime(2026, 11, 23, 6, 12, tzinfo=UTC)  # a Monday: it covers Friday to Sunday
CLINIC, DESK, PRICES = "clinic-morning-sync", "claims-desk", "supplier-prices"
SEEN = Path(__file__).with_name("claimport.png")


class SeenHost:
    """Stands for the host where nothing works: it has seen one page of the practice claims house."""

    def __init__(self, run_id: str) -> None:
        self.picture = Picture(run_id, 0.0, SEEN.read_bytes())

    def look(self) -> None:
        """Seen already."""

    def expect(self) -> None:
        """Nobody starts anything here."""

    def expect_nobody(self) -> None:
        """Nor now."""


def write(home: Home) -> str:
    """Write the scene into a home; returns the run that is at work."""
    mornings = Mornings(home)
    for name, title, at, deadline in (
        (CLINIC, "Clinic morning sync", "05:00", "08:00"),
        (DESK, "Claims to the desk", "05:45", "08:00"),
        (PRICES, "Supplier prices", "06:30", "09:00"),
    ):
        words = {"schedule": f"{at} mon-fri", "deadline": deadline, "covers": "previous business day"}
        occurrences.enrol(name, "main", title, words, "UTC", NOW - timedelta(days=30))
    for back in range(18, 0, -1):
        day = NOW.date() - timedelta(days=back)
        if day.weekday() < 5:
            _past(mornings, day, failed=back in {6, 11})
    done = _timed(mornings, mornings.done(187, day=NOW.date()), "05:00", 41 * 60)
    assert done
    working = mornings.entered(
        187, verified=143, day=NOW.date(), automation=DESK, title="Claims to the desk", slot="05:45"
    )
    _timed(mornings, working, "05:46", 26 * 60, ended=False)
    upload = runs.tasks_of(working)[2]
    runs.note_step(upload.id, {"code": "entering", "params": {"number": 144, "of": 187}, "since": 0})
    return working


def _past(mornings: Mornings, day: date, *, failed: bool) -> None:
    minutes = 24 + day.day % 7
    if failed:
        failure = SiteDown(site="claimport", status=503)
        run_id = mornings.entered(12, verified=9, day=day)
        runs.move_run(run_id, RunState.FAILED, failure.as_json())
        _timed(mornings, run_id, "05:00", minutes * 60)
    else:
        _timed(mornings, mornings.done(12, day=day), "05:00", minutes * 60)
    desk = mornings.done(12, day=day, automation=DESK, title="Claims to the desk", slot="05:45")
    _timed(mornings, desk, "05:45", (minutes + 6) * 60)


def _timed(mornings: Mornings, run_id: str, at: str, seconds: int, *, ended: bool = True) -> str:
    """Put a run's moments where they belong: begun at a time of its day, so many seconds long."""
    row = RunRow.get_by_id(run_id)
    hour, minute = map(int, at.split(":"))
    began = datetime(
        row.business_date.year, row.business_date.month, row.business_date.day, hour, minute, tzinfo=UTC
    )
    end = began + timedelta(seconds=seconds)
    moments = {"created_at": began, "started_at": began, "ended_at": end if row.ended_at else None}
    RunRow.update(**moments).where(RunRow.id == run_id).execute()
    tasks = runs.tasks_of(run_id)
    for place, (task, share) in enumerate(zip(tasks, (0.05, 0.06, 1.0), strict=True)):
        before = (0.0, 0.05, 0.06)[place]
        TaskRow.update(
            started_at=began + timedelta(seconds=seconds * before),
            ended_at=began + timedelta(seconds=seconds * share) if task.ended_at else None,
        ).where(TaskRow.id == task.id).execute()
    entries = list(
        RecordRow.select().where((RecordRow.run == run_id) & RecordRow.confirmed_at.is_null(False))
    )
    for place, record in enumerate(entries, start=1):
        at_ = began + timedelta(seconds=seconds * (0.06 + 0.9 * place / max(1, len(entries))))
        RecordRow.update(intended_at=at_, confirmed_at=at_, verified_at=at_).where(
            RecordRow.id == record.id
        ).execute()
    return run_id
