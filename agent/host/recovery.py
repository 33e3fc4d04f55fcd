"""After each worker's end, and at start: what resumes, what goes to a person. From the rows alone."""

from __future__ import annotations

import random
import shutil
from datetime import datetime, timedelta

from agent.core.answers import answers
from agent.core.backoff import pause_before
from agent.core.failures import (
    AccountLocked,
    Action,
    Asked,
    Defect,
    ElementAmbiguous,
    ElementMissing,
    Failure,
    Handling,
    PasswordExpired,
    RecordsNeedPerson,
    Report,
    SignInRefused,
    Site,
    Usage,
    WorkerDied,
    handling,
)
from agent.core.states import AT_WORK, RunState, TaskKind, TaskState
from agent.host import repairs
from agent.store import by_hand, downloads, evidence, reviews, runs
from agent.store.database import transaction
from agent.store.fields import utc_now
from agent.store.tables import RunRow, TaskRow
from agent.system.paths import Home
from agent.system.processes import ProcessIdentity, end_leftovers

MOST_RECOVERIES = 20
"""Starts of the host that find the same run at work; then it is no accident any more."""

_MOST_LATE_ANSWERS = 5  # workers that died in between count as tries, too


def recover() -> None:
    """At start, after the leftover trees were ended: put every run that was at work back into the queue."""
    for run in runs.at_work():
        runs.raise_fence(run.id)
        recoveries = runs.count_recovery(run.id)
        for task in runs.tasks_of(run.id):
            if task.state == TaskState.RUNNING:
                if recoveries > MOST_RECOVERIES:
                    _rest(run, task, WorkerDied(exit_code=None), TaskState.FAILED)
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


def settle(
    run_id: str,
    task_id: int,
    death: Failure,
    *,
    deadline_at: datetime | None = None,
    lasted_seconds: float = 0.0,
) -> None:
    """Decide what a task whose worker has ended does next; ``death`` is the cause if it stored none.

    ``lasted_seconds``: how long this try took; another one will not be quicker. The decision and the question
    that it leads to are one transaction: nothing rests without being asked about.
    """
    with transaction():
        _settle(run_id, task_id, death, deadline_at, lasted_seconds)


def _settle(
    run_id: str, task_id: int, death: Failure, deadline_at: datetime | None, lasted_seconds: float
) -> None:
    runs.raise_fence(run_id)
    run, task = runs.get(run_id), runs.task(task_id)
    if task.state != TaskState.RUNNING:
        return
    if run.options.get("by_hand") and task.failure is None:
        _hand_over(run, task)
        return
    failure = Failure.from_json(task.failure) if task.failure else death
    rule, tries = handling(failure), runs.count_since_progress(task_id)
    handed_in = task.name in (run.options.get(downloads.HANDED_IN) or {})
    if isinstance(failure, Report | Usage | Defect) and handed_in:
        downloads.forget_handed_in(run_id, task.name)  # the same file would be refused as often as it is read
        rule = Handling(1, 0, Action.REVIEW)
    pause = pause_before(
        rule,
        tries,
        draw=random.random(),  # noqa: S311  # jitter
        now=utc_now(),
        deadline_at=deadline_at,
        lasts_seconds=lasted_seconds,
    )
    if pause is not None:
        _again(task, failure, pause)
    elif rule.then is Action.WAIT:
        _again(task, failure, rule.pause_seconds)
    elif (
        isinstance(failure, RecordsNeedPerson)
        and tries < _MOST_LATE_ANSWERS
        and not reviews.open_items(run_id)
        and not by_hand.taken(run_id)
    ):
        _again(task, failure, 0)  # the last of them was answered while the worker was ending
    else:
        new = TaskState.NEEDS_REVIEW if rule.then is Action.REVIEW else TaskState.FAILED
        _rest(run, task, failure, new)


def _hand_over(run: RunRow, task: TaskRow) -> None:
    """The worker has ended its current record because a person finishes by hand: the rest becomes theirs."""
    by_hand.take_rest(run.id, run.options["by_hand"])
    if runs.has_doubts(task.id):
        runs.settle_task(task.id, TaskState.WAITING)  # those are looked up first
    elif by_hand.taken(run.id):
        failure = RecordsNeedPerson(count=by_hand.taken(run.id))
        runs.settle_task(task.id, TaskState.NEEDS_REVIEW, failure=failure)
    else:
        runs.change_options(run.id, by_hand=None)  # there was nothing left to take: it ends as it would have
        runs.settle_task(task.id, TaskState.WAITING)


def _again(task: TaskRow, failure: Failure, pause_seconds: float) -> None:
    later = utc_now() + timedelta(seconds=pause_seconds)
    runs.settle_task(task.id, TaskState.WAITING, failure=failure, not_before_at=later)


def _rest(run: RunRow, task: TaskRow, failure: Failure, new: TaskState) -> None:
    """Let a task rest until a person says what next, and ask them."""
    runs.settle_task(task.id, new, failure=failure)
    if isinstance(failure, RecordsNeedPerson):
        by_hand.ask(run.id)  # each other record has a question of its own
        if not reviews.open_items(run.id):
            _ask(run, task, failure)  # answered, all of them, and its workers died all the same
    elif not reviews.asked_about_rows(task.id):
        _ask(run, task, failure)


def _ask(run: RunRow, task: TaskRow, failure: Failure) -> None:
    offered = answers(failure)
    if not isinstance(failure, Asked):
        if task.kind == TaskKind.DOWNLOAD and "hand_in" not in offered:
            offered = (*offered[:-1], "hand_in", offered[-1])  # whoever can download it can go on
        if task.kind == TaskKind.UPLOAD and by_hand.may_take(run.id):
            offered = (*offered[:-1], "finish_by_hand", offered[-1])
    if isinstance(failure, Asked):
        reviews.ask(run.id, task.id, failure.code, failure.params, offered)
    elif isinstance(failure, ElementMissing | ElementAmbiguous):
        repairs.ask(run, task, failure, offered, cause_of(run, task, failure))
    else:
        told = {"task": task.name, "failure": failure.as_json()}
        reviews.ask(run.id, task.id, "task_failed", told, offered, cause=cause_of(run, task, failure))


def cause_of(run: RunRow, task: TaskRow, failure: Failure) -> str | None:
    """Return what names a cause that other runs may meet too: a site's; None for what is this run's own."""
    if task.site is None:
        return None
    place = f"{run.office}/{task.site}"
    if isinstance(failure, SignInRefused | AccountLocked | PasswordExpired):
        return f"password/{place}"
    if isinstance(failure, Site):
        return f"{failure.code}/{place}/{failure.params.get('element') or ''}"
    return None
