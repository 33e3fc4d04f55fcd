"""Commands: somebody's wish as a durable row; the host carries them out in order. Never holds a secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.core.actors import Actor
from agent.store.database import transaction
from agent.store.fields import utc_now
from agent.store.tables import CommandRow

VISITS = ("test_sign_in", "open_site")
"""Wishes that take a browser and minutes; :mod:`agent.host.visits` carries them out."""

VERBS = (
    "run", "resume", "retry", "cancel", "answer", "finish_by_hand", "pause", "forget_repair", *VISITS,
)  # fmt: skip


def give(verb: str, args: Mapping[str, Any], actor: Actor) -> int:
    """Store a wish and return its number; whoever wants to know the outcome asks :func:`result`."""
    if verb not in VERBS:
        raise ValueError(verb)
    with transaction():
        row = CommandRow.create(
            verb=verb, args=dict(args), actor=actor.as_json(), state="waiting", created_at=utc_now()
        )
        return int(row.id)


def waiting(*, visits: bool = False) -> list[CommandRow]:
    """Return the wishes that are not carried out yet, oldest first: visits to sites, or all others."""
    kind = CommandRow.verb.in_(VISITS) if visits else CommandRow.verb.not_in(VISITS)
    return list(CommandRow.select().where((CommandRow.state == "waiting") & kind).order_by(CommandRow.id))


def wants_run() -> bool:
    """Tell whether somebody's wish to start a run is waiting."""
    return bool(
        CommandRow.select().where((CommandRow.state == "waiting") & (CommandRow.verb == "run")).exists()
    )


def end(command_id: int, *, done: bool, result: Mapping[str, Any]) -> None:
    """Store what became of a wish: done with a result, or refused with a failure."""
    with transaction():
        CommandRow.update(state="done" if done else "refused", result=dict(result), ended_at=utc_now()).where(
            (CommandRow.id == command_id) & (CommandRow.state == "waiting")
        ).execute()


def result(command_id: int) -> tuple[str, Mapping[str, Any] | None]:
    """Return a command's state (waiting, done, refused) and its result."""
    row = CommandRow.get_by_id(command_id)
    return row.state, row.result
