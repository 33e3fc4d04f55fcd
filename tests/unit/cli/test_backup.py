"""``backup`` and ``restore``: nothing is lost or deleted, and nothing runs before a person's word."""

import json
import os
import signal
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.core.failures import BackupBroken, NotTakenOver
from agent.core.states import RunState
from agent.host import planning
from agent.host.keys import Keys
from agent.host.readiness import require_ready
from agent.store import home as home_row
from agent.store import queries, runs
from agent.store.database import close_store, open_store
from agent.store.evidence import open_evidence
from agent.system.backups import holds_data, pack, unpack
from agent.system.instance import InstanceLock
from agent.system.paths import Home
from agent.system.processes import MARK
from agent.system.seal import master_key, new_key
from agent.system.settings import load_settings
from agent.system.vault import open_vault

from .conftest import TASKS, Predawn, Written, value_of

Write = Callable[[], Written]


@pytest.fixture
def run(write: Write, stored: Home) -> Written:
    """A finished run in a home with settings and an automation of its own."""
    stored.settings.write_text('[offices.main]\nzone = "Europe/London"\n')
    (stored.automations / "mine").mkdir(parents=True)
    (stored.automations / "mine" / "automation.py").write_text("# mine\n")
    return write().plan().download().upload(verified=3).end(RunState.COMPLETED)


@pytest.fixture
def file(run: Written, command: Predawn, tmp_path: Path) -> Path:
    """A backup of that home."""
    target = tmp_path / "home.predawn"
    result = command("backup", str(target))
    assert result.exit_code == 0, result.stderr
    return target


def reopened(home: Home) -> None:
    """Look at the store as it is now in its place."""
    close_store()
    open_store(home.database, home.evidence)


def test_a_backup_holds_all_but_the_secrets(run: Written, file: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        told = json.loads(archive.read("manifest.json"))
    assert names == [
        "predawn.db", "evidence.db", "settings.toml", "automations/mine/automation.py", "manifest.json"
    ]  # fmt: skip
    assert sorted(told["files"]) == sorted(names[:-1])
    assert told["home_id"] == home_row.home_id()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    secret = master_key(open_vault(run.home)).to_text().encode()
    assert secret not in file.read_bytes()
    assert not list(run.home.root.glob("backup-*"))
    assert list(file.parent.glob("*.part")) == []


def test_a_backup_is_made_while_an_agent_works_and_overwrites_nothing(
    file: Path, run: Written, command: Predawn, tmp_path: Path
) -> None:
    with InstanceLock(run.home.lock):
        assert command("backup", str(tmp_path / "second")).exit_code == 0
        before = file.read_bytes()
        assert command("backup", str(file)).exit_code == 2
    assert file.read_bytes() == before


def test_what_is_restored_is_what_was_saved_and_the_old_home_is_kept(
    file: Path, run: Written, command: Predawn
) -> None:
    home = run.home
    before = queries.run(run.id)
    later = Written(home).plan().id
    home.settings.write_text("# changed since\n")
    result = command("restore", str(file), "--replace", "--take-over")
    assert result.exit_code == 0, result.stderr
    reopened(home)
    assert queries.run(run.id) == before
    assert later not in [found["id"] for found in queries.run_list()]
    assert "zone" in home.settings.read_text()
    assert (home.automations / "mine" / "automation.py").read_text() == "# mine\n"
    (proof,) = queries.evidence(run.id)
    assert open_evidence(proof["id"], run.key) == b"row"
    assert home_row.epoch() == 2
    (aside,) = home.root.parent.glob("home.before-restore-*")
    assert str(aside) in result.stderr
    assert (aside / "settings.toml").read_text() == "# changed since\n"
    assert not list(home.root.parent.glob("home.restoring-*"))
    assert value_of(command("records", run.id, "--key", "C000001", "--json"))[0]["fields"]


def test_a_home_that_holds_data_is_not_replaced_unasked(file: Path, run: Written, command: Predawn) -> None:
    before = run.home.database.read_bytes()
    result = command("restore", str(file))
    assert result.exit_code == 2
    assert "--replace" in result.stderr
    assert run.home.database.read_bytes() == before
    assert [path.name for path in run.home.root.parent.glob("home.*")] == [file.name]


def test_nothing_is_restored_under_a_running_agent(file: Path, run: Written, command: Predawn) -> None:
    with InstanceLock(run.home.lock):
        assert command("restore", str(file), "--replace").exit_code == 4
    reopened(run.home)
    assert home_row.epoch() == 1


@pytest.mark.parametrize("damaged", [False, True])
def test_a_worker_of_the_old_home_is_ended_before_it_is_moved_aside(
    file: Path, run: Written, command: Predawn, damaged: bool
) -> None:
    """Its own ledger would let it click once more: nobody would know of it. A damaged ledger is no excuse."""
    (run.home.work / "orphan").mkdir(parents=True)
    orphan = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(600)"], env={**os.environ, MARK: "orphan"}
    )
    try:
        close_store()
        if damaged:
            run.home.database.write_bytes(b"no database" * 1000)
        assert command("restore", str(file), "--replace", "--take-over").exit_code == 0
        assert orphan.wait(10) == -signal.SIGKILL
    finally:
        orphan.kill()
        orphan.wait()


