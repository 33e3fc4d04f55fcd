"""Each state has a colour and an icon and a word: colour alone says nothing to one person in twelve."""

from __future__ import annotations

from typing import NamedTuple

from agent.faces import signs as known


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

_SIGNS = {
    known.DONE: DONE,
    known.RUNNING: RUNNING,
    known.NEEDS: NEEDS_YOU,
    known.FAILED: FAILED,
    known.WAITING: WAITING,
}


def of_day(outcome: str | None) -> Sign:
    """Return the sign of what became of a business day's duty; None where it is still to come."""
    return _SIGNS[known.of_day(outcome)]


def of_run(state: str) -> Sign:
    """Return the sign of a run's state."""
    return _SIGNS[known.of_run(state)]


def of_task(state: str) -> Sign:
    """Return the sign of a task's state."""
    return _SIGNS[known.of_task(state)]


def of_record(state: str) -> Sign:
    """Return the sign of a record's state."""
    return _SIGNS[known.of_record(state)]
