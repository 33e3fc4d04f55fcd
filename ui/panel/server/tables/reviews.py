"""Questions for people, and what people here said beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from ui.panel.server.tables.database import current
from ui.panel.server.tables.fields import utc_now
from ui.panel.server.tables.schema import CommentRow, PersonRow, ReviewRow, WorkstationRow


def _joined() -> Any:  # noqa: ANN401  # a peewee query
    return (
        ReviewRow.select(ReviewRow, WorkstationRow, PersonRow)
        .join(WorkstationRow)
        .switch(ReviewRow)
        .left_outer_join(PersonRow)
    )


def get(item: int) -> ReviewRow | None:
    """Return a question with its workstation and who takes care of it."""
    found: ReviewRow | None = _joined().where(ReviewRow.id == item).get_or_none()
    return found


def queue(offices: frozenset[str] | None, *, answered: bool, limit: int) -> list[ReviewRow]:
    """Return the questions that wait (oldest first), or those answered last (newest first)."""
    query = _joined().where(WorkstationRow.revoked_at.is_null()).limit(limit)
    if offices is not None:
        query = query.where(WorkstationRow.office.in_(sorted(offices)))
    if answered:
        return list(query.where(~ReviewRow.open).order_by(ReviewRow.answered_at.desc(), ReviewRow.id.desc()))
    return list(query.where(ReviewRow.open).order_by(ReviewRow.created_at, ReviewRow.id))


def of_run(workstation: int, run: str) -> list[ReviewRow]:
    """Return a run's questions, oldest first."""
    wanted = (ReviewRow.workstation == workstation) & (ReviewRow.run == run)
    return list(_joined().where(wanted).order_by(ReviewRow.created_at, ReviewRow.id))


def assign(item: int, person: int | None) -> None:
    """Say who takes care of a question; only in a job."""
    ReviewRow.update(assignee=person, rev=current().next_rev()).where(ReviewRow.id == item).execute()


def comment(item: int, by: str, text: str) -> None:
    """Write something beside a question; only in a job."""
    CommentRow.create(review=item, by=by, at=utc_now(), text=text)
    ReviewRow.update(rev=current().next_rev()).where(ReviewRow.id == item).execute()


def comments(items: Sequence[int]) -> dict[int, list[CommentRow]]:
    """Return what was written beside these questions, oldest first."""
    found: dict[int, list[CommentRow]] = defaultdict(list)
    for row in CommentRow.select().where(CommentRow.review.in_(list(items))).order_by(CommentRow.id):
        found[row.review_id].append(row)
    return found
