"""The contract between a workstation and its panel: what may be said, in which version, and nothing else.

The workstation only ever dials out, with ``Authorization: Bearer TOKEN``:

    POST /wire/enrol     Enrol  → Enrolled     a one-time code for a token
    POST /wire/batch     Batch  → Taken        what happened and how things stand; accepted once
    GET  /wire/orders    ?wait=SECONDS → Orders    waits until there is one, or the time is over
    PUT  /wire/picture/ID    a masked picture (its bytes; see :class:`PictureTold`) → 204
    POST /wire/token     → Token               another token; the old one holds until the new one is used

A workstation's changes are numbered (``seq``) in the order in which they were committed, within a ``stream``
(a home and its epoch: a restored backup begins another). A batch names the number ``after`` which it follows;
a panel that has taken others answers with how far it is, and the workstation goes on from there. So a batch
counts once however often it is sent. How something *stands* (a run, a question, a duty) is told whole: the
latest wins. What *happened* (a line) is told once.

Each message of a workstation's names its version first of all: whatever else it holds, a panel says which of
the two is to be updated. Additive: an unknown field is passed over, so an older side understands a newer one;
a field that is missing, of another type, or beyond its limit is refused with the place where it stands.
Record contents, business keys and what sites say have no place here: codes with parameters, counts, and
records by their ordinal.
The standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, TypeAlias

from agent.sync.strictly import NotUnderstood, plain, read, take, write

__all__ = ["NotUnderstood", "plain", "read", "spoken", "take", "write"]

VERSION = 2
"""What this side speaks.

1   the beginning
2   offices' time zones (``About.zones``); what a lost element may be (``ReviewTold.repair``), and which of
    that it is (``Order.candidates``)
"""

ACCEPTED = (VERSION - 1, VERSION)
"""What a panel takes: this version and the one before it. What came later has a default in what is older."""

COMMAND_SECONDS = 300
"""How long a command may wait to be carried out."""

Params: TypeAlias = Mapping[str, Any]  # plain JSON within the limits of :mod:`agent.sync.strictly`
Verb = Literal["run", "retry", "resume", "cancel", "answer"]

PANEL_ANSWERS = frozenset(
    {
        "retry",
        "stop",
        "continue",
        "go_on",
        "nothing_entered_yet",
        "leave_out",
        "leave_out_too",
        "send_it",
        "it_is_there",
        "done_by_hand",
        "give_back",
        "accept_repair",
    }
)
"""Answers that need neither a value nor a file nor a secret: what the panel may send. All others are given at
the workstation."""


@dataclass(frozen=True)
class Said:
    """A code with parameters: why, what, or which failure."""

    code: str
    params: Params = field(default_factory=dict)


@dataclass(frozen=True)
class Enrol:
    """A workstation asks for its token. ``home`` is the home's random id."""

    version: int
    code: str
    home: str
    machine: str
    agent_version: str


@dataclass(frozen=True)
class Enrolled:
    """The answer: the token is told this once."""

    version: int
    workstation: int
    name: str
    office: str
    token: str


@dataclass(frozen=True)
class Token:
    """Another token; the one before holds until this one is used."""

    version: int
    token: str


@dataclass(frozen=True)
class TaskTold:
    """How a task stands."""

    name: str
    kind: str
    site: str | None
    state: str
    attempts: int
    failure: Said | None = None
    step: Said | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True)
class ForecastTold:
    """When a run will be done, as :mod:`agent.core.deadline` says."""

    verdict: str
    earliest_at: datetime | None = None
    latest_at: datetime | None = None


@dataclass(frozen=True)
class FigureTold:
    """A count or sum from file to target, each as text; None where it is not known (yet)."""

    place: str
    name: str
    source: str | None
    processed: str | None
    delivered: str | None
    target: str | None
    left_out: str | None = None
    skipped: str | None = None


@dataclass(frozen=True)
class RunTold:
    """How a run stands, whole. ``place`` is the office as the workstation's settings call it."""

    run: str
    seq: int
    automation: str
    title: str
    place: str
    business_date: date
    period_first: date
    period_last: date
    state: str
    created_at: datetime
    by: str
    rehearsal: bool = False
    reason: Said | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    deadline_at: datetime | None = None
    noun: tuple[str, ...] = ("record", "records")
    records: dict[str, int] = field(default_factory=dict)
    totals: tuple[FigureTold, ...] = ()
    tasks: tuple[TaskTold, ...] = ()
    versions: dict[str, str] = field(default_factory=dict)
    forecast: ForecastTold | None = None


@dataclass(frozen=True)
class CandidateTold:
    """What a lost element may be today: ``box`` is x, y, width, height in the picture's pixels.

    ``shown``, its words on the page, is told only where the settings let a site's words leave.
    """

    number: int
    element: str
    kind: str
    box: tuple[int, ...] = ()
    shown: str | None = None


