"""Checkpoints: each task's stored result, sealed; and what past results say is usual."""

from __future__ import annotations

from decimal import Decimal
from statistics import median

from agent.core.failures import Defect
from agent.core.states import RunState
from agent.store import runs
from agent.store.lease import Lease
from agent.store.tables import RunRow, TaskRow
from agent.system.seal import Key, seal, unseal

_USUAL_RUNS = 10


def finish(lease: Lease, key: Key, content: bytes) -> None:
    """Seal and store a task's result and mark the task done, in one transaction; raises FenceLost."""
    name = TaskRow.get_by_id(lease.task_id).name
    runs.finish_task(lease, seal(key, content, _bound_to(lease.run_id, name)))


def opened(run_id: str, task: str, key: Key) -> bytes:
    """Return a done task's result; raises Defect when it has none, SealBroken."""
    row = TaskRow.get_or_none((TaskRow.run == run_id) & (TaskRow.name == task))
    if row is None or row.checkpoint is None:
        raise Defect(kind="MissingCheckpoint", file=task, line=0)
    return unseal(key, bytes(row.checkpoint), _bound_to(run_id, task))


def usual_count(automation: str, office: str, task: str) -> int | None:
    """Return the median number of records of the last completed runs, or None without any."""
    past = (
        RunRow.select(RunRow.totals)
        .where(
            (RunRow.automation == automation)
            & (RunRow.office == office)
            & (RunRow.state == RunState.COMPLETED)
            & RunRow.totals.is_null(False)
        )
        .order_by(RunRow.ended_at.desc())
        .limit(_USUAL_RUNS)
    )
    counts = [Decimal(row.totals[task]["count"]["processed"]) for row in past if task in row.totals]
    return round(median(counts)) if counts else None


def _bound_to(run_id: str, task: str) -> str:
    return f"checkpoint/{run_id}/{task}"
