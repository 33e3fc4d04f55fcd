"""Listings: one JSON value where it is asked for, sentences where it isn't, newest first, nothing changed."""

import json
import stat
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from agent.core.failures import PageTimeout, VaultLocked
from agent.core.states import RunState
from agent.store.ledger import Question
from agent.system.paths import Home

from .conftest import Predawn, Written, value_of

Write = Callable[[], Written]

DASH = "\N{EN DASH}"
DIFFERENT = Question("found_different", {"site": "ClaimPort", "fields": "amount"}, ("leave_out",))


def finished(write: Write, **more: object) -> Written:
    return write().plan(**more).download().upload(verified=3).end(RunState.COMPLETED)  # type: ignore[arg-type]


@pytest.mark.parametrize("verb", ["runs", "review", "log"])
def test_a_home_that_does_not_exist_lists_nothing_and_is_not_made(
    home: Home, command: Predawn, verb: str
) -> None:
    assert value_of(command(verb, "--json")) == []
    assert command(verb).exit_code == 0
    assert not home.root.exists()


@pytest.mark.parametrize("words", [["runs"], ["review"], ["log"], ["sites"]])
def test_json_is_one_value_and_all_else_goes_to_standard_error(
    write: Write, command: Predawn, words: list[str]
) -> None:
    finished(write)
    assert isinstance(value_of(command(*words, "--json")), list)


@pytest.mark.parametrize(
    ("verb", "kind"), [("show", dict), ("records", list), ("evidence", list), ("log", list)]
)
def test_json_of_one_run_is_one_value(write: Write, command: Predawn, verb: str, kind: type) -> None:
    run = finished(write)
    assert isinstance(value_of(command(verb, run.id, "--json")), kind)


def test_runs_are_newest_first(write: Write, command: Predawn) -> None:
    older, newer = finished(write, day=date(2026, 11, 23)), finished(write, day=date(2026, 11, 20))
    assert [run["id"] for run in value_of(command("runs", "--json"))] == [newer.id, older.id]
    assert [run["id"] for run in value_of(command("runs", "--json", "--limit", "1"))] == [newer.id]
    told = command("runs").stdout
    assert told.index(newer.id) < told.index(older.id)
    assert "Done" in told


def test_show_prints_what_the_contract_promises(write: Write, command: Predawn) -> None:
    run = finished(write)
    shown = value_of(command("show", run.id, "--json"))
    assert shown.keys() >= {
        "id", "automation", "office", "business_date", "period", "state", "tasks", "records", "totals",
        "versions", "evidence", "reviews", "started_at", "ended_at",
    }  # fmt: skip
    assert shown["records"]["verified"] == shown["records"]["total"] == 3
    assert "folder" not in shown
    assert {"name", "kind", "state", "attempts", "seconds"} <= shown["tasks"][0].keys()


def test_a_run_is_found_by_the_beginning_of_its_id(write: Write, command: Predawn) -> None:
    run = write().plan(run_id="20261123-abcd")
    assert value_of(command("show", "20261123-a", "--json"))["id"] == run.id


def test_a_finished_run_says_how_many_arrived_and_what_was_left_out(write: Write, command: Predawn) -> None:
    told = command("show", finished(write).id).stdout
    assert "3 claims arrived" in told
    assert "Rows left out with a reason" in told
    assert "1 piece of evidence" in told


def test_a_failed_run_says_what_arrived_what_did_not_and_what_is_unknown(
    write: Write, command: Predawn
) -> None:
    run = write().plan().download().upload(5, verified=2, confirmed=1, doubted=1)
    run.end(RunState.FAILED, PageTimeout(site="claimport", what="the form", seconds=30))
    told = command("runs").stdout
    assert f"Failed {DASH} ClaimPort did not show “the form” within 30 seconds: " in told
    assert "2 arrived, 1 entered but not read back, 1 not entered, 1 unknown" in told


def test_a_run_that_waits_for_a_person_says_how_many_records_do(write: Write, command: Predawn) -> None:
    write().plan().download().upload(3).ask(DIFFERENT, DIFFERENT).end(RunState.NEEDS_REVIEW)
    assert f"Needs you {DASH} 2 claims need you" in command("runs").stdout


def test_a_waiting_run_says_for_what(write: Write, command: Predawn) -> None:
    write().plan()
    assert f"Waiting {DASH} for its turn" in command("runs").stdout


