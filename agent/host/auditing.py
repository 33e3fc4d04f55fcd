"""The audit chain as faces use it: open the home's keys, write a row, let the vault know where it ends."""

from __future__ import annotations

import socket
from collections.abc import Mapping

from agent.core.actors import Actor
from agent.core.failures import KeyLost, NotReady, Parameter
from agent.host.keys import Keys
from agent.store import audit
from agent.store import home as home_row
from agent.store.audit import Verdict
from agent.store.database import prepare_store
from agent.system.fingerprint import text_fingerprint
from agent.system.instance import InstanceLock
from agent.system.paths import Home
from agent.system.seal import master_key
from agent.system.vault import open_vault

SETTINGS_CHANGED = "settings_changed"


def open_keys(home: Home, *, make: bool = False) -> Keys:
    """Return the keys of the open store's home, and write its audit chain with them from now on.

    ``make`` makes them where none were made before, which a host's first start does too. Raises what the
    vault raises, KeyLost when it holds another home's, AlreadyRunning while a host starts for the first time.
    """
    if make and not home_row.has_key():
        with InstanceLock(home.lock):
            prepare_store(home.database, home.evidence)
            home_row.know_key(master_key(open_vault(home), make=not home_row.has_key()))
    master = master_key(open_vault(home))
    if not home_row.is_key(master):
        raise KeyLost
    keys = Keys(master)
    audit.use(keys.audit)
    return keys


def note(home: Home, actor: Actor, verb: str, params: Mapping[str, Parameter], *, make: bool = False) -> None:
    """Write one row of its own and let the vault know. Raises what :func:`open_keys` does."""
    open_keys(home, make=make)
    audit.append(actor, verb, params)
    audit.remember(open_vault(home))


def verify(home: Home) -> Verdict:
    """Look at the whole chain beside what the vault remembers of it. Raises what :func:`open_keys` does."""
    keys = open_keys(home)
    return audit.verify(keys.audit, audit.witness(open_vault(home)))


def settings_changed(home: Home, actor: Actor) -> None:
    """A face has written the settings for a person. Raises what :func:`open_keys` does."""
    open_keys(home)
    note_settings(home, actor)
    keep_witness(home)


def note_settings(home: Home, actor: Actor | None = None) -> None:
    """Write that the settings are others than those known, if they are; :func:`open_keys` comes first.

    A host's start calls it without an actor: then somebody has written into the file by hand.
    """
    found = text_fingerprint(home.settings)
    known = audit.newest(SETTINGS_CHANGED)
    if (known is None and found is None) or (known is not None and known.params["fingerprint"] == found):
        return
    by = actor or Actor("person", "unknown", "unknown", "file", socket.gethostname())
    audit.append(by, SETTINGS_CHANGED, {"fingerprint": found})


def keep_witness(home: Home) -> NotReady | None:
    """Let the vault know where the chain ends; a vault that is locked just now hears it the next time."""
    try:
        audit.remember(open_vault(home))
    except NotReady as failure:
        return failure
    return None
