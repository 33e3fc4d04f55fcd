"""The record that holds a business key, and what it means for another record of that key.

Source: DESIGN.md, section 6: a key that was delivered, or may have been, is never free again.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from agent.core.states import (
    DELIVERED_RECORDS,
    FREE_RECORDS,
    OPEN_RUNS,
    RUN_TRANSITIONS,
    RecordState,
    RunState,
)
from agent.store.tables import LedgerKeyRow, RecordRow, ReviewRow

_CERTAINLY_NOT_THERE = frozenset({"refused", "fill_differs", "correction_invalid", "attempts_used_up"})
"""Questions after which a record that a person leaves out is not in the target: it was refused, never sent,
or looked for twice. After any other question it may be there."""


class Standing(Enum):
    """What the holder of a key lets another record of that key do."""

    FREE = "free"  # take the key and be sent
    DELIVERED = "delivered"  # be looked up, never typed: the same is, or may be, in the target
    CHANGED = "changed"  # wait for a person: something else is, or may be, in the target under this key
    OPEN = "open"  # wait: its own run is not done with it


def holder(place: Mapping[str, str], key_hash: str, copy: int) -> RecordRow | None:
    """Return the record that holds a key in a destination (site, office, record_type), or None."""
    key = LedgerKeyRow.get_or_none(
        (LedgerKeyRow.site == place["site"])
        & (LedgerKeyRow.office == place["office"])
        & (LedgerKeyRow.record_type == place["record_type"])
        & (LedgerKeyRow.key_hash == key_hash)
        & (LedgerKeyRow.copy == copy)
    )
    return None if key is None else key.record


def give_key(record_id: int, place: Mapping[str, str], key_hash: str, copy: int) -> None:
    """Make a record the holder of a key, whoever held it; inside the caller's transaction."""
    LedgerKeyRow.insert(**place, key_hash=key_hash, copy=copy, record=record_id).on_conflict(
        conflict_target=(
            LedgerKeyRow.site,
            LedgerKeyRow.office,
            LedgerKeyRow.record_type,
            LedgerKeyRow.key_hash,
            LedgerKeyRow.copy,
        ),
        update={LedgerKeyRow.record: record_id},
    ).execute()


def give_up_key(record_id: int) -> None:
    """Let the key that a record holds be anybody's; inside the caller's transaction."""
    LedgerKeyRow.delete().where(LedgerKeyRow.record == record_id).execute()


def holds(record_id: int) -> bool:
    """Tell whether a record holds its key."""
    return LedgerKeyRow.select().where(LedgerKeyRow.record == record_id).exists()


def holding(task_id: int) -> frozenset[int]:
    """Return the ids of a task's records that hold their keys."""
    query = RecordRow.select(RecordRow.id).join(LedgerKeyRow).where(RecordRow.task == task_id)
    return frozenset(row.id for row in query)


def delivered_copies(place: Mapping[str, str], key_hash: str, except_for: int) -> int:
    """Return how many records other than ``except_for`` hold a copy of this key and have been delivered."""
    return int(
        LedgerKeyRow.select()
        .join(RecordRow)
        .where(
            (LedgerKeyRow.site == place["site"])
            & (LedgerKeyRow.office == place["office"])
            & (LedgerKeyRow.record_type == place["record_type"])
            & (LedgerKeyRow.key_hash == key_hash)
            & (RecordRow.id != except_for)
            & RecordRow.state.in_(DELIVERED_RECORDS)
        )
        .count()
    )


def standing(holder: RecordRow | None, payload_hash: str) -> Standing:
    """Return what a record with this payload may do while ``holder`` has its key."""
    if holder is None:
        return Standing.FREE
    run = RunState(holder.run.state)
    if holder.state in DELIVERED_RECORDS or _was_left_there(holder):
        return _delivered(holder, payload_hash)
    if holder.state in FREE_RECORDS:
        return Standing.OPEN if run in OPEN_RUNS else Standing.FREE
    # Nobody will ever settle it in a run that has ended for good: then looking is the only way to know.
    return Standing.OPEN if RUN_TRANSITIONS[run] else _delivered(holder, payload_hash)


def _delivered(holder: RecordRow, payload_hash: str) -> Standing:
    return Standing.DELIVERED if holder.payload_hash == payload_hash else Standing.CHANGED


def _was_left_there(holder: RecordRow) -> bool:
    """Tell whether a person left the record out although it is, or may be, in the target."""
    if holder.state != RecordState.SKIPPED:
        return False
    asked = ReviewRow.select(ReviewRow.question).where(ReviewRow.record == holder.id)
    last = asked.order_by(ReviewRow.id.desc()).limit(1).scalar()
    return last is not None and last not in _CERTAINLY_NOT_THERE
