"""Review items: one question with its answers. The first answer wins, and only for the version it saw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.core.actors import Actor
from agent.core.answers import SHARED
from agent.core.failures import AnsweredAlready, QuestionChanged, UnknownItem, WrongState
from agent.core.states import RECORD_TRANSITIONS, RecordState, sources
from agent.store.database import transaction
from agent.store.fields import utc_now
from agent.store.tables import RecordRow, ReviewRow

ROW_QUESTION = "row_invalid"
"""The question about one row of a file that cannot be right."""

WITHDRAWN = "withdrawn"
"""The answer of a question that nobody needs to answer any more."""


def ask(
    run_id: str,
    task_id: int | None,
    code: str,
    params: Mapping[str, Any],
    answers: tuple[str, ...],
    *,
    cause: str | None = None,
) -> int:
    """Put a question about a run or task before a person; returns the item's id.

    While one of the same cause is open in this run it stays that one question: what is new about it is told,
    and its version rises. Without a ``cause`` the question and its task are the cause.
    """
    cause = cause or f"{run_id}/{task_id}/{code}"
    with transaction():
        known = ReviewRow.get_or_none(
            (ReviewRow.run == run_id) & (ReviewRow.cause == cause) & ReviewRow.answer.is_null()
        )
        if known is None:
            row = ReviewRow.create(
                run=run_id,
                task=task_id,
                question=code,
                params=dict(params),
                answers=list(answers),
                cause=cause,
                created_at=utc_now(),
            )
            return int(row.id)
        if (known.question, known.params, known.answers) != (code, dict(params), list(answers)):
            ReviewRow.update(
                question=code,
                task=task_id,
                params=dict(params),
                answers=list(answers),
                version=ReviewRow.version + 1,
            ).where(ReviewRow.id == known.id).execute()
        return int(known.id)


def get(item_id: int) -> ReviewRow:
    """Return a review item; raises UnknownItem."""
    item = ReviewRow.get_or_none(ReviewRow.id == item_id)
    if item is None:
        raise UnknownItem(item=item_id)
    return item


def open_items(run_id: str | None = None) -> list[ReviewRow]:
    """Return the unanswered questions, oldest first."""
    query = ReviewRow.select().where(ReviewRow.answer.is_null())
    if run_id is not None:
        query = query.where(ReviewRow.run == run_id)
    return list(query.order_by(ReviewRow.id))


def asked_about_rows(task_id: int) -> bool:
    """Tell whether single rows of a file are asked about for a task: then the task needs no question."""
    return (
        ReviewRow.select()
        .where(
            (ReviewRow.task == task_id) & (ReviewRow.question == ROW_QUESTION) & ReviewRow.answer.is_null()
        )
        .exists()
    )


def require_open(item_id: int, version: int, given: str) -> ReviewRow:
    """Return an item that takes this answer now.

    Raises UnknownItem, AnsweredAlready (who, what and when), QuestionChanged (it is not the question that was
    seen), WrongState (no such answer).
    """
    item = get(item_id)
    if item.answer is not None:
        who = (item.actor or {}).get("name")
        at = item.answered_at.isoformat(timespec="seconds") if item.answered_at else None
        raise AnsweredAlready(item=item_id, who=who, answer=item.answer, at=at)
    if item.version != version:
        raise QuestionChanged(item=item_id, version=item.version)
    if given not in item.answers:
        raise WrongState(what=f"answer {given}", state="not offered", wanted=", ".join(item.answers))
    return item


def answer(
    item_id: int, version: int, given: str, actor: Actor, told: Mapping[str, Any] | None = None
) -> list[ReviewRow]:
    """Store a person's answer and what came with it; raises what :func:`require_open` raises.

    Returns every question that it answers, the one that was asked first: an answer to a cause answers all
    open questions about that cause which offer it, whichever run asks.
    """
    with transaction():
        item = require_open(item_id, version, given)
        answered = [item]
        if given in SHARED and item.cause is not None:
            others = ReviewRow.select().where(
                (ReviewRow.cause == item.cause) & ReviewRow.answer.is_null() & (ReviewRow.id != item_id)
            )
            answered += [other for other in others if given in other.answers]
        for each in answered:
            ReviewRow.update(
                answer=given, actor=actor.as_json(), answered_at=utc_now(), given=dict(told or {})
            ).where((ReviewRow.id == each.id) & ReviewRow.answer.is_null()).execute()
        return answered


def withdraw_tasks(run_id: str) -> None:
    """Close the open questions about a run's tasks; those about its records stay."""
    _withdraw((ReviewRow.run == run_id) & ReviewRow.record.is_null())


def withdraw(run_id: str) -> None:
    """Close the questions of a run that was stopped: nobody needs to answer them any more."""
    _withdraw(ReviewRow.run == run_id)


def withdraw_task(task_id: int) -> None:
    """Close the open questions about one task; those about its records stay."""
    _withdraw((ReviewRow.task == task_id) & ReviewRow.record.is_null() & (ReviewRow.question != "taken"))


def _withdraw(which: Any) -> None:  # noqa: ANN401  # a peewee expression
    with transaction():
        ReviewRow.update(answer=WITHDRAWN, answered_at=utc_now()).where(
            which & ReviewRow.answer.is_null()
        ).execute()


def settle_record(record_id: int, new: RecordState, actor: Actor, reason: Mapping[str, Any]) -> None:
    """Carry out a person's answer about a record: leave it out, or let the worker look and send it."""
    with transaction():
        changed = (
            RecordRow.update(state=new, actor=actor.as_json(), reason=dict(reason), attempts=0, absences=0)
            .where((RecordRow.id == record_id) & RecordRow.state.in_(sources(RECORD_TRANSITIONS, new)))
            .execute()
        )
        if changed != 1:
            raise WrongState(what="record", state="settled", wanted=str(new))
