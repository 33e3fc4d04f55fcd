"""What the ledger knows of where records came from and who entered them; their values are sealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent.store.evidence import FILE_KIND
from agent.store.tables import AttemptRow, EvidenceRow, RecordRow, RunRow, TaskRow

Worker = Mapping[str, Any]


def with_worker(known: Sequence[Worker] | None, fence: int, worker: Worker) -> list[Worker]:
    """Return a task's workers with the one that begins under ``fence``; one like the last adds nothing."""
    workers = list(known or ())
    if workers and {**workers[-1], "fence": fence} == {**worker, "fence": fence}:
        return workers
    return [*workers, {**worker, "fence": fence}]


def entered(run_id: str) -> dict[int, dict[str, Any]]:
    """Return, for each record that this run sent, who sent it last: machine, account, versions, fence.

    A record that is missing here was never sent by this run: it was found in the target, or not delivered.
    """
    workers = {row.id: row.workers or [] for row in TaskRow.select().where(TaskRow.run == run_id)}
    sent = AttemptRow.select(AttemptRow, RecordRow).join(RecordRow).where(RecordRow.run == run_id)
    found: dict[int, dict[str, Any]] = {}
    for attempt in sent.order_by(AttemptRow.id):
        since = [worker for worker in workers[attempt.record.task_id] if worker["fence"] <= attempt.fence]
        found[attempt.record.id] = {**(since[-1] if since else {}), "fence": attempt.fence}
    return found


def facts(run_id: str) -> dict[int, dict[str, Any]]:
    """Return what a run's records are further known by: run, task, copy, read back, settled by."""
    tasks = {
        row.id: row.name for row in TaskRow.select(TaskRow.id, TaskRow.name).where(TaskRow.run == run_id)
    }
    rows = RecordRow.select().where(RecordRow.run == run_id)
    return {
        row.id: {
            "run": row.run_id,
            "task": tasks[row.task_id],
            "copy": row.copy,
            "read_back": row.read_back or [],
            "settled_by": row.actor,
        }
        for row in rows
    }


def downloads(run_id: str) -> dict[str, dict[str, Any]]:
    """Return each file that a run downloaded: from which site, when; by its evidence.

    One that a person handed in instead names them (``handed_in_by``).
    """
    kept = EvidenceRow.select().where(
        (EvidenceRow.run == run_id) & EvidenceRow.kind.in_(("download", FILE_KIND))
    )
    handed = (_options(run_id).get("handed_in") or {}).values()
    by = {file["evidence"]: file["actor"] for file in handed}
    return {
        row.id: {
            "name": row.name,
            "sha256": row.sha256,
            "site": row.task.site if row.task else None,
            "downloaded_at": row.created_at.isoformat(timespec="seconds"),
            **({"handed_in_by": by[row.id]} if row.id in by else {}),
        }
        for row in kept
    }


def _options(run_id: str) -> Mapping[str, Any]:
    """Return a run's options; none for a run that is gone."""
    row = RunRow.get_or_none(RunRow.id == run_id)
    return {} if row is None else row.options


def runs_with_key(key_hash: str) -> list[tuple[str, int]]:
    """Return the run and the record of every record with this key's hash, the newest first."""
    query = RecordRow.select().where(RecordRow.key_hash == key_hash).order_by(RecordRow.id.desc())
    return [(row.run_id, row.id) for row in query]
