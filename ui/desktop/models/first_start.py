"""Whether a home was ever set up."""

from __future__ import annotations

from agent.store import accounts, history
from agent.store.database import is_prepared, open_store
from agent.system.paths import Home


def is_wanted(home: Home) -> bool:
    """Tell whether the first start is due: nobody signs in anywhere, and nothing ever ran."""
    if not is_prepared(home.database):
        return True
    open_store(home.database, home.evidence)
    return not home.is_demo and not accounts.stored() and not history.automations()
