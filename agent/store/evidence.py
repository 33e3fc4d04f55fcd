"""Sealed proof: downloads and pictures. The bytes are committed first, in their own file, then the row."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from agent.core.failures import UnknownItem
from agent.store.database import durable, transaction
from agent.store.fields import utc_now
from agent.store.lease import Lease
from agent.store.tables import BlobRow, EvidenceRow
from agent.system.seal import Key, seal, unseal


@dataclass(frozen=True)
class Proof:
    """What is known of one piece of evidence without opening it; ``created_at`` is UTC, ``size`` bytes."""

    id: str
    kind: str
    name: str
    media_type: str
    sha256: str
    size: int
    created_at: datetime


FILE_KIND, VALUES_KIND = "handed_in", "correction"
"""The kinds of evidence that a person hands in with an answer: a file, new values by field."""

ROW_KIND = "invalid_row"
"""A row of a file that cannot be right, each cell as it was read."""


def keep(lease: Lease, key: Key, content: bytes, *, kind: str, name: str, media_type: str) -> Proof:
    """Seal ``content`` under the run's key and record it; raises FenceLost."""
    ident = secrets.token_hex(8)
    sealed = seal(key, content, ident)
    durable(lambda: BlobRow.insert(id=ident, sealed=sealed).execute())
    digest = hashlib.sha256(content).hexdigest()
    proof = Proof(ident, kind, name, media_type, digest, len(content), utc_now())
    with lease.transaction():
        EvidenceRow.insert(run=lease.run_id, task=lease.task_id, **vars(proof)).execute()
    return proof


def hand_in(
    run_id: str, task_id: int | None, key: Key, content: bytes, *, kind: str, name: str, media_type: str
) -> Proof:
    """Seal what a person hands in for a run, whoever works on it just now; an answer then names it."""
    ident = secrets.token_hex(8)
    sealed = seal(key, content, ident)
    durable(lambda: BlobRow.insert(id=ident, sealed=sealed).execute())
    digest = hashlib.sha256(content).hexdigest()
    proof = Proof(ident, kind, name, media_type, digest, len(content), utc_now())
    with transaction():
        EvidenceRow.insert(run=run_id, task=task_id, **vars(proof)).execute()
    return proof


def was_handed_in(run_id: str, ident: str, sha256: str, kind: str) -> bool:
    """Tell whether a run holds this very piece of this kind."""
    return (
        EvidenceRow.select()
        .where(
            (EvidenceRow.id == ident)
            & (EvidenceRow.run == run_id)
            & (EvidenceRow.sha256 == sha256)
            & (EvidenceRow.kind == kind)
        )
        .exists()
    )


def get(ident: str) -> EvidenceRow:
    """Return what is known of one piece of evidence; raises UnknownItem."""
    row = EvidenceRow.get_or_none(EvidenceRow.id == ident)
    if row is None:
        raise UnknownItem(item=ident)
    return row


def of_run(run_id: str) -> list[EvidenceRow]:
    """Return what proof a run holds, in the order it was kept."""
    return list(EvidenceRow.select().where(EvidenceRow.run == run_id).order_by(EvidenceRow.created_at))


def open_evidence(ident: str, key: Key) -> bytes:
    """Return the bytes of one piece of evidence; raises KeyError when they were removed, SealBroken."""
    blob = BlobRow.get_or_none(BlobRow.id == ident)
    if blob is None:
        raise KeyError(ident)
    return unseal(key, bytes(blob.sealed), ident)


def run_of(ident: str) -> str | None:
    """Return which run kept a piece of evidence, or None when its row is gone."""
    row = EvidenceRow.get_or_none(EvidenceRow.id == ident)
    return None if row is None else str(row.run_id)


def sweep() -> int:
    """Delete bytes that no row names, or that were to be removed (a crash between the two commits)."""
    named = {row.id for row in EvidenceRow.select(EvidenceRow.id).where(EvidenceRow.removed.is_null())}
    orphans = [row.id for row in BlobRow.select(BlobRow.id) if row.id not in named]
    if orphans:
        durable(lambda: BlobRow.delete().where(BlobRow.id.in_(orphans)).execute())
    return len(orphans)
