"""What people are told: a row per cause and addressee, made before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from agent.core.notices import Happening
from agent.core.occurrences import Outcome
from agent.core.states import OPEN_RUNS
from agent.store.database import transaction
from agent.store.tables import NoticeRow, OccurrenceRow, ReviewRow, RunRow

WAITING, TOLD, GIVEN_UP = "waiting", "told", "given_up"

LIFETIME = timedelta(hours=24)
"""How long a notice that cannot be delivered is tried; what is older helps nobody."""

_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 30, 900
_MARK = ""  # the addressee of the row that marks a cause as known
_BEGUN = "begun"
_LOOKED_BACK = 200  # occurrences; beyond lies history


def begin(now: datetime) -> datetime:
    """Return since when this home tells anything: what lies before is history and is told to nobody."""
    with transaction():
        known = NoticeRow.get_or_none(NoticeRow.cause == _BEGUN)
        if known is not None:
            begun_at: datetime = known.created_at
            return begun_at
        NoticeRow.create(
            cause=_BEGUN,
            addressee=_MARK,
            event=_BEGUN,
            automation="",
            office="",
            params={},
            state=TOLD,
            created_at=now,
            tell_at=now,
            told_at=now,
        )
        return now


def know(happening: Happening, tell: Mapping[str, datetime], now: datetime) -> bool:
    """Store a happening with its addressees and when each is told; False if its cause is known already."""
    with transaction():
        if NoticeRow.select().where(NoticeRow.cause == happening.cause).exists():
            return False
        _create(happening, _MARK, now, now)
        for addressee, tell_at in tell.items():
            _create(happening, addressee, now, tell_at)
        return True


def spread(notice: NoticeRow, addressees: Iterable[str], now: datetime) -> None:
    """Put the known addresses in the place of a notice to everybody; the row itself is then done."""
    with transaction():
        for addressee in addressees:
            known = (NoticeRow.cause == notice.cause) & (NoticeRow.addressee == addressee)
            if NoticeRow.select().where(known).exists():
                continue
            values = {
                name: getattr(notice, name) for name in ("event", "automation", "office", "run", "params")
            }
            NoticeRow.create(
                cause=notice.cause,
                addressee=addressee,
                state=WAITING,
                created_at=notice.created_at,
                tell_at=notice.tell_at,
                **values,
            )
        NoticeRow.update(state=TOLD, told_at=now).where(NoticeRow.id == notice.id).execute()


def due(now: datetime) -> list[NoticeRow]:
    """Return what is to be told now, oldest first."""
    ready = (NoticeRow.state == WAITING) & (NoticeRow.tell_at <= now)
    return list(NoticeRow.select().where(ready).order_by(NoticeRow.id))


def next_at() -> datetime | None:
    """Return when the next notice is due, or None."""
    found = NoticeRow.select().where(NoticeRow.state == WAITING).order_by(NoticeRow.tell_at).limit(1)
    return next((row.tell_at for row in found), None)


def told(notices: Iterable[NoticeRow], now: datetime) -> None:
    """Mark notices as delivered."""
    with transaction():
        NoticeRow.update(state=TOLD, told_at=now, problem=None).where(
            NoticeRow.id.in_([notice.id for notice in notices])
        ).execute()


def put_off(notices: Iterable[NoticeRow], problem: str, now: datetime) -> None:
    """Try undelivered notices again later, each time after a longer pause; give them up after a day."""
    with transaction():
        for notice in notices:
            pause = min(_FIRST_PAUSE_SECONDS * 2**notice.tries, _LONGEST_PAUSE_SECONDS)
            over = now - notice.created_at > LIFETIME
            NoticeRow.update(
                state=GIVEN_UP if over else WAITING,
                tries=notice.tries + 1,
                problem=problem,
                tell_at=now + timedelta(seconds=pause),
            ).where(NoticeRow.id == notice.id).execute()


def runs_to_tell_of(since: datetime) -> list[RunRow]:
    """Return the runs that are open or have ended since; nobody waits for a rehearsal."""
    wanted = RunRow.state.in_(OPEN_RUNS) | (RunRow.ended_at >= since)
    found = RunRow.select().where(wanted).order_by(RunRow.created_at)
    return [run for run in found if not run.options.get("rehearse")]


def open_questions(run_id: str) -> list[int]:
    """Return the ids of a run's open review items, oldest first."""
    items = ReviewRow.select(ReviewRow.id).where((ReviewRow.run == run_id) & ReviewRow.answer.is_null())
    return [item.id for item in items.order_by(ReviewRow.id)]


def newest_run(automation: str, office: str) -> RunRow | None:
    """Return the newest run of an automation in an office, or None."""
    whose = (RunRow.automation == automation) & (RunRow.office == office)
    return next(iter(RunRow.select().where(whose).order_by(RunRow.created_at.desc()).limit(1)), None)


def due_without_run(now: datetime) -> list[OccurrenceRow]:
    """Return the occurrences whose start has come and for which no run was made yet."""
    wanted = (OccurrenceRow.outcome == Outcome.OWED) & (OccurrenceRow.due_at <= now)
    return list(OccurrenceRow.select().where(wanted).order_by(OccurrenceRow.due_at))


def days_without_success(automation: str, office: str, now: datetime) -> tuple[date | None, int]:
    """Return the last business day that was done, and how many after it were owed and over by now.

    Days that were skipped (closed, paused) owe nothing. Looked at are the last of them, as many as matter.
    """
    rows = (
        OccurrenceRow.select()
        .where(
            (OccurrenceRow.automation == automation)
            & (OccurrenceRow.office == office)
            & (OccurrenceRow.deadline_at <= now)
            & (OccurrenceRow.outcome != Outcome.SKIPPED)
        )
        .order_by(OccurrenceRow.business_date.desc(), OccurrenceRow.due_at.desc())
        .limit(_LOOKED_BACK)
    )
    days: set[date] = set()
    for row in rows:
        if row.outcome == Outcome.RAN and row.reason is None:
            return row.business_date, len(days - {row.business_date})
        days.add(row.business_date)
    return None, len(days)


def recent(limit: int) -> list[dict[str, Any]]:
    """Return the last notices, newest first, as plain values."""
    rows = NoticeRow.select().where(NoticeRow.addressee != _MARK).order_by(NoticeRow.id.desc()).limit(limit)
    return [
        {
            "id": row.id,
            "event": row.event,
            "automation": row.automation,
            "office": row.office,
            "run": row.run,
            "addressee": row.addressee,
            "state": row.state,
            "tries": row.tries,
            "problem": row.problem,
            "created_at": row.created_at.isoformat(timespec="seconds"),
            "told_at": None if row.told_at is None else row.told_at.isoformat(timespec="seconds"),
        }
        for row in rows
    ]


def _create(happening: Happening, addressee: str, now: datetime, tell_at: datetime) -> NoticeRow:
    created: NoticeRow = NoticeRow.create(
        cause=happening.cause,
        addressee=addressee,
        event=happening.event,
        automation=happening.automation,
        office=happening.office,
        run=happening.run,
        params=happening.params,
        state=TOLD if addressee == _MARK else WAITING,
        created_at=now,
        tell_at=tell_at,
        told_at=now if addressee == _MARK else None,
    )
    return created
