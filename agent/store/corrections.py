"""What people make of records and rows that cannot be right. The host notes it, a worker applies it."""

from __future__ import annotations

from dataclasses import dataclass

from agent.core.actors import Actor
from agent.store.database import transaction
from agent.store.fields import utc_now
from agent.store.lease import Lease
from agent.store.tables import CorrectionRow


@dataclass(frozen=True)
class Correction:
    """One of them: ``values`` is the evidence with the new texts; None where the row is left out."""

    id: int
    values: str | None
    reason: str | None
    actor: Actor
    at: str  # UTC, as ISO text


def place_of(sha256: str, sheet: str | None, row: int) -> str:
    """Return what names one row of one file for good."""
    return f"{sha256}/{sheet or ''}/{row}"


def add(
    run_id: str,
    actor: Actor,
    *,
    record_id: int | None = None,
    place: str | None = None,
    values: str | None = None,
    reason: str | None = None,
) -> None:
    """Note what a person made of a record, or of the row at ``place``; the newest of each counts."""
    with transaction():
        CorrectionRow.insert(
            run_id=run_id,
            record_id=record_id,
            place=place,
            values=values,
            reason=reason,
            actor=actor.as_json(),
            created_at=utc_now(),
        ).execute()


def of_rows(run_id: str) -> dict[str, Correction]:
    """Return what people made of rows of a run's files, by the row's place."""
    query = CorrectionRow.select().where(
        (CorrectionRow.run_id == run_id) & CorrectionRow.place.is_null(False)
    )
    return {str(row.place): _correction(row) for row in query.order_by(CorrectionRow.id)}


def of_records(run_id: str) -> dict[int, Correction]:
    """Return the corrections of a run's records that no worker has applied yet, by the record's id."""
    query = CorrectionRow.select().where(
        (CorrectionRow.run_id == run_id)
        & CorrectionRow.record_id.is_null(False)
        & CorrectionRow.applied_at.is_null()
    )
    return {int(row.record_id or 0): _correction(row) for row in query.order_by(CorrectionRow.id)}


def applied(lease: Lease, record_id: int) -> None:
    """Note that a record's corrections have been looked at; inside or outside a transaction of the lease."""
    with lease.transaction():
        CorrectionRow.update(applied_at=utc_now()).where(
            (CorrectionRow.record_id == record_id) & CorrectionRow.applied_at.is_null()
        ).execute()


def _correction(row: CorrectionRow) -> Correction:
    at = row.created_at.isoformat(timespec="seconds")
    return Correction(row.id, row.values, row.reason, Actor(**row.actor), at)
