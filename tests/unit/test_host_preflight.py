"""What a check of this computer finds: each trouble by itself, and never a change."""

import json
import socket
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from agent.cli.main import predawn
from agent.core.actors import Actor
from agent.core.failures import BrowserMissing, VaultLocked
from agent.host import auditing, preflight
from agent.host.notices import Notices
from agent.host.preflight import OLD_PASSWORD, Finding, Grade, examine, problems
from agent.host.recovery_code import Standing
from agent.store import accounts, occurrences
from agent.store.database import close_store, prepare_store
from agent.store.fields import utc_now
from agent.store.tables import AccountRow, AuditRow, HomeRow, ScheduleRow
from agent.system.addresses import Addresses
from agent.system.autostart import AutostartState, FakeAutostart
from agent.system.bell import Bell
from agent.system.browsers import Browser
from agent.system.instance import InstanceLock
from agent.system.notify import FakeSender
from agent.system.own_files import Standing as OwnStanding
from agent.system.paths import Home
from agent.system.power_restart import restart_pending
from agent.system.settings import load_settings
from agent.system.vault import MemoryVault, Passwords
from resources.i18n import texts

NOW = utc_now().replace(microsecond=0) + timedelta(seconds=2)  # the store keeps milliseconds
World = dict[str, Any]


class Armed:
    """What the system knows of wake-ups."""

    def __init__(self, standing: OwnStanding) -> None:
        self._standing = standing

    def standing(self, wakeups: set[Any]) -> OwnStanding:
        assert len(wakeups) == 1
        return self._standing


@pytest.fixture
def site() -> Iterator[str]:
    """A site's address that takes connections."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def home(tmp_path: Path, site: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A home in which all is well: the tests break one thing each."""
    found = Home(tmp_path / "home")
    found.prepare()
    found.settings.write_text(f'[offices.main]\nzone = "Europe/Vienna"\n[sites.meridian]\nurl = "{site}"\n')
    prepare_store(found.database, found.evidence)
    vault = MemoryVault()
    accounts.set_account("main", "meridian", "robot", Passwords(vault).set("main", "meridian", "robot", "x"))
    Addresses(vault).set("office", "mailto://a")
    entry = FakeAutostart(AutostartState.ON)
    browser = Browser("chromium", Path("/usr/bin/chromium"), sandbox=True)
    browser.__dict__["version"] = "156.0"
    monkeypatch.setattr(preflight, "open_vault", lambda _home: vault)
    monkeypatch.setattr(preflight, "open_autostart", lambda _home: entry)
    monkeypatch.setattr(preflight, "find_browser", lambda: browser)
    monkeypatch.setattr(preflight, "restart_pending", lambda: False)
    monkeypatch.setattr(preflight, "open_arming", lambda _home: Armed(OwnStanding.OURS))
    words = {"schedule": "05:00 mon-fri", "deadline": "08:00"}
    occurrences.enrol("clinic", "main", "Clinic", words, "Europe/Vienna", NOW)
    yield found
    close_store()


@pytest.fixture
def running(home: Home) -> Iterator[None]:
    """An agent that works for this home."""
    bell = Bell(home.bell)
    with InstanceLock(home.lock):
        bell.start(lambda _ident: None)
        yield
        bell.stop()


def found(home: Home) -> dict[str, Finding]:
    return {one.check: one for one in examine(home, NOW)}


def codes(home: Home) -> set[str]:
    return {one.code for one in examine(home, NOW) if one.grade is not Grade.GOOD}


@pytest.mark.usefixtures("running")
def test_where_all_is_well_everything_is_good(home: Home) -> None:
    checks = found(home)
    assert {one.grade for one in checks.values()} == {Grade.GOOD}
    assert set(checks) == {
        "disk", "settings", "database", "browser", "keyring", "password", "network", "notices", "agent",
        "autostart", "restart", "calendar", "wakeup",
    }  # fmt: skip


def locked(_home: Home) -> MemoryVault:
    raise VaultLocked()


