"""Where notices go: addresses by name, kept in the vault because they hold passwords and tokens."""

from __future__ import annotations

import json
from collections.abc import Mapping

from agent.system.vault import Vault

_NAME = "notices/addresses"


class Addresses:
    """Names and their addresses, in one secret of the vault; every call may raise what the vault raises."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def all(self) -> Mapping[str, str]:
        """Return every address by its name, in alphabetical order."""
        text = self._vault.get(_NAME)
        if text is None:
            return {}
        try:
            held = json.loads(text)
        except ValueError:
            return {}  # written by hand into the keyring: as good as none; set() writes it anew
        if not isinstance(held, dict):
            return {}
        return {str(name): str(address) for name, address in sorted(held.items())}

    def set(self, name: str, address: str) -> None:
        """Store or replace an address."""
        self._vault.set(_NAME, json.dumps({**self.all(), name: address}))

    def delete(self, name: str) -> bool:
        """Forget an address; tells whether there was one."""
        held = dict(self.all())
        known = held.pop(name, None) is not None
        if known:
            self._vault.set(_NAME, json.dumps(held))
        return known
