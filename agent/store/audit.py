"""The audit log: an append-only chain of every decision and every look at evidence.

Each row carries an HMAC over itself and over the row before it, so a row that was edited, moved or taken out
is noticed. How long the chain is, and with which row it ends, is also kept in the vault (the *witness*). It
is written after the rows are committed, so it may lag behind the chain and never runs ahead of it: after a
crash the chain is longer than its witness knows; a chain that is shorter had its tail cut off.

Whoever holds the key can write a chain of their own: who may read this account's keyring is outside this
promise.
Params say what was decided, never a secret and never a value of a record.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from peewee import fn

from agent.core.actors import Actor
from agent.core.failures import Parameter
from agent.store.database import transaction, translated
from agent.store.fields import utc_now
from agent.store.tables import LEDGER, AuditRow
from agent.system.seal import Key, keyed_hash
from agent.system.vault import Vault

_log = logging.getLogger(__name__)

NOTHING = "0" * 64
"""What the first row of all follows."""

RESTORED = "restored"
_WITNESS = "audit-head"
_keys: dict[str, Key] = {}


class Fault(StrEnum):
    """What can be wrong with a chain."""

    EDITED = "edited"  # a row is not as it was written
    BROKEN = "broken"  # rows are missing, or in another order
    CUT = "cut"  # rows at its end are missing
    REPLACED = "replaced"  # another chain, or an older copy that was written on


@dataclass(frozen=True)
class Head:
    """How long a chain is, and the HMAC of its last row; the floor is the last row that its age removed."""

    count: int = 0
    mac: str = NOTHING
    floor: int = 0
    floor_mac: str = NOTHING


@dataclass(frozen=True)
class Verdict:
    """What looking at the whole chain found; ``at`` is the position of the first row that is wrong."""

    count: int
    witnessed: int | None
    fault: Fault | None = None
    at: int | None = None


@dataclass(frozen=True)
class Entry:
    """One row as faces read it; ``at`` is UTC."""

    position: int
    at: datetime
    actor: Actor
    verb: str
    params: Mapping[str, Parameter]


def use(key: Key) -> None:
    """Write the open store's chain with this key from now on (``Keys.audit``)."""
    _keys[str(LEDGER.database)] = key


def append(actor: Actor, verb: str, params: Mapping[str, Parameter]) -> None:
    """Write one row, inside the caller's transaction (or one of its own). :func:`use` comes first.

    ``verb`` is a code with words (``audit_verbs``). Call :func:`remember` once it is committed.
    """
    key = _keys.get(str(LEDGER.database))
    if key is None:
        raise RuntimeError("audit.use comes first")
    with transaction():
        last, now = head(), utc_now()
        row = AuditRow(
            position=last.count + 1,
            at=now,
            actor=_text(actor.as_json()),
            verb=verb,
            params=_text(params),
            previous=last.mac,
        )
        told = (row.position, AuditRow.at.db_value(now), row.actor, row.verb, row.params, row.previous)
        row.mac = _mac(key, told)
        row.save(force_insert=True)


def head() -> Head:
    """Return where the chain ends, as its rows say."""
    row = AuditRow.select(AuditRow.position, AuditRow.mac).order_by(AuditRow.position.desc()).first()
    return Head() if row is None else Head(row.position, row.mac)


def entries(limit: int | None = None) -> list[Entry]:
    """Return what was written, newest first."""
    rows = AuditRow.select().order_by(AuditRow.position.desc())
    if limit is not None:
        rows = rows.limit(limit)
    return [_entry(row) for row in rows]


def newest(verb: str) -> Entry | None:
    """Return the last row of one verb, or None."""
    row = AuditRow.select().where(AuditRow.verb == verb).order_by(AuditRow.position.desc()).first()
    return None if row is None else _entry(row)


