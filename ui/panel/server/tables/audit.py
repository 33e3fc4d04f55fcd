"""The panel's own audit: who did what here. Written in the job that does it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from peewee import fn

from ui.panel.server.tables.fields import utc_now
from ui.panel.server.tables.schema import AuditRow


def note(  # what, who, where, and what came of it
    verb: str,
    who: str,
    *,
    person: int | None = None,
    office: str | None = None,
    params: Mapping[str, Any] | None = None,
    outcome: str = "done",
) -> None:
    """Append an entry; only in a job."""
    told = dict(params or {})
    text = " ".join((who, office or "", verb, outcome, *(str(value) for value in told.values()))).lower()
    AuditRow.create(
        at=utc_now(),
        person=person,
        who=who,
        office=office,
        verb=verb,
        params=told,
        outcome=outcome,
        text=text,
    )


def entries(
    offices: frozenset[str] | None, words: list[str], before: int | None, limit: int
) -> list[AuditRow]:
    """Return entries at these offices (None: all, and what concerns no office), newest first."""
    query = AuditRow.select().order_by(AuditRow.id.desc()).limit(limit)
    if offices is not None:
        query = query.where(AuditRow.office.in_(sorted(offices)))
    if before is not None:
        query = query.where(AuditRow.id < before)
    for word in words:
        query = query.where(fn.INSTR(AuditRow.text, word.lower()) > 0)
    return list(query)
