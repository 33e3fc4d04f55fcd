"""What may be done: starting and stopping runs at workstations, and answering their questions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from ui.panel.server import questions, wishes
from ui.panel.server.access import Operator, Viewer
from ui.panel.server.models.base import Id, OfficeName
from ui.panel.server.models.commands import Command, Commands, Target, Wish
from ui.panel.server.models.people import Colleague
from ui.panel.server.models.review import Assignment, CommentIn, ReviewAnswer, ReviewItem, ReviewQueue
from ui.panel.server.refusals import described

router = APIRouter(prefix="/api", tags=["doing"])


@router.get("/targets", responses=described(401, 403))
def targets(who: Viewer) -> list[Target]:
    """Return what could be started where, and whether this person may."""
    return wishes.targets(who)


@router.post("/commands", status_code=202, responses=described(401, 403, 404, 409, 422))
def command(who: Operator, wanted: Wish) -> Command:
    """Ask a workstation for something; it checks again, and what became of it is told by the events."""
    return wishes.give(who, wanted)


@router.get("/commands/{command}", responses=described(401, 403, 404, 422))
def show_command(who: Viewer, command: Id) -> Command:
    """Return what became of a command."""
    return wishes.show(who, command)


@router.get("/reviews", responses=described(401, 403, 422))
def reviews(
    who: Viewer,
    office: OfficeName | None = None,
    state: Annotated[str, Query(pattern=r"^(open|answered)$")] = "open",
) -> ReviewQueue:
    """Return the questions that wait (or the last 200 that were answered)."""
    return questions.queue(who, office, answered=state == "answered")


@router.get("/reviews/{item}", responses=described(401, 403, 404, 422))
def review(who: Viewer, item: Id) -> ReviewItem:
    """Return one question."""
    return questions.one(who, item)


@router.post("/answers", status_code=202, responses=described(401, 403, 404, 409, 422))
def answer(who: Operator, wanted: ReviewAnswer) -> Commands:
    """Answer one question, or several that ask the same; each becomes a command to its workstation."""
    return questions.answer(who, wanted)


@router.put("/reviews/{item}/assignee", responses=described(401, 403, 404, 422))
def assign(who: Operator, item: Id, wanted: Assignment) -> ReviewItem:
    """Say who takes care of a question."""
    return questions.assign(who, item, wanted.person)


@router.post("/reviews/{item}/comments", status_code=201, responses=described(401, 403, 404, 422))
def comment(who: Operator, item: Id, wanted: CommentIn) -> ReviewItem:
    """Write something beside a question."""
    return questions.comment(who, item, wanted.text)


@router.get("/colleagues", responses=described(401, 403))
def colleagues(who: Operator) -> list[Colleague]:
    """Return who may be given a question at this person's offices."""
    return questions.colleagues(who)
