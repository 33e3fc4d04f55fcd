"""Runs as lines, and what belongs to them: tasks, figures, pictures, what happened."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from ui.panel.server.models.base import ZONE, Id, Out, Sign, Verb


class Counts(Out):
    """How many records stand where; ``left_out`` are source rows that became no record."""

    total: int = 0
    planned: int = 0
    intended: int = 0
    confirmed: int = 0
    verified: int = 0
    rejected: int = 0
    invalid: int = 0
    in_doubt: int = 0
    in_review: int = 0
    taken: int = 0
    skipped: int = 0
    left_out: int = 0


class Progress(Out):
    """How far the running upload is, and what is being done just now."""

    done: int
    total: int
    noun: str = Field(description="In the plural where total is not 1.")
    step: str = Field(description="What is being done right now, in words; empty if not known.")


class Forecast(Out):
    """When it will be done: ``verdict`` is on_track, at_risk, impossible or not_known_yet."""

    verdict: str
    words: str
    deadline_at: datetime
    earliest_at: datetime | None
    latest_at: datetime | None


class Run(Out):
    """A run as one line."""

    workstation: Id
    workstation_name: str
    run: str
    automation: str
    title: str
    office: str
    zone: str | None = Field(description=ZONE)
    business_date: date
    period_first: date
    period_last: date
    state: str
    sign: Sign
    words: str = Field(description="Where it stands, as one sentence.")
    why: str = Field(description="Why it rests or waits; empty where there is no reason.")
    rehearsal: bool
    by: str = Field(description="Who started it.")
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    deadline_at: datetime | None
    on_time: bool | None = Field(description="None while not known, or without a deadline.")
    seconds: float | None
    records: Counts
    noun: list[str] = Field(description="One record and several: claim, claims.")
    progress: Progress | None
    forecast: Forecast | None
    pictures: int
    open_reviews: int


class RunPage(Out):
    """Runs, newest first; ``next`` goes into ``after`` for the page that follows, None on the last."""

    items: list[Run]
    next: str | None


class Task(Out):
    """A task of a run."""

    name: str
    kind: str
    kind_words: str
    site: str | None
    state: str
    sign: Sign
    words: str
    attempts: int
    started_at: datetime | None
    ended_at: datetime | None
    seconds: float | None
    why: str
    advice: str


class Figure(Out):
    """One count or sum from file to target, as text; ``equal`` tells whether all that is known agrees."""

    place: str
    name: str
    source: str | None
    processed: str | None
    delivered: str | None
    target: str | None
    equal: bool


class Picture(Out):
    """A masked picture of a failure: fetched from ``/api/pictures/{id}``."""

    id: Id
    task: str | None
    name: str
    created_at: datetime
    kept_until: datetime


class LogLine(Out):
    """One thing that happened."""

    id: Id
    at: datetime
    workstation: Id
    workstation_name: str
    zone: str | None = Field(description=ZONE)
    run: str | None
    title: str
    kind: str = Field(description="run, task, review, occurrence, command, workstation")
    code: str
    sign: Sign
    words: str


class LogPage(Out):
    """Log lines, newest first; ``next`` goes into ``after`` for the page that follows."""

    items: list[LogLine]
    next: str | None


class Allowed(Out):
    """Whether this person may do something now, and else why not."""

    verb: Verb
    allowed: bool
    why_not: str
