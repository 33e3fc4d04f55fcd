"""Joining a panel and leaving it: what a face calls. The token goes to the vault and nowhere else."""

from __future__ import annotations

import socket
from importlib.metadata import PackageNotFoundError, version

from agent.core.actors import Actor
from agent.host.auditing import keep_witness, open_keys
from agent.host.passwords import open_or_make
from agent.store import audit, outbox
from agent.store import home as home_row
from agent.store.outbox import Enrolment
from agent.sync import wire
from agent.sync.panel import Panel
from agent.sync.pusher import new_token_name
from agent.system.paths import Home
from agent.system.vault import open_vault


def join(home: Home, url: str, code: str, actor: Actor) -> Enrolment:
    """Exchange a one-time code for a token; from then on the panel is told. Returns where this home is then.

    Raises PanelAddressUnsafe, Offline, PanelRefused (the code does not hold), and what the vault raises.
    """
    open_or_make(home)
    open_keys(home, make=True)
    vault = open_vault(home)
    panel = Panel(url)
    try:
        wanted = wire.Enrol(wire.VERSION, code, home_row.home_id(), socket.gethostname(), agent_version())
        enrolled = panel.enrol(wanted)
    finally:
        panel.close()
    before, name = outbox.enrolment(), new_token_name()
    vault.set(name, enrolled.token)
    audit.append(actor, "panel_joined", {"url": url, "name": enrolled.name, "office": enrolled.office})
    outbox.enrol(url, enrolled.workstation, enrolled.name, enrolled.office, name, actor)
    keep_witness(home)
    if before is not None:
        vault.delete(before.token_name)
    found = outbox.enrolment()
    assert found is not None  # enrolled two lines ago
    return found


def leave(home: Home, actor: Actor) -> bool:
    """Tell the panel nothing any more, and forget the token. Returns whether this home was at a panel."""
    known = outbox.enrolment()
    if known is None:
        return False
    open_keys(home)
    audit.append(actor, "panel_left", {"url": known.url})
    outbox.leave()
    keep_witness(home)
    open_vault(home).delete(known.token_name)
    return True


def agent_version() -> str:
    """Return which version of Predawn this is."""
    try:
        return version("predawn")
    except PackageNotFoundError:  # from a folder of sources
        return "0"
