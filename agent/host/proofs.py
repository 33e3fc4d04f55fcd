"""Looking at evidence: for who may, never without a row in the audit log.

A face asks here and nowhere else: :func:`open_proof` for one piece, :func:`export` for all of a run.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from agent.core.actors import Actor
from agent.core.failures import (
    EvidenceDamaged,
    Failure,
    FolderInUse,
    HomeReadOnly,
    KeyLost,
    MayNotOpen,
    ProofRemoved,
)
from agent.host.auditing import keep_witness, open_keys
from agent.host.keys import Keys
from agent.store import audit, evidence, queries, runs
from agent.store.tables import EvidenceRow
from agent.system.paths import Home
from agent.system.seal import Key, SealBroken
from agent.system.settings import load_settings

INDEX = "index.json"
_NOT_IN_A_NAME = re.compile(r"[^\w.() -]")


@dataclass(frozen=True)
class Opened:
    """One piece of evidence out of its seal; ``created_at`` is UTC."""

    id: str
    run: str
    kind: str
    name: str
    media_type: str
    sha256: str
    created_at: datetime
    content: bytes = field(repr=False)


def open_proof(home: Home, ident: str, actor: Actor) -> Opened:
    """Return one piece of evidence, and write into the audit log who looked at it.

    The store is open. Raises UnknownItem, MayNotOpen, ProofRemoved, EvidenceDamaged, KeyLost, and what the
    vault raises: then nothing was shown.
    """
    row = evidence.get(ident)
    if row.removed is not None:
        raise removed(row)
    keys = _allowed(home, actor)
    opened = _opened(row, _run_key(keys, row.run_id))
    told = {"run": row.run_id, "evidence": row.id, "kind": row.kind}
    audit.append(actor, "evidence_opened", told)
    keep_witness(home)
    return opened


def look_through(home: Home, idents: Sequence[str], actor: Actor) -> dict[str, Opened | Failure]:
    """Return several pieces at once, for an overview: one row in the audit log names them all.

    One that does not open stands there with its failure. The store is open. Raises MayNotOpen, KeyLost, and
    what the vault raises: then nothing was shown.
    """
    keys = _allowed(home, actor)
    found: dict[str, Opened | Failure] = {}
    for ident in idents:
        try:
            row = evidence.get(ident)
            if row.removed is not None:
                raise removed(row)
            found[ident] = _opened(row, _run_key(keys, row.run_id))
        except Failure as failure:
            found[ident] = failure
    shown = [ident for ident, one in found.items() if isinstance(one, Opened)]
    if shown:
        audit.append(actor, "evidence_looked_through", {"count": len(shown), "evidence": " ".join(shown)})
        keep_witness(home)
    return found


def export(home: Home, run_id: str, folder: Path, actor: Actor) -> list[Path]:
    """Write all evidence of a run into a new folder, for the owner alone, with an index; returns the files.

    What was removed stands in the index with its fingerprint. Raises UnknownRun, FolderInUse, HomeReadOnly
    (for the folder) and what :func:`open_proof` does.
    """
    run = runs.get(run_id)
    keys = _allowed(home, actor)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderInUse(path=str(folder))
    rows = evidence.of_run(run.id)
    there = [row for row in rows if row.removed is None]
    key = _run_key(keys, run.id) if there else None
    audit.append(actor, "evidence_exported", {"run": run.id, "count": len(there)})
    keep_witness(home)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        written = [_write(folder / file_name(row), _opened(row, key).content) for row in there if key]
        index = {"run": run.id, "exported_by": actor.as_json(), "evidence": [_entry(row) for row in rows]}
        told = json.dumps(index, ensure_ascii=False, indent=1).encode()
        return [*written, _write(folder / INDEX, told)]
    except OSError as error:
        raise HomeReadOnly(path=str(folder)) from error


def file_name(row: EvidenceRow) -> str:
    """Return a name for one piece that no other of its run has and that leads nowhere."""
    return f"{row.id}-{_NOT_IN_A_NAME.sub('_', Path(row.name).name) or row.kind}"


def require_may_open(home: Home, actor: Actor) -> None:
    """Raise MayNotOpen if the settings name who may open evidence, and this person is not among them."""
    allowed = load_settings(home).data.may_open
    if allowed is not None and actor.id not in allowed:
        raise MayNotOpen(who=actor.name)


def _allowed(home: Home, actor: Actor) -> Keys:
    require_may_open(home, actor)
    return open_keys(home)


def run_key(home: Home, run_id: str) -> Key:
    """Return a run's data key, for a face at this computer; raises KeyLost, what the vault raises."""
    return _run_key(open_keys(home), run_id)


def _run_key(keys: Keys, run_id: str) -> Key:
    try:
        return keys.run_key(run_id, queries.sealed_run_key(run_id))
    except SealBroken as error:
        raise KeyLost from error


def _opened(row: EvidenceRow, key: Key) -> Opened:
    try:
        content = evidence.open_evidence(row.id, key)
    except (KeyError, SealBroken) as error:
        raise EvidenceDamaged(item=row.id) from error
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise EvidenceDamaged(item=row.id)
    return Opened(row.id, row.run_id, row.kind, row.name, row.media_type, row.sha256, row.created_at, content)


def removed(row: EvidenceRow) -> ProofRemoved:
    """Return what to say of a piece whose bytes were removed by a rule."""
    return ProofRemoved(item=row.id, **row.removed)


def _entry(row: EvidenceRow) -> Mapping[str, Any]:
    told: dict[str, Any] = {
        name: getattr(row, name) for name in ("id", "kind", "name", "media_type", "sha256", "size", "removed")
    }
    file = file_name(row) if row.removed is None else None
    return {**told, "created_at": queries.moment(row.created_at), "file": file}


def _write(target: Path, content: bytes) -> Path:
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    return target
