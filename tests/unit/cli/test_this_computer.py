"""``wakeup`` and ``autostart``: shown as they are, set only when a person says so."""

from collections.abc import Iterable

import pytest

from agent.core.failures import WakeupUnavailable
from agent.host import planning
from agent.store.database import close_store, prepare_store
from agent.system import autostart, power_arming
from agent.system.autostart import AutostartState, FakeAutostart
from agent.system.own_files import Standing
from agent.system.paths import Home
from agent.system.power_wakeup import Wakeup
from tests.unit.cli.conftest import Predawn, value_of


class FakeArming:
    """A computer that can be set, or not."""

    def __init__(self, *, can: bool = True) -> None:
        self.can, self.set = can, Standing.ABSENT

    def definition(self, wakeups: Iterable[Wakeup]) -> str:
        return "\n".join(f"{one.at:%H:%M} {one.zone}" for one in wakeups)

    def standing(self, _wakeups: Iterable[Wakeup]) -> Standing:
        return self.set

    def apply(self, _wakeups: Iterable[Wakeup]) -> None:
        if not self.can:
            raise WakeupUnavailable(why="test", command="sudo wake")
        self.set = Standing.OURS

    def remove(self) -> None:
        self.set = Standing.ABSENT


@pytest.fixture
def arming(monkeypatch: pytest.MonkeyPatch, home: Home) -> FakeArming:
    """This computer's arming, faked; its home has an office in Vienna."""
    home.prepare()
    home.settings.write_text(
        '[offices.main]\nzone = "Europe/Vienna"\nautomations = ["clinic-morning-sync"]\n'
    )
    prepare_store(home.database, home.evidence)
    close_store()
    found = FakeArming()
    monkeypatch.setattr(power_arming, "open_arming", lambda _home: found)
    return found


def test_the_times_come_from_the_automations_and_the_office(arming: FakeArming, command: Predawn) -> None:
    shown = value_of(command("wakeup", "show", "--json"))
    assert shown["standing"] == "absent"
    assert {"at": "04:55", "weekdays": [0, 1, 2, 3, 4], "zone": "Europe/Vienna"} in shown["times"]
    assert "04:55 Europe/Vienna" in shown["definition"]


@pytest.fixture
def described(monkeypatch: pytest.MonkeyPatch) -> None:
    """What workers say of the automations, without asking them: the test above does."""
    told = {
        "name": "clinic-morning-sync",
        "title": "Clinic morning sync",
        "schedule": "05:00 mon-fri",
        "deadline": "08:00",
    }
    monkeypatch.setattr(planning, "describe", lambda _home, _folder: told)


@pytest.mark.usefixtures("described")
def test_nothing_is_set_without_a_yes(arming: FakeArming, command: Predawn) -> None:
    result = command("wakeup", "apply", input="n\n")
    assert arming.set is Standing.ABSENT
    assert result.exit_code != 0
    assert "04:55 Europe/Vienna" in result.stderr
    assert command("wakeup", "apply", input="y\n").exit_code == 0
    assert arming.set is Standing.OURS
    assert "wakes up by itself" in command("wakeup").stdout
    assert command("wakeup", "remove").exit_code == 0
    assert arming.set is Standing.ABSENT


@pytest.mark.usefixtures("described")
def test_a_computer_that_cannot_be_set_says_what_an_administrator_types(
    arming: FakeArming, command: Predawn
) -> None:
    arming.can = False
    result = command("wakeup", "apply", "--yes")
    assert result.exit_code == 4
    assert "sudo wake" in result.stderr


def test_autostart_shows_its_true_state(
    home: Home, command: Predawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = FakeAutostart()
    monkeypatch.setattr(autostart, "open_autostart", lambda _home: entry)
    assert value_of(command("autostart", "--json")) == {"state": "off"}
    assert command("autostart", "on").exit_code == 0
    assert entry.state() is AutostartState.ON
    assert "starts when you sign in" in command("autostart").stdout
    assert command("autostart", "off").exit_code == 0
    changed = FakeAutostart(AutostartState.CHANGED)
    monkeypatch.setattr(autostart, "open_autostart", lambda _home: changed)
    assert command("autostart", "on").exit_code == 2
    assert value_of(command("autostart", "--json")) == {"state": "changed"}
