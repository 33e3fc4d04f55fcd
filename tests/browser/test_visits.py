"""A sign-in tried by a button, in a real browser: within the durable count of tries, and nothing is left."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from agent.core.failures import WrongState
from agent.host import visits
from agent.host.agent import Host
from agent.host.questions import Question, attend
from agent.store import accounts, audit, commands
from resources.practice.server import Practice
from tests.morning import TESTER, Morning, processes_of, until


@pytest.fixture
def morning(tmp_path: Path, practice: Practice) -> Morning:
    return Morning(tmp_path / "home", practice)


def visit(host: Host, verb: str, site: str) -> tuple[str, Any]:
    number = commands.give(verb, {"site": site, "office": "main"}, TESTER)
    host.wake()
    return until(lambda: (r := commands.result(number))[0] != "waiting" and r, 60, host)


def test_a_test_counts_like_a_run_and_a_new_password_begins_anew(morning: Morning) -> None:
    """Good: the session is kept. Wrong: two tries in all, whoever tries; then the site is not asked again."""
    with morning.host() as host:
        assert visit(host, "test_sign_in", "claimport") == ("done", {"site": "claimport", "office": "main"})
        account = accounts.find("main", "claimport")
        assert account is not None
        assert (account.tries, account.session is None) == (0, False)
        morning.set_password("claimport", "north-robot", "not-the-password")
        codes = [visit(host, "test_sign_in", "claimport")[1]["code"] for _ in range(3)]
        assert codes == ["sign_in_refused", "sign_in_refused", "account_locked"]
        outcomes = [entry["outcome"] for entry in morning.practice.sign_ins("claimport")]
        assert outcomes.count("refused") == 2
        assert "not-the-password" not in (morning.home.logs / "workers.log").read_text()
        until(lambda: not processes_of(morning.home), 10, host, "the visits' processes are gone")


def at_terminal(morning: Morning, *words: str) -> subprocess.CompletedProcess[str]:
    """Say something to the command line, in a process of its own."""
    told = [sys.executable, "-P", "-m", "agent.cli.main", *words]
    environment = {**os.environ, "PREDAWN_HOME": str(morning.home.root)}
    return subprocess.run(told, env=environment, capture_output=True, text=True, timeout=240, check=False)


def test_a_sign_in_is_tried_from_the_command_line_with_a_host_and_without(morning: Morning) -> None:
    """Alone, the command is the host for as long as it takes; else the one that runs carries it out."""
    alone = at_terminal(morning, "sites", "test", "claimport")
    assert (alone.returncode, "It works" in alone.stderr) == (0, True), alone.stderr
    assert processes_of(morning.home) == []
    with morning.host() as host:
        beside = at_terminal(morning, "sites", "test", "claimport")
        assert (beside.returncode, "It works" in beside.stderr) == (0, True), beside.stderr
        morning.set_password("claimport", "north-robot", "not-the-password")
        refused = at_terminal(morning, "sites", "test", "claimport")
        assert refused.returncode == 1, refused.stderr
        assert "did not accept name and password" in refused.stderr
        assert "not-the-password" not in refused.stderr
        until(lambda: not processes_of(morning.home), 10, host, "the visits' processes are gone")
    verbs = [entry.verb for entry in audit.entries()]
    assert verbs.count("test_sign_in") == 3


def test_what_only_a_person_knows_is_asked_of_who_is_at_the_window(morning: Morning) -> None:
    """Somebody attends: asked, and signed in. Nobody does: it is said that a code is wanted."""
    answer = "heron-canary-4712"
    morning.practice.faults("claimport", "second_factor", always=True, question="Which bird?", answer=answer)
    asked: list[Question] = []
    with morning.host() as host:
        assert visit(host, "test_sign_in", "claimport")[1]["code"] == "code_wanted"

        def type_it(question: Question) -> None:
            asked.append(question)
            attending.answer(question.id, answer)

        with attend(morning.home, type_it) as attending:
            assert visit(host, "test_sign_in", "claimport")[0] == "done"
    assert [(one.run, one.site, one.words) for one in asked] == [("", "claimport", "Which bird?")]
    held = [file for file in morning.home.root.rglob("*") if file.is_file()]
    assert not [file for file in held if answer.encode() in file.read_bytes()]


def test_what_cannot_be_visited_is_said(morning: Morning, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is tried without an account, without a way there, or where a run is signed in just now."""
    with morning.host() as host:
        assert visit(host, "test_sign_in", "rt")[1]["code"] == "password_missing"
        assert visit(host, "open_site", "nowhere")[1]["code"] == "password_missing"
        monkeypatch.setattr(visits.site_history, "in_use", lambda _office, _site: "20261118-abcd")
        state, why = visit(host, "test_sign_in", "meridian")
        assert (state, why["code"]) == ("refused", WrongState.code)
        assert not morning.practice.sign_ins("meridian")
