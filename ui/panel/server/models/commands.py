"""What people want of workstations, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import StringConstraints

from ui.panel.server.models.base import (
    AutomationName,
    CommandState,
    Id,
    In,
    Out,
    RunId,
    SentId,
    Sign,
    Standing,
    Verb,
)


class Target(Out):
    """What may be started where; ``confirm`` is the sentence to put before the person."""

    workstation: Id
    workstation_name: str
    office: str
    automation: str
    title: str
    standing: Standing
    sign: Sign
    words: str
    waiting: int
    conflict: bool
    allowed: bool
    why_not: str
    confirm: str


class Wish(In):
    """A wish for one workstation: a verb and known ids, nothing else.

    ``run`` wants ``automation``; ``retry``, ``resume`` and ``cancel`` want ``run``. ``nonce`` is made by the
    face for each press of a button: the same nonce is one command however often it is sent.
    """

    nonce: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{16,64}$")]
    workstation: SentId
    verb: Verb
    automation: AutomationName | None = None
    run: RunId | None = None


class Command(Out):
    """What became of a wish; ``run`` is the run that it is about, or that it started."""

    id: Id
    workstation: Id
    workstation_name: str
    verb: Verb
    automation: str | None
    run: str | None
    review: int | None
    answer: str | None
    state: CommandState
    sign: Sign
    words: str
    by: str
    given_at: datetime
    expires_at: datetime
    ended_at: datetime | None


class Commands(Out):
    """Commands, in the order of the wish."""

    items: list[Command]
