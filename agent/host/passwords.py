"""Who signs in where: what a face calls to store a password or the seed of one-time codes."""

from __future__ import annotations

from agent.core.actors import Actor
from agent.core.failures import Parameter
from agent.host.auditing import keep_witness, open_keys
from agent.store import accounts, audit
from agent.store.database import is_prepared, open_store, prepare_store
from agent.system.instance import InstanceLock
from agent.system.one_time import Seeds
from agent.system.paths import Home
from agent.system.vault import Passwords, open_vault


def store_password(home: Home, office: str, site: str, account: str, password: str, actor: Actor) -> int:
    """Put a password into the vault and its version into the store; both are made here if there are none.

    Returns the version: sign-in tries are counted anew with it. Raises what the vault and the store raise.
    """
    open_or_make(home)
    open_keys(home, make=True)
    version = Passwords(open_vault(home)).set(office, site, account, password)
    accounts.set_account(office, site, account, version)
    told: dict[str, Parameter] = {"office": office, "site": site, "account": account, "version": version}
    audit.append(actor, "password_set", told)
    keep_witness(home)
    return version


def store_seed(home: Home, office: str, site: str, account: str, seed: str, actor: Actor) -> None:
    """Put the seed of an account's one-time codes into the vault; the store is open.

    Raises BrokenSeed and what the vault raises.
    """
    open_keys(home)
    Seeds(open_vault(home)).set(office, site, account, seed)
    audit.append(actor, "codes_set", {"office": office, "site": site, "account": account})
    keep_witness(home)


def forget_seed(home: Home, office: str, site: str, account: str, actor: Actor) -> None:
    """Take the seed out of the vault: from now on a person is asked. Raises what the vault raises."""
    open_keys(home)
    Seeds(open_vault(home)).delete(office, site, account)
    audit.append(actor, "codes_removed", {"office": office, "site": site, "account": account})
    keep_witness(home)


def open_or_make(home: Home) -> None:
    """Open the home's store, made here if it is the first time."""
    home.prepare()
    if is_prepared(home.database):
        open_store(home.database, home.evidence)
        return
    with InstanceLock(home.lock):
        prepare_store(home.database, home.evidence)
