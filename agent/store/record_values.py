"""One record's sealed values, for a face that shows it beside a question."""

from __future__ import annotations

from agent.core.failures import UnknownItem
from agent.store.tables import RecordRow


def sealed(record_id: int) -> tuple[str, bytes, str]:
    """Return a record's run, its sealed payload and what that is bound to. Raises UnknownItem."""
    row = RecordRow.get_or_none(RecordRow.id == record_id)
    if row is None:
        raise UnknownItem(item=record_id)
    return row.run_id, bytes(row.payload), f"record/{row.run_id}/{row.task_id}/{row.ordinal}"
