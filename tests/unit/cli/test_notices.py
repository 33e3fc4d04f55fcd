"""``notices``: addresses go to the vault, and nothing of them is ever shown."""

from collections.abc import Callable

import pytest

from agent.core.states import RunState
from agent.host.notices import Notices
from agent.store.database import is_prepared
from agent.store.fields import utc_now
from agent.system import notify
from agent.system.notify import FakeSender
from agent.system.paths import Home
from agent.system.settings import load_settings
from tests.unit.cli.conftest import Predawn, Written, value_of

ADDRESS = "mailto://robot:hunter2@clinic.example?to=office@clinic.example"


def stored_address(command: Predawn, name: str = "office", address: str = ADDRESS) -> None:
    result = command("notices", "set", name, "--from-stdin", input=f"{address}\n")
    assert result.exit_code == 0, result.stderr
    assert "E-Mail" in result.stderr


def test_an_address_is_kept_and_only_its_kind_is_shown(stored: Home, command: Predawn) -> None:
    stored_address(command)
    listed = command("notices", "list")
    assert "mailto" in listed.stdout
    assert "hunter2" not in listed.stdout + listed.stderr
    (desktop, office) = value_of(command("notices", "list", "--json"))
    assert (desktop["name"], office["name"], office["kind"]) == ("desktop", "office", "mailto")
    assert "failed" in office["events"]
    assert "done" not in office["events"]
    assert "done" in desktop["events"]


def test_settings_change_who_is_told(stored: Home, command: Predawn) -> None:
    stored_address(command)
    stored.settings.write_text('[notices.tell]\ndone = ["office"]\nfailed = []\n')
    (desktop, office) = value_of(command("notices", "list", "--json"))
    assert "done" in office["events"]
    assert "failed" not in office["events"] + desktop["events"]


def test_an_address_can_be_forgotten(stored: Home, command: Predawn) -> None:
    stored_address(command)
    assert command("notices", "remove", "office").exit_code == 0
    assert [one["name"] for one in value_of(command("notices", "list", "--json"))] == ["desktop"]
    assert command("notices", "remove", "office").exit_code == 2


def test_who_stores_or_forgets_an_address_stands_in_the_audit_log_without_the_address(
    demo_home: Home, command: Predawn
) -> None:
    """Also in a home that has no store yet; what was refused, or was not there, is no decision."""
    assert command("notices", "set", "office", "--from-stdin", input="mailto://hunter2").exit_code == 2
    assert not is_prepared(demo_home.database)
    stored_address(command)
    assert command("notices", "remove", "nobody").exit_code == 2
    assert command("notices", "remove", "office").exit_code == 0
    result = command("audit", "list", "--json")
    assert "hunter2" not in result.stdout
    told = [(entry["verb"], entry["params"], entry["actor"]["via"]) for entry in value_of(result)]
    assert told == [
        ("address_removed", {"name": "office"}, "cli"),
        ("address_set", {"name": "office", "kind": "mailto"}, "cli"),
    ]
    assert command("audit", "verify").exit_code == 0


@pytest.mark.parametrize("name", ["all", "desktop", "heartbeat", "Office", "a/b", ""])
def test_a_name_that_means_something_else_is_refused(stored: Home, command: Predawn, name: str) -> None:
    assert command("notices", "set", name, "--from-stdin", input=ADDRESS).exit_code == 2


def test_an_address_that_cannot_be_understood_is_refused_and_not_repeated(
    stored: Home, command: Predawn
) -> None:
    result = command("notices", "set", "office", "--from-stdin", input="mailto://hunter2")
    assert result.exit_code == 2
    assert "hunter2" not in result.stderr
    assert [one["name"] for one in value_of(command("notices", "list", "--json"))] == ["desktop"]


def test_a_test_is_sent_to_one_or_to_all_and_says_what_did_not_arrive(
    stored: Home, command: Predawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = FakeSender()
    monkeypatch.setattr(notify, "RealSender", lambda: fake)
    stored_address(command)
    assert command("notices", "test", "office").exit_code == 0
    assert [(address, message.title) for address, message in fake.sent] == [(ADDRESS, "Predawn: a test")]
    fake.broken = {ADDRESS}
    result = command("notices", "test")
    assert result.exit_code == 1
    assert len(fake.shown) == 1
    assert "The test to office was not delivered" in result.stderr
    assert command("notices", "test", "nobody").exit_code == 2


def test_what_was_told_is_listed_newest_first(write: Callable[[], Written], command: Predawn) -> None:
    written = write()
    told = Notices(written.home, load_settings(written.home), sender=FakeSender(broken={"desktop"}))
    told.look(utc_now())
    written.plan().download().upload(3, verified=3).end(RunState.COMPLETED)
    told.look(utc_now())
    told.send(utc_now())
    (done,) = value_of(command("notices", "--json"))
    assert (done["event"], done["addressee"], done["state"], done["problem"]) == (
        "done",
        "desktop",
        "waiting",
        "fake",
    )
    assert "Not delivered yet (fake)" in command("notices").stdout


def test_before_anything_was_told_that_is_said(home: Home, command: Predawn) -> None:
    assert value_of(command("notices", "--json")) == []
    assert "Nobody was told anything yet" in command("notices").stdout
