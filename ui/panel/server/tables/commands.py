"""Wishes for workstations: given, delivered, ended. One that nobody took in time is expired."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from agent.sync import wire
from ui.panel.server.tables import audit
from ui.panel.server.tables.fields import utc_now
from ui.panel.server.tables.schema import CommandRow, PersonRow, ReviewRow, WorkstationRow

OPEN = ("waiting", "delivered")
_AGAIN = timedelta(seconds=20)
_KEPT_OPEN = timedelta(seconds=wire.COMMAND_SECONDS)


def get(command: int) -> CommandRow | None:
    """Return a command by number."""
    return CommandRow.get_or_none(CommandRow.id == command)


def by_nonce(person: int, nonce: str) -> list[CommandRow]:
    """Return the commands that a person gave by one press of a button."""
    wanted = (CommandRow.person == person) & (CommandRow.nonce == nonce)
    return list(CommandRow.select().where(wanted).order_by(CommandRow.id))


def open_for_review(review: int) -> CommandRow | None:
    """Return the answer that is on its way for a question."""
    wanted = (CommandRow.review == review) & CommandRow.state.in_(OPEN)
    found: CommandRow | None = CommandRow.select().where(wanted).order_by(CommandRow.id.desc()).first()
    return found


def open_for_reviews() -> dict[int, CommandRow]:
    """Return all answers that are on their way, by question."""
    wanted = CommandRow.review.is_null(False) & CommandRow.state.in_(OPEN)
    return {row.review_id: row for row in CommandRow.select().where(wanted) if row.review_id is not None}


def give(person: int, by: str, nonce: str, workstation: WorkstationRow, **what: Any) -> CommandRow:  # noqa: ANN401
    """Store a wish; only in a job."""
    now = utc_now()
    row: CommandRow = CommandRow.create(
        ident=secrets.token_urlsafe(16),
        nonce=nonce,
        person=person,
        by=by,
        workstation=workstation.id,
        state="waiting",
        given_at=now,
        expires_at=now + _KEPT_OPEN,
        **what,
    )
    told = {
        key: value for key, value in what.items() if key in {"verb", "automation", "run", "answer"} and value
    }
    audit.note(
        "command",
        by,
        person=person,
        office=workstation.office,
        params={**told, "workstation": workstation.name},
        outcome="given",
    )
    return row


def waiting(workstation: int) -> list[CommandRow]:
    """Return the commands that a workstation has not answered yet and that still hold, oldest first.

    One that was delivered a while ago is delivered again: the way there may have been lost. It is carried
    out once.
    """
    now = utc_now()
    wanted = (
        (CommandRow.workstation == workstation)
        & CommandRow.state.in_(OPEN)
        & (CommandRow.expires_at > now)
        & (CommandRow.delivered_at.is_null() | (CommandRow.delivered_at < now - _AGAIN))
    )
    return list(
        CommandRow.select(CommandRow, PersonRow.login, ReviewRow)
        .join(PersonRow, on=(CommandRow.person == PersonRow.id), attr="who")
        .switch(CommandRow)
        .left_outer_join(ReviewRow)
        .where(wanted)
        .order_by(CommandRow.id)
    )


def order_of(row: Any) -> wire.Order:  # noqa: ANN401  # a CommandRow with what :func:`waiting` joined
    """Return a command that waits as the wire has it."""
    return wire.Order(
        id=row.ident,
        workstation=row.workstation_id,
        verb=row.verb,
        person=row.who.login,  # joined above
        name=row.by,
        given_at=row.given_at,
        expires_at=row.expires_at,
        automation=row.automation,
        run=row.run,
        item=None if row.review_id is None else row.review.item,
        version=row.version,
        answer=row.answer,
        candidates=tuple(row.candidates),
    )


def note_delivered(idents: list[int]) -> list[int]:
    """Note that commands were handed to their workstation; returns those for which it is new. In a job."""
    if not idents:
        return []
    new = [
        row.id
        for row in CommandRow.select().where(CommandRow.id.in_(idents) & (CommandRow.state == "waiting"))
    ]
    CommandRow.update(state="delivered", delivered_at=utc_now()).where(
        CommandRow.id.in_(idents) & CommandRow.state.in_(OPEN)
    ).execute()
    return new


def end(workstation: int, outcome: wire.Outcome) -> int | None:
    """Store what became of a command; returns its number if that was open. In a job.

    A workstation's answer counts even when it comes after the command was given up here.
    """
    row = CommandRow.get_or_none(
        (CommandRow.ident == outcome.command) & (CommandRow.workstation == workstation)
    )
    if row is None or row.state in {"done", "refused"}:
        return None
    reason = None if outcome.reason is None else wire.plain(outcome.reason)
    CommandRow.update(
        state=outcome.state, run=outcome.run or row.run, reason=reason, ended_at=utc_now()
    ).where(CommandRow.id == row.id).execute()
    place = WorkstationRow.get_by_id(workstation)
    audit.note(
        "command_ended",
        row.by,
        office=place.office,
        params={"workstation": place.name, "verb": row.verb, "state": outcome.state},
        outcome=outcome.state,
    )
    return int(row.id)


def expire(now: datetime) -> list[CommandRow]:
    """Give up what nobody answered in time; returns those. In a job.

    What was delivered may have been carried out by a workstation that has been cut off since: it may still
    answer, and then its answer counts.
    """
    late = list(CommandRow.select().where(CommandRow.state.in_(OPEN) & (CommandRow.expires_at <= now)))
    if late:
        CommandRow.update(state="expired", ended_at=now).where(
            CommandRow.id.in_([row.id for row in late])
        ).execute()
    return late
