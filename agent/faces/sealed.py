"""Opening what is sealed, for the person at this computer: business keys and values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from agent.core.failures import KeyLost
from agent.store import queries
from agent.system.paths import Home
from agent.system.seal import Key, SealBroken, master_key, unseal, unwrap
from agent.system.vault import open_vault

Values = Mapping[str, Any]


def run_key(home: Home, run_id: str) -> Key:
    """Return a run's data key. Raises what the vault raises, KeyLost when it holds another home's key."""
    try:
        return unwrap(master_key(open_vault(home)), queries.sealed_run_key(run_id), f"run/{run_id}")
    except SealBroken:
        raise KeyLost from None


def contents(home: Home, run_id: str) -> dict[int, Values]:
    """Return what each record of a run holds (key, fields, lineage), by the record's id.

    Raises what :func:`run_key` raises: what became of the records can be seen all the same.
    """
    key = run_key(home, run_id)
    return {
        record["id"]: json.loads(unseal(key, payload, bound_to))
        for record, payload, bound_to in queries.sealed_records(run_id)
    }
