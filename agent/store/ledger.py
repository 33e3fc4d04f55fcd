"""The ledger: every record to deliver and what became of it. Each transition is one committed transaction.

Source: DESIGN.md, section 6. A business key is held by one record over all runs of all automations; a record
may be sent only while it holds its key. The ledger never sees a key or a value in the clear: both are hashed
with the home's own key, and payloads are sealed with the run's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agent.core.actors import Actor
from agent.core.states import (
    DELIVERED_RECORDS,
    FREE_RECORDS,
    RECORD_TRANSITIONS,
    NotAllowedError,
    RecordState,
    sources,
)
from agent.store import holders
from agent.store.fields import utc_now
from agent.store.holders import Standing, standing
from agent.store.lease import Lease
from agent.store.tables import AttemptRow, LeftOutRow, RecordRow, ReviewRow, TaskRow, TrustRow
from agent.system.seal import Key, keyed_hash, seal, unseal


@dataclass(frozen=True)
class Destination:
    """Where records go: what a business key is unique in."""

    site: str
    office: str
    record_type: str


@dataclass(frozen=True)
class Planned:
    """One record to plan: its normalised key, which copy of that key it is, its payload (plain)."""

    key: str
    copy: int
    payload: Mapping[str, Any]
    compared: str  # the canonical text of its fields, for "is it the same as what was delivered?"
    doubled: bool = False  # the batch holds the key twice, undeclared: a person decides


@dataclass(frozen=True)
class Entry:
    """One record as the ledger has it, its payload opened."""

    id: int
    ordinal: int
    state: RecordState
    copy: int
    attempts: int
    absences: int
    payload: Mapping[str, Any]
    payload_hash: str
    confirmation: str | None
    intended_at: datetime | None
    reason: Mapping[str, Any] | None
    read_back: frozenset[str]


@dataclass(frozen=True)
class Question:
    """What a person is asked about a record, and the answers the question takes."""

    code: str
    params: Mapping[str, Any]
    answers: tuple[str, ...]


class Ledger:
    """The records of one upload task, under the worker's lease."""

    def __init__(self, lease: Lease, destination: Destination, data_key: Key, index_key: Key) -> None:
        self._lease, self._destination = lease, destination
        self._data_key, self._index_key = data_key, index_key

    # ── planning ──────────────────────────────────────────────────────────────────────────────────────
    def is_planned(self) -> bool:
        """Tell whether this task's records were planned before (a resume never plans twice)."""
        return RecordRow.select().where(RecordRow.task == self._lease.task_id).exists()

    def plan(self, records: Iterable[Planned], left_out: Iterable[tuple[str, str]]) -> None:
        """Store all records of the batch, and the rows left out (address, reason), together or not at all."""
        with self._lease.transaction():
            for ordinal, planned in enumerate(records, start=1):
                self._plan_one(ordinal, planned)
            for address, reason in left_out:
                LeftOutRow.insert(
                    run=self._lease.run_id, task=self._lease.task_id, address=address, reason=reason
                ).execute()

    def _plan_one(self, ordinal: int, planned: Planned) -> None:
        key_hash = keyed_hash(self._index_key, planned.key)
        payload_hash = keyed_hash(self._index_key, planned.compared)
        content = json.dumps(planned.payload, ensure_ascii=False).encode()
        holder = self._holder(key_hash, planned.copy)
        question, note = _objection(planned, holder, payload_hash)
        state = RecordState.PLANNED if question is None else RecordState.IN_REVIEW
        row = RecordRow.create(
            run=self._lease.run_id,
            task=self._lease.task_id,
            ordinal=ordinal,
            **vars(self._destination),
            key_hash=key_hash,
            copy=planned.copy,
            payload_hash=payload_hash,
            payload=seal(self._data_key, content, self._bound_to(ordinal)),
            state=state,
            reason=note,
        )
        if question is not None:
            self._ask(row.id, question)
        elif note is None:
            self._take_key(row.id, key_hash, planned.copy)

    def _holder(self, key_hash: str, copy: int) -> RecordRow | None:
        return holders.holder(vars(self._destination), key_hash, copy)

    def _take_key(self, record_id: int, key_hash: str, copy: int) -> None:
        holders.give_key(record_id, vars(self._destination), key_hash, copy)

    # ── reading ───────────────────────────────────────────────────────────────────────────────────────
    def entries(self, *states: RecordState) -> list[Entry]:
        """Return this task's records in these states (all when none is named), in the batch's order."""
        query = RecordRow.select().where(RecordRow.task == self._lease.task_id)
        if states:
            query = query.where(RecordRow.state.in_(states))
        held = holders.holding(self._lease.task_id)
        return [self._entry(row, held) for row in query.order_by(RecordRow.ordinal)]

    def entry(self, record_id: int) -> Entry:
        """Return one record as it stands now."""
        return self._entry(RecordRow.get_by_id(record_id), holders.holding(self._lease.task_id))

    def _entry(self, row: RecordRow, held: frozenset[int]) -> Entry:
        content = unseal(self._data_key, bytes(row.payload), self._bound_to(row.ordinal))
        reason = row.reason
        if row.state == RecordState.PLANNED and row.id not in held:
            # While its run had failed, another run took the key: what that one delivered is only looked up.
            holder = self._holder(row.key_hash, row.copy)
            reason = None if holder is None else _delivered_before(holder)
        return Entry(
            row.id,
            row.ordinal,
            RecordState(row.state),
            row.copy,
            row.attempts,
            row.absences,
            json.loads(content),
            row.payload_hash,
            row.confirmation,
            row.intended_at,
            reason,
            frozenset(row.read_back or ()),
        )

    def _bound_to(self, ordinal: int) -> str:
        return f"record/{self._lease.run_id}/{self._lease.task_id}/{ordinal}"

    def token(self, entry: Entry) -> str:
        """Return what a site that takes a submit once for each token is given: the same at every try."""
        place = "/".join(vars(self._destination).values())
        return keyed_hash(self._index_key, f"token/{place}/{entry.payload['key']}/{entry.copy}")[:32]

    def other_copies(self, entry: Entry) -> int:
        """Return how many other copies of a record's key have been delivered, over all runs."""
        return holders.delivered_copies(
            vars(self._destination), keyed_hash(self._index_key, entry.payload["key"]), entry.id
        )

    def state_elsewhere(self, task: str, place: Destination, key: str) -> RecordState | None:
        """Return what became of another upload's record: of this run, else of whichever run holds the key."""
        key_hash = keyed_hash(self._index_key, key)
        here = (
            RecordRow.select(RecordRow.state)
            .join(TaskRow)
            .where((TaskRow.run == self._lease.run_id) & (TaskRow.name == task))
            .where(RecordRow.key_hash == key_hash)
        ).scalar()
        if here is None:
            found = holders.holder(vars(place), key_hash, 0)
            here = None if found is None else found.state
        return None if here is None else RecordState(here)

    # ── transitions ───────────────────────────────────────────────────────────────────────────────────
    def intend(self, entry: Entry) -> None:
        """Commit that the next click may send this record. Nothing may be clicked before this returns."""
        with self._lease.transaction():
            if not holders.holds(entry.id):
                raise NotAllowedError("a record that does not hold its key must never be sent")
            now = utc_now()
            self._move(
                entry.id,
                RecordState.INTENDED,
                attempts=RecordRow.attempts + 1,
                absences=0,
                intended_at=now,
                reason=None,
            )
            AttemptRow.insert(
                record=entry.id, fence=self._lease.fence, payload_hash=entry.payload_hash, intended_at=now
            ).execute()

    def confirm(self, entry: Entry, confirmation: str | None, page_hash: str) -> None:
        """The site answered that it saved the record."""
        with self._lease.transaction():
            self._move(
                entry.id,
                RecordState.CONFIRMED,
                confirmation=confirmation,
                page_hash=page_hash,
                confirmed_at=utc_now(),
            )
            self._end_attempt(entry, "confirmed")

    def pictured(self, entry: Entry, picture: str) -> None:
        """A picture (an id of the evidence) shows the site's answer to the record."""
        with self._lease.transaction():
            RecordRow.update(picture=picture).where(RecordRow.id == entry.id).execute()

    def verify(self, entry: Entry, confirmation: str | None, read_back: Iterable[str]) -> None:
        """The record was read back from the target, these fields equal; from now on it holds its key.

        Only a record of another run that may itself be on its way there keeps the key until it is settled.
        """
        with self._lease.transaction():
            row = RecordRow.get_by_id(entry.id)
            self._move(
                entry.id,
                RecordState.VERIFIED,
                confirmation=row.confirmation or confirmation,
                read_back=sorted(read_back),
                verified_at=utc_now(),
            )
            holder = self._holder(row.key_hash, row.copy)
            if holder is None or holder.state in FREE_RECORDS | DELIVERED_RECORDS:
                self._take_key(entry.id, row.key_hash, row.copy)
            self._end_attempt(entry, "verified")

    def doubt_intended(self) -> int:
        """Every record whose worker died between click and answer is in doubt; returns how many."""
        with self._lease.transaction():
            rows = list(
                RecordRow.select().where(
                    (RecordRow.task == self._lease.task_id) & (RecordRow.state == RecordState.INTENDED)
                )
            )
            for row in rows:
                self._move(row.id, RecordState.IN_DOUBT)
                AttemptRow.update(outcome="unknown", ended_at=utc_now()).where(
                    (AttemptRow.record == row.id) & AttemptRow.outcome.is_null()
                ).execute()
            return len(rows)

    def doubt(self, entry: Entry, why: Mapping[str, Any] | None = None) -> None:
        """The answer to a submit was lost or is not final."""
        with self._lease.transaction():
            self._move(entry.id, RecordState.IN_DOUBT, reason=why)
            self._end_attempt(entry, "unknown")

    def note_absence(self, entry: Entry) -> int:
        """A believed look-up found nothing; returns how many did so in a row."""
        with self._lease.transaction():
            RecordRow.update(absences=RecordRow.absences + 1).where(RecordRow.id == entry.id).execute()
        return entry.absences + 1

    def plan_again(self, entry: Entry) -> None:
        """The record is certainly not there: it holds its key and may be sent once more.

        If another run has meanwhile taken the key and is not done with it, a person is told so instead.
        """
        with self._lease.transaction():
            row = RecordRow.get_by_id(entry.id)
            holder = self._holder(row.key_hash, row.copy)
            if holder and holder.id != row.id and standing(holder, row.payload_hash) is Standing.OPEN:
                self.review(entry, _open_elsewhere(holder))
                return
            self._move(entry.id, RecordState.PLANNED, absences=0, reason=None)
            self._take_key(entry.id, row.key_hash, row.copy)

    def correct(self, entry: Entry, planned: Planned, actor: Actor) -> None:
        """Give a record that is certainly not there the values that a person put in, and plan it anew.

        Its old key is free again; if the new one is another record's, a person is asked instead.
        """
        key_hash = keyed_hash(self._index_key, planned.key)
        payload_hash = keyed_hash(self._index_key, planned.compared)
        content = json.dumps(planned.payload, ensure_ascii=False).encode()
        with self._lease.transaction():
            holder = self._holder(key_hash, entry.copy)
            holder = None if holder is not None and holder.id == entry.id else holder
            question, note = _objection(planned, holder, payload_hash)
            holders.give_up_key(entry.id)
            self._move(
                entry.id,
                RecordState.PLANNED,
                key_hash=key_hash,
                payload_hash=payload_hash,
                payload=seal(self._data_key, content, self._bound_to(entry.ordinal)),
                attempts=0,
                absences=0,
                reason=note,
                actor=actor.as_json(),
            )
            if question is not None:
                self.review(entry, question)
            elif note is None:
                self._take_key(entry.id, key_hash, entry.copy)

    def ask_again(self, entry: Entry, question: Question) -> None:
        """Ask about a record that waits for a person already, because the answer did not help."""
        with self._lease.transaction():
            RecordRow.update(reason=_reason(question)).where(RecordRow.id == entry.id).execute()
            self._ask(entry.id, question)

    def reject(self, entry: Entry, question: Question) -> None:
        """The site refused the record for good, and a look-up found nothing of it."""
        with self._lease.transaction():
            self._move(entry.id, RecordState.REJECTED, reason=_reason(question))
            self._ask(entry.id, question)

    def leave_out(self, entry: Entry, code: str, actor: Mapping[str, Any]) -> None:
        """Leave a record out because a person said so of all of its kind; ``actor`` is who."""
        with self._lease.transaction():
            reason = {"code": code, "params": {}}
            self._move(entry.id, RecordState.SKIPPED, reason=reason, actor=dict(actor))

    def review(self, entry: Entry, question: Question) -> None:
        """Put a record before a person."""
        with self._lease.transaction():
            self._move(entry.id, RecordState.IN_REVIEW, reason=_reason(question))
            self._ask(entry.id, question)

    def _ask(self, record_id: int, question: Question) -> None:
        ReviewRow.insert(
            run=self._lease.run_id,
            task=self._lease.task_id,
            record=record_id,
            question=question.code,
            params=dict(question.params),
            answers=list(question.answers),
            created_at=utc_now(),
        ).execute()

    def _end_attempt(self, entry: Entry, outcome: str) -> None:
        AttemptRow.update(outcome=outcome, ended_at=utc_now()).where(
            (AttemptRow.record == entry.id) & AttemptRow.outcome.is_null()
        ).execute()

    def _move(self, record_id: int, new: RecordState, **columns: Any) -> None:  # noqa: ANN401  # columns
        allowed = sources(RECORD_TRANSITIONS, new)
        changed = (
            RecordRow.update(state=new, **columns)
            .where((RecordRow.id == record_id) & RecordRow.state.in_(allowed))
            .execute()
        )
        if changed != 1:
            raise NotAllowedError(f"record {record_id} → {new}")

    # ── a new or restored home distrusts its ledger until it has looked ──────────────────────────────────
    def is_trusted(self, epoch: int) -> bool:
        """Tell whether every key of this destination was looked at once in this epoch of the home."""
        return TrustRow.select().where(self._trust(epoch)).exists()

    def trust(self, epoch: int) -> None:
        """Remember that this destination has been looked at in this epoch of the home."""
        with self._lease.transaction():
            if not self.is_trusted(epoch):
                TrustRow.insert(**vars(self._destination), epoch=epoch).execute()

    def _trust(self, epoch: int) -> Any:  # noqa: ANN401  # a peewee expression
        return (
            (TrustRow.site == self._destination.site)
            & (TrustRow.office == self._destination.office)
            & (TrustRow.record_type == self._destination.record_type)
            & (TrustRow.epoch == epoch)
        )


def _objection(
    planned: Planned, holder: RecordRow | None, payload_hash: str
) -> tuple[Question | None, Mapping[str, Any] | None]:
    """Decide whether a record may be planned, given who holds its key: a question, or a note, or neither."""
    if planned.doubled:
        return Question("doubled_in_batch", {}, ("leave_out",)), None
    place = standing(holder, payload_hash)
    if holder is None or place is Standing.FREE:
        return None, None
    if place is Standing.DELIVERED:
        # It is looked up, never typed: the key stays with its holder until this one is read back equal.
        return None, _delivered_before(holder)
    if place is Standing.CHANGED:
        return Question("changed_since_delivered", _told(holder), ("leave_out",)), None
    return _open_elsewhere(holder), None


def _delivered_before(holder: RecordRow) -> Mapping[str, Any]:
    return {"code": "delivered_before", "params": _told(holder)}


def _open_elsewhere(holder: RecordRow) -> Question:
    return Question("open_elsewhere", _told(holder), ("leave_out",))


def _told(holder: RecordRow) -> dict[str, Any]:
    return {"run": holder.run.id, "state": holder.state}


def _reason(question: Question) -> dict[str, Any]:
    return {"code": question.code, "params": dict(question.params)}
