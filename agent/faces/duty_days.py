"""What an automation owes from today on, as plain values: the calendar of faces, and its words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from agent.core.occurrences import (
    Duty,
    Outcome,
    Pause,
    duties_between,
    next_duties,
    period_of,
    reason,
    when_due,
)
from agent.faces.moments import Moments
from agent.host.enrolment import Enrolled, NotEnrolled
from agent.store import occurrences, pauses, runs
from agent.store.tables import OccurrenceRow
from resources.i18n import texts

Values = dict[str, Any]

_OUTCOMES = {
    "owed": "day_owed",
    "running": "day_running",
    "ran": "day_ran",
    "failed": "day_failed",
    "skipped": "day_skipped",
    "missed": "day_missed",
}


def entry(one: Enrolled, number: int) -> Values:
    """Return an automation's duties from today on as plain values, newest first; ``number`` to come."""
    now, zone = datetime.now(UTC), ZoneInfo(one.zone)
    pause = pauses.known().get(one.automation)
    stored = occurrences.recent(one.automation, one.office, now.astimezone(zone).date())
    stored = [row for row in stored if row.due_at <= now or row.run_id is not None or _is_change(row)]
    known = {(row.business_date, row.slot) for row in stored}
    coming = [duty for duty in next_duties(one.rules, zone, one.days, now, number) if duty.key not in known]
    last_done = occurrences.last_done(one.automation, one.office)
    days = [_stored(row) for row in stored] + [_coming(one, duty, pause, last_done) for duty in coming]
    waiting = {"outcome": Outcome.OWED.value, "reason": dict(reason("nobody_there"))}
    days += [
        {**_coming(one, duty, pause, last_done), **waiting}
        for duty in _unseen(one, now)
        if duty.key not in known
    ]
    return {
        "automation": one.automation,
        "office": one.office,
        "title": one.title,
        "scheduled": True,
        "zone": one.zone,
        **one.words,
        "paused": {"who": pause.who, "until": _iso(pause.until)} if pause else None,
        "days": sorted(days, key=lambda day: str(day["due_at"]), reverse=True),
    }


def _unseen(one: Enrolled, now: datetime) -> list[Duty]:
    """Return the duties of today whose start has come; a host that worked then has stated them."""
    schedule, zone = occurrences.schedule(one.automation, one.office), ZoneInfo(one.zone)
    if schedule is None:
        return []
    today = now.astimezone(zone).date()
    found = duties_between(one.rules, zone, one.days, schedule.since_at, now)
    return [duty for duty in found if duty.business_date >= today and duty.skip is None]


def _is_change(row: OccurrenceRow) -> bool:
    """Tell whether a day to come is stated already, and not just by a clock that was ahead."""
    return (row.reason or {}).get("code") == "schedule_changed"


def left_out(one: NotEnrolled) -> Values:
    """Return an automation that is not scheduled, and why."""
    return {
        "automation": one.automation,
        "office": one.office,
        "scheduled": False,
        "why": dict(one.why),
    }


def _stored(row: OccurrenceRow) -> Values:
    covered = None
    if row.run_id is not None:
        run = runs.get(row.run_id)
        covered = {"first": _iso(run.period_first), "last": _iso(run.period_last)}
    told = _moments(occurrences.duty_of(row))
    return {**told, "period": covered, "outcome": row.outcome, "reason": row.reason, "run": row.run_id}


def _coming(one: Enrolled, duty: Duty, pause: Pause | None, last_done: date | None) -> Values:
    """Return a duty to come; one that will be skipped says so before its time."""
    outcome, because = when_due(duty, one.rules, duty.due_at, pause)
    skipped = outcome is Outcome.SKIPPED
    covered = period_of(one.rules, duty.business_date, duty.slot, one.days, last_done)
    return {
        **_moments(duty),
        "period": None if skipped else {"first": _iso(covered.first), "last": _iso(covered.last)},
        "outcome": None,
        "reason": dict(because) if skipped and because else None,
        "run": None,
    }


def _moments(duty: Duty) -> Values:
    return {
        "business_date": _iso(duty.business_date),
        "slot": duty.slot,
        **{
            name: getattr(duty, name).isoformat(timespec="seconds")
            for name in ("due_at", "deadline_at", "until_at")
        },
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


# ── in words ──────────────────────────────────────────────────────────────────────────────────────────────
def period(covered: Mapping[str, str] | None, moments: Moments) -> str:
    """Return the days that a run covers; nothing where it covers none."""
    if covered is None:
        return ""
    first, last = moments.day(covered["first"]), moments.day(covered["last"])
    return first if first == last else texts.say("days", {"first": first, "last": last})


def clock(at: str, day: Values, zone: str, moments: Moments) -> str:
    """Return a local time, with its day where that is not the business day (an evening's start)."""
    local = datetime.fromisoformat(at).astimezone(ZoneInfo(zone))
    told = moments.clock(local)
    return told if _iso(local.date()) == day["business_date"] else f"{moments.day(local.date())} {told}"


def standing(day: Values, moments: Moments) -> tuple[str | None, str]:
    """Return what became of a day, or will: the state that its sign is chosen by, and the words."""
    outcome, because = day["outcome"], day["reason"]
    state = "failed" if outcome == "ran" and because else outcome
    told = texts.say(_OUTCOMES[state], {"run": day["run"]}) if state else ""
    if because:
        words = why(because, moments)
        told = texts.say("because", {"what": told, "why": words}) if told else words
    return state, told


def why(because: Mapping[str, Any], moments: Moments) -> str:
    """Return a reason in words, its days as they are written here."""
    params = dict(because.get("params") or {})
    for name in ("until", "day"):
        if params.get(name):
            params[name] = moments.day(params[name])
    return texts.why(str(because["code"]), params)
