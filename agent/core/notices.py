"""Who is told what, and when: one table, and rules over values. Pure; the standard library only.

Source: the issue "On time". A notice is of one **cause** and is told once to each of its addressees. It
carries codes, counts and moments: never a name, a key or a value of a record, never a site's own words.
Moments are aware datetimes in UTC; quiet hours are wall-clock times of the office.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from agent.core.deadline import UNKNOWN_MARGIN_SECONDS, Forecast, Help, Verdict
from agent.core.states import RunState

DESKTOP = "desktop"
HEARTBEAT = "heartbeat"
EVERYBODY = "all"
"""Every address that this workstation knows, beside the desktop."""

RESERVED = frozenset({DESKTOP, HEARTBEAT, EVERYBODY})

MOST_QUIET_BEFORE_DEADLINE = timedelta(minutes=60)
"""Quiet hours end here at the latest for what somebody may still act upon."""

SMALL_RISK, SMALL_RISK_TOLD = 0.15, timedelta(minutes=90)
"""A risk below this is told so long before the deadline, if it is still there."""


class Event(StrEnum):
    """What people are told of."""

    STARTED = "started"
    DONE = "done"
    NEEDS_PERSON = "needs_person"
    FAILED = "failed"
    AT_RISK = "at_risk"
    IMPOSSIBLE = "impossible"
    MISSED = "missed"
    NOTHING_SUCCEEDED = "nothing_succeeded"
    NOT_READY = "not_ready"
    PAUSED = "paused"


class Ping(StrEnum):
    """What a heartbeat address is sent."""

    START = "start"
    SUCCESS = "success"
    FAIL = "fail"


@dataclass(frozen=True)
class Rule:
    """To whom an event goes unless the settings say otherwise, and which ping it is."""

    to: tuple[str, ...]
    ping: Ping | None = None


_LOUD = (DESKTOP, EVERYBODY)

TABLE: Mapping[Event, Rule] = {
    Event.STARTED: Rule((), Ping.START),
    Event.DONE: Rule((DESKTOP,), Ping.SUCCESS),
    # The machine has done its part; what is left of the duty is told, not pinged.
    Event.NEEDS_PERSON: Rule(_LOUD, Ping.SUCCESS),
    Event.FAILED: Rule(_LOUD, Ping.FAIL),
    Event.AT_RISK: Rule(_LOUD),
    Event.IMPOSSIBLE: Rule(_LOUD, Ping.FAIL),
    Event.MISSED: Rule(_LOUD, Ping.FAIL),
    Event.NOTHING_SUCCEEDED: Rule(_LOUD, Ping.FAIL),
    Event.NOT_READY: Rule(_LOUD),
    Event.PAUSED: Rule((DESKTOP,)),
}

# The only parameters of a failure that leave this workstation: none of them ever holds what a record holds.
_TELLABLE_TEXTS = frozenset({"site", "site_name", "task", "element"})
_TELLABLE_COUNTS = frozenset(
    {"count", "rows", "found", "usual", "entered", "total", "seconds", "status", "free_mb", "wanted_mb"}
)


@dataclass(frozen=True)
class Quiet:
    """Hours in which nothing is told that can wait; they may run over midnight."""

    begins: time
    ends: time


@dataclass(frozen=True)
class Happening:
    """One thing to be told: ``cause`` makes it one, however often it is seen."""

    event: Event
    cause: str
    automation: str
    office: str
    params: Mapping[str, Any] = field(default_factory=dict)
    run: str | None = None
    deadline_at: datetime | None = None


@dataclass(frozen=True)
class Place:
    """An automation in an office, with the title by which people know it."""

    automation: str
    title: str
    office: str


@dataclass(frozen=True)
class RunSeen:
    """What the rules need to know of a run.

    ``checked`` counts source rows, ``arrived`` and ``need`` records, ``newest_question`` is an item.
    """

    id: str
    automation: str
    title: str
    office: str
    day: date
    state: RunState
    started_at: datetime | None
    ended_at: datetime | None
    deadline_at: datetime | None
    noun: tuple[str, str] = ("record", "records")
    arrived: int = 0
    need: int = 0
    checked: int | None = None
    questions: int = 0
    newest_question: int | None = None
    reason: Mapping[str, Any] | None = None


def addressees(event: Event, wishes: Mapping[str, Collection[str]], *, heartbeat: bool) -> tuple[str, ...]:
    """Return who is told of an event: as the settings wish, else as the table says; each once."""
    rule = TABLE[event]
    told = tuple(wishes.get(event.value, rule.to))
    pinged = (HEARTBEAT,) if heartbeat and rule.ping is not None else ()
    return tuple(dict.fromkeys((*told, *pinged)))


def tell_at(
    happening: Happening, addressee: str, now: datetime, quiet: Quiet | None, zone: tzinfo
) -> datetime:
    """Return when a notice is told: now, or when the quiet hours end.

    What may still be acted upon is told an hour before its deadline at the latest, quiet or not. A heartbeat
    is a machine's: it knows no quiet hours.
    """
    ends_at = None if quiet is None or addressee == HEARTBEAT else quiet_until(now, quiet, zone)
    if ends_at is None:
        return now
    if happening.event in {Event.DONE, Event.PAUSED} or happening.deadline_at is None:
        return ends_at
    return max(now, min(ends_at, happening.deadline_at - MOST_QUIET_BEFORE_DEADLINE))


def quiet_until(now: datetime, quiet: Quiet, zone: tzinfo) -> datetime | None:
    """Return when the quiet hours that ``now`` lies in end (UTC offset as ``now``); None outside of them."""
    local = now.astimezone(zone)
    clock = local.time()
    if quiet.begins <= quiet.ends:
        inside, last_day = quiet.begins <= clock < quiet.ends, local.date()
    else:
        inside = clock >= quiet.begins or clock < quiet.ends
        last_day = local.date() + timedelta(days=clock >= quiet.begins)
    if not inside:
        return None
    ends = datetime.combine(last_day, quiet.ends, zone)
    return max(now, ends.astimezone(now.tzinfo))


def of_run(run: RunSeen, outlook: Forecast | None, now: datetime) -> list[Happening]:
    """Return what is to be told of a run as it stands now; each cause as long as it holds."""
    found = []
    if run.started_at is not None:
        found.append(_happening(run, Event.STARTED, ()))
    ended = {
        RunState.COMPLETED: Event.DONE,
        RunState.NEEDS_REVIEW: Event.NEEDS_PERSON,
        RunState.FAILED: Event.FAILED,
    }.get(run.state)
    if ended is not None:
        which = run.newest_question if run.ended_at is None else round(run.ended_at.timestamp() * 1000)
        told = {**_counts(run), "at": _moment(run.ended_at), "failure": safe(run.reason)}
        found.append(_happening(run, ended, (str(which),), **told))
    if run.state is RunState.NEEDS_REVIEW:
        outlook = _for_a_person(run, now)
    if outlook is not None and _is_worth_telling(outlook, now):
        found.append(_of_deadline(run, outlook, now))
    return found


def not_begun(place: Place, occurrence: int, day: date, outlook: Forecast, now: datetime) -> Happening | None:
    """Return the notice that a start which is due, and has no run yet, will be late; None if it will not."""
    if not _is_worth_telling(outlook, now):
        return None
    event = Event(outlook.verdict.value)
    params = {
        "title": place.title,
        "day": day.isoformat(),
        "deadline": _moment(outlook.deadline_at),
        "not_begun": True,
        **_outlook(outlook, now),
    }
    cause = f"{event}/occurrence/{occurrence}"
    return Happening(event, cause, place.automation, place.office, params, deadline_at=outlook.deadline_at)


def nothing_succeeded(place: Place, last: date | None, days: int, limit: int) -> Happening | None:
    """Return the notice that nothing has succeeded for ``days`` business days; again after as many more."""
    if days < limit:
        return None
    cause = f"{Event.NOTHING_SUCCEEDED}/{place.automation}/{place.office}/{last}/{days // limit}"
    params = {"title": place.title, "count": days, "last_day": None if last is None else last.isoformat()}
    return Happening(Event.NOTHING_SUCCEEDED, cause, place.automation, place.office, params)


def not_ready(office: str, day: date, findings: Sequence[Mapping[str, Any]]) -> Happening | None:
    """Return the notice of what a check found in the afternoon of ``day``; None where all was well."""
    if not findings:
        return None
    params = {"count": len(findings), "findings": [safe(one) for one in findings]}
    return Happening(Event.NOT_READY, f"{Event.NOT_READY}/{day}", "", office, params)


def cannot_work(failure: Mapping[str, Any], day: date) -> Happening:
    """Return the notice that Predawn cannot do its work just now, whatever is due; once a day and cause."""
    told = safe(failure)
    params = {"count": 1, "findings": [told]}
    return Happening(Event.NOT_READY, f"{Event.NOT_READY}/{failure['code']}/{day}", "", "", params)


def _is_worth_telling(outlook: Forecast, now: datetime) -> bool:
    """A small risk is told when it has grown, or has not gone soon before the deadline: not each morning."""
    if outlook.verdict is not Verdict.AT_RISK:
        return outlook.verdict is Verdict.IMPOSSIBLE
    small = outlook.chance is not None and outlook.chance > 1 - SMALL_RISK
    return not small or now >= outlook.deadline_at - SMALL_RISK_TOLD


def _for_a_person(run: RunSeen, now: datetime) -> Forecast | None:
    """A run that waits for a person: the machine cannot foretell people, but it knows the deadline."""
    if run.deadline_at is None:
        return None
    left = (run.deadline_at - now).total_seconds()
    if left > UNKNOWN_MARGIN_SECONDS:
        return None
    verdict = Verdict.IMPOSSIBLE if left <= 0 else Verdict.AT_RISK
    return Forecast(verdict, run.deadline_at, helps=(Help.SETTLE_CAUSE,))


def _of_deadline(run: RunSeen, outlook: Forecast, now: datetime) -> Happening:
    params = {
        **_counts(run),
        **_outlook(outlook, now),
        "failure": safe(run.reason),
        "waits_for_person": run.state is RunState.NEEDS_REVIEW,
    }
    return _happening(run, Event(outlook.verdict.value), (), **params)


def _outlook(outlook: Forecast, now: datetime) -> dict[str, Any]:
    return {
        "over": now >= outlook.deadline_at,
        "earliest": _moment(outlook.earliest_at),
        "latest": _moment(outlook.latest_at),
        "left_over": outlook.left_over or None,
        "helps": [which.value for which in outlook.helps],
    }


def _happening(run: RunSeen, event: Event, more: tuple[str, ...], **params: Any) -> Happening:  # noqa: ANN401  # JSON
    told = {
        "title": run.title,
        "day": run.day.isoformat(),
        "deadline": _moment(run.deadline_at),
        "noun": list(run.noun),
        **params,
    }
    cause = "/".join((event.value, run.id, *more))
    return Happening(event, cause, run.automation, run.office, told, run.id, run.deadline_at)


def _counts(run: RunSeen) -> dict[str, Any]:
    return {
        "arrived": run.arrived,
        "need": run.need or None,
        "checked": run.checked,
        "questions": run.questions or None,
    }


def safe(reason: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return a failure without anything that may come from a record or a site."""
    if reason is None:
        return None
    params = reason.get("params")
    given = params if isinstance(params, Mapping) else {}
    kept = {
        name: value
        for name, value in given.items()
        if (name in _TELLABLE_COUNTS and isinstance(value, int)) or name in _TELLABLE_TEXTS
    }
    return {"code": str(reason.get("code")), "params": kept}


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat(timespec="seconds")
