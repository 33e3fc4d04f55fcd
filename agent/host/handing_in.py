"""What a face does before it gives an answer that needs a value, a file or a password.

Each function returns what belongs into the command's args beside item, version and answer: never the thing
itself. Nothing has happened yet then: the answer may still be too late.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from agent.core.failures import PasswordMissing, WrongState
from agent.host.proofs import run_key
from agent.store import accounts, evidence, reviews
from agent.store.evidence import FILE_KIND, VALUES_KIND
from agent.store.tables import ReviewRow
from agent.system.paths import Home
from agent.system.vault import Passwords, open_vault

LARGEST_FILE = 200_000_000
"""Bytes; a report is smaller."""


def hand_in_file(home: Home, item_id: int, name: str, content: bytes) -> dict[str, Any]:
    """Seal a file for the answer ``hand_in``; ``name`` is a label. Raises UnknownItem, what the vault raises.

    Raises WrongState for one that no report can be: empty, or larger than LARGEST_FILE.
    """
    if not 0 < len(content) <= LARGEST_FILE:
        raise WrongState(what="the file", state=f"{len(content)} bytes", wanted="a report")
    label = PurePath(name).name or "file"
    proof = _hand_in(home, item_id, content, FILE_KIND, label, "application/octet-stream")
    return {"evidence": proof.id, "sha256": proof.sha256, "name": label}


def hand_in_values(home: Home, item_id: int, values: Mapping[str, str]) -> dict[str, Any]:
    """Seal new texts by field for the answer ``correct``; a worker reads them by the record's contract.

    Raises UnknownItem, what the vault raises.
    """
    content = json.dumps(dict(values), ensure_ascii=False, sort_keys=True).encode()
    proof = _hand_in(home, item_id, content, VALUES_KIND, "values.json", "application/json")
    return {"evidence": proof.id, "sha256": proof.sha256}


def new_password(home: Home, item_id: int, password: str) -> dict[str, Any]:
    """Put a password into the vault for the answer ``new_password``: of the account that was asked about.

    Raises UnknownItem, PasswordMissing (nobody knows whose it is), what the vault raises.
    """
    run, site = reviews.get(item_id).run, site_of(reviews.get(item_id))
    account = accounts.find(run.office, site)
    if account is None:
        raise PasswordMissing(site=site, account="")
    version = Passwords(open_vault(home)).set(run.office, site, account.name, password)
    return {"password_version": version}


def site_of(item: ReviewRow) -> str:
    """Return the site that a question is about: its task's, or the one that the failure names."""
    if item.task is not None and item.task.site:
        return str(item.task.site)
    told: Mapping[str, Any] = (item.params.get("failure") or {}).get("params") or {}
    return str(told.get("site") or "")


def _hand_in(
    home: Home, item_id: int, content: bytes, kind: str, name: str, media_type: str
) -> evidence.Proof:
    item = reviews.get(item_id)
    key = run_key(home, item.run_id)
    return evidence.hand_in(
        item.run_id, item.task_id, key, content, kind=kind, name=name, media_type=media_type
    )
