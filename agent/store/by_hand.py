"""Records that a person enters by hand: taken over, said to be done, given back. Source: DESIGN.md, 6.

What may be in the target already is never taken without a word: each record keeps why it was taken, so that
the worklist can say "look first". Whatever comes back is looked up before anything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from agent.core.actors import Actor
from agent.core.answers import TAKEN_ANSWERS
from agent.core.failures import WrongState
from agent.core.states import RecordState, RunState, TaskState
from agent.store import corrections, reviews, runs
from agent.store.database import transaction
from agent.store.fields import utc_now
from agent.store.tables import RecordRow, ReviewRow, TaskRow

QUESTION = "taken"
"""The question that stands while records are being entered by hand."""

_TAKEABLE = (RecordState.PLANNED, RecordState.REJECTED, RecordState.INVALID, RecordState.IN_REVIEW)


def may_take(run_id: str) -> bool:
    """Tell whether a run has records that a person could enter by hand."""
    return RecordRow.select().where((RecordRow.run == run_id) & RecordRow.state.in_(_TAKEABLE)).exists()


def taken(run_id: str) -> int:
    """Return how many of a run's records a person is entering."""
    return int(
        RecordRow.select().where((RecordRow.run == run_id) & (RecordRow.state == RecordState.TAKEN)).count()
    )


def take(run_id: str, actor: Actor) -> None:
    """Let a person finish a run by hand: the record at hand ends, the rest becomes theirs.

    Where a worker is at it, the host takes the rest when that worker has ended (:func:`take_rest`). Raises
    WrongState for a run that has nothing to enter, or has ended.
    """
    with transaction():
        run = runs.get(run_id)
        if RunState(run.state) in {RunState.COMPLETED, RunState.CANCELLED}:
            raise WrongState(what=f"run {run.id}", state=run.state, wanted="not ended")
        working = any(task.state == TaskState.RUNNING for task in runs.tasks_of(run_id))
        if not may_take(run_id):
            raise WrongState(what=f"run {run.id}", state=run.state, wanted="one with something to enter")
        runs.change_options(run_id, by_hand=actor.as_json())
        if working:
            return
        take_rest(run_id, actor.as_json())
        for task in _concerned(run_id):
            reviews.withdraw_task(task.id)
            # With doubts left a worker finds out first what became of them; without, nobody needs one.
            needs_worker = runs.has_doubts(task.id) or corrections.of_records(run_id)
            resting = TaskState.WAITING if needs_worker else TaskState.NEEDS_REVIEW
            runs.take_over(task.id, resting)
        if RunState(run.state) in {RunState.FAILED, RunState.NEEDS_REVIEW}:
            runs.move_run(run_id, RunState.PENDING)  # the host looks what is left to do by machine


def take_rest(run_id: str, actor: Mapping[str, Any]) -> None:
    """Make every record that nobody has sent, or that waits for a person, theirs; ask when they are done."""
    with transaction():
        pending = corrections.of_records(run_id)  # those get their new values first
        rows = [row for row in _in_states(run_id, _TAKEABLE) if row.id not in pending]
        for row in rows:
            was = {"state": row.state, "question": (row.reason or {}).get("code")}
            RecordRow.update(
                state=RecordState.TAKEN, actor=dict(actor), reason={"code": QUESTION, "params": was}
            ).where(RecordRow.id == row.id).execute()
        ReviewRow.update(answer="finish_by_hand", actor=dict(actor), answered_at=utc_now()).where(
            (ReviewRow.run == run_id)
            & ReviewRow.record.in_([row.id for row in rows])
            & ReviewRow.answer.is_null()
        ).execute()
        ask(run_id)


def ask(run_id: str) -> None:
    """Ask whether the records that a person has taken are entered, while there are any."""
    found = list(
        RecordRow.select(RecordRow.task, RecordRow.actor)
        .where((RecordRow.run == run_id) & (RecordRow.state == RecordState.TAKEN))
        .order_by(RecordRow.id)
    )
    if found:
        told = {"count": len(found), "who": (found[0].actor or {}).get("name")}
        reviews.ask(run_id, found[0].task_id, QUESTION, told, TAKEN_ANSWERS, cause=f"{run_id}/{QUESTION}")


def end(run_id: str, actor: Actor, code: str) -> None:
    """Take the records back: each is looked up; ``code`` says whether a person has entered them."""
    with transaction():
        RecordRow.update(
            state=RecordState.IN_DOUBT,
            actor=actor.as_json(),
            reason={"code": code, "params": {}},
            attempts=0,
            absences=0,
        ).where((RecordRow.run == run_id) & (RecordRow.state == RecordState.TAKEN)).execute()
        runs.change_options(run_id, by_hand=None)


def _in_states(run_id: str, states: Iterable[RecordState]) -> list[RecordRow]:
    return list(RecordRow.select().where((RecordRow.run == run_id) & RecordRow.state.in_(tuple(states))))


def _concerned(run_id: str) -> list[TaskRow]:
    held = [row.task_id for row in _in_states(run_id, (RecordState.TAKEN, *_TAKEABLE))]
    return list(TaskRow.select().where(TaskRow.id.in_(held)))
