"""When a failed task is tried again, if at all: a pure rule of handling, tries so far and clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from agent.core.failures import Handling

LONGEST_PAUSE_SECONDS = 300.0
"""Doubling ends here: a site that comes back is noticed within five minutes."""

JITTER = 0.25
"""A pause is longer or shorter by up to this share, so that many workstations don't knock at once."""


def pause_before(
    rule: Handling,
    tries: int,
    *,
    draw: float,
    now: datetime,
    deadline_at: datetime | None = None,
    lasts_seconds: float = 0.0,
) -> float | None:
    """Return the seconds to wait before the next try, or None when no further try helps.

    ``tries``: how often it was tried in vain, at least once. ``draw``: from 0 to 1, by chance.
    ``lasts_seconds``: how long a try takes. While its deadline lies ahead, a patient rule goes on beyond its
    number of tries; a try that would not have ended by then is useless, and a person had better know now. A
    deadline that has passed (a run by hand, for another day) says nothing.
    """
    ahead = deadline_at is not None and now < deadline_at
    if tries >= rule.attempts and not (rule.patient and ahead):
        return None
    pause = doubled(rule.pause_seconds, tries, longest_seconds=LONGEST_PAUSE_SECONDS, draw=draw)
    if deadline_at is not None and ahead and now + timedelta(seconds=pause + lasts_seconds) >= deadline_at:
        return None
    return pause


def doubled(first_seconds: float, tries: int, *, longest_seconds: float, draw: float) -> float:
    """Return a pause that doubles with each try in vain (from 1 on), up to a longest; ``draw``: 0 to 1."""
    return min(first_seconds * 2.0 ** min(tries - 1, 30), longest_seconds) * (1 - JITTER + 2 * JITTER * draw)
