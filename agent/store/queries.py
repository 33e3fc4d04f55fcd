"""What faces read: plain values, newest first. Nothing here writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from peewee import fn

from agent.core.states import RecordState
from agent.store import questions, runs
from agent.store.questions import Zones
from agent.store.tables import EvidenceRow, LeftOutRow, RecordRow, ReviewRow, RunRow, TaskRow


def run_list(limit: int = 50, automation: str | None = None) -> list[dict[str, Any]]:
    """Return the newest runs, one short value each."""
    query = RunRow.select().order_by(RunRow.created_at.desc()).limit(limit)
    if automation is not None:
        query = query.where(RunRow.automation == automation)
    return [_run(row) for row in query]


def run(run_id: str, zones: Zones | None = None) -> dict[str, Any]:
    """Return all of one run as ``show RUN --json`` prints it (DESIGN.md, 9); raises UnknownRun.

    ``zones`` by office: the clocks that its questions' deadlines go by.
    """
    row = runs.get(run_id)
    return {
        **_run(row),
        "tasks": [_task(task) for task in runs.tasks_of(row.id)],
        "records": record_counts(row.id),
        "totals": row.totals or {},
        "versions": row.versions,
        "evidence": [_evidence(found) for found in EvidenceRow.select().where(EvidenceRow.run == row.id)],
        "reviews": questions.of_run(row.id, zones),
        "options": row.options,
        "folder": row.folder,
    }


def record_counts(run_id: str) -> dict[str, int]:
    """Return how many records are in each state, in all, and how many source rows were left out."""
    grouped: Any = (  # peewee's stubs type the rows of every select as models
        RecordRow.select(RecordRow.state, fn.COUNT(RecordRow.id).alias("number"))
        .where(RecordRow.run == run_id)
        .group_by(RecordRow.state)
    )
    states: dict[str, int] = dict(grouped.tuples())
    counts = {state.value.lower(): states.get(state.value, 0) for state in RecordState}
    left_out = LeftOutRow.select().where(LeftOutRow.run == run_id).count()
    return {"total": sum(states.values()), **counts, "left_out": left_out}


def records(run_id: str, state: str | None = None) -> list[dict[str, Any]]:
    """Return a run's records in order, without their values (those are sealed; see ``sealed_records``)."""
    query = RecordRow.select().where(RecordRow.run == runs.get(run_id).id).order_by(RecordRow.id)
    if state is not None:
        query = query.where(RecordRow.state == state)
    return [_record(row) for row in query]


def sealed_records(run_id: str) -> list[tuple[dict[str, Any], bytes, str]]:
    """Return a run's records with their sealed payload and what it is bound to (:mod:`agent.system.seal`)."""
    query = RecordRow.select().where(RecordRow.run == runs.get(run_id).id).order_by(RecordRow.id)
    return [
        (_record(row), bytes(row.payload), f"record/{row.run_id}/{row.task_id}/{row.ordinal}")
        for row in query
    ]


def left_out(run_id: str) -> list[dict[str, str]]:
    """Return the source rows that became no record, with address and reason."""
    query = LeftOutRow.select().where(LeftOutRow.run == runs.get(run_id).id).order_by(LeftOutRow.id)
    return [{"address": row.address, "reason": row.reason} for row in query]


def open_reviews(zones: Zones | None = None) -> list[dict[str, Any]]:
    """Return what waits for a person, the nearest deadline first (:mod:`agent.store.questions`)."""
    return questions.open_questions(zones)


def evidence(run_id: str) -> list[dict[str, Any]]:
    """Return what proof a run holds, in the order it was kept."""
    query = EvidenceRow.select().where(EvidenceRow.run == runs.get(run_id).id)
    return [_evidence(row) for row in query.order_by(EvidenceRow.created_at)]


def sealed_run_key(run_id: str) -> bytes:
    """Return a run's data key, wrapped by the home's master key."""
    return bytes(runs.get(run_id).sealed_key)


