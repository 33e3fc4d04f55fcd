"""Occurrences: what each business day owed and what became of it; the schedules behind them.

Each function is one transaction. A row is made when its start has come, never before; from then on the
unique key (automation, office, business_date, slot) makes a second run for it impossible.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from agent.core.failures import DutyIsOpen
from agent.core.occurrences import Duty, Outcome, Reason, reason
from agent.core.states import OPEN_RUNS, RunState
from agent.store.database import transaction
from agent.store.fields import utc_now
from agent.store.tables import OccurrenceRow, RunRow, ScheduleRow

Stated = tuple[Duty, Outcome, Reason | None]

_ENDS = frozenset({Outcome.RAN, Outcome.SKIPPED, Outcome.MISSED})
_MOVED = timedelta(days=10)  # no evening's business day moves further
_FUTURE = timedelta(minutes=1)  # a clock that was set back by less than this changes nothing


# ── schedules ─────────────────────────────────────────────────────────────────────────────────────────────
def schedules() -> list[ScheduleRow]:
    """Return what is scheduled, by automation and office."""
    return list(ScheduleRow.select().order_by(ScheduleRow.automation, ScheduleRow.office))


def schedule(automation: str, office: str) -> ScheduleRow | None:
    """Return under which words an automation is scheduled in an office; None where it isn't."""
    found: ScheduleRow | None = ScheduleRow.get_or_none(
        (ScheduleRow.automation == automation) & (ScheduleRow.office == office)
    )
    return found


def enrol(
    automation: str, office: str, title: str, words: Mapping[str, Any], zone: str, now: datetime
) -> ScheduleRow:
    """Schedule an automation from now on: nothing before this moment is owed."""
    with transaction():
        row: ScheduleRow = ScheduleRow.create(
            automation=automation,
            office=office,
            title=title,
            words=dict(words),
            zone=zone,
            since_at=now,
            enrolled_at=now,
            looked_at=now,
        )
        return row


def change_schedule(row: ScheduleRow, **columns: Any) -> None:  # noqa: ANN401  # columns of the table
    """Note other words, another zone, or how far a schedule was looked at."""
    with transaction():
        ScheduleRow.update(**columns).where(ScheduleRow.id == row.id).execute()


def note_looked(now: datetime) -> None:
    """Note how far everything that is scheduled was looked at."""
    with transaction():
        ScheduleRow.update(looked_at=now).execute()


def remove_schedule(row: ScheduleRow, now: datetime) -> None:
    """Take an automation out of the schedule; what it still owed is skipped, and says why."""
    with transaction():
        OccurrenceRow.update(outcome=Outcome.SKIPPED, reason=reason("not_scheduled"), ended_at=now).where(
            (OccurrenceRow.automation == row.automation)
            & (OccurrenceRow.office == row.office)
            & (OccurrenceRow.outcome == Outcome.OWED)
        ).execute()
        ScheduleRow.delete().where(ScheduleRow.id == row.id).execute()


# ── occurrences ───────────────────────────────────────────────────────────────────────────────────────────
def state(automation: str, office: str, stated: Sequence[Stated], now: datetime) -> int:
    """Store duties whose start has come with their first outcomes; returns how many were new.

    One that is stored already stays as it is, but for two cases. What was stated at a moment that lies ahead
    was stated by a wrong clock, and is stated anew if nobody ran it. And the business day moves where a
    calendar that was changed after an evening's start gives that start to another one.
    """
    if not stated:
        return 0
    days = [duty.business_date for duty, _outcome, _why in stated]
    near = automation, office, min(days) - _MOVED, max(days) + _MOVED
    if all(_stands(row, duty, now) for row, duty in _beside(_between(*near), stated)):
        return 0
    new = 0
    with transaction():
        rows = _between(*near)
        starts = {(row.slot, row.due_at): row for row in rows}
        for each in stated:
            ((row, duty),) = _beside(rows, [each])
            started = starts.get((duty.slot, duty.due_at))
            if row is not None and _by_wrong_clock(row, now):
                if row.run_id is not None and each[1] is Outcome.MISSED:
                    continue  # it stays missed, and its run that never began stays known
                row.delete_instance()
            elif row is not None:
                continue
            elif started is not None:
                _move_day(started, duty)
                continue
            _create(automation, office, duty, now, outcome=each[1], reason=each[2])
            new += 1
    return new


