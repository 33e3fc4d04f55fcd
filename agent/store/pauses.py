"""Pauses: nothing is ever quietly off, so each says who paused it and until when."""

from __future__ import annotations

from datetime import date

from agent.core.actors import Actor
from agent.core.occurrences import Pause
from agent.store.database import transaction
from agent.store.fields import utc_now
from agent.store.tables import PauseRow


def pause(automation: str, until: date | None, actor: Actor) -> None:
    """Skip an automation's business days before ``until`` (None: all, until somebody ends the pause)."""
    with transaction():
        PauseRow.delete().where(PauseRow.automation == automation).execute()
        PauseRow.create(automation=automation, until_day=until, actor=actor.as_json(), created_at=utc_now())


def end(automation: str) -> bool:
    """Let a paused automation go on; tells whether it was paused."""
    with transaction():
        return bool(PauseRow.delete().where(PauseRow.automation == automation).execute())


def rows() -> list[PauseRow]:
    """Return every pause, the oldest first."""
    return list(PauseRow.select().order_by(PauseRow.created_at))


def known() -> dict[str, Pause]:
    """Return every pause by its automation."""
    return {row.automation: Pause(row.actor["name"], row.until_day) for row in PauseRow.select()}