def verify(key: Key, witness: Head | None) -> Verdict:
    """Look at every row; ``witness`` is what the vault remembers. Raises DatabaseDamaged."""
    count = int(AuditRow.select(fn.COUNT(AuditRow.position)).scalar() or 0)
    seen = None if witness is None else witness.count
    known = witness or Head()
    previous: tuple[int, str] | None = None
    for row in _raw():
        position, mac = row[0], row[6]
        if not _is_whole(row) or _mac(key, row[:6]) != mac:
            return Verdict(count, seen, Fault.EDITED, position if isinstance(position, int) else None)
        if previous is None:
            fits = position <= known.floor or (position == known.floor + 1 and row[5] == known.floor_mac)
        else:
            fits = (position - 1, row[5]) == previous
        if not fits:
            return Verdict(count, seen, Fault.BROKEN, position)
        if position == known.count and mac != known.mac:
            return Verdict(count, seen, Fault.REPLACED, position)
        previous = (position, mac)
    last = known.floor if previous is None else previous[0]
    if last < known.count:
        return Verdict(count, seen, Fault.CUT, last + 1)
    return Verdict(count, seen)


# ── the witness ──────────────────────────────────────────────────────────────────────────────────────
def witness(vault: Vault) -> Head | None:
    """Return what the vault remembers of the chain; None before it was told. Raises what the vault raises."""
    text = vault.get(_WITNESS)
    return None if text is None else Head(**json.loads(text))


def remember(vault: Vault) -> bool:
    """Tell the vault where the chain ends; refused (False) if the chain is not the one that it knows.

    A restored home's chain goes on from the backup: its row RESTORED, which nobody can forge, names what the
    vault knew at that moment. Raises what the vault raises.
    """
    known, now = witness(vault) or Head(), head()
    if (now.count, now.mac) == (known.count, known.mac):
        return True
    if now.count >= known.count and _holds(known):
        told = Head(now.count, now.mac, known.floor, known.floor_mac)
    elif _replaces(known):
        first = AuditRow.select().order_by(AuditRow.position).first()
        told = Head(now.count, now.mac, first.position - 1, first.previous)
    else:
        _log.error("audit_chain_is_another known=%s found=%s", known.count, now.count)
        return False
    vault.set(_WITNESS, json.dumps(asdict(told)))
    return True


def note_restored(actor: Actor, backup: Mapping[str, Any], known: Head | None) -> None:
    """Write into a restored chain that it takes the place of the one that the vault knows."""
    told = {"made_at": str(backup["made_at"]), "machine": str(backup["machine"])}
    before = known or Head()
    append(actor, RESTORED, {**told, "known": before.count, "known_mac": before.mac})


def remove_before(moment: datetime, vault: Vault) -> int:
    """Remove rows older than a moment, never the last one; the vault learns first where the chain begins.

    Returns how many. Raises what the vault raises.
    """
    known, last = witness(vault), head()
    old = (
        AuditRow.select()
        .where((AuditRow.at < moment) & (AuditRow.position < last.count))
        .order_by(AuditRow.position.desc())
        .first()
    )
    if old is None or known is None or not _holds(known):
        return 0
    vault.set(_WITNESS, json.dumps(asdict(Head(known.count, known.mac, old.position, old.mac))))
    with transaction():
        return int(AuditRow.delete().where(AuditRow.position <= old.position).execute())


def _replaces(known: Head) -> bool:
    """Tell whether the chain says, in a row of its own that is whole, that it replaces the known one."""
    said = newest(RESTORED)
    if said is None or (said.params["known"], said.params["known_mac"]) != (known.count, known.mac):
        return False
    key = _keys[str(LEDGER.database)]
    return any(row[0] == said.position and _mac(key, row[:6]) == row[6] for row in _raw())


def _holds(known: Head) -> bool:
    """Tell whether the chain still has the row that the vault remembers as its last."""
    if known.count == known.floor:
        return True
    row = AuditRow.get_or_none(AuditRow.position == known.count)
    return row is not None and row.mac == known.mac


def _entry(row: AuditRow) -> Entry:
    return Entry(row.position, row.at, Actor(**json.loads(row.actor)), row.verb, json.loads(row.params))


def _mac(key: Key, told: tuple[Any, ...]) -> str:
    return keyed_hash(key, json.dumps(told, ensure_ascii=False))


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _raw() -> Iterator[tuple[Any, ...]]:
    """Yield the rows exactly as they lie in the file: no conversion may hide an edit."""
    columns = "position, at, actor, verb, params, previous, mac"
    with translated(Path(LEDGER.database)):
        yield from LEDGER.execute_sql(f"SELECT {columns} FROM audit ORDER BY position")  # noqa: S608


def _is_whole(row: tuple[Any, ...]) -> bool:
    return all(isinstance(value, int) for value in row[:2]) and all(
        isinstance(value, str) for value in row[2:]
    )
