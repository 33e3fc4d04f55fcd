"""What the panel tells people when nobody looks at it, by apprise. A cause is told once, even over restarts.

Two things a workstation cannot tell itself: that it is silent although something is due there, and that a run
failed and nobody has looked.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from resources.i18n import texts
from ui.panel.server import telling, wording
from ui.panel.server.config import Notices
from ui.panel.server.models.base import Standing
from ui.panel.server.tables import notices as table
from ui.panel.server.tables import runs, workstations
from ui.panel.server.tables.database import write

_log = logging.getLogger(__name__)

_FAILED_LATELY = timedelta(days=2)

Send = Callable[[tuple[str, ...], str, str], str | None]


@dataclass(frozen=True)
class Cause:
    """Something to tell: what makes it the same cause again, which words, and their parameters."""

    ident: str
    event: str
    params: dict[str, object]


def send(addresses: tuple[str, ...], title: str, body: str) -> str | None:
    """Tell people; returns what went wrong, None if nothing did."""
    import apprise  # noqa: PLC0415  # slow to import, and most panels have nobody to tell

    told = apprise.Apprise()
    if not all(told.add(address) for address in addresses):
        return "an address in panel.toml is not understood"
    return None if told.notify(title=title, body=body) else "a service did not take it"


def look(settings: Notices, now: datetime, sending: Send = send) -> int:
    """Tell what there is to tell and was not told yet; returns how many. What failed is tried again."""
    if not settings.tell:
        return 0
    told = 0
    for cause in causes(settings, now):
        if not table.may_try(cause.ident, now):
            continue
        title, body = (texts.panel_notice(cause.event, part, cause.params) for part in ("title", "body"))
        problem = sending(settings.tell, title, body)
        if problem is not None:
            _log.warning("panel_notice_not_told event=%s why=%s", cause.event, problem)
        write(partial(table.note, cause.ident, cause.event, problem, now))
        told += problem is None
    return told


def causes(settings: Notices, now: datetime) -> Iterator[Cause]:
    """Return what people should know now."""
    yield from _silent(timedelta(minutes=settings.silent_minutes), now)
    yield from _unseen(timedelta(minutes=settings.unseen_minutes), now)


def _silent(ahead: timedelta, now: datetime) -> Iterator[Cause]:
    """A workstation is silent, and a deadline there is near: the dead man's alarm."""
    places = {row.id: row for row in workstations.seen_by(None)}
    done = {
        (row.workstation_id, row.automation): row for row in runs.newest_of_each() if row.state == "COMPLETED"
    }
    for owned in workstations.owned():
        place = places.get(owned.workstation_id)
        if place is None or telling.standing(place, now) is Standing.ONLINE:
            continue
        for one in owned.upcoming:
            due, deadline = telling.moment(one["due_at"]), telling.moment(one["deadline_at"])
            newest = done.get((place.id, owned.automation))
            if due is None or deadline is None or not now < deadline <= now + ahead:
                continue
            if newest is not None and newest.ended_at is not None and newest.ended_at >= due:
                continue
            told: dict[str, object] = {"workstation": place.name, "title": owned.title}
            told |= {"deadline": _clock(deadline), "since": _clock(place.seen_at or place.enrolled_at)}
            yield Cause(f"silent/{place.id}/{owned.automation}/{one['deadline_at']}", "silent", told)


def _unseen(after: timedelta, now: datetime) -> Iterator[Cause]:
    for row in runs.failed_unseen(now - after, now - _FAILED_LATELY):
        minutes = round((now - row.ended_at).total_seconds() / 60)
        reason = wording.why(row.told["reason"] or {"code": "failure"}, wording.noun_of(row.told))
        told: dict[str, object] = {"workstation": row.workstation.name, "title": row.title}
        ident = f"failed/{row.workstation_id}/{row.run}/{row.ended_at.isoformat()}"
        yield Cause(ident, "failed_unseen", {**told, "minutes": minutes, "reason": reason})


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone():%H:%M}"  # the panel's own computer's clock, as its admin reads it
