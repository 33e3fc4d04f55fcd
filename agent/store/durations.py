"""How long tasks took, and what is left of a run: rows as the values of :mod:`agent.core.deadline`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise
from typing import Any

from peewee import fn

from agent.core.deadline import MOST_RUNS, PastRun, PastTask, TaskLeft, Work
from agent.core.states import AT_WORK, DELIVERED_RECORDS, RecordState, RunState, TaskKind, TaskState
from agent.store.tables import RecordRow, ReviewRow, RunRow, TaskRow

_ENDED = (RunState.COMPLETED, RunState.NEEDS_REVIEW, RunState.FAILED)
_TOOK_ITS_TIME = {TaskState.DONE, TaskState.NEEDS_REVIEW}
"""A task that needs a person has done its own part: what people take is not the machine's time."""

_STANDSTILL, _STANDSTILL_SECONDS = 4.0, 60.0  # so many times as long as usual, and so long at least

_OPEN = (RecordState.PLANNED, RecordState.INTENDED, RecordState.CONFIRMED, RecordState.IN_DOUBT)


def past_runs(automation: str, office: str, *, before: datetime, most: int = MOST_RUNS) -> list[PastRun]:
    """Return the last runs of an automation, begun before a moment and at rest, oldest first.

    Rehearsals and runs with a limit are no measure. Nor is a task in which the machine stood still: one that
    a person answered for, or whose host was stopped meanwhile; it is left out of its run.
    """
    ended: Iterable[RunRow] = (
        RunRow.select(RunRow.id, RunRow.business_date, RunRow.recoveries, RunRow.options)
        .where(
            (RunRow.automation == automation)
            & (RunRow.office == office)
            & RunRow.state.in_(_ENDED)
            & (RunRow.created_at < before)
        )
        .order_by(RunRow.created_at.desc())
        .limit(2 * most)
    )
    counted = [run for run in ended if not (run.options.get("rehearse") or run.options.get("limit"))][:most]
    return [PastRun(run.business_date, _past_tasks(run)) for run in reversed(counted)]


def work_left(run: RunRow, past: list[PastRun], now: datetime) -> Work:
    """Return what is left of a run that has not ended, with what earlier ones say of it."""
    tasks: Iterable[TaskRow] = TaskRow.select().where(TaskRow.run == run.id).order_by(TaskRow.position)
    left = [_left(task, now) for task in tasks if task.state in {TaskState.WAITING, TaskState.RUNNING}]
    return Work(run.business_date, tuple(left), past)


def ahead_of(run: RunRow) -> list[RunRow]:
    """Return what the queue does before a waiting run: what is at work and what has waited longer."""
    older = (RunRow.state == RunState.PENDING) & (RunRow.created_at < run.created_at)
    return list(RunRow.select().where(RunRow.state.in_(AT_WORK) | older).order_by(RunRow.created_at))


def _past_tasks(run: RunRow) -> dict[str, PastTask]:
    if run.recoveries:
        return {}
    answered = [
        review.answered_at
        for review in ReviewRow.select(ReviewRow.answered_at).where(
            (ReviewRow.run == run.id) & ReviewRow.answered_at.is_null(False)
        )
    ]
    tasks: Iterable[TaskRow] = TaskRow.select().where(TaskRow.run == run.id)
    found = {}
    for task in tasks:
        if task.state not in _TOOK_ITS_TIME or task.started_at is None or task.ended_at is None:
            continue
        if any(task.started_at < moment < task.ended_at for moment in answered):
            continue
        seconds = (task.ended_at - task.started_at).total_seconds()
        found[task.name] = _past_upload(task, seconds) if task.kind == TaskKind.UPLOAD else PastTask(seconds)
    return found


def _past_upload(task: TaskRow, seconds: float) -> PastTask:
    """Return an upload with its records, and when each tenth of them had been entered."""
    rows: Any = (  # peewee's stubs type the rows of every select as models
        RecordRow.select(RecordRow.confirmed_at, RecordRow.verified_at)
        .where(RecordRow.task == task.id)
        .tuples()
    )
    entered = [confirmed or verified for confirmed, verified in rows]
    moments = sorted((moment - task.started_at).total_seconds() for moment in entered if moment is not None)
    if len(moments) < 10 or len(moments) < len(entered):
        return PastTask(seconds, len(entered) or None)
    return PastTask(seconds, len(entered), tuple(_at(moments, part) for part in range(1, 11)))


def _at(moments: list[float], part: int) -> float:
    """Return when so many tenths were entered, between two records in proportion."""
    whole, rest = divmod(len(moments) * part, 10)
    before = moments[whole - 1] if whole else 0.0
    return before + rest / 10 * (moments[min(whole, len(moments) - 1)] - before)


def _left(task: TaskRow, now: datetime) -> TaskLeft:
    began, due = task.started_at, task.not_before_at
    elapsed = None if began is None else max(0.0, (now - began).total_seconds())
    pause = 0.0 if due is None or task.state != TaskState.WAITING else (due - now).total_seconds()
    records, delivered = _progress(task.id) if task.kind == TaskKind.UPLOAD else (0, 0)
    since = 0.0
    if elapsed is not None and delivered:
        elapsed, since = _worked(task, now, elapsed)
    return TaskLeft(task.name, elapsed, records or None, delivered, max(0.0, pause), since)


def _worked(task: TaskRow, now: datetime, elapsed: float) -> tuple[float, float]:
    """Return for how many seconds an upload has worked, and how many of them since its last record.

    A site that was down for half an hour says nothing of how fast the rest will go: gaps much longer than
    most are none of its work. Nor is the time since the last record while the task waits to go on.
    """
    rows: Any = (  # peewee's stubs type the rows of every select as models
        RecordRow.select(RecordRow.confirmed_at)
        .where((RecordRow.task == task.id) & RecordRow.confirmed_at.is_null(False))
        .order_by(RecordRow.confirmed_at)
        .tuples()
    )
    moments = [task.started_at, *(moment for (moment,) in rows if moment >= task.started_at)]
    gaps = [(after - before).total_seconds() for before, after in pairwise(moments)]
    if not gaps:
        return elapsed, 0.0
    usual = sorted(gaps)[len(gaps) // 4]
    stood = sum(gap - usual for gap in gaps if gap > max(_STANDSTILL_SECONDS, _STANDSTILL * usual))
    since = max(0.0, (now - moments[-1]).total_seconds())
    if task.state == TaskState.WAITING:
        return elapsed - stood - since, 0.0
    return elapsed - stood, since


def _progress(task_id: int) -> tuple[int, int]:
    """Return how many records an upload has, and how many of them are done with or entered."""
    grouped: Any = (
        RecordRow.select(RecordRow.state, fn.COUNT(RecordRow.id))
        .where(RecordRow.task == task_id)
        .group_by(RecordRow.state)
    )
    states: dict[str, int] = dict(grouped.tuples())
    total = sum(states.values())
    still_open = sum(states.get(state, 0) for state in _OPEN if state not in DELIVERED_RECORDS)
    return total, total - still_open
