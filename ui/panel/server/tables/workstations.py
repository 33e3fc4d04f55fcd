"""Workstations, the codes by which they are enrolled, their tokens, and what they own."""

from __future__ import annotations

import secrets
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from ui.panel.server.tables.database import current
from ui.panel.server.tables.fields import utc_now
from ui.panel.server.tables.people import token_hash
from ui.panel.server.tables.schema import CodeRow, GrantRow, OwnedRow, WorkstationRow

_KNOWN_SECONDS = 5.0
_tokens: dict[str, tuple[float, WorkstationRow]] = {}
CODE_AGE = timedelta(hours=1)
TOKEN_AGE = timedelta(days=7)
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # no 0/O, 1/L/I: people type it


# ── workstations ──────────────────────────────────────────────────────────────────────────────────────
def get(workstation: int) -> WorkstationRow | None:
    """Return a workstation by number."""
    return WorkstationRow.get_or_none(WorkstationRow.id == workstation)


def seen_by(offices: frozenset[str] | None, *, revoked: bool = False) -> list[WorkstationRow]:
    """Return the workstations of these offices (None: of all), by name; revoked ones only if wanted."""
    query = WorkstationRow.select().order_by(WorkstationRow.name, WorkstationRow.id)
    if offices is not None:
        query = query.where(WorkstationRow.office.in_(sorted(offices)))
    if not revoked:
        query = query.where(WorkstationRow.revoked_at.is_null())
    return list(query)


def offices() -> set[str]:
    """Return every office that is named anywhere."""
    told = {row.office for row in WorkstationRow.select(WorkstationRow.office).distinct()}
    told |= {row.office for row in GrantRow.select(GrantRow.office).distinct()}
    told |= {row.office for row in CodeRow.select(CodeRow.office).distinct()}
    return told - {"*"}


def change(workstation: int, **columns: Any) -> None:  # noqa: ANN401  # columns of the table
    """Change a workstation; only in a job."""
    _tokens.clear()
    columns["rev"] = current().next_rev()
    WorkstationRow.update(**columns).where(WorkstationRow.id == workstation).execute()


def touch(numbers: Sequence[int]) -> None:
    """Let faces look at workstations again; only in a job."""
    for number in numbers:
        change(number)


def owned(workstation: int | None = None) -> list[OwnedRow]:
    """Return what workstations own, all of them or one."""
    query = OwnedRow.select().order_by(OwnedRow.title, OwnedRow.id)
    return list(query if workstation is None else query.where(OwnedRow.workstation == workstation))


def conflicts() -> dict[tuple[str, str, str], list[WorkstationRow]]:
    """Return who owns what more than one workstation of an office owns: by office, place, automation."""
    rows = (
        OwnedRow.select(OwnedRow, WorkstationRow)
        .join(WorkstationRow)
        .where(OwnedRow.scheduled & WorkstationRow.revoked_at.is_null())
    )
    found: dict[tuple[str, str, str], list[WorkstationRow]] = defaultdict(list)
    for row in rows:
        found[row.workstation.office, row.place, row.automation].append(row.workstation)
    return {key: owners for key, owners in found.items() if len(owners) > 1}


# ── tokens ────────────────────────────────────────────────────────────────────────────────────────────
def by_token(token: str) -> WorkstationRow | None:
    """Return whose token this is (the present one, or the next), if that is not revoked.

    Known for a few seconds, unless something changes: every request of every workstation asks.
    """
    row = known_token(token)
    if row is None:
        known = token_hash(token)
        row = _by_hash(known)
        if row is not None:
            _tokens[known] = time.monotonic() + _KNOWN_SECONDS, row
    return row


def known_token(token: str) -> WorkstationRow | None:
    """Return whose token this is if that is known without looking; from the event loop too."""
    found = _tokens.get(token_hash(token))
    return found[1] if found is not None and found[0] >= time.monotonic() else None


def _by_hash(known: str) -> WorkstationRow | None:
    row = WorkstationRow.get_or_none(
        (WorkstationRow.token_hash == known) | (WorkstationRow.next_hash == known)
    )
    return None if row is None or row.revoked_at is not None else row


def holds(workstation: int) -> bool:
    """Tell whether a workstation is not revoked (one that has waited for a while)."""
    row = get(workstation)
    return row is not None and row.revoked_at is None


def uses_next(row: WorkstationRow, token: str) -> bool:
    """Tell whether a workstation used its next token: from then on the one before holds no more."""
    return row.next_hash is not None and row.next_hash == token_hash(token)


def settle_token(workstation: int, token: str) -> None:
    """Let the next token be the only one; only in a job."""
    _tokens.clear()
    known = token_hash(token)
    WorkstationRow.update(token_hash=known, next_hash=None, token_at=utc_now()).where(
        (WorkstationRow.id == workstation) & (WorkstationRow.next_hash == known)
    ).execute()


def next_token(workstation: int) -> str:
    """Make the next token of a workstation; only in a job."""
    _tokens.clear()
    token = secrets.token_urlsafe(32)
    WorkstationRow.update(next_hash=token_hash(token)).where(WorkstationRow.id == workstation).execute()
    return token


# ── enrolment ─────────────────────────────────────────────────────────────────────────────────────────
def make_code(office: str, name: str, by: str) -> tuple[CodeRow, str]:
    """Make a one-time code, and return it in plain this once; only in a job."""
    plain = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
    row: CodeRow = CodeRow.create(
        code_hash=token_hash(plain), office=office, name=name, by=by, expires_at=utc_now() + CODE_AGE
    )
    return row, plain


def open_codes(now: datetime) -> list[CodeRow]:
    """Return the codes that may still be used, newest first."""
    return list(
        CodeRow.select()
        .where(CodeRow.used_at.is_null() & (CodeRow.expires_at > now))
        .order_by(CodeRow.id.desc())
    )


def code(number: int) -> CodeRow | None:
    """Return a code that may still be used, by number."""
    return next((row for row in open_codes(utc_now()) if row.id == number), None)


def withdraw_code(number: int) -> None:
    """Let a code be used no more; only in a job."""
    CodeRow.update(used_at=utc_now()).where(CodeRow.id == number).execute()


def enrol(plain: str, home: str, machine: str, agent_version: str) -> tuple[WorkstationRow, str] | None:
    """Exchange a code for a workstation and its token; None for a code that does not hold. In a job.

    A home that was enrolled before is the same workstation again, with a new token.
    """
    _tokens.clear()
    now = utc_now()
    row = CodeRow.get_or_none(
        (CodeRow.code_hash == token_hash(plain.strip().upper()))
        & CodeRow.used_at.is_null()
        & (CodeRow.expires_at > now)
    )
    if row is None:
        return None
    CodeRow.update(used_at=now).where(CodeRow.id == row.id).execute()
    token = secrets.token_urlsafe(32)
    columns: dict[str, Any] = {
        "name": row.name,
        "machine": machine,
        "agent_version": agent_version,
        "token_hash": token_hash(token),
        "next_hash": None,
        "token_at": now,
        "enrolled_at": now,
        "enrolled_by": row.by,
        "revoked_at": None,
        "rev": current().next_rev(),
    }
    known = WorkstationRow.get_or_none((WorkstationRow.home == home) & (WorkstationRow.office == row.office))
    if known is None:
        known = WorkstationRow.create(home=home, office=row.office, **columns)
    else:
        WorkstationRow.update(**columns).where(WorkstationRow.id == known.id).execute()
        known = WorkstationRow.get_by_id(known.id)
    return known, token
