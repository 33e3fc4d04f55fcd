"""Noticing that time did not pass as it should have: sleep, a clock that was set, another time zone.

Two readings are compared: the wall clock, and a clock that only runs while the computer is awake (Linux,
macOS) or at least never jumps (Windows, where it runs on in sleep; there the wait took longer than asked).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol

_TOLERATED_SECONDS = 2.0
_OVERSLEPT_SECONDS = 20.0


@dataclass(frozen=True)
class Reading:
    """Wall clock in seconds since 1970 UTC, steady clock in seconds, and the computer's offset from UTC."""

    wall_seconds: float
    steady_seconds: float
    offset_seconds: int


class Clocks(Protocol):
    """What the two clocks say now."""

    def __call__(self) -> Reading:
        """Read both."""


class FakeClocks:
    """Clocks that a test sets."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    def __call__(self) -> Reading:
        """Return what was set."""
        return self.reading


def read_clocks() -> Reading:
    """Read the computer's clocks."""
    wall = time.time()
    return Reading(wall, time.monotonic(), time.localtime(wall).tm_gmtoff)


def gap(before: Reading, after: Reading, waited_seconds: float) -> str | None:
    """Return what happened between two readings that a wait should lie between; None for nothing unusual.

    ``asleep`` (or the clock was set forward: from here that is the same), ``set_back``, ``overslept``,
    ``zone_changed``. One's own clock change in spring and autumn is a change of the zone's offset.
    """
    steady = after.steady_seconds - before.steady_seconds
    drift = (after.wall_seconds - before.wall_seconds) - steady
    if drift > _TOLERATED_SECONDS:
        return "asleep"
    if drift < -_TOLERATED_SECONDS:
        return "set_back"
    if steady > waited_seconds + _OVERSLEPT_SECONDS:
        return "overslept"
    if after.offset_seconds != before.offset_seconds:
        return "zone_changed"
    return None
