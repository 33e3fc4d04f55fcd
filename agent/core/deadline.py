"""Will it be done in time? A forecast from past runs, in values: "done 06:10-06:25; deadline 08:00".

Source: DESIGN.md, 1 (promise 2) and the issue "On time". Nothing is guessed: with too little history the
answer is *not known yet*. What is left of a run is, for each past run, what that one still had before it at
the same place; the band is that of :mod:`agent.core.quantiles`. Retries are in the past durations.
Moments are aware datetimes, everything else seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from agent.core.quantiles import adjusted, band, slope_of, stretched, sums

FEWEST_RUNS = 8
"""Past runs below which nothing is said of the next one."""

MOST_RUNS = 40
"""Older ones are not looked at: two months of mornings."""

UNKNOWN_MARGIN_SECONDS = 3600.0
"""Where no forecast can be made, a run that is not done this long before its deadline is at risk."""

_LONGEST = timedelta(days=366)
_FIRST_SHARE = 0.1  # of the records; before that the pace of the running task says nothing
_FEWEST_RECORDS = 10
# A task that takes longer than it ever did: its age says most of what can be known. Multiples of the age.
_OVERDUE = (0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0)


class Verdict(StrEnum):
    """What the forecast comes to."""

    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    IMPOSSIBLE = "impossible"
    NOT_KNOWN_YET = "not_known_yet"


class Help(StrEnum):
    """What would help, so that somebody can do it in time."""

    SETTLE_CAUSE = "settle_cause"  # it waits for something: do that first
    START_EARLIER = "start_earlier"  # it has not begun, and now would be soon enough
    LET_IT_GO_FIRST = "let_it_go_first"  # alone it would be in time; what is before it in the queue can wait
    FINISH_BY_HAND = "finish_by_hand"  # some records will be left; people can enter those
    TELL_WHO_WAITS = "tell_who_waits"  # nothing can be done: whoever relies on it should know


@dataclass(frozen=True)
class PastTask:
    """How long a task took once. ``tenths``: seconds until each tenth of its records (ten values)."""

    seconds: float
    records: int | None = None
    tenths: tuple[float, ...] = ()


@dataclass(frozen=True)
class PastRun:
    """The tasks of one past run that can be compared with; oldest first where there are several."""

    day: date
    tasks: Mapping[str, PastTask]


@dataclass(frozen=True)
class TaskLeft:
    """A task that is not done: ``records`` where they are planned, ``elapsed_seconds`` where it runs.

    ``since_seconds`` of those have passed since its last record.
    """

    name: str
    elapsed_seconds: float | None = None
    records: int | None = None
    delivered: int = 0
    pause_seconds: float = 0.0
    since_seconds: float = 0.0


@dataclass(frozen=True)
class Work:
    """One run with what is left of it (one task at most is running) and what is known of earlier ones."""

    day: date
    left: tuple[TaskLeft, ...]
    past: Sequence[PastRun] = field(default=(), repr=False)


@dataclass(frozen=True)
class Forecast:
    """The answer; the three moments are None while nothing is known. ``chance`` is that of being in time."""

    verdict: Verdict
    deadline_at: datetime
    earliest_at: datetime | None = None
    middle_at: datetime | None = None
    latest_at: datetime | None = None
    chance: float | None = None
    latest_start_at: datetime | None = None
    left_over: int | None = None
    helps: tuple[Help, ...] = ()


def forecast(
    work: Work,
    *,
    now: datetime,
    deadline_at: datetime,
    begins_at: datetime | None = None,
    ahead: Sequence[Work] = (),
    waits: bool = False,
) -> Forecast:
    """Say when ``work`` is done and what that means for its deadline.

    ``begins_at`` is when it is started at the earliest (its schedule), ``ahead`` the runs before it in the
    queue, ``waits`` whether it cannot go on just now (offline, keyring locked, ...): then it is reckoned as
    if it went on this moment, so that every look says what is still possible.
    """
    start = max(now, begins_at or now)
    own = remaining(work)
    sets = [own, *(remaining(other) for other in ahead)]
    known = [values for values in sets if values is not None]
    room = (deadline_at - start).total_seconds()
    if own is None or len(known) < len(sets):
        return _unknown(now, deadline_at, room, waits=waits)
    whole = sums(known) if known else [0.0]
    around = band(whole)
    chance = sum(value <= room for value in whole) / len(whole)
    if now >= deadline_at or min(around.low, *whole) > room:
        verdict = Verdict.IMPOSSIBLE
    else:
        verdict = Verdict.AT_RISK if around.high > room else Verdict.ON_TRACK
    alone = band(own).high <= (deadline_at - now).total_seconds()
    return Forecast(
        verdict,
        deadline_at,
        earliest_at=start + _span(around.low),
        middle_at=start + _span(around.middle),
        latest_at=start + _span(around.high),
        chance=chance,
        latest_start_at=deadline_at - _span(around.high),
        left_over=_left_over(work, around.middle, room),
        helps=()
        if verdict is Verdict.ON_TRACK
        else _helps(
            waits=waits,
            early=start > now and around.high <= (deadline_at - now).total_seconds(),
            alone=bool(ahead) and alone,
            uploads=any(task.records for task in work.left),
        ),
    )


def _span(seconds: float) -> timedelta:
    """Return a duration; a wild guess of more than a year is a year: calendars end somewhere."""
    return timedelta(seconds=min(seconds, _LONGEST.total_seconds()))


def remaining(work: Work) -> list[float] | None:
    """Return what is left of a run, once for each past run to compare with; None with too few of those."""
    names = [task.name for task in work.left]
    past = [run for run in work.past if all(name in run.tasks for name in names)][-MOST_RUNS:]
    if len(past) < FEWEST_RUNS:
        return None
    if not names:
        return [0.0] * FEWEST_RUNS
    running = next((task for task in work.left if task.elapsed_seconds is not None), None)
    waiting = [task for task in work.left if task is not running]
    pause = max((task.pause_seconds for task in work.left), default=0.0)
    totals = [pause] * len(past)
    if waiting:
        spent = [sum(parts) for parts in zip(*(_durations(task, past) for task in waiting), strict=True)]
        fresh = adjusted(spent, [run.day for run in past], work.day)
        totals = [pause + seconds for seconds in fresh]
    return totals if running is None else _with_rest(totals, running, past, work.day)


def _with_rest(totals: list[float], task: TaskLeft, past: Sequence[PastRun], today: date) -> list[float]:
    """Add what is left of the running task; past runs that had it done by now say nothing of it."""
    rests = _rests(task, past, today)
    both = [known + rest for known, rest in zip(totals, rests, strict=True) if rest is not None]
    if len(both) >= FEWEST_RUNS // 2:
        return both
    ranked = sorted(totals)  # longer than nearly ever
    later = [ranked[len(ranked) * place // len(_OVERDUE)] for place in range(len(_OVERDUE))]
    elapsed = task.elapsed_seconds or 0.0
    return [known + share * elapsed for known, share in zip(later, _OVERDUE, strict=True)]


def _durations(task: TaskLeft, past: Sequence[PastRun]) -> list[float]:
    """Return how long the task took each time, put right for the records that it has this time."""
    known = [run.tasks[task.name] for run in past]
    seconds = [one.seconds for one in known]
    counts = [one.records for one in known]
    if not task.records or not all(counts):
        return seconds
    amounts = [float(count or 0) for count in counts]
    if max(amounts) < 1.3 * min(amounts):  # too alike to see what belongs to the records and what does not
        return [value * task.records / amount for value, amount in zip(seconds, amounts, strict=True)]
    each = slope_of(amounts, seconds)
    even = [
        max(0.2 * value, value + each * (task.records - amount))
        for value, amount in zip(seconds, amounts, strict=True)
    ]
    return [max(0.0, value) for value in stretched(even, (1 - 2 / len(even)) ** -0.5)]


def _rests(task: TaskLeft, past: Sequence[PastRun], today: date) -> list[float | None]:
    """Return what was still before the task in each past run; None for one that would be over by now."""
    elapsed = task.elapsed_seconds or 0.0
    share = task.delivered / task.records if task.records else 0.0
    if share >= _FIRST_SHARE and (task.records or 0) >= _FEWEST_RECORDS:
        paces = [_pace(run.tasks[task.name], share) for run in past]
        if sum(pace is not None for pace in paces) >= FEWEST_RUNS:
            return [None if pace is None else _from_last(task, pace) for pace in paces]
    whole = adjusted(_durations(task, past), [run.day for run in past], today)
    return [seconds - elapsed if seconds > elapsed else None for seconds in whole]


def _from_last(task: TaskLeft, pace: float) -> float:
    """Return what is left at a pace: reckoned at the last record, less what has passed since of the next."""
    at_last = (task.elapsed_seconds or 0.0) - task.since_seconds
    left, still_open = at_last * pace, max(1, (task.records or 0) - task.delivered)
    return max(left - task.since_seconds, left * (1 - 1 / still_open))


def _pace(task: PastTask, share: float) -> float | None:
    """Return what was left of a past task at this share of its records, in times of what was spent."""
    if len(task.tenths) != 10:
        return None
    place = min(9, int(share * 10)) - 1
    part = min(1.0, share * 10 - (place + 1))
    before = task.tenths[place]
    after = task.tenths[min(9, place + 1)]
    until = before + part * (after - before)
    return None if until <= 0 else max(0.0, task.seconds - until) / until


def _left_over(work: Work, seconds: float, room: float) -> int | None:
    """Return how many records of the upload will not be there at the deadline, if it goes as usual."""
    for task in work.left:
        if task.records:
            open_records = task.records - task.delivered
            share = 0.0 if seconds <= 0 else max(0.0, min(1.0, 1 - max(0.0, room) / seconds))
            return round(open_records * share)
    return None


def _unknown(now: datetime, deadline_at: datetime, room: float, *, waits: bool) -> Forecast:
    if now >= deadline_at:
        return Forecast(Verdict.IMPOSSIBLE, deadline_at, helps=(Help.TELL_WHO_WAITS,))
    if room <= UNKNOWN_MARGIN_SECONDS:
        helps = _helps(waits=waits, early=False, alone=False, uploads=False)
        return Forecast(Verdict.AT_RISK, deadline_at, helps=helps)
    return Forecast(Verdict.NOT_KNOWN_YET, deadline_at)


def _helps(*, waits: bool, early: bool, alone: bool, uploads: bool) -> tuple[Help, ...]:
    told = (
        (waits, Help.SETTLE_CAUSE),
        (early, Help.START_EARLIER),
        (alone, Help.LET_IT_GO_FIRST),
        (uploads, Help.FINISH_BY_HAND),
    )
    return tuple(which for holds, which in told if holds) or (Help.TELL_WHO_WAITS,)
