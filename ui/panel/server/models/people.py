"""Who is signed in, who may sign in, and who did what."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, StrictBool, StringConstraints

from ui.panel.server.models.base import Id, In, Login, Name, OfficeOrAll, Out, Password, Role, SixDigits


class SignIn(In):
    """Name and password; the six digits when they are asked for (code ``second_factor_wanted``)."""

    login: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    code: SixDigits | None = None


class Session(Out):
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


class SetupState(Out):
    """Whether this panel still waits for its first admin (who has the link that the console shows)."""

    open: bool


class Invitation(In):
    """A person's first password; ``token`` is in the link that the person was given."""

    token: Annotated[str, StringConstraints(min_length=20, max_length=100)]
    login: Login | None = Field(default=None, description="Only for the first admin, who chooses it.")
    name: Name | None = Field(default=None, description="Only for the first admin.")
    password: Password


class InvitationToken(In):
    """The token of an invitation's link."""

    token: Annotated[str, StringConstraints(min_length=20, max_length=100)]


class InvitationState(Out):
    """Whom a link invites; ``first`` is the first admin, who still chooses login and name."""

    login: str | None
    name: str | None
    first: bool


class SecondFactor(Out):
    """What an authenticator app needs: as an address, as text, and as a picture (SVG) of the address."""

    uri: str
    secret: str
    svg: str


class SixDigitsIn(In):
    """The six digits that the authenticator app shows now."""

    code: SixDigits


class PasswordChange(In):
    """The present password and the new one (12 signs or more)."""

    old: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    new: Password


class Colleague(Out):
    """Somebody to whom a question may be given."""

    id: Id
    name: str


class Person(Out):
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


class PersonIn(In):
    """Somebody new."""

    login: Login
    name: Name
    roles: Roles


class PersonChange(In):
    """What changes; None leaves it as it is."""

    name: Name | None = None
    roles: Roles | None = None
    disabled: StrictBool | None = None


class Invited(Out):
    """A person and the link that sets the first password: told once, valid for a day."""

    person: Person
    path: str = Field(description="Such as /invitation#token; put the panel's address in front.")
    expires_at: datetime


class AuditEntry(Out):
    """Who did what; workstations' own audit logs are kept there."""

    id: Id
    at: datetime
    who: str
    office: str | None
    verb: str
    words: str
    outcome: str


class AuditPage(Out):
    """Audit entries, newest first; ``next`` goes into ``after``."""

    items: list[AuditEntry]
    next: str | None