def _beside(
    rows: Sequence[OccurrenceRow], stated: Sequence[Stated]
) -> list[tuple[OccurrenceRow | None, Duty]]:
    """Return each duty with the occurrence that has its key, if there is one."""
    by_key = {(row.business_date, row.slot): row for row in rows}
    return [(by_key.get(duty.key), duty) for duty, _outcome, _why in stated]


def _stands(row: OccurrenceRow | None, duty: Duty, now: datetime) -> bool:
    return row is not None and row.due_at == duty.due_at and not _by_wrong_clock(row, now)


def _by_wrong_clock(row: OccurrenceRow, now: datetime) -> bool:
    """Tell whether an occurrence was stated at a moment that lies ahead, and nobody began a run for it."""
    not_run = row.outcome == Outcome.MISSED or (
        row.run_id is None and row.outcome in {Outcome.OWED, Outcome.SKIPPED}
    )
    return bool(not_run and max(row.created_at, row.ended_at or row.created_at) > now + _FUTURE)


def known(automation: str, office: str, first: date, last: date) -> set[tuple[date, str]]:
    """Return the business days and slots between two days that have an occurrence."""
    return {(row.business_date, row.slot) for row in _between(automation, office, first, last)}


def _between(automation: str, office: str, first: date, last: date) -> list[OccurrenceRow]:
    return list(
        OccurrenceRow.select().where(
            (OccurrenceRow.automation == automation)
            & (OccurrenceRow.office == office)
            & OccurrenceRow.business_date.between(first, last)
        )
    )


def _move_day(row: OccurrenceRow, duty: Duty) -> None:
    row.business_date, row.deadline_at = duty.business_date, duty.deadline_at
    row.save(only=[OccurrenceRow.business_date, OccurrenceRow.deadline_at])


def in_state(outcome: Outcome) -> list[OccurrenceRow]:
    """Return the occurrences with an outcome, earliest start first."""
    return list(OccurrenceRow.select().where(OccurrenceRow.outcome == outcome).order_by(OccurrenceRow.due_at))


def recent(automation: str, office: str, first: date) -> list[OccurrenceRow]:
    """Return an automation's occurrences from a business day on, earliest first."""
    return list(
        OccurrenceRow.select()
        .where(
            (OccurrenceRow.automation == automation)
            & (OccurrenceRow.office == office)
            & (OccurrenceRow.business_date >= first)
        )
        .order_by(OccurrenceRow.due_at)
    )


def duty_of(row: OccurrenceRow) -> Duty:
    """Return an occurrence as the duty that it stands for."""
    return Duty(row.business_date, row.slot, row.due_at, row.deadline_at, row.until_at)


def settle(row: OccurrenceRow, outcome: Outcome, why: Reason | None, now: datetime) -> None:
    """State what became of an owed occurrence; one that is owed no more stays as it is."""
    with transaction():
        OccurrenceRow.update(outcome=outcome, reason=why, ended_at=now if outcome in _ENDS else None).where(
            (OccurrenceRow.id == row.id) & (OccurrenceRow.outcome == Outcome.OWED)
        ).execute()


def forget_ahead(automation: str, office: str, now: datetime) -> None:
    """Forget what a clock that was ahead stated under words that hold no more; nobody ran it."""
    with transaction():
        OccurrenceRow.delete().where(
            (OccurrenceRow.automation == automation)
            & (OccurrenceRow.office == office)
            & (OccurrenceRow.created_at > now + _FUTURE)
            & OccurrenceRow.run.is_null()
        ).execute()


