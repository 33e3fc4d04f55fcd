"""What a card of settings needs of the page it stands on: a desk, and a way to write an entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from agent.core.actors import Actor
from agent.core.failures import Failure
from agent.host import auditing
from agent.store.database import is_prepared, open_store
from agent.system.paths import Home
from agent.system.settings import Settings
from agent.system.settings_file import Path_, Value, change
from ui.desktop.desk import Desk

Changes = Mapping[Path_, Value | None]


class Writes(Protocol):
    """A page that holds cards of settings."""

    desk: Desk

    def write(self, changes: Changes, done: Callable[[], None] | None = None) -> None:
        """Change the file off Qt's thread."""


def write_settings(home: Home, changes: Changes, actor: Actor) -> Settings:
    """Change the file, and write into the audit log who did; raises what ``change`` raises.

    While the keyring is locked the change counts all the same; the host notes it at its next start.
    """
    settings = change(home, changes)
    if is_prepared(home.database):
        try:
            open_store(home.database, home.evidence)
            auditing.open_keys(home)
            auditing.note_settings(home, actor)
            auditing.keep_witness(home)
        except Failure:
            return settings
    return settings
