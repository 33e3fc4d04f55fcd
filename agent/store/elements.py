"""Elements of books over time: how they last looked, what is proposed for lost ones, what was accepted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agent.core.actors import Actor
from agent.core.failures import WrongState
from agent.core.repair import COMMIT, PERSON
from agent.store.database import transaction
from agent.store.fields import utc_now
from agent.store.lease import Lease
from agent.store.tables import (
    BlobRow,
    ElementProposalRow,
    ElementRepairRow,
    ElementTraceRow,
    EvidenceRow,
)
from agent.system.seal import Key, SealBroken, seal, unseal

BOOK_CHANGED, REPLACED, TAKEN_BACK, DISPROVED = "book_changed", "replaced", "taken_back", "disproved"
"""Why a repair no longer holds."""


@dataclass(frozen=True)
class Seen:
    """How an element looked when it was last found (plain values of a Trace), and its page's picture."""

    element: str
    base: str
    trace: Mapping[str, Any]
    picture: str | None
    seen_at: datetime


@dataclass(frozen=True)
class Repair:
    """Another locator for an element, in force while the hash of the book's entry is ``base``."""

    id: int
    site: str
    element: str
    kind: str
    base: str
    locator: Mapping[str, Any]
    actor: Mapping[str, Any]

    @property
    def by_person(self) -> bool:
        """Whether a person accepted it; else the engine used it by itself, as its automation allows."""
        return self.actor.get("kind") == PERSON


# ── how elements looked ───────────────────────────────────────────────────────────────────────────────────
def note_seen(lease: Lease, key: Key, site: str, seen: Iterable[Seen]) -> None:
    """Store how elements looked today, in one transaction; raises FenceLost."""
    with lease.transaction():
        for each in seen:
            content = json.dumps(each.trace, ensure_ascii=False).encode()
            values = {
                "base": each.base,
                "sealed": seal(key, content, _bound_to(site, each.element)),
                "picture": each.picture,
                "seen_at": each.seen_at,
            }
            ElementTraceRow.insert(site=site, element=each.element, **values).on_conflict(
                conflict_target=[ElementTraceRow.site, ElementTraceRow.element], update=values
            ).execute()


def last_seen(key: Key, site: str) -> dict[str, Seen]:
    """Return how a site's elements looked when they were last found, by name.

    What another home's key sealed is left out: those elements are seen anew.
    """
    found = {}
    for row in ElementTraceRow.select().where(ElementTraceRow.site == site):
        try:
            content = unseal(key, bytes(row.sealed), _bound_to(site, row.element))
        except SealBroken:
            continue
        found[row.element] = Seen(row.element, row.base, json.loads(content), row.picture, row.seen_at)
    return found


def picture_is_kept(ident: str) -> bool:
    """Tell whether a picture's bytes are still there (they go after some months)."""
    return bool(BlobRow.select().where(BlobRow.id == ident).exists())


def kept_since(idents: Iterable[str], since: datetime) -> set[str]:
    """Return those of some pictures that were taken after a moment and whose bytes are still there."""
    rows = EvidenceRow.select(EvidenceRow.id).where(
        EvidenceRow.id.in_(list(idents)) & (EvidenceRow.created_at > since)
    )
    return {row.id for row in rows if picture_is_kept(row.id)}


# ── what is proposed ──────────────────────────────────────────────────────────────────────────────────────
def propose(lease: Lease, params: Mapping[str, Any]) -> None:
    """Store what a question about a lost element is to tell; the task's latest counts. Raises FenceLost."""
    with lease.transaction():
        ElementProposalRow.delete().where(ElementProposalRow.task == lease.task_id).execute()
        ElementProposalRow.insert(
            run=lease.run_id, task=lease.task_id, params=dict(params), created_at=utc_now()
        ).execute()


def take_proposal(task_id: int) -> dict[str, Any] | None:
    """Return what was proposed for a task's lost element, once; None when nothing was."""
    with transaction():
        row = ElementProposalRow.get_or_none(ElementProposalRow.task == task_id)
        if row is None:
            return None
        row.delete_instance()
        params: dict[str, Any] = row.params
        return params


# ── what was accepted ─────────────────────────────────────────────────────────────────────────────────────
def accept(
    site: str, proposed: Mapping[str, Any], actor: Actor, *, run: str, item: int | None = None
) -> None:
    """Lay a proposed locator over the book's entry; ``proposed`` has element, kind, base and locator.

    An earlier repair of the element is replaced. Raises WrongState for a commit element that no person
    accepted; the table refuses such a row too.
    """
    if proposed["kind"] == COMMIT and actor.kind != PERSON:
        raise WrongState(what=f"element {proposed['element']}", state="a commit", wanted="a person's answer")
    with transaction():
        _drop(_active(site) & (ElementRepairRow.element == proposed["element"]), REPLACED)
        ElementRepairRow.create(
            site=site,
            element=proposed["element"],
            kind=proposed["kind"],
            base=proposed["base"],
            locator=dict(proposed["locator"]),
            actor_kind=actor.kind,
            actor=actor.as_json(),
            run=run,
            item=item,
            created_at=utc_now(),
        )


def repairs(site: str) -> list[Repair]:
    """Return the repairs of a site that are in force."""
    return [
        Repair(row.id, row.site, row.element, row.kind, row.base, row.locator, row.actor)
        for row in ElementRepairRow.select().where(_active(site)).order_by(ElementRepairRow.id)
    ]


def drop(ids: Iterable[int], why: str) -> None:
    """End repairs; ``why`` is one of the words above."""
    with transaction():
        _drop(ElementRepairRow.id.in_(list(ids)) & ElementRepairRow.dropped_at.is_null(), why)


def all_repairs(site: str | None = None) -> list[dict[str, Any]]:
    """Return every repair there ever was, newest first, as plain values for faces."""
    query = ElementRepairRow.select().order_by(ElementRepairRow.id.desc())
    if site is not None:
        query = query.where(ElementRepairRow.site == site)
    return [
        {
            "id": row.id,
            "site": row.site,
            "element": row.element,
            "kind": row.kind,
            "base": row.base,
            "locator": row.locator,
            "actor": row.actor,
            "run": row.run,
            "item": row.item,
            "created_at": row.created_at.isoformat(timespec="seconds"),
            "dropped_at": row.dropped_at.isoformat(timespec="seconds") if row.dropped_at else None,
            "why_dropped": row.why_dropped,
        }
        for row in query
    ]


def _active(site: str) -> Any:  # noqa: ANN401  # peewee's stubs give expressions no name
    return (ElementRepairRow.site == site) & ElementRepairRow.dropped_at.is_null()


def _drop(which: Any, why: str) -> None:  # noqa: ANN401
    ElementRepairRow.update(dropped_at=utc_now(), why_dropped=why).where(which).execute()


def _bound_to(site: str, element: str) -> str:
    return f"element/{site}/{element}"
