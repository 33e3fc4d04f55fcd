"""Which automations run by themselves, and the reason told for each that doesn't."""

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from agent.core.failures import BrokenAutomation, BrokenSettings
from agent.host import enrolment as room
from agent.host.enrolment import Enrolment
from agent.store import accounts, occurrences
from agent.system.paths import Home
from agent.system.settings import load_settings
from tests.store.ground import opened

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
SITES = {"billing": "https://billing.example", "desk": "http://127.0.0.1:8101"}


@pytest.fixture(autouse=True)
def store(tmp_path: Path) -> Iterator[None]:
    """A store of the test's own."""
    with opened(tmp_path):
        yield


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home with three automations, and no others."""
    home = Home(tmp_path)
    for name in ("real", "tried", "siteless"):
        folder = home.automations / name
        folder.mkdir(parents=True)
        (folder / "automation.py").write_text("")
    monkeypatch.setattr(
        room,
        "automation_folders",
        lambda home: {file.parent.name: file.parent for file in sorted(home.automations.glob("*/*.py"))},
    )
    monkeypatch.setattr(room, "site_url", lambda _home, _settings, site: SITES[site])
    return home


USES = {"real": ["billing"], "tried": ["billing", "desk"], "siteless": []}


class Describer:
    """Stands for the worker that describes an automation; counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.broken: set[str] = set()

    def __call__(self, _home: Home, folder: Path) -> Mapping[str, Any]:
        self.asked.append(folder.name)
        if folder.name in self.broken:
            raise BrokenAutomation(file="automation.py", line=1, problem="no")
        return {
            "name": folder.name,
            "title": folder.name.title(),
            "schedule": "05:00 mon-fri",
            "deadline": "08:00",
            "covers": "same day",
            "versions": {"sites": dict.fromkeys(USES[folder.name], "1")},
        }


def told(enrolment: Enrolment) -> dict[str, str]:
    """Each automation's standing: scheduled, or why it isn't."""
    scheduled, others = enrolment.look(NOW)
    return {
        **{one.automation: "scheduled" for one in scheduled},
        **{one.automation: one.why["code"] for one in others},
    }


def settings(home: Home, text: str) -> Enrolment:
    home.settings.write_text(f'[offices.main]\nzone = "UTC"\n{text}')
    return Enrolment(home, load_settings(home), Describer())


def test_by_itself_runs_what_has_every_password_and_no_practice_system(home: Home) -> None:
    enrolment = settings(home, "")
    assert told(enrolment) == {"real": "no_account", "tried": "no_account", "siteless": "no_site"}
    accounts.set_account("main", "billing", "robot", 1)
    accounts.set_account("main", "desk", "robot", 1)
    assert told(enrolment) == {"real": "scheduled", "tried": "practice_site", "siteless": "no_site"}


def test_a_demo_s_home_runs_nothing_by_itself(home: Home) -> None:
    home.mark_demo()
    accounts.set_account("main", "billing", "robot", 1)
    assert told(settings(home, ""))["real"] == "demo_home"
    assert told(settings(home, 'automations = ["tried"]')) == {
        "real": "not_listed",
        "tried": "scheduled",
        "siteless": "not_listed",
    }


def test_the_settings_list_decides_even_about_what_lacks_its_password(home: Home) -> None:
    listed = told(settings(home, 'automations = ["siteless", "real", "absent"]'))
    assert listed == {
        "real": "scheduled",
        "siteless": "scheduled",
        "tried": "not_listed",
        "absent": "unknown_automation",
    }


def test_what_is_scheduled_stays_so_when_its_account_or_its_code_is_lost(home: Home) -> None:
    enrolment = settings(home, "")
    describer: Any = enrolment._describe
    words = {"schedule": "05:00 mon-fri", "deadline": "08:00", "covers": "same day"}
    occurrences.enrol("real", "main", "Real", words, "UTC", NOW)
    assert told(enrolment)["real"] == "scheduled"
    describer.broken.add("real")
    (home.automations / "real" / "automation.py").write_text("broken")
    scheduled, _others = enrolment.look(NOW)
    assert [(one.automation, one.words["schedule"]) for one in scheduled] == [("real", "05:00 mon-fri")]
    assert told(settings(home, "automations = []"))["real"] == "not_listed"


def test_an_automation_is_described_again_only_when_its_code_has_changed(home: Home) -> None:
    enrolment = settings(home, "")
    describer: Any = enrolment._describe
    describer.broken.add("tried")
    for _ in range(3):
        told(enrolment)
    assert sorted(describer.asked) == ["real", "siteless", "tried"]
    (home.automations / "real" / "automation.py").write_text("x = 1")
    told(enrolment)
    assert sorted(describer.asked) == ["real", "real", "siteless", "tried"]


def test_a_file_that_vanishes_while_it_is_read_ends_nothing(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrolment = settings(home, 'automations = ["real"]')

    def gone(_folder: Path) -> str:
        raise FileNotFoundError

    monkeypatch.setattr(room, "fingerprint", gone)
    assert told(enrolment)["real"] == "defect"


def test_settings_saved_while_it_works_are_taken_and_broken_ones_are_not(home: Home) -> None:
    enrolment = settings(home, "")
    describer = enrolment._describe
    accounts.set_account("main", "billing", "robot", 1)
    settings(home, "closed = [2026-11-23]")
    os.utime(home.settings, ns=(1, 1))
    (one,) = enrolment.look(NOW)[0]
    assert one.days.closed == {date(2026, 11, 23): ""}
    settings_text = home.settings.read_text()
    home.settings.write_text("not toml at all [")
    (one,) = enrolment.look(NOW)[0]
    assert one.days.closed == {date(2026, 11, 23): ""}
    home.settings.write_text(settings_text.replace("closed", "half_days"))
    (one,) = enrolment.look(NOW)[0]
    assert (one.days.closed, one.days.half) == ({}, {date(2026, 11, 23)})
    assert describer is enrolment._describe


def test_each_office_has_its_own_schedule(home: Home) -> None:
    enrolment = settings(home, 'automations = []\n[offices.north]\nzone = "Asia/Tokyo"\n')
    accounts.set_account("north", "billing", "robot", 1)
    (one,) = enrolment.look(NOW)[0]
    assert (one.place, one.zone) == (("real", "north"), "Asia/Tokyo")


def test_broken_settings_at_the_start_are_refused(home: Home) -> None:
    with pytest.raises(BrokenSettings):
        settings(home, "automations = [1]")
