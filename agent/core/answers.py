"""What a person may answer when something waits for them, and what each answer needs from them.

One table for every face: a button for what needs nothing, a line to type for a reason, a place to drop a
file. Who asks about a record names the answers at that place; questions about a task are listed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from agent.core.failures import (
    AccountLocked,
    Asked,
    ChangedCode,
    Failure,
    FirstRun,
    LimitReached,
    ParentsLeftOut,
    ParentsUnknown,
    PasswordExpired,
    Report,
    RowsAltered,
    RowsUnaccounted,
    RowUsedTwice,
    SignInRefused,
    UnusualCount,
    UnusualReport,
)


class Needs(StrEnum):
    """What a person gives beside the answer itself."""

    NOTHING = "nothing"
    REASON = "reason"  # a few words that are kept: args ``reason``
    VALUE = "value"  # fields and their new texts, handed in sealed: args ``evidence``, ``sha256``
    FILE = "file"  # a file, handed in sealed: args ``evidence``, ``sha256``
    SECRET = "secret"  # a password, put into the vault: args ``password_version``  # noqa: S105  # no secret
    CANDIDATE = "candidate"  # one of the numbers that the question's picture shows: args ``candidate``


NEEDS: Mapping[str, Needs] = {
    "leave_out": Needs.REASON,
    "correct": Needs.VALUE,
    "hand_in": Needs.FILE,
    "new_password": Needs.SECRET,
    "accept_repair": Needs.CANDIDATE,
}
"""Every other answer needs nothing."""

AT_THIS_COMPUTER = frozenset({Needs.VALUE, Needs.FILE, Needs.SECRET})
"""What never travels: whoever answers so sits at the workstation that asks."""

SHARED = frozenset({"retry", "new_password", "accept_repair"})
"""Answers that settle a cause: they answer every open question about the same cause, whichever run asks."""


def needs(answer: str) -> Needs:
    """Return what an answer needs from the person who gives it."""
    return NEEDS.get(answer, Needs.NOTHING)


ANSWERS: Mapping[type[Failure], tuple[str, ...]] = {
    Failure: ("retry", "stop"),
    SignInRefused: ("new_password", "retry", "stop"),
    AccountLocked: ("new_password", "retry", "stop"),
    PasswordExpired: ("new_password", "retry", "stop"),
    Report: ("retry", "hand_in", "stop"),
    RowsUnaccounted: ("retry", "stop"),
    RowUsedTwice: ("retry", "stop"),
    RowsAltered: ("retry", "stop"),
    Asked: ("go_on", "stop"),
    ChangedCode: ("continue", "stop"),
    LimitReached: ("go_on", "stop"),
    FirstRun: ("nothing_entered_yet", "stop"),
    UnusualCount: ("go_on", "stop"),
    ParentsLeftOut: ("leave_out_too", "stop"),
    ParentsUnknown: ("go_on", "stop"),
    UnusualReport: ("go_on", "stop"),
}
"""What a person may answer when a task waits for them."""

TAKEN_ANSWERS = ("done_by_hand", "give_back", "stop")
"""What a person may say of the records that they have taken over."""

ROW_ANSWERS = ("correct", "leave_out", "stop")
"""What a person may say of a row that cannot be right."""


def answers(failure: Failure) -> tuple[str, ...]:
    """Return the answers that the question about a failed task takes."""
    return next(ANSWERS[parent] for parent in type(failure).__mro__ if parent in ANSWERS)
