"""When Predawn was last signed in at a site: whatever was done there needed it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from peewee import fn

from agent.core.states import TaskState
from agent.store.tables import RunRow, TaskRow


def last_used(office: str) -> dict[str, datetime]:
    """Return for each site when a task of the office last ended well there; UTC."""
    query: Any = (  # peewee's stubs type the rows of every select as models
        TaskRow.select(TaskRow.site, fn.MAX(TaskRow.ended_at))
        .join(RunRow)
        .where(
            (RunRow.office == office)
            & (TaskRow.state == TaskState.DONE)
            & TaskRow.site.is_null(False)
            & TaskRow.ended_at.is_null(False)
        )
        .group_by(TaskRow.site)
        .tuples()
    )
    return dict(query)


def in_use(office: str, site: str) -> str | None:
    """Return the run that works at a site for an office just now; None while none does."""
    found = (
        TaskRow.select(TaskRow.run)
        .join(RunRow)
        .where((RunRow.office == office) & (TaskRow.site == site) & (TaskRow.state == TaskState.RUNNING))
        .first()
    )
    return None if found is None else str(found.run_id)
