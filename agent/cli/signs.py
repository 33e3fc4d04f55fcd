"""Each state has a colour and an icon and a word: colour alone says nothing to one person in twelve."""

from __future__ import annotations

from typing import NamedTuple


class Sign(NamedTuple):
    """An icon of one column, and a terminal's own colour (which fits its light or dark ground)."""

    icon: str
    style: str


DONE = Sign("✓", "green")
RUNNING = Sign("◌", "cyan")
NEEDS_YOU = Sign("☝", "magenta")
FAILED = Sign("✗", "red")
WAITING = Sign("◷", "bright_black")

RING = "◜◝◞◟"
"""The frames of the turning ring; shown only while something turns."""

_RUNS = {
    "PENDING": WAITING,
    "COMPLETED": DONE,
    "NEEDS_REVIEW": NEEDS_YOU,
    "FAILED": FAILED,
    "CANCELLED": FAILED,
}
_TASKS = {
    "waiting": WAITING,
    "blocked": WAITING,
    "done": DONE,
    "failed": FAILED,
    "needs_review": NEEDS_YOU,
    "cancelled": FAILED,
}
_RECORDS = {
    "PLANNED": WAITING,
    "VERIFIED": DONE,
    "REJECTED": FAILED,
    "INVALID": FAILED,
    "IN_REVIEW": NEEDS_YOU,
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


def of_day(outcome: str | None) -> Sign:
    """Return the sign of what became of a business day's duty; None where it is still to come."""
    return _DAYS.get(outcome, RUNNING)


def of_run(state: str) -> Sign:
    """Return the sign of a run's state."""
    return _RUNS.get(state, RUNNING)


def of_task(state: str) -> Sign:
    """Return the sign of a task's state."""
    return _TASKS.get(state, RUNNING)


def of_record(state: str) -> Sign:
    """Return the sign of a record's state."""
    return _RECORDS.get(state, RUNNING)
