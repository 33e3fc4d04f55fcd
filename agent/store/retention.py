"""What is removed when its time has come, in small steps; each may be killed anywhere and is done again.

Keeping writes bytes before the row that names them; removing goes the other way round, so that no row ever
names bytes that are not there. A run is shredded by its key first: what remains sealed opens for nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from peewee import Select

from agent.core.occurrences import Outcome
from agent.core.states import OPEN_RUNS
from agent.store.database import durable, flush_ledger, transaction
from agent.store.tables import (
    AcceptedFileRow,
    BlobRow,
    CommandRow,
    CorrectionRow,
    EvidenceRow,
    LedgerKeyRow,
    NoticeRow,
    OccurrenceRow,
    RecordRow,
    RunRow,
)

_AT_ONCE = 100
_OF_PAGES = ("page", "screenshot", "look")
_PICTURES = "image/"  # their media types; whatever is neither is a fact


def remove_pictures(before: datetime, today: str, days: int, limit: int) -> int:
    """Remove the bytes of at most ``limit`` pictures (and whatever else shows a page) older than a moment.

    Their rows stay with name, size and fingerprint, and say on which day (``today``, ISO) the rule of so many
    days removed the bytes. Returns how many.
    """
    old = (
        EvidenceRow.select(EvidenceRow.id)
        .where(
            EvidenceRow.removed.is_null()
            & (EvidenceRow.created_at < before)
            & (EvidenceRow.kind.in_(_OF_PAGES) | EvidenceRow.media_type.startswith(_PICTURES))
        )
        .order_by(EvidenceRow.created_at)
        .limit(limit)
    )
    found = [row.id for row in old]
    if found:
        with transaction():
            EvidenceRow.update(removed={"removed_on": today, "days": days}).where(
                EvidenceRow.id.in_(found)
            ).execute()
        _remove_bytes(found)
    return len(found)


def old_runs(before: datetime, limit: int) -> list[str]:
    """Return at most so many runs that ended and were planned before a moment, the oldest first."""
    query = (
        RunRow.select(RunRow.id)
        .where((RunRow.created_at < before) & RunRow.state.not_in(OPEN_RUNS))
        .order_by(RunRow.created_at)
        .limit(limit)
    )
    return [row.id for row in query]


def shred_key(run_id: str) -> None:
    """Delete a run's key, from the disk too: nothing that was sealed with it opens any more.

    Copies elsewhere (backups, an image of the disk) keep it.
    """
    with transaction():
        RunRow.update(sealed_key=b"").where(RunRow.id == run_id).execute()
    flush_ledger()


def remove_run(run_id: str) -> None:
    """Remove a run and all that belongs to it: its key first, then the sealed bytes, then its rows.

    The keys of its records are known no more: a record that came again would be entered again.
    """
    shred_key(run_id)
    named = [row.id for row in EvidenceRow.select(EvidenceRow.id).where(EvidenceRow.run == run_id)]
    for start in range(0, len(named), _AT_ONCE):
        _remove_bytes(named[start : start + _AT_ONCE])
    with transaction():
        LedgerKeyRow.delete().where(LedgerKeyRow.record.in_(_records_of(run_id))).execute()
        CorrectionRow.delete().where(CorrectionRow.run_id == run_id).execute()
        RunRow.delete().where(RunRow.id == run_id).execute()


def remove_rest(before: datetime) -> int:
    """Remove wishes, notices, ended duties and the memory of accepted files from before a moment."""
    ended = OccurrenceRow.outcome.not_in((Outcome.OWED, Outcome.RUNNING))
    with transaction():
        return sum(
            query.execute()
            for query in (
                CommandRow.delete().where((CommandRow.created_at < before) & (CommandRow.state != "waiting")),
                NoticeRow.delete().where((NoticeRow.created_at < before) & (NoticeRow.state != "waiting")),
                OccurrenceRow.delete().where((OccurrenceRow.until_at < before) & ended),
                AcceptedFileRow.delete().where(AcceptedFileRow.accepted_at < before),
            )
        )


def _remove_bytes(named: Sequence[str]) -> None:
    durable(lambda: BlobRow.delete().where(BlobRow.id.in_(named)).execute())


def _records_of(run_id: str) -> Select:
    return RecordRow.select(RecordRow.id).where(RecordRow.run == run_id)
