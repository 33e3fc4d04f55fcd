"""Signing in, first passwords, second factors. Every vain try is counted by login and by address."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import NoReturn

from ui.panel.server import passwords, sealing
from ui.panel.server.models.base import Role
from ui.panel.server.models.people import (
    Invitation,
    InvitationState,
    PasswordChange,
    SecondFactor,
    Session,
    SignIn,
)
from ui.panel.server.refusals import Refused, unknown
from ui.panel.server.tables import audit, people, settings, workstations
from ui.panel.server.tables.database import write
from ui.panel.server.tables.fields import utc_now
from ui.panel.server.who import ALL_OFFICES, Who
from ui.panel.version import VERSION

SESSION_AGE = people.SESSION_AGE
_FREE_TRIES = 4
_FREE_FROM_ADDRESS = 20  # a whole office may share one address
_LONGEST = timedelta(minutes=15)
_FORGET = timedelta(hours=1)
_FIRST = "first_admin"
_FIRST_AGE = timedelta(hours=1)


# ── the first admin ───────────────────────────────────────────────────────────────────────────────────
def waits_for_first() -> bool:
    """Tell whether nobody has ever set a password at this panel."""
    return not people.exists_any()


def first_admin_token() -> str:
    """Make the token by which the first admin is set up; any earlier one holds no more."""
    token = secrets.token_urlsafe(32)
    until = utc_now() + _FIRST_AGE
    told = {"hash": people.token_hash(token), "until": until.isoformat()}
    write(lambda: settings.put(_FIRST, told))
    return token


def _is_first(token: str) -> bool:
    told = settings.get(_FIRST)
    return (
        told is not None
        and waits_for_first()
        and secrets.compare_digest(told["hash"], people.token_hash(token))
        and datetime.fromisoformat(told["until"]) > utc_now()
    )


def invited(token: str, remote: str) -> InvitationState:
    """Return whom a link invites. Raises Refused (404, 429)."""
    hold_back(f"from:{remote}")
    if _is_first(token):
        return InvitationState(login=None, name=None, first=True)
    person = people.by_invitation(token)
    if person is None:
        count_vain(f"from:{remote}", _FREE_FROM_ADDRESS)
        raise unknown()
    return InvitationState(login=person.login, name=person.name, first=False)


def accept(wanted: Invitation, remote: str) -> tuple[str, Session]:
    """Set a first password; returns a session's token and who is signed in. Raises Refused."""
    state = invited(wanted.token, remote)
    if state.first and (wanted.login is None or wanted.name is None):
        raise Refused(422, "login_wanted")
    password_hash = passwords.hashed(wanted.password)

    def job() -> str:
        if state.first:
            if not _is_first(wanted.token):  # another was quicker
                raise unknown()
            assert wanted.login is not None
            assert wanted.name is not None
            person = people.add(wanted.login, wanted.name)
            people.grant(person.id, {ALL_OFFICES: Role.ADMIN})
            settings.remove(_FIRST)
        else:
            found = people.by_invitation(wanted.token)
            if found is None:
                raise unknown()
            person = found
        people.change(person.id, password_hash=password_hash, invite_hash=None, invite_expires_at=None)
        audit.note("password_set", person.name, person=person.id)
        return people.begin_session(person.id)

    token = write(job)
    return token, session_of(_known(token))


# ── sessions ──────────────────────────────────────────────────────────────────────────────────────────
def sign_in(wanted: SignIn, remote: str) -> tuple[str, Session]:
    """Sign somebody in; returns the session's token and who it is. Raises Refused (401, 429)."""
    login, by_login, by_address = wanted.login.lower(), f"login:{wanted.login.lower()}", f"from:{remote}"
    hold_back(by_login, by_address)
    person = people.by_login(login)
    usable = person is not None and not person.disabled
    if not passwords.fits(person.password_hash if person and usable else None, wanted.password) or not person:
        _fail(by_login, by_address, login, "refused")
    secret = person.totp_secret
    if secret is not None:
        if wanted.code is None:
            raise Refused(401, "second_factor_wanted")
        step = passwords.step_of(sealing.opened(person.id, secret), wanted.code)
        if step is None or not write(lambda: people.take_step(person.id, step)):
            _fail(by_login, by_address, login, "wrong_code")

    def job() -> str:
        people.forget_tries(by_login)
        audit.note("signed_in", person.name, person=person.id, params={"from": remote})
        return people.begin_session(person.id)

    token = write(job)
    return token, session_of(_known(token))


