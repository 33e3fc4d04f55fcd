"""A run's downloads opened again: fetched afresh, or replaced by a file that a person hands in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.core.actors import Actor
from agent.core.failures import (
    DownloadCut,
    DownloadStale,
    DownloadWrongType,
    Failure,
    RowsInvalid,
    StatedTotalDiffers,
    WrongState,
)
from agent.core.states import TASK_TRANSITIONS, TaskKind, TaskState, sources
from agent.store import runs
from agent.store.database import transaction
from agent.store.tables import EvidenceRow, ReviewRow, TaskRow

HANDED_IN = "handed_in"
"""The run's option that holds, by the download's name, which file a person handed in for it, and who."""

_OF_THE_FILE = (DownloadCut, DownloadStale, DownloadWrongType, RowsInvalid, StatedTotalDiffers)


def fetch_again(task: TaskRow) -> None:
    """Let a task try again with fresh files: what was handed in is forgotten, its inputs are downloaded anew.

    A checkpointed file that turned out to be wrong would be as wrong at every retry.
    """
    failure = Failure.from_json(task.failure) if task.failure else None
    if not isinstance(failure, _OF_THE_FILE):
        return
    wanted = [task] if task.kind == TaskKind.DOWNLOAD else _inputs(task)
    with transaction():
        for download in wanted:
            forget_handed_in(task.run_id, download.name)
            if download.id != task.id:
                _open_again(download)


def hand_in(item: ReviewRow, file: Mapping[str, Any], actor: Actor) -> None:
    """Let a file (evidence, sha256, name) take the place of the download that a question is about."""
    task = _asked_about(item)
    with transaction():
        known = runs.get(item.run_id).options.get(HANDED_IN) or {}
        handed = {**known, task.name: {**file, "actor": actor.as_json()}}
        runs.change_options(item.run_id, **{HANDED_IN: handed})
        _open_again(task)


def forget_handed_in(run_id: str, task: str) -> None:
    """From now on the site's own file is wanted again for a download."""
    known = dict(runs.get(run_id).options.get(HANDED_IN) or {})
    if known.pop(task, None) is not None:
        runs.change_options(run_id, **{HANDED_IN: known})


def _asked_about(item: ReviewRow) -> TaskRow:
    """Return the download that a question is about. Raises WrongState when that is not certain."""
    task = item.task
    if task is not None and task.kind == TaskKind.DOWNLOAD:
        return task
    inputs = [] if task is None else _inputs(task)
    file = ((item.params.get("failure") or {}).get("params") or {}).get("file")
    named = {
        row.task_id
        for row in EvidenceRow.select().where((EvidenceRow.run == item.run_id) & (EvidenceRow.name == file))
    }
    found = [each for each in inputs if each.id in named] or inputs
    if len(found) != 1:
        raise WrongState(what=f"item {item.id}", state="about several files", wanted="about one file")
    return found[0]


def _inputs(task: TaskRow) -> list[TaskRow]:
    return [
        each
        for each in runs.tasks_of(task.run_id)
        if each.name in task.inputs and each.kind == TaskKind.DOWNLOAD
    ]


def _open_again(task: TaskRow) -> None:
    TaskRow.update(state=TaskState.WAITING, checkpoint=None, attempts=0, not_before_at=None).where(
        (TaskRow.id == task.id) & TaskRow.state.in_(sources(TASK_TRANSITIONS, TaskState.WAITING))
    ).execute()
