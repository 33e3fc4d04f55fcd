"""Runs and their tasks: planned, begun, finished, settled. Each function is one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from agent.core.actors import Actor
from agent.core.failures import DutyIsOpen, Failure, UnknownRun
from agent.core.occurrences import Duty
from agent.core.states import (
    AT_WORK,
    DELIVERED_RECORDS,
    OPEN_RUNS,
    RUN_TRANSITIONS,
    TASK_TRANSITIONS,
    RecordState,
    RunState,
    TaskKind,
    TaskState,
    require,
    stage,
)
from agent.store import occurrences
from agent.store.database import transaction
from agent.store.fields import utc_now
from agent.store.lease import Lease
from agent.store.lineage import with_worker
from agent.store.tables import RecordRow, RunRow, TaskRow

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # no 0/o, 1/l/i: people read run ids aloud


@dataclass(frozen=True)
class PlannedTask:
    """One task of a run to plan: its name, kind, site (None for process) and the tasks it waits for."""

    name: str
    kind: TaskKind
    site: str | None
    inputs: tuple[str, ...]


@dataclass(frozen=True)
class PlannedRun:
    """All that a run keeps from the moment it is planned. ``business_date`` is the deadline's date."""

    automation: str
    title: str
    office: str
    business_date: date
    period_first: date
    period_last: date
    folder: str
    slot: str
    options: Mapping[str, Any]
    manifest: Mapping[str, Any]
    versions: Mapping[str, Any]


def new_run_id(business_date: date) -> str:
    """Return a fresh id that a person can read aloud, such as ``20261123-k7qd``."""
    return f"{business_date:%Y%m%d}-{''.join(secrets.choice(_ALPHABET) for _ in range(4))}"


def plan(
    run_id: str,
    run: PlannedRun,
    tasks: Iterable[PlannedTask],
    actor: Actor,
    sealed_key: bytes,
    duty: Duty | None = None,
) -> None:
    """Store a new PENDING run with its tasks, and let it adopt the occurrence of ``duty``.

    Raises DutyIsOpen while a run is open for the same duty, or when the schedule owes it no more.
    """
    with transaction():
        _require_free_duty(run)
        RunRow.create(
            id=run_id,
            state=RunState.PENDING,
            actor=actor.as_json(),
            sealed_key=sealed_key,
            created_at=utc_now(),
            **vars(run),
        )
        for position, task in enumerate(tasks):
            TaskRow.create(run=run_id, position=position, state=TaskState.WAITING, **vars(task))
        if duty is not None:
            occurrences.adopt(run_id, run.automation, run.office, duty, scheduled=actor.kind == "schedule")


def _require_free_duty(run: PlannedRun | RunRow) -> None:
    still_open = _doing_the_duty_of(run)
    if still_open is not None:
        raise DutyIsOpen(run=still_open.id, state=still_open.state)


def _doing_the_duty_of(run: PlannedRun | RunRow) -> RunRow | None:
    found: RunRow | None = RunRow.get_or_none(
        (RunRow.automation == run.automation)
        & (RunRow.office == run.office)
        & (RunRow.business_date == run.business_date)
        & (RunRow.slot == run.slot)
        & (RunRow.state.in_(OPEN_RUNS))
    )
    return found


def is_replaced(run_id: str) -> bool:
    """Tell whether another run is doing a failed run's duty: then this one has nothing to go on with."""
    run = get(run_id)
    other = _doing_the_duty_of(run)
    return other is not None and other.id != run.id


def get(run_id: str) -> RunRow:
    """Return a run by its id or by an unambiguous beginning of it; raises UnknownRun."""
    exact = RunRow.get_or_none(RunRow.id == run_id)
    if exact is not None:
        return exact
    found = list(RunRow.select().where(RunRow.id.startswith(run_id)).limit(2)) if run_id else []
    if len(found) != 1:
        raise UnknownRun(run=run_id)
    return found[0]


def tasks_of(run_id: str) -> list[TaskRow]:
    """Return a run's tasks in the order of the automation."""
    return list(TaskRow.select().where(TaskRow.run == run_id).order_by(TaskRow.position))


def pending() -> list[RunRow]:
    """Return the runs that wait for their turn, the one that has waited longest first."""
    return list(RunRow.select().where(RunRow.state == RunState.PENDING).order_by(RunRow.created_at))


