"""A worker waits prepared while somebody may start a run, and not a moment longer."""

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from agent.core.failures import BrowserMissing
from agent.host import supervisor as host_supervisor
from agent.host.keys import Keys
from agent.host.supervisor import Supervisor
from agent.system.paths import Home
from agent.system.seal import new_key
from agent.system.settings import Office, Settings
from tests.morning import until
from tests.store.ground import opened


class Crew:
    """Remembers whether a worker waits."""

    def __init__(self) -> None:
        self.waits, self.prepared = False, 0

    def prepare(self, _browser: object) -> None:
        self.prepared += not self.waits
        self.waits = True

    def dismiss(self) -> None:
        self.waits = False


@pytest.fixture
def crew() -> Crew:
    return Crew()


@pytest.fixture
def supervisor(tmp_path: Path, crew: Crew, monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    monkeypatch.setattr(host_supervisor, "browser_for", lambda **_: {})
    with opened(tmp_path):
        made = Supervisor(
            Home(tmp_path),
            Settings(MappingProxyType({"main": Office("main", "UTC")})),
            Keys(new_key()),
            lambda _ident: None,
            lambda: nullcontext(True),  # type: ignore[arg-type]
            crew=crew,  # type: ignore[arg-type]
        )
        made.start()
        yield made
        made.stop()
        assert made.defect is None
        assert not crew.waits


def test_it_waits_while_somebody_is_there(supervisor: Supervisor, crew: Crew) -> None:
    supervisor.expect()
    until(lambda: crew.waits, 10)
    supervisor.expect()  # they are still there: one is enough
    supervisor.expect_nobody()
    until(lambda: not crew.waits, 10)
    assert crew.prepared == 1


def test_nobody_is_expected_from_the_start(supervisor: Supervisor, crew: Crew) -> None:
    supervisor.wake()
    supervisor.stop()
    assert crew.prepared == 0


def test_who_does_nothing_for_long_is_not_waited_for(
    supervisor: Supervisor, crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host_supervisor, "EXPECTED_SECONDS", 0.2)
    supervisor.expect()
    until(lambda: crew.prepared == 1 and not crew.waits, 10)


def test_without_a_browser_nothing_waits_and_nothing_dies(
    supervisor: Supervisor, crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def missing(**_: Any) -> None:
        asked.append(None)
        raise BrowserMissing(looked="everywhere")

    monkeypatch.setattr(host_supervisor, "browser_for", missing)
    supervisor.expect()
    until(lambda: asked, 10)
    supervisor.stop()
    assert supervisor.defect is None
    assert not crew.waits
