"""Which home this ledger belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.core.actors import Actor
from agent.core.failures import KeyLost, NotTakenOver
from agent.store.database import transaction
from agent.store.fields import utc_now
from agent.store.tables import AccountRow, HomeRow, RunRow
from agent.system.seal import Key, keyed_hash

_FENCE_STEP = 1_000_000  # beyond every fence that a worker may have been given after the backup was made


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


def recovery() -> Mapping[str, Any]:
    """Return what is known of the recovery code: ``wrapped``, ``shown`` or ``loss_accepted``."""
    known: Mapping[str, Any] = HomeRow.get().recovery or {}
    return known


def set_recovery(known: Mapping[str, Any]) -> None:
    """Store what is known of the recovery code, inside the caller's transaction."""
    HomeRow.update(recovery=dict(known)).execute()


def begin_again(backup: Mapping[str, Any], actor: Actor) -> None:
    """Mark the home as restored from a backup (``made_at``, ``machine``) by a person.

    The epoch rises: what the ledger does not know is looked up before anything is typed. Every fence rises,
    no worker of before is known any more, stored sessions are forgotten. Nothing is entered until
    :func:`take_over`.
    """
    restored = {
        "at": utc_now().isoformat(timespec="seconds"),
        "by": actor.as_json(),
        "made_at": backup["made_at"],
        "machine": backup["machine"],
        "taken_over": None,
    }
    with transaction():
        HomeRow.update(epoch=HomeRow.epoch + 1, restored=restored).execute()
        RunRow.update(fence=RunRow.fence + _FENCE_STEP, tree=None).execute()
        AccountRow.update(session=None).execute()


def take_over(actor: Actor) -> bool:
    """Remember that a person says: the home of which this is a copy is gone. False if nobody asks."""
    with transaction():
        restored = HomeRow.get().restored
        if restored is None or restored["taken_over"] is not None:
            return False
        said = {"at": utc_now().isoformat(timespec="seconds"), "by": actor.as_json()}
        HomeRow.update(restored={**restored, "taken_over": said}).execute()
        return True


def require_taken_over() -> None:
    """Raise NotTakenOver while a restored home waits for a person's word."""
    restored = HomeRow.get().restored
    if restored is not None and restored["taken_over"] is None:
        raise NotTakenOver(made_at=restored["made_at"], machine=restored["machine"])
