"""Trying a sign-in: what the worker tells is what comes back, and its tree is ended whatever happens."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from agent.core.actors import Actor
from agent.core.failures import Failure, PasswordMissing, SignInRefused, WorkerDied, WorkerHung, WrongState
from agent.host import auditing, sign_in_trial
from agent.host.sign_in_trial import try_sign_in
from agent.store import accounts, audit
from agent.store.database import close_store, prepare_store
from agent.system.paths import Home
from agent.system.vault import Passwords, open_vault
from tests.store.ground import begin, plan_run

ANN = Actor("person", "ann", "Ann", "window", "FRONT-2")


class FakeWorker:
    """A worker that says what it is told to say."""

    says: list[Mapping[str, Any]] = []  # noqa: RUF012  # set anew by each test
    told: list[Mapping[str, Any]] = []  # noqa: RUF012
    ended = 0

    def __init__(self, _home: Home) -> None:
        self.tree = self

    def assign(self, told: Mapping[str, Any]) -> None:
        FakeWorker.told.append(told)

    def event(self, _seconds: float) -> Mapping[str, Any] | None:
        return FakeWorker.says.pop(0) if FakeWorker.says else None

    def answer(self, typed: str | None) -> None:
        FakeWorker.told.append({"answer": typed})

    def wait(self, _seconds: float) -> int:
        return 70

    def end(self) -> None:
        FakeWorker.ended += 1


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    found = Home(tmp_path / "home")
    found.mark_demo()
    found.prepare()
    prepare_store(found.database, found.evidence)
    auditing.open_keys(found, make=True)
    Passwords(open_vault(found)).set("main", "claimport", "robot", "word-Zq7")
    accounts.set_account("main", "claimport", "robot", 1)
    monkeypatch.setattr(sign_in_trial, "Worker", FakeWorker)
    monkeypatch.setattr(sign_in_trial, "browser_for", lambda headed: {"path": "/browser"})
    monkeypatch.setattr(sign_in_trial, "require_reachable", lambda _site, _url: None)
    FakeWorker.told, FakeWorker.ended = [], 0
    return found


def trial(home: Home, *says: Mapping[str, Any], typed: str | None = None) -> Failure | None:
    FakeWorker.says = list(says)
    return try_sign_in(home, "main", "claimport", ANN, lambda _question: typed)


STEP = {"event": "step", "code": "signing_in"}


def test_a_site_that_lets_us_in_is_said_and_written_down(home: Home) -> None:
    assert trial(home, STEP, {"event": "ended", "outcome": "done"}) is None
    assert FakeWorker.ended == 1
    assert FakeWorker.told[0]["sign_in"] == "claimport"
    assert FakeWorker.told[0]["assignment"]["lease"] is None
    (entry,) = audit.entries()
    assert (entry.actor, entry.verb) == (ANN, "sign_in_tried")
    assert "word-Zq7" not in str(entry)
    close_store()


def test_what_went_wrong_comes_back(home: Home) -> None:
    refused = SignInRefused(site="claimport", account="robot", words="wrong")
    found = trial(home, {"event": "failed", "failure": refused.as_json()})
    assert isinstance(found, SignInRefused)
    assert found.params == refused.params
    gone = trial(home, {"event": "gone"})
    assert isinstance(gone, WorkerDied)
    assert gone.params == {"exit_code": 70}
    assert FakeWorker.ended == 2
    close_store()


def test_a_question_is_answered_by_who_tries(home: Home) -> None:
    question = {"event": "question", "site": "claimport", "account": "robot", "words": "Which bird?"}
    assert trial(home, question, {"event": "ended"}, typed="heron") is None
    assert FakeWorker.told[1] == {"answer": "heron"}
    close_store()


def test_a_worker_that_says_nothing_is_ended(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in_trial, "LIMIT_SECONDS", 0.01)
    assert isinstance(trial(home), WorkerHung)
    assert FakeWorker.ended == 1
    close_store()


def test_nobody_signs_in_beside_a_run_or_without_a_password(home: Home) -> None:
    begin(plan_run())
    with pytest.raises(WrongState):
        trial(home)
    with pytest.raises(PasswordMissing):
        try_sign_in(home, "main", "meridian", ANN, lambda _question: None)
    assert FakeWorker.told == []
    close_store()
