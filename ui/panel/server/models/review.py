"""Questions for people."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from ui.panel.server.models.base import Code, Id, In, Out
from ui.panel.server.models.commands import Command
from ui.panel.server.models.runs import Picture


class Answer(Out):
    """One answer; those that are not ``here`` want a value, a file or a secret, given at the workstation."""

    code: str
    words: str
    here: bool


class Comment(Out):
    """What somebody wrote beside a question."""

    by: str
    at: datetime
    text: str


class Given(Out):
    """An answer that was given, here or at the workstation."""

    answer: str
    words: str
    by: str
    at: datetime | None


class ReviewItem(Out):
    """One question for a person. Items with the same ``group`` ask the same and may be answered together."""

    id: Id
    workstation: Id
    workstation_name: str
    run: str
    automation: str
    title: str
    office: str
    task: str | None
    ordinal: int | None = Field(description="Which record of the run, by its place in the list.")
    question: str
    words: str
    advice: str
    answers: list[Answer]
    elsewhere: str = Field(description="“Answer at FRONT-2”, where no answer can be given here; else empty.")
    group: str
    created_at: datetime
    deadline_at: datetime | None
    pictures: list[Picture]
    assignee: int | None
    assignee_name: str | None
    comments: list[Comment]
    pending: Command | None = Field(description="An answer on its way to the workstation.")
    given: Given | None
    allowed: bool


class ReviewQueue(Out):
    """Open questions, those with the nearest deadline first."""

    items: list[ReviewItem]


class ReviewAnswer(In):
    """One answer for one or several questions of the same group."""

    nonce: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{16,64}$")]
    items: Annotated[list[Id], Field(min_length=1, max_length=200)]
    answer: Code


class Assignment(In):
    """Who takes care of a question; None for nobody."""

    person: Id | None


class CommentIn(In):
    """A comment, plain text."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
