"""Wishes from the command line: carried out by the host that runs, or by becoming it; refused in words."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.cli.demo_summary import command as typed
from agent.cli.person import at_terminal
from agent.core.failures import PageTimeout
from agent.core.states import RunState
from agent.host.agent import Host
from agent.store import reviews
from agent.store.ledger import Question
from agent.system.paths import Home

from .conftest import Predawn, Written, commands_given, value_of

Write = Callable[[], Written]
LATE = PageTimeout(site="claimport", what="the form", seconds=30)


@pytest.fixture
def host(stored: Home) -> Iterator[Host]:
    """A host at work in this process; to the command line it is as good as another's."""
    with Host(stored) as working:
        yield working


def failed(write: Write) -> Written:
    return write().plan().download().upload(2, verified=1).end(RunState.FAILED, LATE)


def state_of(command: Predawn, run: Written) -> str:
    return str(value_of(command("show", run.id, "--json"))["state"])


def test_resume_without_passwords_waits_and_ends_with_4(write: Write, command: Predawn) -> None:
    run = failed(write)
    result = command("resume", run.id)
    assert result.exit_code == 4
    assert result.stdout == f"{run.id}\n"
    assert "No password is stored for ClaimPort" in result.stderr
    assert f"predawn resume {run.id}" in result.stderr
    assert state_of(command, run) == "PENDING"


def test_a_run_in_the_queue_is_taken_up_without_a_wish(write: Write, command: Predawn) -> None:
    run = write().plan()
    assert command("resume", run.id).exit_code == 4
    assert commands_given() == 0


def test_cancel_stops_a_failed_run_for_good(write: Write, command: Predawn) -> None:
    run = failed(write)
    result = command("cancel", run.id)
    assert result.exit_code == 0
    assert "Stopped by" in result.stderr
    assert state_of(command, run) == "CANCELLED"


@pytest.mark.parametrize("verb", ["resume", "retry", "cancel"])
def test_a_finished_run_is_neither_resumed_nor_stopped(write: Write, command: Predawn, verb: str) -> None:
    run = write().plan().download().upload(1, verified=1).end(RunState.COMPLETED)
    result = command(verb, run.id)
    assert result.exit_code == 2
    assert f"run {run.id} is done" in result.stderr


def test_the_host_that_runs_takes_the_wish(write: Write, command: Predawn, host: Host) -> None:
    run = failed(write)
    result = command("cancel", run.id)
    assert result.exit_code == 0
    assert commands_given() == 1


def test_the_host_that_runs_refuses_in_words(host: Host, command: Predawn) -> None:
    result = command("run", "clinic-morning-sync")
    assert result.exit_code == 4
    assert "No password is stored for" in result.stderr
    assert result.stdout == ""


def test_a_run_for_an_office_that_is_not_there_is_refused_with_those_that_are(
    host: Host, command: Predawn
) -> None:
    result = command("run", "clinic-morning-sync", "--office", "nowhere")
    assert result.exit_code == 2
    assert "office nowhere" in result.stderr
    assert "main" in result.stderr


def test_an_answer_stops_a_run_as_was_wished(write: Write, command: Predawn) -> None:
    run = failed(write)
    (item,) = value_of(command("review", "--json"))
    assert "“ClaimPort” could not go on: ClaimPort did not show" in command("review").stdout
    result = command("review", str(item["id"]), "--answer", "2")
    assert result.exit_code == 0
    assert "Answered: Stop the run." in result.stderr
    assert state_of(command, run) == "CANCELLED"


def test_leaving_a_record_out_keeps_the_other_question_open(write: Write, command: Predawn) -> None:
    ask = Question("found_several", {"site": "ClaimPort", "found": 2}, ("leave_out",))
    run = write().plan().download().upload(2).ask(ask, ask).end(RunState.NEEDS_REVIEW)
    first, _second = reviews.open_items(run.id)
    out = ("--answer", "leave_out", "--reason", "entered twice by hand")
    assert command("review", str(first.id), *out).exit_code == 3
    assert len(value_of(command("review", "--json"))) == 1
    again = command("review", str(first.id), *out)
    assert again.exit_code == 2
    assert f"{at_terminal().name} has answered this already: “Leave it out”" in again.stderr


def test_an_answer_that_is_not_offered_changes_nothing(write: Write, command: Predawn) -> None:
    failed(write)
    (item,) = value_of(command("review", "--json"))
    for answer in ("0", "3", "leave_out"):
        result = command("review", str(item["id"]), "--answer", answer)
        assert result.exit_code == 2
        assert "retry, stop" in result.stderr
    assert commands_given() == 0


def test_check_finds_a_misspelt_name_now(stored: Home, command: Predawn) -> None:
    folder = stored.automations / "broken"
    folder.mkdir()
    (folder / "automation.py").write_text("import nonsense_that_is_not_there\n")
    result = command("check", "broken")
    assert result.exit_code == 2
    assert "broken: 1 problem" in result.stdout


def test_a_command_to_type_names_the_home_where_it_must(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: "/usr/bin/predawn")
    assert typed(home, "runs") == "predawn runs"
    monkeypatch.delenv("PREDAWN_HOME")
    assert typed(home, "runs") == f"PREDAWN_HOME={home.root} predawn runs"
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    assert typed(home, "runs").endswith(f"{Path(sys.executable).parent.name}/predawn runs")


def test_the_agent_works_until_it_is_asked_to_end_and_refuses_a_second_one(
    stored: Home, command: Predawn
) -> None:
    words = [sys.executable, "-c", "from agent.cli.main import main; main()", "agent"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as working:
        assert working.stderr is not None
        assert str(stored.root) in working.stderr.readline()
        second = command("agent")
        assert second.exit_code == 4
        assert f"process {working.pid}" in second.stderr
        working.send_signal(signal.SIGTERM)
        assert "goes on at the next start" in working.stderr.read()
    assert working.returncode == 0