def no_browser() -> Browser:
    raise BrowserMissing(looked="edge")


BREAKAGES: dict[str, Callable[[Home, pytest.MonkeyPatch], object]] = {
    "disk_low": lambda _home, patch: patch.setattr(preflight, "WANTED_FREE_BYTES", 10**18),
    "broken_settings": lambda home, _patch: home.settings.write_text("[office]"),
    "database_damaged": lambda home, _patch: (close_store(), home.database.write_bytes(b"no database" * 999)),
    "browser_missing": lambda _home, patch: patch.setattr(preflight, "find_browser", no_browser),
    "vault_locked": lambda _home, patch: patch.setattr(preflight, "open_vault", locked),
    "password_missing": lambda _home, patch: patch.setattr(preflight, "open_vault", lambda _h: MemoryVault()),
    "password_old": lambda _home, _patch: AccountRow.update(changed_at=NOW - OLD_PASSWORD).execute(),
    "account_locked": lambda _home, _patch: AccountRow.update(tries=accounts.MOST_TRIES).execute(),
    "offline": lambda home, _patch: home.settings.write_text(
        '[sites.meridian]\nurl = "http://127.0.0.1:1"\n'
    ),
    "nobody_is_told": lambda _home, patch: patch.setattr(preflight, "open_vault", lambda _h: MemoryVault()),
    "autostart_off": lambda _home, patch: patch.setattr(
        preflight, "open_autostart", lambda _h: FakeAutostart()
    ),
    "restart_pending": lambda _home, patch: patch.setattr(preflight, "restart_pending", lambda: True),
    "nothing_scheduled": lambda _home, _patch: ScheduleRow.delete().execute(),
    "wakeup_not_set": lambda _home, patch: patch.setattr(
        preflight, "open_arming", lambda _h: Armed(OwnStanding.CHANGED)
    ),
}
TOGETHER = {"password_missing", "nobody_is_told"}  # an empty vault is both


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize("code", BREAKAGES)
def test_each_trouble_is_found_and_nothing_else_is_blamed(
    home: Home, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    BREAKAGES[code](home, monkeypatch)
    assert codes(home) == (TOGETHER if code in TOGETHER else {code})


def test_an_agent_that_does_not_run_is_a_warning_and_one_that_does_not_hear_a_problem(home: Home) -> None:
    assert found(home)["agent"].code == "agent_is_not_running"
    with InstanceLock(home.lock):
        assert [one.code for one in problems(examine(home, NOW))] == ["agent_does_not_hear"]


def test_a_home_that_was_never_started_is_no_problem_and_stays_unmade(
    tmp_path: Path, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = Home(tmp_path / "fresh")
    assert problems(examine(fresh, NOW)) == []
    assert "never_started" in codes(fresh)
    assert not fresh.root.exists()


@pytest.mark.usefixtures("running")
def test_a_new_password_is_told_with_its_age(home: Home) -> None:
    AccountRow.update(changed_at=NOW - timedelta(days=5)).execute()
    finding = found(home)["password"]
    assert (
        texts.finding(finding.code, finding.params).title == "Password of robot at meridian: set 5 days ago"
    )


def test_every_finding_has_words() -> None:
    source = Path(preflight.__file__).read_text()
    known = texts.codes("findings")
    states = {f"autostart_{state.value}" for state in AutostartState}
    assert states <= known
    assert {code for code in known - states if f'"{code}"' not in source} == set()
    for code in known:
        assert "…" not in texts.finding(code, dict.fromkeys(texts.parameters("findings", code), "X")).title


def test_the_systems_own_sign_of_a_pending_restart_is_seen(tmp_path: Path) -> None:
    marker = tmp_path / "reboot-required"
    before = restart_pending(marker)
    marker.touch()
    assert (before, restart_pending(marker)) in {(False, True), (None, None)}


@pytest.mark.usefixtures("running")
def test_the_doctor_says_it_in_words_and_by_its_exit_code(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREDAWN_HOME", str(home.root))
    good = CliRunner().invoke(predawn, ["doctor"])
    assert good.exit_code == 0
    assert "Browser: Chromium 156.0" in good.stdout
    assert {one["grade"] for one in json.loads(CliRunner().invoke(predawn, ["doctor", "--json"]).stdout)} == {
        "good"
    }
    monkeypatch.setattr(preflight, "find_browser", no_browser)
    bad = CliRunner().invoke(predawn, ["doctor"])
    assert bad.exit_code == 4
    assert "No browser was found" in bad.stdout
    assert "Install Microsoft Edge" in bad.stdout


# ── in the afternoon ──────────────────────────────────────────────────────────────────────────────────
def moment(clock: str, day: str = "2026-11-24") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZoneInfo("Europe/Vienna"))


@pytest.fixture
def told(home: Home) -> Notices:
    """The host's part that tells, with a check at four."""
    with home.settings.open("a") as file:
        file.write('[notices]\ncheck = "16:00"\n')
    return Notices(home, load_settings(home), sender=FakeSender())


@pytest.mark.usefixtures("running")
def test_in_the_afternoon_it_is_told_once_what_would_be_missing_in_the_morning(
    told: Notices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preflight, "restart_pending", lambda: True)
    monkeypatch.setattr(preflight, "find_browser", no_browser)
    assert told.look(moment("15:59")) == []
    (happening,) = told.look(moment("16:00"))
    assert [one["code"] for one in happening.params["findings"]] == ["browser_missing", "restart_pending"]
    assert told.look(moment("16:30")) == []
    told.send(moment("16:30"))
    sender = told.sender
    assert isinstance(sender, FakeSender)
    body = sender.shown[0].body
    assert body.startswith("No browser was found. Install Microsoft Edge")
    assert "Restart it now and sign in again" in body


@pytest.mark.usefixtures("running")
def test_where_all_is_well_or_nobody_works_nothing_is_told(
    told: Notices, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told.look(moment("16:00")) == []
    monkeypatch.setattr(preflight, "find_browser", no_browser)
    assert told.look(moment("16:00", "2026-11-28")) == []  # a Saturday
    assert len(told.look(moment("16:00", "2026-11-30"))) == 1


def test_without_the_setting_nothing_is_looked_at(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "examine", lambda *_args: pytest.fail("it looked"))
    assert Notices(home, load_settings(home), sender=FakeSender()).look(moment("16:00")) == []


@pytest.fixture
def keyed(home: Home, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home with a key of its own, whose audit log holds three entries that its keyring knows."""
    vault = MemoryVault()
    monkeypatch.setattr(auditing, "open_vault", lambda _home: vault)
    for verb in ("retry", "retry", "cancel"):
        auditing.note(home, Actor("person", "ann", "Ann", "cli", "FRONT-2"), verb, {}, make=True)
    return home


def of_keys(home: Home) -> dict[str, Grade]:
    return {one.code: one.grade for one in examine(home, NOW) if one.check == "keys"}


def test_a_changed_audit_log_is_a_problem(keyed: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "standing", lambda _home: Standing.SAVED)
    assert of_keys(keyed) == {"audit_whole": Grade.GOOD}
    AuditRow.delete().where(AuditRow.position == 3).execute()
    assert of_keys(keyed) == {"audit_changed": Grade.PROBLEM}


def test_no_recovery_code_is_a_warning_until_one_is_saved_or_the_loss_accepted(
    keyed: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preflight, "standing", lambda _home: Standing.WANTED)
    assert of_keys(keyed)["recovery_code_wanted"] is Grade.WARNING
    monkeypatch.setattr(preflight, "standing", lambda _home: Standing.LOSS_ACCEPTED)
    assert "recovery_code_wanted" not in of_keys(keyed)


def test_another_homes_key_is_a_problem(keyed: Home) -> None:
    HomeRow.update(key_check="another").execute()
    assert of_keys(keyed) == {"key_lost": Grade.PROBLEM}
