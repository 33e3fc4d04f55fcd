"""A keyring that is locked at login is waited for, with its reason; then the host starts by itself."""

import threading
from pathlib import Path

import pytest

from agent.core.failures import Failure, KeyLost, VaultLocked
from agent.host import agent
from agent.host.agent import Host, start_when_unlocked
from agent.system.instance import holder
from agent.system.paths import Home
from agent.system.vault import MemoryVault, Vault


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setattr(agent, "LOCKED_SECONDS", 0.01)
    return Home(tmp_path / "home")


def test_a_locked_keyring_is_waited_for_and_told_once(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, told, vault = [], [], MemoryVault()

    def keyring(_home: Home) -> Vault:
        asked.append(holder(home.lock))
        if len(asked) < 4:
            raise VaultLocked
        return vault

    monkeypatch.setattr(agent, "open_vault", keyring)
    monkeypatch.setattr("agent.host.auditing.open_vault", lambda _home: vault)
    host = Host(home)
    try:
        assert start_when_unlocked(host, told.append)
        assert [failure.code for failure in told] == ["vault_locked"]
        assert holder(home.lock) is not None
    finally:
        host.stop()
    assert len(asked) == 4
    assert vault.get("master-key")


def test_told_to_end_meanwhile_it_does_not_start(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(_home: Home) -> Vault:
        raise VaultLocked

    monkeypatch.setattr(agent, "open_vault", locked)
    ended = threading.Event()
    assert not start_when_unlocked(Host(home), lambda _failure: ended.set(), ended)
    assert holder(home.lock) is None


def test_what_waiting_does_not_help_is_raised(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(_home: Home) -> Vault:
        raise KeyLost

    told: list[Failure] = []
    monkeypatch.setattr(agent, "open_vault", lost)
    with pytest.raises(KeyLost):
        start_when_unlocked(Host(home), told.append)
    assert told == []
