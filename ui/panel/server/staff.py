"""People and the audit, as admins look after them. An admin of some offices grants those only."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta

from resources.i18n import texts
from ui.panel.server import live
from ui.panel.server.models.base import Role
from ui.panel.server.models.live import Change
from ui.panel.server.models.people import AuditEntry, AuditPage, Invited, Person, PersonChange, PersonIn
from ui.panel.server.refusals import Refused, unknown
from ui.panel.server.tables import audit as audit_table
from ui.panel.server.tables import people as people_table
from ui.panel.server.tables.database import write
from ui.panel.server.tables.fields import utc_now
from ui.panel.server.tables.schema import AuditRow, PersonRow
from ui.panel.server.who import ALL_OFFICES, Who

_INVITATION_AGE = timedelta(days=1)


# ── people ────────────────────────────────────────────────────────────────────────────────────────────
def people(who: Who) -> list[Person]:
    """Return who may sign in at the offices where this person is admin, by name."""
    roles = people_table.all_roles()
    return [
        _person(row, roles.get(row.id, {}))
        for row in people_table.everybody()
        if _administers(who, roles.get(row.id, {}), some=True)
    ]


def add(who: Who, wanted: PersonIn) -> Invited:
    """Add somebody. Raises Refused (403, 409)."""
    _require_grant(who, wanted.roles)

    def job() -> tuple[PersonRow, str]:
        if people_table.by_login(wanted.login) is not None:
            raise Refused(409, "login_taken")
        row = people_table.add(wanted.login, wanted.name)
        people_table.grant(row.id, wanted.roles)
        _note("person_added", who, wanted.roles, login=wanted.login)
        return row, _invite(row.id)

    row, token = write(job)
    live.ring(Change(kind="people"))
    return _invited(row.id, token)


def change(who: Who, number: int, wanted: PersonChange) -> Person:
    """Change somebody; open sessions of who may do less than before end. Raises Refused (403, 404, 409)."""
    row, before = _administered(who, number)
    if number == who.person and (wanted.roles is not None or wanted.disabled):
        raise Refused(409, "not_yourself")
    if wanted.roles is not None:
        _require_grant(who, _changed(before, wanted.roles))

    def job() -> None:
        columns = {"name": wanted.name, "disabled": wanted.disabled}
        told = {name: value for name, value in columns.items() if value is not None}
        if told:
            people_table.change(number, **told)
        if wanted.roles is not None:
            people_table.grant(number, wanted.roles)
        if wanted.roles is not None or wanted.disabled:
            people_table.end_sessions(number)
        if not people_table.has_house_admin():
            raise Refused(409, "last_admin")
        what = ", ".join([*told, *(["roles"] if wanted.roles is not None else [])])
        _note("person_changed", who, wanted.roles or before, login=row.login, what=what)

    write(job)
    live.ring(Change(kind="people"))
    return _person(_get(number), people_table.roles_of(number))


def invite_again(who: Who, number: int) -> Invited:
    """Forget somebody's password and second factor, end the sessions, make a new link. Raises Refused."""
    row, before = _administered(who, number)
    if number == who.person:
        raise Refused(409, "not_yourself")

    def job() -> str:
        people_table.change(number, password_hash=None, totp_secret=None, totp_pending=None, totp_step=None)
        people_table.end_sessions(number)
        if not people_table.has_house_admin():
            raise Refused(409, "last_admin")
        _note("person_invited", who, before, login=row.login)
        return _invite(number)

    token = write(job)
    live.ring(Change(kind="people"))
    return _invited(number, token)


def _invite(number: int) -> str:
    token = secrets.token_urlsafe(32)
    until = utc_now() + _INVITATION_AGE
    people_table.change(number, invite_hash=people_table.token_hash(token), invite_expires_at=until)
    return token


def _invited(number: int, token: str) -> Invited:
    row = _get(number)
    return Invited(
        person=_person(row, people_table.roles_of(number)),
        path=f"/invitation#{token}",
        expires_at=row.invite_expires_at,
    )


def _get(number: int) -> PersonRow:
    row = people_table.get(number)
    if row is None:
        raise unknown()
    return row


def _administered(who: Who, number: int) -> tuple[PersonRow, Mapping[str, Role]]:
    """Return a person all of whose roles are at offices where ``who`` is admin. Raises Refused."""
    row = _get(number)
    roles = people_table.roles_of(number)
    if not _administers(who, roles, some=True):
        raise unknown()
    if not _administers(who, roles, some=False):
        raise Refused(403, "denied")
    return row, roles


def _administers(who: Who, roles: Mapping[str, Role], *, some: bool) -> bool:
    """Tell whether ``who`` is admin at some or at all of the offices of these roles."""
    if who.may(Role.ADMIN, None):
        return True
    at = [office != ALL_OFFICES and who.may(Role.ADMIN, office) for office in roles]
    return any(at) if some else bool(at) and all(at)


def _require_grant(who: Who, roles: Mapping[str, Role]) -> None:
    """Raise Refused unless ``who`` is admin at every office named."""
    for office in roles:
        if not who.may(Role.ADMIN, None if office == ALL_OFFICES else office):
            raise Refused(403, "denied")


def _changed(before: Mapping[str, Role], after: Mapping[str, Role]) -> dict[str, Role]:
    """Return the offices at which something is granted or taken."""
    both = {**before, **after}
    return {office: role for office, role in both.items() if before.get(office) != after.get(office)}


def _note(verb: str, who: Who, roles: Mapping[str, Role], **params: str) -> None:
    """Note a change of somebody, at the one office that it concerns, else for the house."""
    office = next(iter(roles)) if len(roles) == 1 and ALL_OFFICES not in roles else None
    audit_table.note(verb, who.name, person=who.person, office=office, params=params)


def _person(row: PersonRow, roles: Mapping[str, Role]) -> Person:
    return Person(
        id=row.id,
        login=row.login,
        name=row.name,
        roles=dict(roles),
        second_factor=row.totp_secret is not None,
        invited=row.password_hash is None,
        disabled=row.disabled,
        seen_at=row.seen_at,
    )


# ── the audit ─────────────────────────────────────────────────────────────────────────────────────────
def audit(who: Who, words: str, after: str | None, limit: int) -> AuditPage:
    """Return who did what at the offices where this person is admin, newest first."""
    before = None if after is None else int(after)
    rows = audit_table.entries(who.offices(Role.ADMIN), words.split(), before, limit + 1)
    following = str(rows[limit - 1].id) if len(rows) > limit else None
    return AuditPage(items=[_entry(row) for row in rows[:limit]], next=following)


def _entry(row: AuditRow) -> AuditEntry:
    words = texts.standing("panel_verbs", row.verb, row.params)
    return AuditEntry(
        id=row.id, at=row.at, who=row.who, office=row.office, verb=row.verb, words=words, outcome=row.outcome
    )