def test_another_homes_key_is_told_before_anything_is_moved(
    file: Path, run: Written, command: Predawn
) -> None:
    open_vault(run.home).set("master-key", new_key().to_text())
    result = command("restore", str(file), "--replace")
    assert result.exit_code == 4
    assert "keyring does not hold the key" in result.stderr
    reopened(run.home)
    assert home_row.epoch() == 1
    assert [path.name for path in run.home.root.parent.glob("home*") if path.is_dir()] == ["home"]


def test_a_restored_home_enters_nothing_before_a_persons_word(
    file: Path, run: Written, command: Predawn
) -> None:
    home = run.home
    result = command("restore", str(file), "--replace")
    assert result.exit_code == 3
    assert "predawn home take-over" in result.stderr
    reopened(home)
    keys, office = Keys(master_key(open_vault(home))), load_settings(home)
    with pytest.raises(NotTakenOver):
        planning.plan(home, office, keys, "clinic-morning-sync", None)  # type: ignore[arg-type]
    row = runs.get(run.id)
    with pytest.raises(NotTakenOver):  # nor does a run go on that the backup holds
        require_ready(home, office, row, runs.tasks_of(run.id)[len(TASKS) - 2])
    asked = command("run", "clinic-morning-sync")
    assert asked.exit_code == 3, asked.stderr
    assert "may still work" in asked.stderr
    assert command("home", "take-over").exit_code == 0
    reopened(home)
    home_row.require_taken_over()
    assert "taken over already" in command("home", "take-over").stderr


def test_a_place_without_a_home_says_so(home: Home, command: Predawn, tmp_path: Path) -> None:
    assert command("backup", str(tmp_path / "file")).exit_code == 2
    assert command("home", "take-over").exit_code == 2
    assert command("restore", str(tmp_path / "file")).exit_code == 2
    assert not home.root.exists()
    assert not holds_data(home)


# ── a file that is no backup, or was changed ──────────────────────────────────────────────────────────
def small(folder: Path) -> Path:
    """A small archive of the same form."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "predawn.db").write_bytes(b"ledger" * 40)
    (folder / "settings.toml").write_bytes(b"# settings")
    target = folder / "small"
    pack(
        target,
        {name: folder / name for name in ("predawn.db", "settings.toml")},
        {"made_at": "x", "machine": "y"},
    )
    return target


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 10_000), flip=st.integers(1, 255))
def test_a_changed_byte_never_restores_other_content(tmp_path: Path, place: int, flip: int) -> None:
    """Most are refused; what unpacks all the same (a byte of no meaning) is what was packed."""
    with TemporaryDirectory(dir=tmp_path) as name:
        folder = Path(name)
        good = small(folder)
        content = bytearray(good.read_bytes())
        content[place % len(content)] ^= flip
        good.write_bytes(content)
        try:
            told = unpack(good, folder / "out")
        except BackupBroken:
            return
        assert sorted(told["files"]) == ["predawn.db", "settings.toml"]
        for each in told["files"]:
            assert (folder / "out" / each).read_bytes() == (folder / each).read_bytes()


@pytest.mark.parametrize("name", ["../outside", "/outside", "a/../../outside", "..\\outside", "C:outside"])
def test_no_name_leads_out_of_the_home(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "bad", "w") as archive:
        archive.writestr(name, b"x")
        archive.writestr(
            "manifest.json",
            json.dumps({"format": 1, "made_at": "", "machine": "", "files": {name: {"sha256": ""}}}),
        )
    with pytest.raises(BackupBroken):
        unpack(tmp_path / "bad", tmp_path / "out")
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04"])
def test_what_is_no_backup_is_refused_and_changes_nothing(
    run: Written, command: Predawn, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "file").write_bytes(content)
    result = command("restore", str(tmp_path / "file"), "--replace")
    assert result.exit_code == 2
    assert "cannot be restored" in result.stderr
    reopened(run.home)
    assert home_row.epoch() == 1
