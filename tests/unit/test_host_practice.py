"""Practice systems beside a real home: they come, are known, go again, and never take a real site's place."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.core.actors import Actor
from agent.core.failures import PracticeInUse, PracticeUnavailable
from agent.host import auditing, passwords, practice
from agent.host.practice import Practice
from agent.store import accounts
from agent.store.database import close_store
from agent.system.paths import Home
from agent.system.settings import load_settings
from agent.system.vault import MemoryVault, Passwords

JO = Actor("person", "jo", "Jo", "window", "FRONT-2")
WRITTEN = '# ours\n[offices.main]\nzone = "UTC"\n'


@pytest.fixture
def vault(monkeypatch: pytest.MonkeyPatch) -> MemoryVault:
    held = MemoryVault()
    for room in (passwords, auditing):
        monkeypatch.setattr(room, "open_vault", lambda _home: held)
    return held


@pytest.fixture
def home(tmp_path: Path, vault: MemoryVault) -> Iterator[Home]:
    found = Home(tmp_path / "home")
    found.prepare()
    found.settings.write_text(WRITTEN)
    yield found
    close_store()


def test_they_come_are_known_and_go_again(home: Home, vault: MemoryVault) -> None:
    systems = Practice(home)
    houses = systems.begin(JO)
    try:
        assert [house.site for house in houses] == ["meridian", "claimport"]
        assert systems.begin(JO) == houses  # once more changes nothing
        assert load_settings(home).sites["claimport"].url == houses[1].url
        account = accounts.find("main", "claimport")
        assert account is not None
        assert (account.name, account.password_version) == ("north-robot", 1)
        assert Passwords(vault).get("main", "claimport", "north-robot").value == "claimport-2024"
        systems.arm({"claimport": {"latency": {"times": 1, "seconds": 1}}})
        with urllib.request.urlopen(f"{houses[1].url}/_practice/faults") as answer:
            assert "latency" in json.load(answer)
        systems.arm({})
        with urllib.request.urlopen(f"{houses[1].url}/_practice/faults") as answer:
            assert json.load(answer) == {}
    finally:
        systems.end()
    assert systems.houses == ()
    assert "url" not in home.settings.read_text()
    assert home.settings.read_text().startswith(WRITTEN)
    assert not home.is_demo


def test_a_real_site_keeps_its_place(home: Home) -> None:
    home.settings.write_text(WRITTEN + '[sites.meridian]\nurl = "https://meridian.example"\n')
    with pytest.raises(PracticeInUse) as refused:
        Practice(home).begin(JO)
    assert refused.value.params == {"site": "meridian"}
    assert load_settings(home).sites["meridian"].url == "https://meridian.example"
    assert accounts.find("main", "meridian") is None


def test_a_child_that_does_not_speak_is_said(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(practice.sys, "executable", "/bin/true")
    systems = Practice(home)
    with pytest.raises(PracticeUnavailable):
        systems.begin(JO)
    assert systems.houses == ()
    assert home.settings.read_text() == WRITTEN
