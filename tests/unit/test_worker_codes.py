"""One-time codes in a worker: each typed once, over all workers; a person is asked where no seed is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.browser.signing_in import Account
from agent.core.failures import AccountLocked, CodeWanted, FenceLost
from agent.store import accounts
from agent.store.tables import AccountRow
from agent.system.log import Redactor
from agent.system.one_time import Seed
from agent.worker import codes
from agent.worker.codes import CodesFor
from tests.store.ground import begin, crash, opened, plan_run

SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
NOON = 1_800_000_000.0  # the beginning of a step


class Pipe:
    """What a worker says to its host; ``typed`` is what a person would answer."""

    def __init__(self, typed: str | None = None) -> None:
        self.typed, self.steps, self.asked = typed, [], []  # type: ignore[var-annotated]

    def step(self, code: str, **_params: object) -> None:
        self.steps.append(code)

    def ask(self, **question: object) -> str | None:
        self.asked.append(question)
        return self.typed


@pytest.fixture(autouse=True)
def store(tmp_path: Path) -> Iterator[None]:
    with opened(tmp_path):
        accounts.set_account("main", "claimport", "robot", 1)
        yield


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock: waiting moves it on."""
    moment = [NOON]

    class Wait:
        def wait(self, seconds: float) -> None:
            moment[0] += seconds

    monkeypatch.setattr(codes.time, "time", lambda: moment[0])
    monkeypatch.setattr(codes, "Event", Wait)
    return moment


def codes_for(lease: Any, pipe: Any, seed: str | None = SEED, redactor: Redactor | None = None) -> CodesFor:
    return CodesFor(Account("claimport", "robot", "word", seed), "main", lease, pipe, redactor or Redactor())


def test_a_second_worker_in_the_same_step_waits_for_the_next(now: list[float]) -> None:
    """Killed right after its code was typed: the next worker's sign-in must not repeat it."""
    lease, pipe = begin(plan_run()), Pipe()
    first = codes_for(lease, pipe)("")
    assert first == Seed(SEED).code(NOON).digits
    again = codes_for(crash(lease), pipe)("")
    assert again == Seed(SEED).code(NOON + 30).digits
    assert (pipe.steps, pipe.asked) == (["next_code"], [])


def test_a_code_that_would_be_void_when_it_arrives_is_not_typed(now: list[float]) -> None:
    now[0] = NOON + 29
    assert codes_for(begin(plan_run()), Pipe())("") == Seed(SEED).code(NOON + 30).digits


def test_a_worker_that_was_replaced_gets_no_code(now: list[float]) -> None:
    lease = begin(plan_run())
    crash(lease)
    with pytest.raises(FenceLost):
        codes_for(lease, Pipe())("")


def test_a_clock_that_was_ahead_holds_nobody_up(now: list[float]) -> None:
    AccountRow.update(code_step=int(NOON // 30) + 1_000_000).execute()
    assert codes_for(begin(plan_run()), Pipe())("") == Seed(SEED).code(NOON).digits


def test_without_a_seed_a_person_is_asked_and_without_a_person_the_task_is_parked() -> None:
    lease, somebody = begin(plan_run()), Pipe("heron")
    assert codes_for(lease, somebody, seed=None)("Which bird?") == "heron"
    assert somebody.asked == [{"site": "claimport", "account": "robot", "words": "Which bird?"}]
    with pytest.raises(CodeWanted) as wanted:
        codes_for(lease, Pipe(None), seed=None)("Which bird?")
    assert wanted.value.params == {"site": "claimport", "account": "robot", "words": "Which bird?"}


def test_each_code_is_struck_out_from_then_on(now: list[float]) -> None:
    redactor = Redactor()
    typed = codes_for(begin(plan_run()), Pipe("heron"), seed=None, redactor=redactor)("Which bird?")
    digits = codes_for(begin(plan_run(slot="2")), Pipe(), redactor=redactor)("")
    assert redactor.clean(f"{typed} {digits}") == "▇▇▇ ▇▇▇"


def test_two_tries_in_all_over_runs_and_a_new_password_begins_a_new_count() -> None:
    """One durable count for each password version, whoever tries."""
    one, other = begin(plan_run()), begin(plan_run(slot="2"))
    accounts.count_try(one, "main", "claimport")
    accounts.count_try(other, "main", "claimport")
    for lease in (one, other):
        with pytest.raises(AccountLocked):
            accounts.count_try(lease, "main", "claimport")
    accounts.set_account("main", "claimport", "robot", 2)
    accounts.count_try(one, "main", "claimport")
