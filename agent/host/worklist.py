"""What a person enters by hand: the values of the records that they have taken over, out of their seal."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from agent.core.actors import Actor
from agent.core.states import RecordState
from agent.host.auditing import keep_witness
from agent.host.proofs import require_may_open, run_key
from agent.store import audit, runs
from agent.store.tables import RecordRow
from agent.system.paths import Home
from agent.system.seal import unseal

_NOT_THERE = frozenset({"refused", "fill_differs", "correction_invalid", "doubled_in_batch"})


@dataclass(frozen=True)
class Line:
    """One record to enter. ``look_first``: it may be in the target already, so one looks before one types."""

    task: str
    site: str
    ordinal: int
    key: str
    values: dict[str, str] = field(repr=False)
    look_first: bool
    question: str | None


def lines(home: Home, run_id: str, actor: Actor) -> list[Line]:
    """Return the records of a run that a person is entering, in order; who looked stands in the audit log.

    Raises UnknownRun, MayNotOpen, KeyLost, SealBroken, what the vault raises.
    """
    run = runs.get(run_id)
    require_may_open(home, actor)
    key = run_key(home, run.id)
    rows = list(
        RecordRow.select()
        .where((RecordRow.run == run.id) & (RecordRow.state == RecordState.TAKEN))
        .order_by(RecordRow.task, RecordRow.ordinal)
    )
    audit.append(actor, "worklist_opened", {"run": run.id, "count": len(rows)})
    keep_witness(home)
    found = []
    for row in rows:
        payload: dict[str, Any] = json.loads(
            unseal(key, bytes(row.payload), f"record/{row.run_id}/{row.task_id}/{row.ordinal}")
        )
        was = (row.reason or {}).get("params") or {}
        question = was.get("question")
        look_first = was.get("state") == RecordState.IN_REVIEW and question not in _NOT_THERE
        found.append(
            Line(
                row.task.name,
                row.site,
                row.ordinal,
                payload["key"],
                dict(payload["fields"]),
                look_first,
                question,
            )
        )
    return found
