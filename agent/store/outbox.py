"""The outbox: what the panel is to be told, in the order in which it was committed, and how far it has it.

Rows are written by triggers (:mod:`agent.store.triggers`). They are removed once the panel has them, but for
the last one: the numbers only grow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agent.core.actors import Actor
from agent.store import commands
from agent.store.database import transaction
from agent.store.fields import utc_now
from agent.store.tables import (
    HomeRow,
    OccurrenceRow,
    OutboxRow,
    PanelCommandRow,
    PanelRow,
    ReviewRow,
    RunRow,
)


@dataclass(frozen=True)
class Enrolment:
    """The panel at which this home is enrolled, and what it is called there."""

    url: str
    workstation: int
    name: str
    office: str
    token_name: str
    enrolled_at: datetime
    taken: int
    through: int
    problem: Mapping[str, Any] | None
    heard_at: datetime | None


@dataclass(frozen=True)
class Waiting:
    """What is to be sent next: rows after one number, and the number of the last."""

    after: int
    through: int
    rows: tuple[OutboxRow, ...]


# ── enrolment ─────────────────────────────────────────────────────────────────────────────────────────
def enrolment() -> Enrolment | None:
    """Return where this home is enrolled; None if it isn't."""
    row = PanelRow.get_or_none()
    if row is None:
        return None
    return Enrolment(
        row.url,
        row.workstation,
        row.name,
        row.office,
        row.token_name,
        row.enrolled_at,
        row.taken,
        row.through,
        row.problem,
        row.heard_at,
    )


def enrol(url: str, workstation: int, name: str, office: str, token_name: str, actor: Actor) -> None:
    """Enrol this home at a panel, in the place of any other, and have everything told that is known."""
    with transaction():
        PanelRow.delete().execute()
        last = OutboxRow.select(OutboxRow.id).order_by(OutboxRow.id.desc()).limit(1).scalar() or 0
        PanelRow.create(
            url=url,
            workstation=workstation,
            name=name,
            office=office,
            token_name=token_name,
            actor=actor.as_json(),
            enrolled_at=utc_now(),
            taken=last,
            through=last,
        )
        _mark_all()


def leave() -> bool:
    """End the enrolment: nothing is told any more. Returns whether there was one."""
    with transaction():
        return bool(PanelRow.delete().execute())


def change_token(token_name: str) -> None:
    """Note under which name the token lies in the vault from now on."""
    with transaction():
        PanelRow.update(token_name=token_name).execute()


def note_panel(problem: Mapping[str, Any] | None) -> None:
    """Note that the panel was heard of, or why it wasn't."""
    with transaction():
        if problem is None:
            PanelRow.update(problem=None, heard_at=utc_now()).execute()
        else:
            PanelRow.update(problem=dict(problem)).execute()


def stream() -> str:
    """Return what the numbers of this outbox belong to: a restored home begins another stream."""
    home = HomeRow.get()
    return f"{home.home_id}/{home.epoch}"


# ── sending ───────────────────────────────────────────────────────────────────────────────────────────
def take(limit: int) -> Waiting | None:
    """Return the oldest rows that the panel does not have; None while not enrolled.

    From then on a change of the same subject is a row of its own, so nothing that happens while these are
    being read and sent is missed.
    """
    with transaction():
        panel = PanelRow.get_or_none()
        if panel is None:
            return None
        rows = OutboxRow.select().where(OutboxRow.id > panel.through).order_by(OutboxRow.id).limit(limit)
        found = tuple(rows)
        through = found[-1].id if found else panel.through
        if through > panel.taken:
            PanelRow.update(taken=through).execute()
        return Waiting(panel.through, through, found)


def has_lines() -> bool:
    """Tell whether something happened that the panel was not told (beside mere progress)."""
    panel = PanelRow.get_or_none()
    if panel is None:
        return False
    waiting = (OutboxRow.id > panel.through) & OutboxRow.code.is_null(False)
    return OutboxRow.select().where(waiting).exists()


def note_through(through: int) -> None:
    """Note how far the panel is, by its own word, and remove what it has.

    A panel that knows less than was removed here (it was restored from a backup) is told everything anew.
    """
    with transaction():
        panel = PanelRow.get_or_none()
        if panel is None or panel.through == through:
            return
        if through < panel.through:
            oldest = OutboxRow.select(OutboxRow.id).order_by(OutboxRow.id).limit(1).scalar()
            PanelRow.update(through=through).execute()
            if oldest is None or oldest > through + 1:
                _mark_all()
            return
        PanelRow.update(through=through, taken=max(through, panel.taken)).execute()
        OutboxRow.delete().where(OutboxRow.id < through).execute()


def note_later(subjects: Iterable[str]) -> None:
    """Let runs be told again later: their progress was told a moment ago."""
    with transaction():
        for subject in subjects:
            OutboxRow.insert(kind="run", subject=subject, at=utc_now()).execute()


def _mark_all() -> None:
    """Have every run, question and duty told as it stands."""
    now = utc_now()
    for kind, table in (("run", RunRow), ("review", ReviewRow), ("duty", OccurrenceRow)):
        order = table.created_at
        for row in table.select(table.id).order_by(order):
            OutboxRow.insert(kind=kind, subject=str(row.id), at=now).execute()


# ── commands that came from the panel ─────────────────────────────────────────────────────────────────
def accept(ident: str, verb: str, args: Mapping[str, Any], actor: Actor) -> bool:
    """Make a command of one that came from the panel; False if it came before: it counts once."""
    with transaction():
        if PanelCommandRow.select().where(PanelCommandRow.ident == ident).exists():
            return False
        command = commands.give(verb, args, actor)
        PanelCommandRow.create(ident=ident, command=command, received_at=utc_now())
        return True


def refuse(ident: str, reason: Mapping[str, Any]) -> bool:
    """Refuse a command that came from the panel before it becomes one; False if it came before."""
    with transaction():
        if PanelCommandRow.select().where(PanelCommandRow.ident == ident).exists():
            return False
        row = PanelCommandRow.create(ident=ident, reason=dict(reason), received_at=utc_now())
        OutboxRow.insert(kind="refused", subject=str(row.id), code="refused", at=utc_now()).execute()
        return True
