"""What a system asks after the right password: a one-time code by the clock (RFC 6238), or a question.

Like real ones it takes each code once, the one of this half minute or of the one before.
"""

import base64
import hashlib
import hmac
import secrets
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from resources.practice.faults import Options, Switchboard

Judged = Literal["ok", "refused", "used"]

STEP_SECONDS = 30


@dataclass(frozen=True)
class Pending:
    """Somebody whose password was right and who has not answered yet; ``question`` is "" for a code."""

    ticket: str
    user: str
    question: str
    options: Options


class SecondFactor:
    """The second step of one system's sign-in; armed by the fault `second_factor`."""

    def __init__(self, switchboard: Switchboard, clock: Callable[[], float] = time.time) -> None:
        self._switchboard = switchboard
        self._clock = clock
        self._pending: dict[str, Pending] = {}
        self._used: dict[str, int] = {}

    def ask(self, user: str, path: str) -> Pending | None:
        """Begin the second step for a user, or None where nothing more is asked."""
        options = self._switchboard.take("second_factor", path)
        if options is None:
            return None
        pending = Pending(secrets.token_hex(8), user, options.text("question"), options)
        self._pending[pending.ticket] = pending
        return pending

    def find(self, ticket: str) -> Pending | None:
        """Who holds this ticket."""
        return self._pending.get(ticket)

    def judge(self, pending: Pending, answer: str) -> Judged:
        """Judge an answer; a right one ends the ticket, and a code is taken once."""
        if pending.question:
            right = answer.strip().casefold() == pending.options.text("answer").casefold()
            if right:
                del self._pending[pending.ticket]
            return "ok" if right else "refused"
        now = int(self._clock() // STEP_SECONDS)
        step = next(
            (one for one in (now, now - 1) if code_of(pending.options.text("seed"), one) == answer), None
        )
        if step is None:
            return "refused"
        if step <= self._used.get(pending.user, -1):
            return "used"
        self._used[pending.user] = step
        del self._pending[pending.ticket]
        return "ok"


def code_of(seed: str, step: int) -> str:
    """The six digits of a step, by RFC 6238 with its usual values; `seed` is base32."""
    digest = hmac.new(base64.b32decode(seed), struct.pack(">Q", step), hashlib.sha1).digest()
    place = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[place : place + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"
