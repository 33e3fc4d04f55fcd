"""Days on which nothing ran: missed ones, and automations that somebody paused. A source of notices."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from agent.core.notices import Event, Happening, safe
from agent.core.occurrences import Outcome
from agent.store import occurrences, pauses
from agent.store.tables import OccurrenceRow

_LOOKED_BACK = timedelta(days=7)


class Unbegun:
    """Yields what is to be told of days that were missed, owed days that wait, and pauses."""

    def __call__(self, now: datetime) -> Iterator[Happening]:
        """Yield each for as long as it holds; a cause is told once."""
        for row in occurrences.in_state(Outcome.MISSED):
            if (row.reason or {}).get("code") == "superseded":
                continue  # a later start of the same day serves for it
            if row.ended_at is not None and now - row.ended_at < _LOOKED_BACK:
                yield _missed(row)
        for row in occurrences.in_state(Outcome.OWED):
            if row.reason is not None and row.reason["code"] == "asks":
                yield _missed(row)  # it is begun only when a person says so
        titles = {(row.automation, row.office): row.title for row in occurrences.schedules()}
        for pause in pauses.rows():
            for (automation, office), title in titles.items():
                if automation == pause.automation:
                    until = None if pause.until_day is None else pause.until_day.isoformat()
                    cause = f"{Event.PAUSED}/{automation}/{office}/{pause.created_at.isoformat()}"
                    params = {"title": title, "until_day": until}
                    yield Happening(Event.PAUSED, cause, automation, office, params)


def _missed(row: OccurrenceRow) -> Happening:
    schedule = occurrences.schedule(row.automation, row.office)
    params = {
        "title": row.automation if schedule is None else schedule.title,
        "day": row.business_date.isoformat(),
        "reason": safe(row.reason),
    }
    cause = f"{Event.MISSED}/{row.automation}/{row.office}/{row.business_date}/{row.slot}"
    return Happening(Event.MISSED, cause, row.automation, row.office, params, deadline_at=row.deadline_at)
