"""What the panel's pages get and send: the browser's contract, from which OpenAPI is made.

Every sentence (``words``) is made here at the server, as plain text: a face shows it as text, never as
markup. Moments (``*_at``) are ISO 8601 in UTC, days ISO dates, durations seconds. A run is named by two
things, its workstation's number and its own id, because ids are given at workstations.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints

Id = Annotated[int, Field(ge=1, le=2**53 - 1)]
RunId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]{1,80}$")]
Login = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,39}$")]
OfficeName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
OfficeOrAll = Annotated[str, StringConstraints(pattern=r"^([a-z0-9][a-z0-9_-]{0,39}|\*)$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
AutomationName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$")]
Password = Annotated[str, StringConstraints(min_length=12, max_length=200)]
SixDigits = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]


class Sign(StrEnum):
    """The six signs of the house (colour, icon and word)."""

    DONE = "done"
    RUNNING = "running"
    NEEDS_YOU = "needs_you"
    AT_RISK = "at_risk"
    FAILED = "failed"
    WAITING = "waiting"


class Role(StrEnum):
    """What a person may do at an office; each includes the one before."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"


class Standing(StrEnum):
    """Whether a workstation is heard of."""

    ONLINE = "online"
    SILENT = "silent"
    NEVER = "never"
    REVOKED = "revoked"


class Verb(StrEnum):
    """What the panel may ask of a workstation."""

    RUN = "run"
    RETRY = "retry"
    RESUME = "resume"
    CANCEL = "cancel"
    ANSWER = "answer"


class CommandState(StrEnum):
    """What became of a wish: waiting and delivered are open, the others final."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DONE = "done"
    REFUSED = "refused"
    EXPIRED = "expired"


class _Out(BaseModel):
    model_config = ConfigDict(frozen=True)


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Problem(_Out):
    """Why something was refused: a code, and the sentence that a person reads."""

    code: str
    words: str


# ── who is there ──────────────────────────────────────────────────────────────────────────────────────
class SignIn(_In):
    """Name and password; the six digits when they are asked for (code ``second_factor_wanted``)."""

    login: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    code: SixDigits | None = None


class Session(_Out):
    """Who is signed in. ``csrf`` goes into the header ``X-CSRF-Token`` of every request but GET.

    While ``second_factor`` is ``to_set_up``, only that may be done (and signing out).
    """

    person: Id
    login: str
    name: str
    roles: dict[str, Role] = Field(description="By office; the office * stands for all.")
    offices: list[str]
    second_factor: str = Field(description="none, set, to_set_up")
    csrf: str
    version: str


class SetupState(_Out):
    """Whether this panel still waits for its first admin (who has the link that the console shows)."""

    open: bool


class Invitation(_In):
    """A person's first password; ``token`` is in the link that the person was given."""

    token: Annotated[str, StringConstraints(min_length=20, max_length=100)]
    login: Login | None = Field(default=None, description="Only for the first admin, who chooses it.")
    name: Name | None = Field(default=None, description="Only for the first admin.")
    password: Password


class InvitationToken(_In):
    """The token of an invitation's link."""

    token: Annotated[str, StringConstraints(min_length=20, max_length=100)]


class InvitationState(_Out):
    """Whom a link invites; ``first`` is the first admin, who still chooses login and name."""

    login: str | None
    name: str | None
    first: bool


class SecondFactor(_Out):
    """What an authenticator app needs: as an address, as text, and as a picture (SVG) of the address."""

    uri: str
    secret: str
    svg: str


class SixDigitsIn(_In):
    """The six digits that the authenticator app shows now."""

    code: SixDigits


class PasswordChange(_In):
    """The present password and the new one (12 signs or more)."""

    old: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    new: Password


# ── runs ──────────────────────────────────────────────────────────────────────────────────────────────
class Counts(_Out):
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


class Progress(_Out):
    """How far the running upload is, and what is being done just now."""

    done: int
    total: int
    noun: str = Field(description="In the plural where total is not 1.")
    step: str = Field(description="What is being done right now, in words; empty if not known.")


class Forecast(_Out):
    """When it will be done: ``verdict`` is on_track, at_risk, impossible or not_known_yet."""

    verdict: str
    words: str
    deadline_at: datetime
    earliest_at: datetime | None
    latest_at: datetime | None


class Run(_Out):
    """A run as one line."""

    workstation: Id
    workstation_name: str
    run: str
    automation: str
    title: str
    office: str
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


class RunPage(_Out):
    """Runs, newest first; ``next`` goes into ``after`` for the page that follows, None on the last."""

    items: list[Run]
    next: str | None


class Task(_Out):
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


