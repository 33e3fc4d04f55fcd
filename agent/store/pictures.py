"""The pictures that runs took, for a gallery: newest first, in pages; their bytes stay sealed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from agent.store.queries import moment
from agent.store.tables import EvidenceRow, RunRow, TaskRow

PAGE = 200
"""So many are read at once."""

_IMAGES = "image/%"


@dataclass(frozen=True)
class Wanted:
    """Which pictures: None and empty mean all. ``first`` and ``last`` are business days."""

    automation: str | None = None
    run: str | None = None
    first: date | None = None
    last: date | None = None
    words: str = ""


def pictures(
    wanted: Wanted, before: tuple[datetime, str] | None = None, limit: int = PAGE
) -> list[dict[str, Any]]:
    """Return pictures from the newest on, or from ``before`` (the moment and id of the last one known)."""
    query = (
        EvidenceRow.select(EvidenceRow, RunRow, TaskRow)
        .join(RunRow)
        .switch(EvidenceRow)
        .left_outer_join(TaskRow)
        .where(EvidenceRow.media_type**_IMAGES)
        .order_by(EvidenceRow.created_at.desc(), EvidenceRow.id.desc())
        .limit(limit)
    )
    if wanted.automation is not None:
        query = query.where(RunRow.automation == wanted.automation)
    if wanted.run is not None:
        query = query.where(RunRow.id == wanted.run)
    if wanted.first is not None:
        query = query.where(RunRow.business_date >= wanted.first)
    if wanted.last is not None:
        query = query.where(RunRow.business_date <= wanted.last)
    for word in wanted.words.split():
        query = query.where(
            EvidenceRow.name.contains(word) | RunRow.id.contains(word) | TaskRow.name.contains(word)
        )
    if before is not None:
        at, ident = before
        query = query.where(
            (EvidenceRow.created_at < at) | ((EvidenceRow.created_at == at) & (EvidenceRow.id < ident))
        )
    return [_picture(row) for row in query]


def some(idents: Sequence[str]) -> list[dict[str, Any]]:
    """Return what is known of these pieces of evidence, in the order asked for; unknown ones are left out."""
    query = (
        EvidenceRow.select(EvidenceRow, RunRow, TaskRow)
        .join(RunRow)
        .switch(EvidenceRow)
        .left_outer_join(TaskRow)
        .where(EvidenceRow.id.in_(list(idents)))
    )
    found = {row.id: _picture(row) for row in query}
    return [found[ident] for ident in idents if ident in found]


def days(automation: str, limit: int = 60) -> list[dict[str, Any]]:
    """Return the runs of an automation that hold pictures, newest business day first."""
    query = (
        RunRow.select(RunRow)
        .join(EvidenceRow)
        .where((RunRow.automation == automation) & (EvidenceRow.media_type**_IMAGES))
        .group_by(RunRow.id)
        .order_by(RunRow.business_date.desc(), RunRow.created_at.desc())
        .limit(limit)
    )
    return [
        {"run": row.id, "business_date": row.business_date.isoformat(), "office": row.office} for row in query
    ]


def step_of(picture: dict[str, Any]) -> str:
    """Return by which pictures of two days are laid side by side: the task and what was pictured there."""
    return f"{picture['task'] or ''}/{picture['name']}"


def _picture(row: EvidenceRow) -> dict[str, Any]:
    run: RunRow = row.run
    return {
        "id": row.id,
        "kind": row.kind,
        "name": row.name,
        "media_type": row.media_type,
        "sha256": row.sha256,
        "size": row.size,
        "removed": row.removed,
        "created_at": moment(row.created_at),
        "at": row.created_at,
        "run": run.id,
        "automation": run.automation,
        "title": run.title,
        "office": run.office,
        "business_date": run.business_date.isoformat(),
        "task": row.task.name if row.task else None,
        "site": row.task.site if row.task else None,
    }
