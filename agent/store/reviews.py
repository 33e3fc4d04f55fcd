"""Review items: one question with its answers. The first answer wins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.core.actors import Actor
from agent.core.failures import UnknownItem, WrongState
from agent.core.states import RECORD_TRANSITIONS, RecordState, sources
from agent.store.database import transaction
from agent.store.fields import utc_now
from agent.store.tables import RecordRow, ReviewRow


def ask(
    run_id: str, task_id: int | None, code: str, params: Mapping[str, Any], answers: tuple[str, ...]
) -> None:
    """Put a question about a run or task before a person, unless the same one is open already."""
    with transaction():
        same = (ReviewRow.run == run_id) & (ReviewRow.question == code) & ReviewRow.answer.is_null()
        if task_id is not None:
            same &= ReviewRow.task == task_id
        if not ReviewRow.select().where(same).exists():
            ReviewRow.create(
                run=run_id,
                task=task_id,
                question=code,
                params=dict(params),
                answers=list(answers),
                created_at=utc_now(),
            )


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


def answer(item_id: int, given: str, actor: Actor) -> ReviewRow:
    """Store a person's answer; raises UnknownItem, WrongState (answered already, or no such answer)."""
    with transaction():
        item = get(item_id)
        if item.answer is not None:
            raise WrongState(what=f"item {item_id}", state="answered", wanted="open")
        if given not in item.answers:
            raise WrongState(what=f"answer {given}", state="not offered", wanted=", ".join(item.answers))
        changed = (
            ReviewRow.update(answer=given, actor=actor.as_json(), answered_at=utc_now())
            .where((ReviewRow.id == item_id) & ReviewRow.answer.is_null())
            .execute()
        )
        if changed != 1:
            raise WrongState(what=f"item {item_id}", state="answered", wanted="open")
        return item


def withdraw_tasks(run_id: str) -> None:
    """Close the open questions about a run's tasks; those about its records stay."""
    with transaction():
        ReviewRow.update(answer="withdrawn", answered_at=utc_now()).where(
            (ReviewRow.run == run_id) & ReviewRow.record.is_null() & ReviewRow.answer.is_null()
        ).execute()


def withdraw(run_id: str) -> None:
    """Close the questions of a run that was stopped: nobody needs to answer them any more."""
    with transaction():
        ReviewRow.update(answer="withdrawn", answered_at=utc_now()).where(
            (ReviewRow.run == run_id) & ReviewRow.answer.is_null()
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
