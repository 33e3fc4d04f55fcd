"""Opening what is sealed for a listing: without the vault it stays closed, and the reason is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.cli.endings import tell_failure
from agent.core.failures import NotReady
from agent.system.paths import Home

Values = Mapping[str, Any]


def contents_or_none(home: Home, run_id: str) -> dict[int, Values]:
    """Return what each record of a run holds, by the record's id.

    Without the vault the list is empty, and the reason is told on standard error: what became of the records
    can be seen all the same.
    """
    from agent.faces.sealed import contents  # noqa: PLC0415

    try:
        return contents(home, run_id)
    except NotReady as failure:
        tell_failure(failure)
        return {}
