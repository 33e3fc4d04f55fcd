"""Opening what is sealed, for the person at this computer: business keys, values, files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from agent.cli import endings
from agent.cli.endings import Told, tell_failure, tell_text
from agent.core.failures import NotReady
from agent.system.paths import Home

if TYPE_CHECKING:
    from agent.host.keys import Keys
    from agent.system.seal import Key

Values = Mapping[str, Any]


def run_key(home: Home, run_id: str) -> Key:
    """Return a run's data key. Raises what the vault raises, or Told when it holds another home's key."""
    from agent.store import queries  # noqa: PLC0415
    from agent.system.seal import SealBroken, master_key, unwrap  # noqa: PLC0415
    from agent.system.vault import open_vault  # noqa: PLC0415

    try:
        return unwrap(master_key(open_vault(home)), queries.sealed_run_key(run_id), f"run/{run_id}")
    except SealBroken:
        raise Told("key_lost", endings.FAILED) from None


def home_keys(home: Home) -> Keys:
    """Return the home's keys. Raises what the vault raises, KeyLost when it holds another home's."""
    from agent.core.failures import KeyLost  # noqa: PLC0415
    from agent.host.keys import Keys  # noqa: PLC0415
    from agent.store import home as home_row  # noqa: PLC0415
    from agent.system.seal import master_key  # noqa: PLC0415
    from agent.system.vault import open_vault  # noqa: PLC0415

    master = master_key(open_vault(home))
    if not home_row.is_key(master):
        raise KeyLost
    return Keys(master)


def contents(home: Home, run_id: str) -> dict[int, Values]:
    """Return what each record of a run holds (key, fields, lineage), by the record's id.

    Without the vault the list is empty, and the reason is told on standard error: what became of the records
    can be seen all the same.
    """
    from agent.store import queries  # noqa: PLC0415
    from agent.system.seal import unseal  # noqa: PLC0415

    try:
        key = run_key(home, run_id)
    except NotReady as failure:
        tell_failure(failure)
        return {}
    except Told as told:
        tell_text(told.title, told.next)
        return {}
    return {
        record["id"]: json.loads(unseal(key, payload, bound_to))
        for record, payload, bound_to in queries.sealed_records(run_id)
    }