def at_work() -> list[RunRow]:
    """Return the runs that a worker was working on (after a crash: the ones to recover)."""
    return list(RunRow.select().where(RunRow.state.in_(AT_WORK)).order_by(RunRow.created_at))


def forget_reasons() -> None:
    """Forget why runs waited: whoever starts now looks anew."""
    with transaction():
        RunRow.update(reason=None).where(RunRow.state == RunState.PENDING).execute()


def move_run(run_id: str, new: RunState, reason: Mapping[str, Any] | None = None) -> None:
    """Put a run into another state; raises NotAllowedError for a transition that the table doesn't have.

    A run that had ended is opened again only while no other does its duty: raises DutyIsOpen.
    """
    with transaction():
        _move_run(get(run_id), new, reason)


def _move_run(run: RunRow, new: RunState, reason: Mapping[str, Any] | None = None) -> None:
    old = RunState(run.state)
    if old is not new:
        require(RUN_TRANSITIONS, old, new)
    if old not in OPEN_RUNS and new in OPEN_RUNS:
        _require_free_duty(run)
    ended = utc_now() if new not in OPEN_RUNS else None
    RunRow.update(state=new, reason=reason, ended_at=ended).where(RunRow.id == run.id).execute()
    occurrences.follow_run(run, new, reason)


def begin_task(
    run_id: str, task_id: int, tree: Mapping[str, Any], worker: Mapping[str, Any] | None = None
) -> Lease:
    """Give a task to a worker: raise the fence, so that whoever held the run before can write no more.

    ``worker`` says on which machine and by which account it will work: kept with the fence and the versions,
    for the lineage of what it enters.
    """
    with transaction():
        run, task = get(run_id), TaskRow.get_by_id(task_id)
        require(TASK_TRANSITIONS, TaskState(task.state), TaskState.RUNNING)
        _move_run(run, stage(TaskKind(task.kind)))
        now = utc_now()
        RunRow.update(fence=RunRow.fence + 1, tree=tree, started_at=run.started_at or now).where(
            RunRow.id == run_id
        ).execute()
        TaskRow.update(
            state=TaskState.RUNNING,
            attempts=TaskRow.attempts + 1,
            failure=None,
            step=None,
            not_before_at=None,
            started_at=task.started_at or now,
            ended_at=None,
            workers=with_worker(task.workers, run.fence + 1, {**(worker or {}), "versions": run.versions}),
        ).where(TaskRow.id == task_id).execute()
        return Lease(run_id, task_id, run.fence + 1)


def finish_task(lease: Lease, checkpoint: bytes, totals: Mapping[str, Any] | None = None) -> None:
    """Store a task's result and mark it done, in one transaction; raises FenceLost."""
    with lease.transaction():
        _move_task(lease.task_id, TaskState.DONE, checkpoint=checkpoint, ended_at=utc_now(), step=None)
        if totals is not None:
            _merge_totals(lease.run_id, totals)


def record_totals(lease: Lease, totals: Mapping[str, Any]) -> None:
    """Store what is known of counts and sums so far; raises FenceLost."""
    with lease.transaction():
        _merge_totals(lease.run_id, totals)


def _merge_totals(run_id: str, totals: Mapping[str, Any]) -> None:
    known = RunRow.get_by_id(run_id).totals or {}
    RunRow.update(totals={**known, **totals}).where(RunRow.id == run_id).execute()


def fail_task(lease: Lease, failure: Failure) -> None:
    """Note why this attempt failed; what it leads to is the host's decision. Raises FenceLost."""
    with lease.transaction():
        TaskRow.update(failure=failure.as_json()).where(TaskRow.id == lease.task_id).execute()


def note_versions(lease: Lease, versions: Mapping[str, Any]) -> None:
    """Add versions that only the worker knows (the browser's) to the run's; raises FenceLost."""
    with lease.transaction():
        known = RunRow.get_by_id(lease.run_id).versions
        RunRow.update(versions={**known, **versions}).where(RunRow.id == lease.run_id).execute()


def note_step(task_id: int, step: Mapping[str, Any]) -> None:
    """Store what the worker is doing; the latest wins."""
    with transaction():
        TaskRow.update(step=step).where(TaskRow.id == task_id).execute()