def _run(row: RunRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "automation": row.automation,
        "title": row.title,
        "office": row.office,
        "business_date": row.business_date.isoformat(),
        "period": {"first": row.period_first.isoformat(), "last": row.period_last.isoformat()},
        "state": row.state,
        "reason": row.reason,
        "rehearsal": bool(row.options.get("rehearse")),
        "created_at": moment(row.created_at),
        "started_at": moment(row.started_at),
        "ended_at": moment(row.ended_at),
    }


def _task(row: TaskRow) -> dict[str, Any]:
    ended = row.ended_at
    seconds = (ended - row.started_at).total_seconds() if ended and row.started_at else None
    return {
        "name": row.name,
        "kind": row.kind,
        "site": row.site,
        "state": row.state,
        "attempts": row.attempts,
        "seconds": seconds,
        "failure": row.failure,
        "step": row.step,
    }


def _record(row: RecordRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "ordinal": row.ordinal,
        "site": row.site,
        "type": row.record_type,
        "state": row.state,
        "attempts": row.attempts,
        "confirmation": row.confirmation,
        "picture": row.picture,
        "reason": row.reason,
        "intended_at": moment(row.intended_at),
        "confirmed_at": moment(row.confirmed_at),
        "verified_at": moment(row.verified_at),
    }


def _evidence(row: EvidenceRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "name": row.name,
        "media_type": row.media_type,
        "sha256": row.sha256,
        "size": row.size,
        "created_at": moment(row.created_at),
        "removed": row.removed,
    }


def moment(value: datetime | None) -> str | None:
    """Return a moment as ISO text in UTC, to the second."""
    return None if value is None else value.isoformat(timespec="seconds")


# ── many runs at once, for the history (agent.store.history) ──────────────────────────────────────────────
def together(rows: Sequence[RunRow]) -> list[dict[str, Any]]:
    """Return runs with all that their sentences need: read for all of them at once, not one by one.

    ``tasks`` only of runs that have not ended, ``reviews`` only the open ones; ``noun`` is None where the
    automation names none.
    """
    idents = [row.id for row in rows]
    counts, left_out = _counts_of(idents), _left_out_of(idents)
    asked = ReviewRow.select().where(ReviewRow.run.in_(idents) & ReviewRow.answer.is_null())
    open_runs = [row.id for row in rows if row.ended_at is None]
    tasks = TaskRow.select().where(TaskRow.run.in_(open_runs)).order_by(TaskRow.position)
    questions_by_run, tasks_by_run = _by_run(asked.order_by(ReviewRow.id)), _by_run(tasks)
    return [
        {
            **_run(row),
            "noun": _noun(row.manifest),
            "records": {**counts.get(row.id, _all_counts({})), "left_out": left_out.get(row.id, 0)},
            "reviews": [questions.question(item) for item in questions_by_run.get(row.id, ())],
            "tasks": [_task(task) for task in tasks_by_run.get(row.id, ())],
            "options": row.options,
        }
        for row in rows
    ]


def _counts_of(idents: Sequence[str]) -> dict[str, dict[str, int]]:
    grouped: Any = (
        RecordRow.select(RecordRow.run, RecordRow.state, fn.COUNT(RecordRow.id))
        .where(RecordRow.run.in_(idents))
        .group_by(RecordRow.run, RecordRow.state)
        .tuples()
    )
    found: dict[str, dict[str, int]] = {}
    for run_id, state, number in grouped:
        found.setdefault(run_id, {})[state] = number
    return {run_id: _all_counts(states) for run_id, states in found.items()}


def _all_counts(states: Mapping[str, int]) -> dict[str, int]:
    counts = {state.value.lower(): states.get(state.value, 0) for state in RecordState}
    return {"total": sum(states.values()), **counts}


def _left_out_of(idents: Sequence[str]) -> dict[str, int]:
    grouped: Any = (
        LeftOutRow.select(LeftOutRow.run, fn.COUNT(LeftOutRow.id))
        .where(LeftOutRow.run.in_(idents))
        .group_by(LeftOutRow.run)
        .tuples()
    )
    return dict(grouped)


def _by_run(rows: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.run_id, []).append(row)
    return found


def _noun(manifest: Mapping[str, Any]) -> tuple[str, str] | None:
    for kind in (manifest.get("record_types") or {}).values():
        if kind.get("noun"):
            one, many = kind["noun"]
            return str(one), str(many)
    return None
