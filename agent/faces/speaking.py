"""How one run is spoken of, read from its rows and its home."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import Any

from agent.faces.moments import Moments, office_zone
from agent.faces.wording import Wording
from agent.system.paths import Home
from resources.i18n.texts import RECORD, Noun

Values = Mapping[str, Any]


def wording_of(home: Home, run_id: str, moments: Callable[[tzinfo | None], Moments] = Moments) -> Wording:
    """Return how a run is spoken of, its times as ``moments`` writes them. Raises UnknownRun."""
    from agent.store import runs  # noqa: PLC0415
    from agent.system.site_books import site_titles  # noqa: PLC0415

    row = runs.get(run_id)
    return Wording(noun_of(row.manifest), moments(office_zone(home, row.office)), site_titles(home))


def noun_of(manifest: Values) -> Noun:
    """Return what the first record type of an automation is called."""
    for kind in (manifest.get("record_types") or {}).values():
        one, many = kind.get("noun") or RECORD
        return str(one), str(many)
    return RECORD