# ── runs ──────────────────────────────────────────────────────────────────────────────────────────────────
def adopt(run_id: str, automation: str, office: str, duty: Duty, *, scheduled: bool) -> None:
    """Let a run that is being planned do a duty: part of that plan's transaction.

    The schedule takes only what is owed: raises DutyIsOpen otherwise. A run by hand also takes what was
    missed, skipped or failed; beside a duty that is done it stands alone.
    """
    row = _find(automation, office, duty)
    if scheduled and (row is None or row.outcome != Outcome.OWED):
        raise DutyIsOpen(run=row.run_id if row else None, state=row.outcome if row else None)
    if row is None:
        _create(automation, office, duty, utc_now(), outcome=Outcome.RUNNING, run=run_id)
    elif row.outcome != Outcome.RAN or row.reason is not None:
        OccurrenceRow.update(outcome=Outcome.RUNNING, reason=None, run=run_id, ended_at=None).where(
            OccurrenceRow.id == row.id
        ).execute()


def join(row: OccurrenceRow, run_id: str) -> None:
    """Let an open run that does the duty of an owed occurrence stand for it."""
    with transaction():
        OccurrenceRow.update(outcome=Outcome.RUNNING, reason=None, run=run_id).where(
            (OccurrenceRow.id == row.id) & (OccurrenceRow.outcome == Outcome.OWED)
        ).execute()


def follow_run(run: RunRow, new: RunState, why: Mapping[str, Any] | None) -> None:
    """State what a run's new state means for its occurrence: part of that change's transaction."""
    told: Reason | None = None
    if new in OPEN_RUNS:
        outcome = Outcome.RUNNING
    elif new is RunState.CANCELLED:
        wish = run.options.get("cancel") or {}
        by_schedule = wish.get("kind") == "schedule"
        outcome = Outcome.MISSED if by_schedule else Outcome.SKIPPED
        told = reason("not_begun", failure=run.reason) if by_schedule else _cancelled(wish)
    else:
        outcome = Outcome.RAN
        told = None if new is RunState.COMPLETED else why or reason("failure")
    OccurrenceRow.update(
        outcome=outcome, reason=told, ended_at=utc_now() if outcome in _ENDS else None
    ).where(OccurrenceRow.run == run.id).execute()


def not_begun_in_time(now: datetime) -> list[str]:
    """Return the scheduled runs that still wait to begin although it is too late for them."""
    rows = (
        RunRow.select()
        .join(OccurrenceRow, on=(OccurrenceRow.run == RunRow.id))
        .where(
            (OccurrenceRow.outcome == Outcome.RUNNING)
            & (OccurrenceRow.until_at < now)
            & (RunRow.state == RunState.PENDING)
            & RunRow.started_at.is_null()
        )
    )
    return [run.id for run in rows if run.actor["kind"] == "schedule" and not run.options.get("cancel")]


def last_done(automation: str, office: str) -> date | None:
    """Return the last day that a completed run of an automation covered; rehearsals don't count."""
    rows = RunRow.select(RunRow.period_last, RunRow.options).where(
        (RunRow.automation == automation) & (RunRow.office == office) & (RunRow.state == RunState.COMPLETED)
    )
    return max((row.period_last for row in rows if not row.options.get("rehearse")), default=None)


def _find(automation: str, office: str, duty: Duty) -> OccurrenceRow | None:
    found: OccurrenceRow | None = OccurrenceRow.get_or_none(
        (OccurrenceRow.automation == automation)
        & (OccurrenceRow.office == office)
        & (OccurrenceRow.business_date == duty.business_date)
        & (OccurrenceRow.slot == duty.slot)
    )
    return found


def _create(
    automation: str,
    office: str,
    duty: Duty,
    now: datetime,
    **columns: Any,  # noqa: ANN401
) -> None:
    ended = now if columns["outcome"] in _ENDS else None
    OccurrenceRow.create(
        automation=automation,
        office=office,
        business_date=duty.business_date,
        slot=duty.slot,
        due_at=duty.due_at,
        deadline_at=duty.deadline_at,
        until_at=duty.until_at,
        created_at=now,
        ended_at=ended,
        **columns,
    )


def _cancelled(wish: Mapping[str, Any]) -> Reason:
    return reason("cancelled", who=wish.get("name"))
