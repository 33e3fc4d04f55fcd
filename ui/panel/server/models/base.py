"""What the panel's pages get and send: the browser's contract, from which OpenAPI is made.

Every sentence (``words``) is made here at the server, as plain text: a face shows it as text, never as
markup. Moments (``*_at``) are ISO 8601 in UTC, days ISO dates, durations seconds. A run is named by two
things, its workstation's number and its own id, because ids are given at workstations.

What all models share: names and ids with their limits, signs, roles, and why something was refused.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

SOMETHING = r"[^\s\x85]"
"""A pattern: there is more than blanks; \x85 is one by Unicode and for us, not in the patterns of OpenAPI."""

_NAME = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f\x85][^\x00-\x1f\x7f]*$"  # the same, no control characters


def _is_number(value: object) -> object:
    """Refuse what Python and pydantic take for a whole number and JSON does not: true, and "1"."""
    if isinstance(value, bool | str):
        raise ValueError("a number is wanted")  # noqa: TRY004  # what pydantic takes for a refusal
    return value


NUMBER = BeforeValidator(_is_number)
"""For a whole number in a body, behind its limits; 1.0 is one, too."""


Id = Annotated[int, Field(ge=1, le=2**53 - 1)]
SentId = Annotated[Id, NUMBER]
RunId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=_NAME)]
Login = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,39}$")]
OfficeName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
OfficeOrAll = Annotated[str, StringConstraints(pattern=r"^([a-z0-9][a-z0-9_-]{0,39}|\*)$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
AutomationName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$")]
Password = Annotated[str, StringConstraints(min_length=12, max_length=200)]
SixDigits = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]


ZONE = "IANA time zone in which its moments are shown; None where the workstation does not tell it."


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


class Out(BaseModel):
    """What a browser gets."""

    model_config = ConfigDict(frozen=True)


class In(BaseModel):
    """What a browser sends: nothing beside what is named."""

    model_config = ConfigDict(extra="forbid")


class Problem(Out):
    """Why something was refused: a code, and the sentence that a person reads."""

    code: str
    words: str
