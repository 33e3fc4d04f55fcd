"""Where notices go: what a face calls to store an address or to forget one, and who did stands in the log.

An address holds a password or a token: the audit log has its name and how it begins, and nothing else of it.
"""

from __future__ import annotations

from agent.core.actors import Actor
from agent.host.auditing import keep_witness, open_keys
from agent.host.passwords import open_or_make
from agent.store import audit
from agent.system.addresses import Addresses
from agent.system.notify import require_address, service_of
from agent.system.paths import Home
from agent.system.vault import open_vault


def store_address(home: Home, name: str, address: str, actor: Actor) -> str:
    """Put an address into the vault; returns its service as people call it (``E-Mail``).

    Raises BrokenAddress before anything is changed, and what the vault and the store raise.
    """
    service = require_address(address)
    open_or_make(home)
    open_keys(home, make=True)
    Addresses(open_vault(home)).set(name, address)
    audit.append(actor, "address_set", {"name": name, "kind": service_of(address)})
    keep_witness(home)
    return service


def forget_address(home: Home, name: str, actor: Actor) -> bool:
    """Take an address out of the vault; tells whether there was one. Raises what vault and store raise."""
    addresses = Addresses(open_vault(home))
    if name not in addresses.all():
        return False
    open_or_make(home)
    open_keys(home, make=True)
    addresses.delete(name)
    audit.append(actor, "address_removed", {"name": name})
    keep_witness(home)
    return True
