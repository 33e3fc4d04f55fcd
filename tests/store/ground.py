"""The ground on which tests of the store stand: a real home's two files, planned runs, workers' leases."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from agent.core.actors import Actor
from agent.core.states import RecordState, RunState, TaskKind, TaskState
from agent.store import database, reviews, runs
from agent.store.database import close_store, prepare_store
from agent.store.lease import Lease
from agent.store.ledger import Destination, Entry, Ledger, Planned
from agent.store.runs import PlannedRun, PlannedTask
from agent.store.tables import EVIDENCE_TABLES, LEDGER_TABLES, RecordRow
from agent.system.seal import Key

DATA, INDEX = Key(b"d" * 32), Key(b"i" * 32)
PLACE = Destination("claimport", "main", "Claim")
SOMEBODY = Actor("person", "ann", "Ann Lee", "cli", "front-desk")
MONDAY = date(2026, 11, 23)
UPLOAD = PlannedTask("enter", TaskKind.UPLOAD, "claimport", ())


@cache
def _template(_migrations: Path) -> Path:
    """A fresh store, made once for each process: its migrations cost more than most tests."""
    folder = Path(tempfile.mkdtemp(prefix="predawn-ground-"))
    atexit.register(shutil.rmtree, folder)
    prepare_store(folder / "ledger.db", folder / "evidence.db")
    close_store()
    return folder


@contextmanager
def opened(folder: Path) -> Iterator[Path]:
    """A prepared store in ``folder``; yields the path of the ledger."""
    ledger = folder / "ledger.db"
    if not ledger.exists():
        shutil.copytree(_template(database._MIGRATIONS), folder, dirs_exist_ok=True)
    prepare_store(ledger, folder / "evidence.db")
    try:
        yield ledger
    finally:
        close_store()


def plan_run(
    day: date = MONDAY,
    *,
    automation: str = "clinic",
    tasks: Sequence[PlannedTask] = (UPLOAD,),
    **changes: Any,
) -> str:
    """Store a new run and return its id."""
    run_id = runs.new_run_id(day)
    planned = {
        "automation": automation,
        "title": "Clinic",
        "office": "main",
        "business_date": day,
        "period_first": day,
        "period_last": day,
        "folder": "/automations/clinic",
        "slot": "05:00 mon-fri",
        "options": {},
        "manifest": {},
        "versions": {"agent": "1"},
    }
    runs.plan(run_id, PlannedRun(**{**planned, **changes}), tasks, SOMEBODY, b"sealed")
    return run_id


def begin(run_id: str, task: str = UPLOAD.name) -> Lease:
    """A worker takes up a task of the run."""
    row = next(row for row in runs.tasks_of(run_id) if row.name == task)
    return runs.begin_task(run_id, row.id, {})


def crash(lease: Lease) -> Lease:
    """The worker died and was seen dead; another one takes up its task, as the host's recovery does it."""
    runs.raise_fence(lease.run_id)
    runs.settle_task(lease.task_id, TaskState.WAITING, uncount=True)
    return runs.begin_task(lease.run_id, lease.task_id, {})


def ledger_of(lease: Lease) -> Ledger:
    """The ledger as this worker holds it."""
    return Ledger(lease, PLACE, DATA, INDEX)


def claim(key: str, payload: str = "10.00", *, copy: int = 0, doubled: bool = False) -> Planned:
    """One record to plan, with the payload that a batch would store."""
    return Planned(key, copy, {"key": key, "fields": {"amount": payload}}, payload, doubled=doubled)


def everything() -> dict[str, list[Any]]:
    """Every row of both files, to see that nothing has changed."""
    return {
        model.__name__: sorted(model.select().tuples(), key=repr)
        for model in (*LEDGER_TABLES, *EVIDENCE_TABLES)
    }


def planned(*records: Planned, name: str = "clinic") -> Ledger:
    """A new run of this automation with these records."""
    ledger = ledger_of(begin(plan_run(automation=name)))
    ledger.plan(records, [])
    return ledger


def only(ledger: Ledger) -> Entry:
    """The one record of a run."""
    (entry,) = ledger.entries()
    return entry


def code(entry: Entry) -> str | None:
    """What stands beside a record: a note's or question's code."""
    return entry.reason["code"] if entry.reason else None


def asked(ledger: Ledger) -> list[str]:
    """The questions that are open about the run of a ledger's only record."""
    return [item.question for item in reviews.open_items(run_of(ledger))]


def run_of(ledger: Ledger) -> str:
    """The run that a ledger belongs to."""
    return str(RecordRow.get_by_id(ledger.entries()[0].id).run_id)


def close(ledger: Ledger, state: RunState) -> None:
    """End the run."""
    runs.move_run(run_of(ledger), state)


def deliver(ledger: Ledger, upto: RecordState = RecordState.VERIFIED) -> None:
    """Send the run's only record, as far as ``upto``."""
    ledger.intend(only(ledger))
    if upto in {RecordState.CONFIRMED, RecordState.VERIFIED}:
        ledger.confirm(only(ledger), "K1", "hash")
    if upto is RecordState.VERIFIED:
        ledger.verify(only(ledger), None, ["amount"])
    if upto is RecordState.IN_DOUBT:
        ledger.doubt(only(ledger))
