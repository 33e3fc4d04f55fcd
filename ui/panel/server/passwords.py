"""Passwords (argon2) and second factors (TOTP). At most two are reckoned at once: each takes 64 MB."""

from __future__ import annotations

import io
import threading
import time

import pyotp
import segno
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()
_two_at_once = threading.BoundedSemaphore(2)
_nobody: list[
    str
] = []  # a hash that no password fits, made once: an unknown login takes as long as a known one

_ISSUER = "Predawn panel"
_STEP_SECONDS = 30


def hashed(password: str) -> str:
    """Return what a password is stored as."""
    with _two_at_once:
        return _hasher.hash(password)


def fits(stored: str | None, password: str) -> bool:
    """Tell whether a password is the stored one; None (nobody there) takes as long to say no."""
    if stored is None and not _nobody:
        _nobody.append(hashed(pyotp.random_base32()))
    with _two_at_once:
        try:
            return _hasher.verify(stored or _nobody[0], password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def new_secret() -> str:
    """Return a secret for an authenticator app."""
    return pyotp.random_base32()


def address(secret: str, login: str) -> str:
    """Return a second factor as the address that authenticator apps read."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=_ISSUER)


def picture(uri: str) -> str:
    """Return an address as a picture (SVG)."""
    held = io.BytesIO()
    segno.make(uri, error="m").save(
        held, kind="svg", scale=4, border=3, xmldecl=False, light="#fff", dark="#000"
    )
    return held.getvalue().decode()


def step_of(secret: str, code: str) -> int | None:
    """Return the time step (now, or one before or after) whose code this is; None for a wrong code."""
    now, totp = int(time.time()) // _STEP_SECONDS, pyotp.TOTP(secret)
    found = (step for step in (now - 1, now, now + 1) if totp.verify(code, for_time=step * _STEP_SECONDS))
    return next(found, None)