def raise_fence(run_id: str) -> None:
    """Make every worker of the past unable to write to this run."""
    with transaction():
        RunRow.update(fence=RunRow.fence + 1, tree=None).where(RunRow.id == run_id).execute()


def count_recovery(run_id: str) -> int:
    """Count one recovery after a crash of the host; returns how many there were."""
    with transaction():
        RunRow.update(recoveries=RunRow.recoveries + 1).where(RunRow.id == run_id).execute()
        return int(RunRow.get_by_id(run_id).recoveries)


def task(task_id: int) -> TaskRow:
    """Return a task as it stands now."""
    found: TaskRow = TaskRow.get_by_id(task_id)
    return found


def has_doubts(task_id: int) -> bool:
    """Tell whether a task has records of which nobody knows whether they were saved, or not yet read back."""
    open_ends = (RecordState.INTENDED, RecordState.IN_DOUBT, RecordState.CONFIRMED)
    return RecordRow.select().where((RecordRow.task == task_id) & RecordRow.state.in_(open_ends)).exists()


def count_since_progress(task_id: int) -> int:
    """Return how often a task was tried since it last delivered a record: only vain tries are bounded."""
    with transaction():
        row = TaskRow.get_by_id(task_id)
        delivered = (
            RecordRow.select()
            .where((RecordRow.task == task_id) & RecordRow.state.in_(DELIVERED_RECORDS))
            .count()
        )
        if delivered > row.progress:
            TaskRow.update(progress=delivered, attempts=1).where(TaskRow.id == task_id).execute()
            return 1
        return int(row.attempts)


def settle_task(
    task_id: int,
    new: TaskState,
    *,
    failure: Failure | None = None,
    not_before_at: datetime | None = None,
    uncount: bool = False,
) -> None:
    """Put a task whose worker is gone into its next state; ``uncount`` takes its last attempt back."""
    with transaction():
        if uncount:
            TaskRow.update(attempts=TaskRow.attempts - 1).where(TaskRow.id == task_id).execute()
        _move_task(
            task_id,
            new,
            failure=failure.as_json() if failure else None,
            not_before_at=not_before_at,
            ended_at=None if new is TaskState.WAITING else utc_now(),
            step=None,
        )


def wake_tasks(run_id: str, *, reset_attempts: bool) -> None:
    """Let every task of the run that is not done wait for its turn again (resume, retry, an answer)."""
    again = (TaskState.BLOCKED, TaskState.FAILED, TaskState.NEEDS_REVIEW)
    changes: dict[str, Any] = {"state": TaskState.WAITING, "not_before_at": None}
    if reset_attempts:
        changes["attempts"] = 0
    with transaction():
        TaskRow.update(**changes).where((TaskRow.run == run_id) & TaskRow.state.in_(again)).execute()


def take_over(task_id: int, new: TaskState) -> None:
    """A person has taken what is left of a task that nobody works on: it waits for them, or for a look-up."""
    with transaction():
        TaskRow.update(state=new, not_before_at=None, attempts=0).where(
            (TaskRow.id == task_id) & (TaskRow.state != TaskState.RUNNING)
        ).execute()


def cancel_tasks(run_id: str) -> None:
    """Mark every task that is not done as cancelled."""
    with transaction():
        TaskRow.update(state=TaskState.CANCELLED, ended_at=utc_now()).where(
            (TaskRow.run == run_id) & (TaskRow.state.not_in((TaskState.DONE, TaskState.CANCELLED)))
        ).execute()


def change_options(run_id: str, **options: Any) -> None:  # noqa: ANN401  # option values are plain JSON
    """Change a run's options (a person lifts the limit, say)."""
    with transaction():
        known = RunRow.get_by_id(run_id).options
        RunRow.update(options={**known, **options}).where(RunRow.id == run_id).execute()


def pin_versions(run_id: str, versions: Mapping[str, Any]) -> None:
    """Continue a run under other code, because a person said so."""
    with transaction():
        known = RunRow.get_by_id(run_id).versions
        RunRow.update(versions={**known, **versions}).where(RunRow.id == run_id).execute()


def _move_task(task_id: int, new: TaskState, **columns: Any) -> None:  # noqa: ANN401  # columns of the table
    old = TaskState(TaskRow.get_by_id(task_id).state)
    require(TASK_TRANSITIONS, old, new)
    TaskRow.update(state=new, **columns).where(TaskRow.id == task_id).execute()
