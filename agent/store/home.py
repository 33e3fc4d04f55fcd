"""Which home this ledger belongs to."""

from __future__ import annotations

from agent.core.failures import KeyLost
from agent.store.database import transaction
from agent.store.tables import HomeRow
from agent.system.seal import Key, keyed_hash


def epoch() -> int:
    """Return the home's epoch: it rises with each restore, and what was known before is looked at again."""
    return int(HomeRow.get().epoch)


def has_key() -> bool:
    """Tell whether this home was sealed with a master key before."""
    return HomeRow.get().key_check is not None


def is_key(master: Key) -> bool:
    """Tell whether this is the master key that the home was sealed with; a home without one knows none."""
    row = HomeRow.get()
    return bool(row.key_check == keyed_hash(master, f"home/{row.home_id}"))


def know_key(master: Key) -> None:
    """Recognise the home's master key, or remember it the first time.

    Raises KeyLost for another one: with it no delivered record would be recognised, and all be sent anew.
    """
    with transaction():
        row = HomeRow.get()
        check = keyed_hash(master, f"home/{row.home_id}")
        if row.key_check is None:
            HomeRow.update(key_check=check).execute()
        elif row.key_check != check:
            raise KeyLost


def home_id() -> str:
    """Return the home's random id."""
    return str(HomeRow.get().home_id)