def session_of(who: Who) -> Session:
    """Return a session as the browser sees it."""
    factor = "set" if who.second_factor else "to_set_up" if who.must_set_up else "none"
    seen = who.offices(Role.VIEWER)
    return Session(
        person=who.person,
        login=who.login,
        name=who.name,
        roles=dict(who.roles),
        offices=sorted(workstations.offices() if seen is None else seen),
        second_factor=factor,
        csrf=who.csrf,
        version=VERSION,
    )


def sign_out(who: Who) -> None:
    """End a session."""
    write(lambda: people.end_session(who.session))


def change_password(who: Who, wanted: PasswordChange) -> None:
    """Change one's own password and end one's other sessions. Raises Refused (403, 429)."""
    key = f"login:{who.login}"
    hold_back(key)
    person = people.get(who.person)
    if person is None or not passwords.fits(person.password_hash, wanted.old):
        count_vain(key, _FREE_TRIES)
        raise Refused(403, "refused")
    password_hash = passwords.hashed(wanted.new)

    def job() -> None:
        people.change(who.person, password_hash=password_hash)
        people.end_sessions(who.person, but=who.session)
        audit.note("password_changed", who.name, person=who.person)

    write(job)


# ── the second factor ─────────────────────────────────────────────────────────────────────────────────
def begin_second_factor(who: Who) -> SecondFactor:
    """Make a secret for an authenticator app. Raises Refused (409) when one is set up already."""
    if who.second_factor:
        raise Refused(409, "second_factor_set")
    secret = passwords.new_secret()
    write(lambda: people.change(who.person, totp_pending=sealing.seal(who.person, secret)))
    uri = passwords.address(secret, who.login)
    return SecondFactor(uri=uri, secret=secret, svg=passwords.picture(uri))


def confirm_second_factor(who: Who, code: str) -> Session:
    """Let the second factor hold from now on. Raises Refused (403, 409, 429)."""
    key = f"login:{who.login}"
    hold_back(key)
    person = people.get(who.person)
    if who.second_factor or person is None or person.totp_pending is None:
        raise Refused(409, "second_factor_set" if who.second_factor else "second_factor_not_begun")
    step = passwords.step_of(sealing.opened(person.id, person.totp_pending), code)
    if step is None:
        count_vain(key, _FREE_TRIES)
        raise Refused(403, "wrong_code")

    def job() -> None:
        secret = person.totp_pending
        people.change(who.person, totp_secret=secret, totp_pending=None, totp_step=step)
        people.end_sessions(who.person, but=who.session)
        audit.note("second_factor_set", who.name, person=who.person)

    write(job)
    found = people.by_session_id(who.session)
    if found is None:
        raise Refused(401, "not_signed_in")
    return session_of(found)


# ── vain tries ────────────────────────────────────────────────────────────────────────────────────────
def _known(token: str) -> Who:
    who = people.by_session(token)
    if who is None:  # disabled in this very moment
        raise Refused(401, "not_signed_in")
    return who


def hold_back(*keys: str) -> None:
    """Raise Refused (429) while one of these keys has failed too often."""
    until = people.held_until(keys)
    if until is not None:
        seconds = max(1, round((until - utc_now()).total_seconds()))
        raise Refused(429, "too_many_tries", wait_seconds=seconds)


def _fail(by_login: str, by_address: str, login: str, code: str) -> NoReturn:
    count_vain(by_login, _FREE_TRIES)
    count_vain(by_address, _FREE_FROM_ADDRESS)
    write(lambda: audit.note("sign_in", login, outcome="refused"))
    raise Refused(401, code)


def count_vain(key: str, free: int = _FREE_TRIES) -> None:
    """Count a vain try: after the free ones each doubles the wait, up to a quarter of an hour."""
    now = utc_now()
    beyond = people.tries(key) + 1 - free
    wait = timedelta(0) if beyond <= 0 else min(_LONGEST, timedelta(seconds=2 ** min(beyond, 20)))
    write(lambda: people.count_try(key, now + wait, now - _FORGET))
