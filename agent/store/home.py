"""Which home this ledger belongs to."""

from __future__ import annotations

from agent.store.tables import HomeRow


def epoch() -> int:
    """Return the home's epoch: it rises with each restore, and what was known before is looked at again."""
    return int(HomeRow.get().epoch)


def home_id() -> str:
    """Return the home's random id."""
    return str(HomeRow.get().home_id)