def test_records_are_listed_with_key_state_and_confirmation(write: Write, command: Predawn) -> None:
    run = write().plan().download().upload(3, verified=1)
    listed = value_of(command("records", run.id, "--json"))
    assert [record["key"] for record in listed] == ["C000003", "C000002", "C000001"]
    assert listed[-1]["confirmation"] == "88001"
    told = command("records", run.id).stdout
    assert "Arrived" in told
    assert "To enter" in told
    assert "cancelled visit" in told
    arrived = value_of(command("records", run.id, "--json", "--state", "VERIFIED"))
    assert [record["ordinal"] for record in arrived] == [1]


def test_one_record_shows_the_cell_each_value_came_from(write: Write, command: Predawn) -> None:
    run = write().plan().download().upload(2)
    told = command("records", run.id, "--open", "2").stdout
    assert "C000002" in told
    assert "row 3" in told
    assert command("records", run.id, "--open", "3").exit_code == 2


def locked(_home: Home) -> None:
    raise VaultLocked


def test_without_the_vault_records_are_listed_without_keys(
    write: Write, command: Predawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = write().plan().download().upload(1)
    monkeypatch.setattr("agent.faces.sealed.open_vault", locked)
    result = command("records", run.id, "--json")
    assert [record["key"] for record in json.loads(result.stdout)] == [None]
    assert "The keyring is locked" in result.stderr


def test_another_keyring_cannot_open_the_records(write: Write, command: Predawn) -> None:
    run = write().plan().download().upload(1)
    run.home.vault_file.unlink()
    result = command("records", run.id)
    assert result.exit_code == 0
    assert "To enter" in result.stdout
    assert "does not hold the key" in result.stderr
    assert command("evidence", run.id, "--open", "x", "--to", "y").exit_code == 2


def test_evidence_is_taken_out_of_its_seal_for_the_owner_alone(
    write: Write, command: Predawn, tmp_path: Path
) -> None:
    run = finished(write)
    (found,) = value_of(command("evidence", run.id, "--json"))
    target = tmp_path / "billing.xls"
    assert command("evidence", run.id, "--open", found["id"], "--to", str(target)).exit_code == 0
    assert target.read_bytes() == b"row"
    if sys.platform != "win32":
        assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_evidence_never_overwrites_a_file(write: Write, command: Predawn, tmp_path: Path) -> None:
    run = finished(write)
    (found,) = value_of(command("evidence", run.id, "--json"))
    target = tmp_path / "mine"
    target.write_text("mine")
    result = command("evidence", run.id, "--open", found["id"], "--to", str(target))
    assert result.exit_code == 2
    assert target.read_text() == "mine"


def test_the_log_is_searched_and_lists_the_newest_last(stored: Home, command: Predawn) -> None:
    (stored.logs / "agent.log.1").write_text("2026-11-22T05:00:00.000Z INFO host run_started run=a\n")
    (stored.logs / "agent.log").write_text(
        "2026-11-23T05:00:00.000Z INFO host run_started run=b\n"
        "2026-11-23T05:01:00.000Z ERROR host page_timeout site=meridian\n    | a further line\n"
    )
    lines = command("log").stdout.splitlines()
    assert lines[0].endswith("run=a")
    assert lines[-1] == "    | a further line"
    found = value_of(command("log", "--search", "RUN_started", "--json"))
    assert [entry["at"][:10] for entry in found] == ["2026-11-23", "2026-11-22"]
    (newest,) = value_of(command("log", "--limit", "1", "--json"))
    assert newest["level"] == "ERROR"
    assert "a further line" in newest["text"]


def test_a_run_has_a_log_of_its_own(write: Write, command: Predawn) -> None:
    run = write().plan()
    (run.home.logs / f"{run.id}.log").write_text("2026-11-23T05:00:00.000Z INFO worker hello\n")
    assert command("log", run.id).stdout == "2026-11-23T05:00:00.000Z INFO worker hello\n"


def test_questions_are_listed_with_their_answers(write: Write, command: Predawn) -> None:
    run = write().plan().download().upload(3).ask(DIFFERENT).end(RunState.NEEDS_REVIEW)
    (item,) = value_of(command("review", "--json"))
    assert item["run"] == run.id
    told = command("review").stdout
    assert "C000001" in told
    assert "This claim is in the target with other values (amount)." in told
    assert "1 Leave it out (leave_out)" in told
    assert "C000001: This claim is in the target" in command("review", str(item["id"])).stdout


def test_piped_output_holds_no_control_characters(write: Write, command: Predawn) -> None:
    run = finished(write)
    for words in (["runs"], ["show", run.id], ["records", run.id]):
        assert "\x1b" not in command(*words).stdout