class Figure(_Out):
    """One count or sum from file to target, as text; ``equal`` tells whether all that is known agrees."""

    place: str
    name: str
    source: str | None
    processed: str | None
    delivered: str | None
    target: str | None
    equal: bool


class Picture(_Out):
    """A masked picture of a failure: fetched from ``/api/pictures/{id}``."""

    id: Id
    task: str | None
    name: str
    created_at: datetime
    kept_until: datetime


class LogLine(_Out):
    """One thing that happened."""

    id: Id
    at: datetime
    workstation: Id
    workstation_name: str
    run: str | None
    title: str
    kind: str = Field(description="run, task, review, occurrence, command, workstation")
    code: str
    sign: Sign
    words: str


class LogPage(_Out):
    """Log lines, newest first; ``next`` goes into ``after`` for the page that follows."""

    items: list[LogLine]
    next: str | None


class Allowed(_Out):
    """Whether this person may do something now, and else why not."""

    verb: Verb
    allowed: bool
    why_not: str


class RunDetail(_Out):
    """All of one run that the panel knows; ``timeline`` are its newest 300 log lines."""

    run: Run
    tasks: list[Task]
    totals: list[Figure]
    timeline: list[LogLine]
    pictures: list[Picture]
    reviews: list[ReviewItem]
    versions: dict[str, str]
    advice: str = Field(description="What to do next, where something is to be done.")
    may: list[Allowed]


# ── dashboard ─────────────────────────────────────────────────────────────────────────────────────────
class Workstation(_Out):
    """A workstation as a row of the dashboard."""

    id: Id
    name: str
    office: str
    standing: Standing
    sign: Sign
    words: str
    seen_at: datetime | None


class Cell(_Out):
    """One automation at one workstation: its newest run, or when it is due next."""

    workstation: Id
    automation: str
    title: str
    office: str
    sign: Sign
    words: str
    run: str | None
    state: str | None
    progress: Progress | None
    forecast: Forecast | None
    deadline_at: datetime | None
    due_at: datetime | None = Field(description="Its next start, where one is known.")
    open_reviews: int
    waiting: int = Field(description="Runs in this workstation's queue.")
    conflict: bool = Field(description="Another workstation owns the same automation at the same office.")
    changed_at: datetime | None


class Attention(_Out):
    """What wants somebody, the most urgent first.

    ``kind``: needs_you, failed, missed, at_risk, silent, conflict.
    """

    kind: str
    sign: Sign
    words: str
    workstation: Id
    workstation_name: str
    automation: str | None
    run: str | None
    since: datetime | None
    deadline_at: datetime | None


class Dashboard(_Out):
    """The whole morning. With ``?since=`` an earlier ``revision``, only rows and cells changed after it.

    ``whole`` tells which; ``attention`` is always complete.
    """

    now: datetime
    revision: int
    whole: bool
    headline: str
    workstations: list[Workstation]
    cells: list[Cell]
    attention: list[Attention]


# ── trigger, commands ─────────────────────────────────────────────────────────────────────────────────
class Target(_Out):
    """What may be started where; ``confirm`` is the sentence to put before the person."""

    workstation: Id
    workstation_name: str
    office: str
    automation: str
    title: str
    standing: Standing
    sign: Sign
    words: str
    waiting: int
    conflict: bool
    allowed: bool
    why_not: str
    confirm: str


class Wish(_In):
    """A wish for one workstation: a verb and known ids, nothing else.

    ``run`` wants ``automation``; ``retry``, ``resume`` and ``cancel`` want ``run``. ``nonce`` is made by the
    face for each press of a button: the same nonce is one command however often it is sent.
    """

    nonce: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{16,64}$")]
    workstation: Id
    verb: Verb
    automation: AutomationName | None = None
    run: RunId | None = None


class Command(_Out):
    """What became of a wish; ``run`` is the run that it is about, or that it started."""

    id: Id
    workstation: Id
    workstation_name: str
    verb: Verb
    automation: str | None
    run: str | None
    review: int | None
    answer: str | None
    state: CommandState
    sign: Sign
    words: str
    by: str
    given_at: datetime
    expires_at: datetime
    ended_at: datetime | None


# ── review ────────────────────────────────────────────────────────────────────────────────────────────
class Answer(_Out):
    """One answer; those that are not ``here`` want a value, a file or a secret, given at the workstation."""

    code: str
    words: str
    here: bool


class Comment(_Out):
    """What somebody wrote beside a question."""

    by: str
    at: datetime
    text: str


class Given(_Out):
    """An answer that was given, here or at the workstation."""

    answer: str
    words: str
    by: str
    at: datetime | None


class ReviewItem(_Out):
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


