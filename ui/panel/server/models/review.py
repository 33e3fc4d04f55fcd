"""Questions for people."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from ui.panel.server.models.base import SOMETHING, ZONE, Code, Id, In, Out, SentId
from ui.panel.server.models.commands import Command
from ui.panel.server.models.runs import Picture


class Answer(Out):
    """One answer; those that are not ``here`` want a value, a file or a secret, given at the workstation."""

    code: str
    words: str
    here: bool


class Candidate(Out):
    """What a lost element may be today: ``box`` is x, y, width, height in pixels of the picture, or empty."""

    number: int
    element: str
    words: str
    box: list[int]
    best: bool


class Repair(Out):
    """What a site has lost, and what it may be, with the page today and how it was when all was well."""

    elements: list[str] = Field(description="One candidate may be chosen for each.")
    candidates: list[Candidate]
    picture: Picture | None
    size: list[int] = Field(description="The picture's width and height in pixels.")
    before: Picture | None = Field(description="The page when all was well, where that is still kept.")
    before_box: list[int]


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
    zone: str | None = Field(description=ZONE)
    task: str | None
    ordinal: int | None = Field(description="Which record of the run, by its place in the list.")
    version: int = Field(description="Rises when the question changes: an answer names the one it saw.")
    question: str
    words: str
    advice: str
    answers: list[Answer]
    elsewhere: str = Field(description="“Answer at FRONT-2”, where no answer can be given here; else empty.")
    group: str
    created_at: datetime
    deadline_at: datetime | None
    pictures: list[Picture]
    repair: Repair | None = Field(description="Where the workstation's settings let pictures leave it.")
    assignee: int | None
    assignee_name: str | None
    comments: list[Comment]
    pending: Command | None = Field(description="An answer on its way to the workstation.")
    given: Given | None
    allowed: bool


class ReviewQueue(Out):
    """Open questions, those with the nearest deadline first."""

    items: list[ReviewItem]


class Seen(In):
    """A question as a person saw it: one that has changed since is not answered."""

    id: SentId
    version: SentId


class ReviewAnswer(In):
    """One answer for one or several questions of the same group.

    ``accept_repair`` is for one question, and names ``candidates`` by number, at most one an element.
    """

    nonce: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{16,64}$")]
    items: Annotated[list[Seen], Field(min_length=1, max_length=200)]
    answer: Code
    candidates: Annotated[list[SentId], Field(max_length=50, default_factory=list)]


class Assignment(In):
    """Who takes care of a question; None for nobody."""

    person: SentId | None


class CommentIn(In):
    """A comment, plain text."""

    text: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=SOMETHING)
    ]
