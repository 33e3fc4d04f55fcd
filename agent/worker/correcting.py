"""Records as people have corrected them: read by the record's own contract before anything is entered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agent.core.states import RecordState
from agent.reports.columns import Column, Invalid
from agent.sdk import Destination, Record
from agent.store import corrections
from agent.store.corrections import Correction
from agent.store.evidence import open_evidence
from agent.store.lease import Lease
from agent.store.ledger import Entry, Ledger, Question
from agent.system.seal import Key
from agent.worker.batches import plan

ANSWERS = ("correct", "leave_out")


@dataclass(frozen=True)
class Correcting:
    """Applies what people have corrected of one upload task's records."""

    destination: Destination[Any]
    ledger: Ledger
    lease: Lease
    key: Key

    def apply(self) -> None:
        """Give each corrected record its new values, or ask once more; raises FenceLost, SealBroken."""
        pending = corrections.of_records(self.lease.run_id)
        if not pending:
            return
        for entry in self.ledger.entries(RecordState.REJECTED, RecordState.IN_REVIEW):
            if entry.id in pending:
                with self.lease.transaction():
                    self._apply_one(entry, pending[entry.id])
                    corrections.applied(self.lease, entry.id)

    def _apply_one(self, entry: Entry, correction: Correction) -> None:
        texts: Mapping[str, str] = json.loads(open_evidence(str(correction.values), self.key))
        kind: type[Record] = self.destination.record_type
        fields = dict(entry.payload["fields"])
        for name, text in texts.items():
            try:
                fields[name] = _read(kind.columns[name], text)
            except Invalid as error:
                params = {"column": name, "problem": error.problem, "expected": error.expected}
                self.ledger.ask_again(entry, Question("correction_invalid", params, ANSWERS))
                return
        payload = _corrected(entry.payload, kind.from_shown(fields), correction)
        compared = self.destination.compared() if self.destination.effect == "ensure" else None
        (planned,) = plan([payload], fields=compared)
        self.ledger.correct(entry, planned, correction.actor)


def _read(column: Column, text: str) -> str:
    """Return a person's text in normal form: as it is shown, or as the file writes it; raises Invalid."""
    try:
        return column.show(column.restore(text.strip()))
    except Invalid:
        return column.show(column.parse(text))


def _corrected(payload: Mapping[str, Any], record: Record, correction: Correction) -> dict[str, Any]:
    """Return a record's stored form with new values; who changed which, and what stood there before."""
    old, new = payload["fields"], record.shown()
    changed = [name for name in new if new[name] != old[name]]
    who = {"by": correction.actor.as_json(), "at": correction.at}
    return {
        **payload,
        "key": record.key(),
        "fields": new,
        "totals": {name: str(amount) for name, amount in record.control_totals().items()},
        "totals_before": payload.get("totals_before", payload["totals"]),
        "edited": {**payload.get("edited", {}), **dict.fromkeys(changed, who)},
        "before": {**{name: old[name] for name in changed}, **payload.get("before", {})},
    }