class ReviewQueue(_Out):
    """Open questions, those with the nearest deadline first."""

    items: list[ReviewItem]


class ReviewAnswer(_In):
    """One answer for one or several questions of the same group."""

    nonce: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{16,64}$")]
    items: Annotated[list[Id], Field(min_length=1, max_length=200)]
    answer: Code


class Commands(_Out):
    """Commands, in the order of the wish."""

    items: list[Command]


class Assignment(_In):
    """Who takes care of a question; None for nobody."""

    person: Id | None


class CommentIn(_In):
    """A comment, plain text."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class Colleague(_Out):
    """Somebody to whom a question may be given."""

    id: Id
    name: str


# ── insights ──────────────────────────────────────────────────────────────────────────────────────────
class Week(_Out):
    """One ISO week, by the runs' business days. Shares are 0 to 1; None where there was nothing."""

    week: str
    first_day: date
    runs: int
    completed: int
    failed: int
    needs_review: int
    cancelled: int
    success_share: float | None
    on_time: int
    late: int
    on_time_share: float | None
    records: int
    hours_saved: float


class Cause(_Out):
    """How often a failure was the reason."""

    code: str
    words: str
    count: int


class AutomationInsight(_Out):
    """One automation at one office over the whole span."""

    automation: str
    title: str
    office: str
    runs: int
    success_share: float | None
    on_time_share: float | None
    median_seconds: float | None
    records: int
    hours_saved: float


class Insights(_Out):
    """Weeks oldest first, causes by frequency; ``basis`` says in words how hours saved are reckoned."""

    weeks: list[Week]
    causes: list[Cause]
    automations: list[AutomationInsight]
    seconds_per_record: int
    basis: str


class InsightSettings(_In):
    """How many seconds a person needs for one record: what hours saved are reckoned with."""

    seconds_per_record: Annotated[int, Field(ge=1, le=3600)]


# ── workstations, people, audit ───────────────────────────────────────────────────────────────────────
class Witness(_Out):
    """The head of a workstation's audit log as last heard; ``problem`` says what does not fit, else empty."""

    count: int
    head: str
    at: datetime
    problem: str


class WorkstationDetail(_Out):
    """A workstation as its page shows it."""

    id: Id
    name: str
    office: str
    machine: str
    agent_version: str
    standing: Standing
    sign: Sign
    words: str
    enrolled_at: datetime
    enrolled_by: str
    seen_at: datetime | None
    revoked_at: datetime | None
    automations: list[str]
    allows: list[str] = Field(description="What its settings let leave it, in words.")
    witness: Witness | None


class CodeWish(_In):
    """An enrolment code for a workstation of this name at this office."""

    office: OfficeName
    name: Name


class EnrolmentCode(_Out):
    """A one-time code; ``code`` and ``command`` are told once, when it is made."""

    id: Id
    office: str
    name: str
    expires_at: datetime
    by: str
    code: str | None
    command: str | None


class Rename(_In):
    """Another name for a workstation."""

    name: Name


class Person(_Out):
    """Somebody who may sign in; ``invited`` until the first password is set."""

    id: Id
    login: str
    name: str
    roles: dict[str, Role]
    second_factor: bool
    invited: bool
    disabled: bool
    seen_at: datetime | None


Roles = Annotated[dict[OfficeOrAll, Role], Field(json_schema_extra={"additionalProperties": False})]


class PersonIn(_In):
    """Somebody new."""

    login: Login
    name: Name
    roles: Roles


class PersonChange(_In):
    """What changes; None leaves it as it is."""

    name: Name | None = None
    roles: Roles | None = None
    disabled: StrictBool | None = None


class Invited(_Out):
    """A person and the link that sets the first password: told once, valid for a day."""

    person: Person
    path: str = Field(description="Such as /invitation#token; put the panel's address in front.")
    expires_at: datetime


class AuditEntry(_Out):
    """Who did what; workstations' own audit logs are kept there."""

    id: Id
    at: datetime
    who: str
    office: str | None
    verb: str
    words: str
    outcome: str


class AuditPage(_Out):
    """Audit entries, newest first; ``next`` goes into ``after``."""

    items: list[AuditEntry]
    next: str | None


# ── live ──────────────────────────────────────────────────────────────────────────────────────────────
class Change(_Out):
    """A bell: what has changed, never how. ``kind``: run, review, command, workstation, people, audit."""

    kind: str
    workstation: int | None = None
    run: str | None = None
    id: int | None = None


class Changes(_Out):
    """The data of each ``change`` event on ``/api/events``; ``all`` says: look at everything again."""

    revision: int
    all: bool
    changes: list[Change]


RunDetail.model_rebuild()
