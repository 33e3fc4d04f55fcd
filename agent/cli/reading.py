"""Opening a home for those who only look: nothing is made, nothing is migrated."""

from __future__ import annotations

from agent.system.paths import Home, find_home


def open_for_reading() -> tuple[Home, bool]:
    """Return the home and whether it holds a store, which is then open.

    Raises DatabaseNewer, DatabaseDamaged, HomeReadOnly.
    """
    home = find_home()
    return home, open_home(home)


def open_home(home: Home) -> bool:
    """Open the home's store if there is one; tell whether there is."""
    from agent.store.database import is_prepared, open_store  # noqa: PLC0415 (0.1 s)

    if not is_prepared(home.database):
        return False
    open_store(home.database, home.evidence)
    return True
