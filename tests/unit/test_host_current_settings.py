"""What somebody saves in the settings counts at once, in every part of the host that asks for them."""

import threading
from pathlib import Path
from typing import Any

import pytest

from agent.core.failures import Offline
from agent.host.current_settings import CurrentSettings
from agent.host.keys import Keys
from agent.host.supervisor import Supervisor
from agent.system.paths import Home
from agent.system.seal import new_key
from agent.system.settings import load_settings
from tests.store.ground import opened, plan_run


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "settings.toml").write_text('[sites.meridian]\nurl = "http://before"\n')
    return Home(tmp_path)


def test_they_are_read_again_only_when_they_were_saved(home: Home) -> None:
    current = CurrentSettings(home, load_settings(home))
    first = current.now()
    assert current.now() is first
    home.settings.write_text('[sites.meridian]\nurl = "http://afterwards"\n')
    assert current.now().sites["meridian"].url == "http://afterwards"


@pytest.mark.parametrize("broken", ["[sites.meridian", '[offices.main]\nzone = "Mars"\n', "[colour]\n"])
def test_the_last_good_ones_hold_while_new_ones_are_broken(home: Home, broken: str) -> None:
    current = CurrentSettings(home, load_settings(home))
    home.settings.write_text(broken)
    assert current.now().sites["meridian"].url == "http://before"
    home.settings.write_text('[sites.meridian]\nurl = "http://mended"\n')
    assert current.now().sites["meridian"].url == "http://mended"


def test_a_run_that_waits_goes_to_the_new_address(home: Home) -> None:
    asked: list[str | None] = []
    came = threading.Condition()

    def not_ready(_home: Home, settings: Any, _run: Any, _task: Any) -> None:
        with came:
            asked.append(settings.sites["meridian"].url)
            came.notify()
        raise Offline(site="meridian", host="before")

    with opened(home.root):
        plan_run()
        host = Supervisor(home, load_settings(home), Keys(new_key()), lambda _ident: None, ready=not_ready)
        host.start()
        try:
            with came:
                assert came.wait_for(lambda: asked, 10)
                home.settings.write_text('[sites.meridian]\nurl = "http://afterwards"\n')
                host.wake()
                assert came.wait_for(lambda: "http://afterwards" in asked, 10)
        finally:
            host.stop()
    assert asked[0] == "http://before"
