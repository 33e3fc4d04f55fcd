"""The keys of a home: one master in the vault, everything else derived from it or wrapped by it."""

from __future__ import annotations

from dataclasses import dataclass

from agent.system.seal import Key, derive, new_key, unwrap, wrap


@dataclass(frozen=True)
class Keys:
    """What the host hands to workers: never the master itself."""

    master: Key

    @property
    def index(self) -> Key:
        """For the keyed hashes of business keys and payloads."""
        return derive(self.master, "ledger-index")

    @property
    def sessions(self) -> Key:
        """For stored sessions of sites."""
        return derive(self.master, "site-sessions")

    @property
    def certificates(self) -> Key:
        """For signing delivery certificates."""
        return derive(self.master, "certificates")

    @property
    def audit(self) -> Key:
        """For the audit chain."""
        return derive(self.master, "audit-chain")

    def new_run_key(self, run_id: str) -> bytes:
        """Return a fresh data key for a run, wrapped by the master."""
        return wrap(self.master, new_key(), run_key_name(run_id))

    def run_key(self, run_id: str, wrapped: bytes) -> Key:
        """Return a run's data key; raises SealBroken."""
        return unwrap(self.master, wrapped, run_key_name(run_id))


def run_key_name(run_id: str) -> str:
    """Return what a run's wrapped key is bound to."""
    return f"run/{run_id}"
