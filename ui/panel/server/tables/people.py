"""People, what is granted to them, and their sessions. Tokens are stored by their hashes only."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from ui.panel.server.models.base import Role
from ui.panel.server.tables.database import write
from ui.panel.server.tables.fields import utc_now
from ui.panel.server.tables.schema import GrantRow, PersonRow, SessionRow, ThrottleRow
from ui.panel.server.who import ALL_OFFICES, Who, includes

SESSION_AGE = timedelta(hours=12)
_IDLE = timedelta(hours=4)
_NOTE_EVERY = timedelta(minutes=1)


def token_hash(token: str) -> str:
    """Return what a random token is known by; it is random enough to need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


# ── people ────────────────────────────────────────────────────────────────────────────────────────────
def exists_any() -> bool:
    """Tell whether anybody has ever set a password here."""
    return PersonRow.select().where(PersonRow.password_hash.is_null(False)).exists()


def get(person: int) -> PersonRow | None:
    """Return a person by number."""
    return PersonRow.get_or_none(PersonRow.id == person)


def by_login(login: str) -> PersonRow | None:
    """Return a person by the name that signs in."""
    return PersonRow.get_or_none(PersonRow.login == login)


def by_invitation(token: str) -> PersonRow | None:
    """Return whom an invitation that still holds invites."""
    found = PersonRow.get_or_none(PersonRow.invite_hash == token_hash(token))
    return None if found is None or found.disabled or found.invite_expires_at <= utc_now() else found


def everybody() -> list[PersonRow]:
    """Return everybody, by name."""
    return list(PersonRow.select().order_by(PersonRow.name, PersonRow.id))


def roles_of(person: int) -> dict[str, Role]:
    """Return what is granted to a person, by office."""
    return {row.office: Role(row.role) for row in GrantRow.select().where(GrantRow.person == person)}


def all_roles() -> dict[int, dict[str, Role]]:
    """Return what is granted to everybody."""
    found: dict[int, dict[str, Role]] = {}
    for row in GrantRow.select():
        found.setdefault(row.person_id, {})[row.office] = Role(row.role)
    return found


def is_operator(roles: Mapping[str, Role], office: str | None) -> bool:
    """Tell whether these roles let somebody answer questions at an office (None: at any)."""
    return any(
        includes(role, Role.OPERATOR)
        for at, role in roles.items()
        if office is None or at in {office, ALL_OFFICES}
    )


def has_house_admin() -> bool:
    """Tell whether somebody who can sign in is admin of all offices."""
    return (
        GrantRow.select()
        .join(PersonRow)
        .where(
            (GrantRow.office == ALL_OFFICES)
            & (GrantRow.role == Role.ADMIN.value)
            & PersonRow.password_hash.is_null(False)
            & ~PersonRow.disabled
        )
        .exists()
    )


def add(login: str, name: str) -> PersonRow:
    """Add a person who can do nothing yet; only in a job."""
    row: PersonRow = PersonRow.create(login=login, name=name, created_at=utc_now())
    return row


def change(person: int, **columns: object) -> None:
    """Change a person's columns; only in a job."""
    PersonRow.update(**columns).where(PersonRow.id == person).execute()


def grant(person: int, roles: Mapping[str, Role]) -> None:
    """Grant exactly these roles; only in a job."""
    GrantRow.delete().where(GrantRow.person == person).execute()
    for office, role in roles.items():
        GrantRow.create(person=person, office=office, role=role.value)


def with_second_factor() -> list[PersonRow]:
    """Return who has a second factor, or is about to."""
    has = PersonRow.totp_secret.is_null(False) | PersonRow.totp_pending.is_null(False)
    return list(PersonRow.select().where(has))


def forget_second_factors() -> None:
    """Take everybody's second factor away, and end all sessions; only in a job."""
    PersonRow.update(totp_secret=None, totp_pending=None, totp_step=None).execute()
    SessionRow.delete().execute()


def take_step(person: int, step: int) -> bool:
    """Take a second factor's code by its time step; False if that one, or a later one, was taken before."""
    changed = (
        PersonRow.update(totp_step=step)
        .where((PersonRow.id == person) & (PersonRow.totp_step.is_null() | (PersonRow.totp_step < step)))
        .execute()
    )
    return bool(changed)


# ── sessions ──────────────────────────────────────────────────────────────────────────────────────────
def begin_session(person: int) -> str:
    """Begin a session and return its token; only in a job."""
    token, now = secrets.token_urlsafe(32), utc_now()
    SessionRow.delete().where(SessionRow.expires_at <= now).execute()
    SessionRow.create(
        token_hash=token_hash(token),
        person=person,
        csrf=secrets.token_urlsafe(32),
        made_at=now,
        seen_at=now,
        expires_at=now + SESSION_AGE,
    )
    PersonRow.update(seen_at=now).where(PersonRow.id == person).execute()
    return token


def by_session(token: str) -> Who | None:
    """Return who holds a session's token; None if it has ended, or the person may not sign in any more."""
    return _who(SessionRow.token_hash == token_hash(token)) if token else None


def by_session_id(session: int) -> Who | None:
    """Return whose session this is, as things stand now; None if it has ended."""
    return _who(SessionRow.id == session)


def _who(wanted: Any) -> Who | None:  # noqa: ANN401  # a peewee expression
    row = SessionRow.select(SessionRow, PersonRow).join(PersonRow).where(wanted).get_or_none()
    now = utc_now()
    if row is None or row.person.disabled or row.expires_at <= now or row.seen_at + _IDLE <= now:
        return None
    if row.seen_at + _NOTE_EVERY <= now:
        write(lambda: SessionRow.update(seen_at=now).where(SessionRow.id == row.id).execute())
    person = row.person
    roles, factor = roles_of(person.id), person.totp_secret is not None
    return Who(person.id, person.login, person.name, roles, factor, row.id, row.csrf)


def end_session(session: int) -> None:
    """End a session; only in a job."""
    SessionRow.delete().where(SessionRow.id == session).execute()


def end_sessions(person: int, but: int | None = None) -> None:
    """End a person's sessions, all or all but one; only in a job."""
    wanted = SessionRow.person == person
    if but is not None:
        wanted &= SessionRow.id != but
    SessionRow.delete().where(wanted).execute()


# ── throttling ────────────────────────────────────────────────────────────────────────────────────────
def held_until(keys: Iterable[str]) -> datetime | None:
    """Return until when one of these keys may try no more; None if it may."""
    rows = ThrottleRow.select().where((ThrottleRow.key.in_(list(keys))) & (ThrottleRow.until_at > utc_now()))
    return max((row.until_at for row in rows), default=None)


def count_try(key: str, until: datetime, forget_before: datetime) -> int:
    """Count a try that failed, and hold the key until a moment; returns how many there were. In a job."""
    ThrottleRow.delete().where(ThrottleRow.last_at < forget_before).execute()
    row = ThrottleRow.get_or_none(ThrottleRow.key == key)
    now = utc_now()
    if row is None:
        ThrottleRow.create(key=key, tries=1, until_at=until, last_at=now)
        return 1
    ThrottleRow.update(tries=row.tries + 1, until_at=until, last_at=now).where(
        ThrottleRow.key == key
    ).execute()
    return int(row.tries) + 1


def tries(key: str) -> int:
    """Return how often a key failed lately."""
    row = ThrottleRow.get_or_none(ThrottleRow.key == key)
    return 0 if row is None else int(row.tries)


def forget_tries(key: str) -> None:
    """Forget what failed: it was the right person after all. In a job."""
    ThrottleRow.delete().where(ThrottleRow.key == key).execute()
