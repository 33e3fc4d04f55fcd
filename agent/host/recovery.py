"""After each worker's end, and at start: what resumes, what goes to a person. From the rows alone."""

from __future__ import annotations

import random
import shutil
from datetime import datetime, timedelta

from agent.core.failures import (
    Action,
    Asked,
    Failure,
    RecordsNeedPerson,
    WorkerDied,
    answers,
    handling,
)
from agent.core.states import AT_WORK, RunState, TaskState
from agent.store import evidence, reviews, runs
from agent.store.fields import utc_now
from agent.store.tables import TaskRow
from agent.system.paths import Home
from agent.system.processes import ProcessIdentity, end_leftovers

MOST_RECOVERIES = 20
"""Starts of the host that find the same run at work; then it is no accident any more."""

_MOST_LATE_ANSWERS = 5  # workers that died in between count as tries, too
_JITTER = 0.25
_LONGEST_PAUSE_SECONDS = 300.0


def recover() -> None:
    """At start, after the leftover trees were ended: put every run that was at work back into the queue."""
    for run in runs.at_work():
        runs.raise_fence(run.id)
        recoveries = runs.count_recovery(run.id)
        for task in runs.tasks_of(run.id):
            if task.state == TaskState.RUNNING:
                if recoveries > MOST_RECOVERIES:
                    _stop(run.id, task, WorkerDied(exit_code=None))
                else:
                    # The host died, not the worker: that is not counted against the task.
                    runs.settle_task(task.id, TaskState.WAITING, uncount=True)
        if RunState(runs.get(run.id).state) in AT_WORK:
            runs.move_run(run.id, RunState.PENDING, {"code": "recovered", "params": {}})
    runs.forget_reasons()
    evidence.sweep()


def end_leftover_trees(home: Home, *, readable: bool = True) -> None:
    """End what a dead host's workers left behind, and remove their folders.

    They are known by the rows and by the marks of their folders; by the marks alone where the ledger is not
    ``readable``.
    """
    marks = [folder.name for folder in home.work.iterdir()] if home.work.is_dir() else []
    trees = [run.tree for run in runs.at_work() if run.tree] if readable else []
    end_leftovers([ProcessIdentity(tree["pid"], tree["started_at"]) for tree in trees], marks)
    for mark in marks:
        shutil.rmtree(home.work / mark, ignore_errors=True)


def settle(run_id: str, task_id: int, death: Failure, *, patient_until: datetime | None = None) -> None:
    """Decide what a task whose worker has ended does next; ``death`` is the cause if it stored none.

    ``patient_until`` is until when a failure that time alone may heal is tried again, however often.
    """
    runs.raise_fence(run_id)
    task = runs.task(task_id)
    if task.state != TaskState.RUNNING:
        return
    failure = Failure.from_json(task.failure) if task.failure else death
    rule = handling(failure)
    attempts = runs.count_since_progress(task_id)
    if attempts < rule.attempts:
        _again(task, failure, rule.pause_seconds * 2 ** (attempts - 1))
    elif rule.then is Action.WAIT:
        _again(task, failure, rule.pause_seconds)
    elif rule.patient and patient_until is not None and utc_now() < patient_until:
        _again(task, failure, rule.pause_seconds * 2 ** (attempts - 1))
    elif (
        isinstance(failure, RecordsNeedPerson)
        and attempts < _MOST_LATE_ANSWERS
        and not reviews.open_items(run_id)
    ):
        _again(task, failure, 0)  # the last of them was answered while the worker was ending
    elif rule.then is Action.REVIEW:
        runs.settle_task(task_id, TaskState.NEEDS_REVIEW, failure=failure)
        _ask(run_id, task, failure)
    else:
        _stop(run_id, task, failure)


def _again(task: TaskRow, failure: Failure, pause_seconds: float) -> None:
    pause = min(pause_seconds, _LONGEST_PAUSE_SECONDS) * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311  # jitter
    later = utc_now() + timedelta(seconds=pause)
    runs.settle_task(task.id, TaskState.WAITING, failure=failure, not_before_at=later)


def _stop(run_id: str, task: TaskRow, failure: Failure) -> None:
    runs.settle_task(task.id, TaskState.FAILED, failure=failure)
    _ask(run_id, task, failure)


def _ask(run_id: str, task: TaskRow, failure: Failure) -> None:
    if isinstance(failure, RecordsNeedPerson):
        return  # each of those records has a question of its own
    if isinstance(failure, Asked):
        reviews.ask(run_id, task.id, failure.code, failure.params, answers(failure))
    else:
        told = {"task": task.name, "failure": failure.as_json()}
        reviews.ask(run_id, task.id, "task_failed", told, answers(failure))
