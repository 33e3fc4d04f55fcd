"""Workstations as admins look after them."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from ui.panel.server.models.base import ZONE, Id, In, Name, OfficeName, Out, Sign, Standing


class Witness(Out):
    """The head of a workstation's audit log as last heard; ``problem`` says what does not fit, else empty."""

    count: int
    head: str
    at: datetime
    problem: str


class WorkstationDetail(Out):
    """A workstation as its page shows it."""

    id: Id
    name: str
    office: str
    zone: str | None = Field(description=ZONE)
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
    behind: str = Field(description="That it speaks the version before this one, in words; else empty.")
    witness: Witness | None


class CodeWish(In):
    """An enrolment code for a workstation of this name at this office."""

    office: OfficeName
    name: Name


class EnrolmentCode(Out):
    """A one-time code; ``code`` and ``command`` are told once, when it is made."""

    id: Id
    office: str
    name: str
    expires_at: datetime
    by: str
    code: str | None
    command: str | None


class Rename(In):
    """Another name for a workstation."""

    name: Name
