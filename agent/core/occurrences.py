"""What an automation owes: its duties as moments, and what becomes of one that is due. Pure.

An occurrence is one business day's duty, unique (automation, office, business_date, slot). It always ends in
a stated outcome: ran, skipped (why) or missed (why). Source: DESIGN.md, 3 and 5; docs/decisions/0005.

Local times and the clock change: a time that does not exist is the next valid minute, one that exists twice
is the first (the rule of RFC 5545, 3.3.5, for the doubled one; of systemd.time(7) for the missing one).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from agent.core.calendar import (
    OfficeDays,
    Period,
    Rules,
    business_day_after,
    business_day_before,
    is_business_day,
    period_covered,
)

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_FAR_DAYS = 800

LATE = timedelta(minutes=5)
"""Begun later than this after its start, a run is late: then its policy for the missed decides."""

NOON = time(12)
"""On a half day nothing is begun from noon on."""

Reason = Mapping[str, Any]
"""Why: ``{"code": …, "params": {…}}``, as failures are stored; the words are in ``resources/i18n``."""


class Outcome(StrEnum):
    """What became of an occurrence; the last three are its end."""

    OWED = "owed"
    RUNNING = "running"
    RAN = "ran"
    SKIPPED = "skipped"
    MISSED = "missed"


@dataclass(frozen=True)
class Duty:
    """One slot of one business day; the moments are aware and in UTC.

    ``until_at`` is the last moment at which it is still begun by itself; ``skip`` says why it is not owed.
    """

    business_date: date
    slot: str
    due_at: datetime
    deadline_at: datetime
    until_at: datetime
    skip: Reason | None = None

    @property
    def key(self) -> tuple[date, str]:
        """What it is known by within its automation and office."""
        return self.business_date, self.slot


@dataclass(frozen=True)
class Pause:
    """Somebody paused an automation; business days before ``until`` (None: all) are skipped."""

    who: str
    until: date | None = None

    def holds(self, business_date: date) -> bool:
        """Tell whether a business day is skipped."""
        return self.until is None or business_date < self.until


def reason(code: str, **params: Any) -> Reason:  # noqa: ANN401  # plain values
    """Return a reason as it is stored."""
    return {"code": code, "params": params}


def moment(day: date, at: time, zone: tzinfo) -> datetime:
    """Return a local time as a moment in UTC: the first one where it exists twice.

    A time that does not exist becomes the next valid minute, the one at which the clocks went forward.
    """
    wanted = datetime.combine(day, at)  # local by purpose, the zone follows
    found = wanted.replace(tzinfo=zone).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wanted:
        return found
    # In a gap the earlier offset leads past the change, the later one before it: halve until they meet.
    after, before = found, wanted.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while after - before > _MINUTE:
        middle = before + (after - before) // _MINUTE // 2 * _MINUTE
        if middle.astimezone(zone).replace(tzinfo=None) < wanted:
            before = middle
        else:
            after = middle
    return after


def duties_between(
    rules: Rules, zone: tzinfo, days: OfficeDays, after: datetime, upto: datetime
) -> list[Duty]:
    """Return the duties that are due after one moment and up to another, earliest first."""
    first, last = after.astimezone(zone).date() - _DAY, upto.astimezone(zone).date() + _DAY
    found = [
        duty
        for number in range((last - first).days + 1)
        for duty in _starting(rules, zone, days, first + number * _DAY)
        if after < duty.due_at <= upto
    ]
    return sorted(found, key=_by_due)


def next_duties(rules: Rules, zone: tzinfo, days: OfficeDays, after: datetime, count: int) -> list[Duty]:
    """Return the duties after a moment, skipped ones among them, until ``count`` of them will be owed."""
    found: list[Duty] = []
    owed = 0
    first = after.astimezone(zone).date() - _DAY
    for number in range(_FAR_DAYS):
        for duty in sorted(_starting(rules, zone, days, first + number * _DAY), key=_by_due):
            if duty.due_at > after and owed < count:
                found.append(duty)
                owed += duty.skip is None
        if owed >= count:
            break
    return found


def duties_of(rules: Rules, zone: tzinfo, days: OfficeDays, business_date: date) -> list[Duty]:
    """Return the duties of one business day, earliest first; none where it owes none."""
    weekdays, closed = rules.schedule.weekdays, days.closed
    if not is_business_day(business_date, weekdays, closed):
        return []
    found = []
    for slot in range(len(rules.schedule.times)):
        starts = business_date
        if rules.begins_day_before(slot):
            starts = business_day_before(business_date, weekdays, closed)
        found.append(_duty(rules, zone, days, slot, starts, business_date))
    return sorted(found, key=_by_due)


def business_date_at(rules: Rules, zone: tzinfo, days: OfficeDays, now: datetime) -> date:
    """Return the business day that a run begun now belongs to: today, or the next one in the evening.

    Only where every slot starts on the day before its deadline, and the first of them has come.
    """
    local = now.astimezone(zone)
    today, slots = local.date(), range(len(rules.schedule.times))
    evening = all(map(rules.begins_day_before, slots)) and local.time() >= rules.schedule.times[0]
    if evening and is_business_day(today, rules.schedule.weekdays, days.closed):
        return business_day_after(today, rules.schedule.weekdays, days.closed)
    return today


def period_of(
    rules: Rules, business_date: date, slot: str, days: OfficeDays, last_done: date | None
) -> Period:
    """Return the days that the run of a business day's slot covers."""
    slots = [f"{at:%H:%M}" for at in rules.schedule.times]
    return period_covered(
        business_date,
        rules.covers,
        rules.schedule.weekdays,
        days.closed,
        day_before=slot in slots and rules.begins_day_before(slots.index(slot)),
        last_done=last_done,
    )


