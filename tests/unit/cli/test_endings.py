"""How commands end: the exit code, a title, what to do next; never a traceback, never a changed ledger."""

import socket
import sqlite3
import subprocess
import sys

import pytest

from agent.cli.endings import exit_code_of
from agent.core.failures import (
    BrowserMissing,
    Defect,
    DutyIsOpen,
    Failure,
    PageTimeout,
    UnknownRun,
    VaultLocked,
)
from agent.store import queries
from agent.store.database import close_store
from agent.system.instance import InstanceLock
from agent.system.paths import Home

from .conftest import Predawn, commands_given, value_of


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (UnknownRun(run="x"), 2),
        (DutyIsOpen(run="x", state="PENDING"), 3),
        (VaultLocked(), 4),
        (BrowserMissing(looked=""), 4),
        (PageTimeout(site="x", what="y", seconds=1), 1),
        (Defect(kind="KeyError", file="a", line=1), 1),
    ],
)
def test_each_kind_of_failure_has_its_exit_code(failure: Failure, code: int) -> None:
    assert exit_code_of(failure) == code


def test_without_a_screen_the_bare_command_prints_help_in_sections(
    command: Predawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    result = command()
    assert result.exit_code == 0
    assert "predawn demo" in result.stdout
    for verb in ("demo", "practice", "agent", "run", "resume", "retry", "cancel", "runs", "show", "records",
                 "log", "evidence", "review", "check", "sites"):  # fmt: skip
        assert f"  {verb} " in result.stdout


@pytest.mark.parametrize(
    ("words", "title"),
    [
        (["nonsense"], "No such command"),
        (["runs", "--nonsense"], "No such option"),
        (["show"], "Missing argument"),
        (["run", "clinic-morning-sync", "--limit", "0"], "Invalid value"),
        (["run", "clinic-morning-sync", "--date", "23/11/2026"], "Invalid value"),
        (["run", "nix"], "There is no automation called “nix”"),
        (["check", "nix"], "There is no automation called “nix”"),
        (["show", "nix"], "There is no run “nix”"),
        (["records", "nix"], "There is no run “nix”"),
        (["evidence", "nix"], "There is no run “nix”"),
        (["log", "nix"], "There is no run “nix”"),
        (["resume", "nix"], "There is no run “nix”"),
        (["retry", "nix"], "There is no run “nix”"),
        (["cancel", "nix"], "There is no run “nix”"),
        (["review", "99"], "There is no item “99”"),
        (["review", "99", "--answer", "stop"], "There is no item “99”"),
        (["review", "--answer", "stop"], "--answer needs the number of the item"),
        (["evidence", "nix", "--open", "x"], "--open ID and --to FILE go together"),
        (["sites", "set", "nix", "--account", "a", "--from-stdin"], "There is no site called “nix”"),
    ],
)
def test_wrong_usage_ends_with_2_in_words_and_changes_nothing(
    stored: Home, command: Predawn, words: list[str], title: str
) -> None:
    result = command(*words)
    assert result.exit_code == 2
    assert title in result.stderr
    assert len(result.stderr.strip().splitlines()) >= 2  # a title, and what to do next
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
    assert commands_given() == 0


@pytest.mark.parametrize("verb", ["show", "records", "evidence", "resume"])
def test_a_run_is_unknown_in_a_home_without_a_store_too(home: Home, command: Predawn, verb: str) -> None:
    assert command(verb, "20261123").exit_code == 2
    assert not home.root.exists()


@pytest.mark.parametrize(
    "words", [["run", "clinic-morning-sync"], ["agent"], ["demo"], ["practice", "--meridian-port", "0"]]
)
def test_a_home_that_cannot_be_written_ends_with_4(home: Home, command: Predawn, words: list[str]) -> None:
    home.root.write_text("a file where the folder should be")
    result = command(*words)
    assert result.exit_code == 4
    assert "cannot write to its own folder" in result.stderr
    assert "PREDAWN_HOME" in result.stderr


def alter(home: Home, statement: str) -> None:
    """Change the database past the program."""
    close_store()
    with sqlite3.connect(home.database) as database:
        database.execute(statement)
    database.close()


@pytest.mark.parametrize("words", [["runs"], ["agent"], ["run", "clinic-morning-sync"]])
def test_a_newer_database_ends_with_4_and_stays_as_it_is(
    stored: Home, command: Predawn, words: list[str]
) -> None:
    alter(stored, "UPDATE schema_migration SET name = '9999_the_future' WHERE id = 1")
    before = stored.database.read_bytes()
    result = command(*words)
    assert result.exit_code == 4
    assert "written by a newer version" in result.stderr
    close_store()
    assert stored.database.read_bytes() == before


def test_a_damaged_database_ends_with_4(stored: Home, command: Predawn) -> None:
    close_store()
    stored.database.write_bytes(b"this was a database once" * 1000)
    result = command("runs")
    assert result.exit_code == 4
    assert "do not pass their own check" in result.stderr


@pytest.mark.parametrize("verb", ["agent", "demo"])
def test_a_second_instance_ends_with_4(stored: Home, command: Predawn, verb: str) -> None:
    with InstanceLock(stored.lock):
        result = command(verb)
    assert result.exit_code == 4
    assert "already running" in result.stderr


def test_a_taken_port_ends_with_4_and_names_it(home: Home, command: Predawn) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = command("practice", "--meridian-port", str(port), "--claimport-port", "0")
    assert result.exit_code == 4
    assert f"already uses port {port}" in result.stderr


def test_the_demo_refuses_a_home_in_real_use(home: Home, stored: Home, command: Predawn) -> None:
    (stored.root / "demo").unlink()
    result = command("demo", "--fresh")
    assert result.exit_code == 2
    assert "in real use" in result.stderr
    assert stored.database.exists()


def test_missing_passwords_end_with_4_and_plan_nothing(stored: Home, command: Predawn) -> None:
    result = command("run", "clinic-morning-sync")
    assert result.exit_code == 4
    assert "No password is stored for" in result.stderr
    assert "predawn sites set" in result.stderr
    assert value_of(command("runs", "--json")) == []


def test_broken_settings_end_with_2_and_name_file_line_and_key(stored: Home, command: Predawn) -> None:
    stored.settings.write_text("[sites.claimport]\nadress = 'x'\n")
    result = command("run", "clinic-morning-sync")
    assert result.exit_code == 2
    assert f"{stored.settings}, line 2 (sites.claimport.adress)" in result.stderr
    assert commands_given() == 0


def test_a_defect_of_ours_leaves_its_details_in_a_file(
    stored: Home, command: Predawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_limit: int) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(queries, "run_list", broken)
    result = command("runs")
    assert result.exit_code == 1
    assert "Something in Predawn itself went wrong" in result.stderr
    assert "Traceback" not in result.stderr
    (details,) = stored.logs.glob("details-*.txt")
    assert str(details) in result.stderr
    assert "RuntimeError: boom" in details.read_text()


def test_ctrl_c_ends_with_130(stored: Home, command: Predawn, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_limit: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(queries, "run_list", interrupted)
    assert command("runs").exit_code == 130


def test_a_list_loads_nothing_that_it_does_not_need(stored: Home) -> None:
    code = (
        "import sys\n"
        "from agent.cli.main import predawn\n"
        "try: predawn.main(['runs', '--json'])\n"
        "except SystemExit: pass\n"
        "heavy = {'rich', 'keyring', 'cryptography', 'starlette', 'agent.host.agent', 'psutil'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout == "[]\n"
    assert answer.stderr == "[]\n"
