"""Which sign a state has, on every face: done, running, needs, risk, failed or waiting (SCREENS.md)."""

from __future__ import annotations

DONE, RUNNING, NEEDS, RISK, FAILED, WAITING = "done", "running", "needs", "risk", "failed", "waiting"

_RUNS = {
    "PENDING": WAITING,
    "COMPLETED": DONE,
    "NEEDS_REVIEW": NEEDS,
    "FAILED": FAILED,
    "CANCELLED": FAILED,
}
_TASKS = {
    "waiting": WAITING,
    "blocked": WAITING,
    "done": DONE,
    "failed": FAILED,
    "needs_review": NEEDS,
    "cancelled": FAILED,
}
_RECORDS = {
    "PLANNED": WAITING,
    "VERIFIED": DONE,
    "REJECTED": FAILED,
    "INVALID": FAILED,
    "IN_REVIEW": NEEDS,
    "SKIPPED": WAITING,
    "TAKEN": WAITING,
}
_DAYS = {
    None: WAITING,
    "owed": WAITING,
    "running": RUNNING,
    "ran": DONE,
    "failed": FAILED,
    "skipped": WAITING,
    "missed": FAILED,
}


def of_day(outcome: str | None) -> str:
    """Return the sign of what became of a business day's duty; None where it is still to come."""
    return _DAYS.get(outcome, RUNNING)


def of_run(state: str) -> str:
    """Return the sign of a run's state."""
    return _RUNS.get(state, RUNNING)


def of_task(state: str) -> str:
    """Return the sign of a task's state."""
    return _TASKS.get(state, RUNNING)


def of_record(state: str) -> str:
    """Return the sign of a record's state."""
    return _RECORDS.get(state, RUNNING)