def _starting(rules: Rules, zone: tzinfo, days: OfficeDays, starts: date) -> Iterator[Duty]:
    """Yield the duties that start on a day, those of a closed day as skipped."""
    weekdays = rules.schedule.weekdays
    if starts.weekday() not in weekdays:
        return
    for slot in range(len(rules.schedule.times)):
        business_date = starts
        if starts not in days.closed and rules.begins_day_before(slot):
            business_date = business_day_after(starts, weekdays, days.closed)
        yield _duty(rules, zone, days, slot, starts, business_date)


def _duty(rules: Rules, zone: tzinfo, days: OfficeDays, slot: int, starts: date, business_date: date) -> Duty:
    at = rules.schedule.times[slot]
    skip: Reason | None = None
    if starts in days.closed:
        skip = reason("closed_day", name=days.closed[starts])
    elif starts in days.half and starts == business_date and at >= NOON:
        skip = reason("half_day")
    due = moment(starts, at, zone)
    until = moment(business_date + _DAY, time(0), zone) if rules.catch_up is None else due + rules.catch_up
    if rules.latest is not None:
        latest = rules.latest[slot]
        until = min(until, moment(starts if latest >= at else business_date, latest, zone))
    deadline = moment(business_date, rules.deadlines[slot], zone)
    return Duty(business_date, f"{at:%H:%M}", due, deadline, until, skip)


def _by_due(duty: Duty) -> tuple[datetime, date]:
    return duty.due_at, duty.business_date


# ── what becomes of a duty ────────────────────────────────────────────────────────────────────────────────
def when_due(duty: Duty, rules: Rules, now: datetime, pause: Pause | None) -> tuple[Outcome, Reason | None]:
    """Return the first outcome of a duty whose start has come."""
    if duty.skip is not None:
        return Outcome.SKIPPED, duty.skip
    if pause is not None and pause.holds(duty.business_date):
        until = pause.until.isoformat() if pause.until else None
        return Outcome.SKIPPED, reason("paused", who=pause.who, until=until)
    if now > duty.until_at:
        return Outcome.MISSED, reason("not_begun")
    if now - duty.due_at > LATE and rules.if_missed == "ask":
        return Outcome.OWED, reason("asks")
    if now - duty.due_at > LATE and rules.if_missed == "skip":
        return Outcome.MISSED, reason("late")
    return Outcome.OWED, None


def passed_over(owed: Sequence[Duty], rules: Rules) -> dict[tuple[date, str], tuple[Outcome, Reason]]:
    """Return which of several owed duties are not begun any more because a later one serves for them.

    Of one business day's slots the last is run; where the period reaches back to the last run, one run serves
    for all days.
    """
    found: dict[tuple[date, str], tuple[Outcome, Reason]] = {}
    ordered = sorted(owed, key=_by_due)
    for place, duty in enumerate(ordered):
        later = ordered[place + 1 :]
        same_day = [other for other in later if other.business_date == duty.business_date]
        if later and rules.covers == "since last done":
            found[duty.key] = Outcome.SKIPPED, reason("covered", day=later[-1].business_date.isoformat())
        elif same_day:
            found[duty.key] = Outcome.MISSED, reason("superseded", slot=same_day[-1].slot)
    return found


def on_change(
    old: Sequence[Duty],
    new: Sequence[Duty],
    known: Collection[tuple[date, str]],
    now: datetime,
) -> list[tuple[Duty, Outcome, Reason | None]]:
    """Return what a changed schedule or zone leaves to be said about the business days around now.

    ``old`` and ``new`` are the duties of the same days by either schedule, ``known`` the occurrences that
    exist. A day that has had its runs owes no more of them under new times; one whose start was still to
    come, and has just passed by the new times, still owes it.
    """
    old_slots = {duty.slot for duty in old}
    found: list[tuple[Duty, Outcome, Reason | None]] = []
    for day in sorted({duty.business_date for duty in new}):
        fresh = [duty for duty in new if duty.business_date == day and duty.skip is None]
        had = sum(1 for business_date, _slot in known if business_date == day)
        open_ = sorted((duty for duty in fresh if duty.key not in known), key=_by_due)
        future = [duty for duty in open_ if duty.due_at > now]
        past = open_[: len(open_) - len(future)]
        to_come = [duty for duty in old if duty.business_date == day and duty.due_at > now and not duty.skip]
        jumped = min(len(past), len(to_come) - len(future))
        if jumped > 0:
            found += _jumped_over(past[-jumped:], now)
        moved = [duty for duty in future if duty.slot not in old_slots]
        surplus = min(len(moved), had + len(future) - len(fresh))
        found += [(duty, Outcome.SKIPPED, reason("schedule_changed")) for duty in moved[: max(0, surplus)]]
    return found


def _jumped_over(duties: Sequence[Duty], now: datetime) -> list[tuple[Duty, Outcome, Reason | None]]:
    """Return what becomes of starts that a change put into the past: the last of a day serves for all."""
    *earlier, last = duties
    in_time = now <= last.until_at
    told: tuple[Outcome, Reason | None] = (
        (Outcome.OWED, None) if in_time else (Outcome.MISSED, reason("not_begun"))
    )
    return [
        *((duty, Outcome.MISSED, reason("superseded", slot=last.slot)) for duty in earlier),
        (last, *told),
    ]