@dataclass(frozen=True)
class RepairTold:
    """What is lost on a page, and what it may be; told only where the settings let pictures leave.

    ``best`` are the numbers of the candidates that fit best, at most one for each of ``elements``. Pictures
    are named by their ids: ``before`` is last time's of that page, ``before_box`` where the first of
    ``elements`` was in it.
    """

    elements: tuple[str, ...]
    candidates: tuple[CandidateTold, ...] = ()
    best: tuple[int, ...] = ()
    picture: str | None = None
    picture_size: tuple[int, ...] = ()
    before: str | None = None
    before_box: tuple[int, ...] = ()


@dataclass(frozen=True)
class ReviewTold:
    """How a question stands; ``ordinal`` is the record's place in the list of its run.

    ``version`` rises when the question changes: an answer names the one that it saw.
    """

    item: int
    seq: int
    run: str
    question: str
    params: Params
    answers: tuple[str, ...]
    created_at: datetime
    version: int = 1
    task: str | None = None
    ordinal: int | None = None
    answer: str | None = None
    by: str | None = None
    answered_at: datetime | None = None
    repair: RepairTold | None = None


@dataclass(frozen=True)
class DutyTold:
    """What became of one business day's duty."""

    seq: int
    automation: str
    place: str
    business_date: date
    slot: str
    due_at: datetime
    deadline_at: datetime
    outcome: str
    reason: Said | None = None
    run: str | None = None


@dataclass(frozen=True)
class Upcoming:
    """A start that is still to come."""

    due_at: datetime
    deadline_at: datetime


@dataclass(frozen=True)
class Owned:
    """An automation that this workstation runs by its schedule, or could run by hand (``upcoming`` empty)."""

    automation: str
    place: str
    title: str
    scheduled: bool
    paused_by: str | None = None
    upcoming: tuple[Upcoming, ...] = ()


@dataclass(frozen=True)
class Agenda:
    """All that a workstation runs; it replaces what was told before."""

    owned: tuple[Owned, ...]


@dataclass(frozen=True)
class Line:
    """One thing that happened: ``kind`` is run, task, review, duty, command or workstation."""

    seq: int
    at: datetime
    kind: str
    code: str
    run: str | None = None
    automation: str | None = None
    params: Params = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What became of a command at the workstation: done or refused (and why)."""

    seq: int
    command: str
    state: Literal["done", "refused"]
    run: str | None = None
    reason: Said | None = None


@dataclass(frozen=True)
class AuditHead:
    """The newest entry of the workstation's audit log: how many there are, and its chained hash."""

    count: int
    head: str


@dataclass(frozen=True)
class About:
    """What the workstation is, and what its settings let leave it.

    ``zones`` are its offices, as its settings call them, and the IANA time zone of each.
    """

    machine: str
    agent_version: str
    site_words: bool = False
    pictures: bool = False
    zones: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Batch:
    """What was committed after one number up to and with another; without changes it says: still here."""

    version: int
    stream: str
    after: int
    through: int
    about: About
    lines: tuple[Line, ...] = ()
    runs: tuple[RunTold, ...] = ()
    reviews: tuple[ReviewTold, ...] = ()
    duties: tuple[DutyTold, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    agenda: Agenda | None = None
    audit: AuditHead | None = None


@dataclass(frozen=True)
class Taken:
    """How far the panel is in this stream; whether it wants the token changed."""

    version: int
    through: int
    change_token: bool = False


@dataclass(frozen=True)
class PictureTold:
    """What a picture's request says in its headers, ``X-Predawn-Run`` to ``X-Predawn-Kind``.

    ``kind`` is failure, or before: how a page looked when all was well, for a question about a lost element.
    """

    run: str
    task: str | None
    days: int
    at: datetime
    kind: Literal["failure", "before"] = "failure"


@dataclass(frozen=True)
class Order:
    """A command: a verb and known ids, never code, address, selector or value. ``id`` is known once for ever.

    ``run`` wants ``automation``; retry, resume and cancel want ``run``; answer wants
    ``item``, ``version`` and ``answer``, and where that is ``accept_repair`` the ``candidates`` by number.
    """

    id: str
    workstation: int
    verb: Verb
    person: str
    name: str
    given_at: datetime
    expires_at: datetime
    automation: str | None = None
    run: str | None = None
    item: int | None = None
    version: int | None = None
    answer: str | None = None
    candidates: tuple[int, ...] = ()


@dataclass(frozen=True)
class Orders:
    """The commands that wait for this workstation, and the panel's own time."""

    version: int
    now: datetime
    orders: tuple[Order, ...] = ()


@dataclass(frozen=True)
class _Spoken:
    version: int


def spoken(message: bytes) -> int:
    """Return the version that a message is written in, whatever else it holds. Raises NotUnderstood."""
    return read(_Spoken, message).version
