"""States of runs, tasks and records, and the tables of allowed transitions.

Source: DESIGN.md, sections 3 and 6. Every other change of a state is a defect, so :func:`require` raises.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeVar


class RunState(StrEnum):
    """Where a run stands."""

    PENDING = "PENDING"
    DOWNLOADING = "DOWNLOADING"
    PROCESSING = "PROCESSING"
    UPLOADING = "UPLOADING"
    COMPLETED = "COMPLETED"
    NEEDS_REVIEW = "NEEDS_REVIEW"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class TaskState(StrEnum):
    """Where a task stands."""

    WAITING = "waiting"
    BLOCKED = "blocked"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    NEEDS_REVIEW = "needs_review"
    CANCELLED = "cancelled"


class TaskKind(StrEnum):
    """What a task does; its kind gives the run's state while it works."""

    DOWNLOAD = "download"
    PROCESS = "process"
    UPLOAD = "upload"


class RecordState(StrEnum):
    """What became of one record."""

    PLANNED = "PLANNED"
    INTENDED = "INTENDED"
    CONFIRMED = "CONFIRMED"
    VERIFIED = "VERIFIED"
    REJECTED = "REJECTED"
    INVALID = "INVALID"
    IN_DOUBT = "IN_DOUBT"
    IN_REVIEW = "IN_REVIEW"
    TAKEN = "TAKEN"
    SKIPPED = "SKIPPED"


class NotAllowedError(ValueError):
    """A transition that the tables do not have: a defect of ours, never of the user."""


_R, _T, _C = RunState, TaskState, RecordState
_WORKING = frozenset({_R.DOWNLOADING, _R.PROCESSING, _R.UPLOADING})
_ENDS = frozenset({_R.NEEDS_REVIEW, _R.FAILED, _R.CANCELLED})

RUN_TRANSITIONS: Mapping[RunState, frozenset[RunState]] = {
    _R.PENDING: _WORKING | _ENDS | {_R.COMPLETED},
    _R.DOWNLOADING: _WORKING | _ENDS | {_R.PENDING, _R.COMPLETED},
    _R.PROCESSING: _WORKING | _ENDS | {_R.PENDING, _R.COMPLETED},
    _R.UPLOADING: _WORKING | _ENDS | {_R.PENDING, _R.COMPLETED},
    _R.NEEDS_REVIEW: frozenset({_R.PENDING, _R.CANCELLED, _R.FAILED}),
    _R.FAILED: frozenset({_R.PENDING, _R.CANCELLED}),  # retry and resume go through the queue again
    _R.COMPLETED: frozenset(),
    _R.CANCELLED: frozenset(),
}

TASK_TRANSITIONS: Mapping[TaskState, frozenset[TaskState]] = {
    # A person may take the rest of a task over while it waits or after it failed: then it waits for them.
    _T.WAITING: frozenset({_T.RUNNING, _T.BLOCKED, _T.CANCELLED, _T.NEEDS_REVIEW}),
    _T.BLOCKED: frozenset({_T.WAITING, _T.CANCELLED}),
    _T.RUNNING: frozenset({_T.WAITING, _T.DONE, _T.FAILED, _T.NEEDS_REVIEW, _T.CANCELLED}),
    _T.FAILED: frozenset({_T.WAITING, _T.CANCELLED, _T.NEEDS_REVIEW}),
    _T.NEEDS_REVIEW: frozenset({_T.WAITING, _T.CANCELLED}),
    _T.DONE: frozenset({_T.WAITING}),  # its file turned out to be wrong: fetched again, or handed in
    _T.CANCELLED: frozenset(),
}

RECORD_TRANSITIONS: Mapping[RecordState, frozenset[RecordState]] = {
    # An unsent record may be found in the target already (VERIFIED) without ever having been sent by us.
    # It may be refused by a check that comes before the commit click.
    _C.PLANNED: frozenset(
        {_C.INTENDED, _C.VERIFIED, _C.REJECTED, _C.IN_REVIEW, _C.INVALID, _C.SKIPPED, _C.TAKEN}
    ),
    _C.INTENDED: frozenset({_C.CONFIRMED, _C.IN_DOUBT}),
    _C.IN_DOUBT: frozenset({_C.PLANNED, _C.VERIFIED, _C.REJECTED, _C.IN_REVIEW}),
    _C.CONFIRMED: frozenset({_C.VERIFIED, _C.IN_REVIEW}),
    _C.REJECTED: frozenset({_C.PLANNED, _C.SKIPPED, _C.TAKEN}),
    _C.INVALID: frozenset({_C.PLANNED, _C.SKIPPED, _C.TAKEN}),
    _C.IN_REVIEW: frozenset({_C.PLANNED, _C.VERIFIED, _C.SKIPPED, _C.TAKEN, _C.IN_DOUBT}),
    _C.TAKEN: frozenset({_C.VERIFIED, _C.IN_REVIEW, _C.IN_DOUBT}),
    _C.VERIFIED: frozenset({_C.IN_REVIEW}),
    _C.SKIPPED: frozenset(),
}

OPEN_RUNS = frozenset({_R.PENDING, _R.NEEDS_REVIEW}) | _WORKING
"""Runs that still hold their duty: no second run is begun for it."""

AT_WORK = _WORKING
"""Runs that a worker may be working on."""

SETTLED_RECORDS = frozenset({_C.VERIFIED, _C.SKIPPED})
"""Records of which nothing remains to be done."""

DELIVERED_RECORDS = frozenset({_C.CONFIRMED, _C.VERIFIED})
"""Records that, as far as we know, are in the target."""

FREE_RECORDS = frozenset({_C.PLANNED, _C.REJECTED, _C.INVALID, _C.SKIPPED})
"""Records that are certainly not in the target through us: once their run has ended, the key is free."""

StateT = TypeVar("StateT", RunState, TaskState, RecordState)


def require(table: Mapping[StateT, frozenset[StateT]], old: StateT, new: StateT) -> None:
    """Raise :class:`NotAllowedError` unless ``table`` allows ``old`` → ``new``."""
    if new not in table[old]:
        raise NotAllowedError(f"{old} → {new}")


def sources(table: Mapping[StateT, frozenset[StateT]], new: StateT) -> frozenset[StateT]:
    """Return the states from which ``new`` may be reached (for conditional updates)."""
    return frozenset(old for old, allowed in table.items() if new in allowed)


_STAGE = {
    TaskKind.DOWNLOAD: RunState.DOWNLOADING,
    TaskKind.PROCESS: RunState.PROCESSING,
    TaskKind.UPLOAD: RunState.UPLOADING,
}


def stage(kind: TaskKind) -> RunState:
    """Return the run's state while a task of this kind works."""
    return _STAGE[kind]


def outcome(tasks: Iterable[TaskState]) -> RunState | None:
    """Return the run's final state by its tasks, or None while one can still work.

    A failure outweighs a question, a question outweighs a block; COMPLETED needs every task done. Whether the
    totals agree is a further condition (:mod:`agent.core.totals`).
    """
    states = frozenset(tasks)
    if states & {TaskState.WAITING, TaskState.RUNNING}:
        return None
    if TaskState.CANCELLED in states:
        return RunState.CANCELLED
    if TaskState.FAILED in states:
        return RunState.FAILED
    if states & {TaskState.NEEDS_REVIEW, TaskState.BLOCKED}:
        return RunState.NEEDS_REVIEW
    return RunState.COMPLETED
