"""What people were told by the panel, so that a restart does not tell it again."""

from __future__ import annotations

from datetime import datetime, timedelta

from ui.panel.server.tables.schema import NoticeRow

_AGAIN = timedelta(minutes=5)
_MOST_TRIES = 10


def may_try(cause: str, now: datetime) -> bool:
    """Tell whether a cause is still to be told: new, or not delivered and long enough ago."""
    row = NoticeRow.get_or_none(NoticeRow.cause == cause)
    if row is None:
        return True
    return row.told_at is None and row.tries < _MOST_TRIES and row.made_at + row.tries * _AGAIN <= now


def note(cause: str, event: str, problem: str | None, now: datetime) -> None:
    """Note that a cause was told, or why it could not be; only in a job."""
    row = NoticeRow.get_or_none(NoticeRow.cause == cause)
    told_at = now if problem is None else None
    if row is None:
        NoticeRow.create(cause=cause, event=event, tries=1, problem=problem, made_at=now, told_at=told_at)
    else:
        NoticeRow.update(tries=row.tries + 1, problem=problem, told_at=told_at).where(
            NoticeRow.id == row.id
        ).execute()
