"""The history of a download: which files it accepted, by their hash, headings and number of rows."""

from __future__ import annotations

from agent.core.accepted import KEPT_FILES, Accepted, History
from agent.store.fields import utc_now
from agent.store.lease import Lease
from agent.store.tables import AcceptedFileRow


def history(automation: str, office: str, task: str) -> History:
    """Return the newest files that this download accepted, newest first."""
    rows = (
        AcceptedFileRow.select()
        .where(
            (AcceptedFileRow.automation == automation)
            & (AcceptedFileRow.office == office)
            & (AcceptedFileRow.task == task)
        )
        .order_by(AcceptedFileRow.id.desc())
        .limit(KEPT_FILES)
    )
    return History([Accepted(row.business_date, row.sha256, row.rows, tuple(row.header)) for row in rows])


def add(lease: Lease, file: Accepted, *, automation: str, office: str, task: str) -> None:
    """Note that a file was accepted; raises FenceLost."""
    with lease.transaction():
        AcceptedFileRow.insert(
            automation=automation,
            office=office,
            task=task,
            business_date=file.business_date,
            sha256=file.sha256,
            rows=file.rows,
            header=list(file.header),
            accepted_at=utc_now(),
        ).execute()
