"""Who may sign in, who is signed in, and the lock after three bad tries."""

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

SignIn = Literal["ok", "refused", "locked", "expired", "elsewhere", "captcha"]

TRIES_BEFORE_LOCK = 3
SESSION_SECONDS = 1200.0


@dataclass
class SignedIn:
    """A session: `number` for the journal, the cookie's `token`, and what its pages keep between requests."""

    number: int
    token: str
    user: str
    used_at: float
    notes: dict[str, dict[str, str]] = field(default_factory=dict)


class Accounts:
    """The accounts of one system, held in memory: a restart forgets sessions and locks."""

    def __init__(
        self,
        passwords: Mapping[str, str],
        *,
        session_seconds: float = SESSION_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._first_passwords = dict(passwords)
        self._passwords = dict(passwords)
        self._bad_tries: dict[str, int] = {}
        self._sessions: dict[str, SignedIn] = {}
        self._started = 0
        self.session_seconds = session_seconds
        self._clock = clock

    def check(self, user: str, password: str, *, refuse: bool = False) -> SignIn:
        """Judge one try. `refuse` turns down even the right password (a fault) and counts it as a bad try.

        The third bad try in a row locks the account; then the right password is refused as well.
        """
        if self._bad_tries.get(user, 0) >= TRIES_BEFORE_LOCK:
            return "locked"
        if self._passwords.get(user) == password and not refuse:
            self._bad_tries.pop(user, None)
            return "ok"
        self._bad_tries[user] = self._bad_tries.get(user, 0) + 1
        return "locked" if self._bad_tries[user] >= TRIES_BEFORE_LOCK else "refused"

    def start(self, user: str) -> SignedIn:
        """A new session for a user who was judged ok."""
        self._started += 1
        session = SignedIn(self._started, secrets.token_hex(16), user, self._clock())
        self._sessions[session.token] = session
        return session

    def find(self, token: str | None) -> SignedIn | None:
        """The live session of a cookie, or None when there is none or it was idle too long."""
        session = self._sessions.get(token or "")
        if session is None:
            return None
        now = self._clock()
        if now - session.used_at > self.session_seconds:
            del self._sessions[session.token]
            return None
        session.used_at = now
        return session

    def end(self, token: str | None) -> None:
        """Forget a session."""
        self._sessions.pop(token or "", None)

    def end_all(self) -> None:
        """Sign everybody out."""
        self._sessions.clear()

    def set_password(self, user: str, password: str) -> None:
        """Change a password, as a person at the other house would; open sessions go on."""
        self._passwords[user] = password

    def unlock(self) -> None:
        """Forget all bad tries."""
        self._bad_tries.clear()

    def reset(self) -> None:
        """Back to the first state: passwords as documented, no locks, nobody signed in."""
        self._passwords = dict(self._first_passwords)
        self._bad_tries.clear()
        self._sessions.clear()
