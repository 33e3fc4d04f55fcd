"""Random mornings on one ledger, and proof that the model would notice a record entered twice."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from agent.core.states import RunState
from agent.store import holders
from agent.store.tables import LEDGER
from tests.store.mornings import Mornings

MANY = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@pytest.fixture
def quick(store: Path) -> None:
    """The store without waiting for the disk: what survives a power cut is not the question here."""
    LEDGER.execute_sql("PRAGMA synchronous = off")


def test_on_no_morning_a_record_is_entered_twice_or_vouched_for_in_vain(quick: None) -> None:
    """The invariants of `Mornings` hold whatever runs, crashes, lost answers and people do."""
    run_state_machine_as_test(Mornings, settings=MANY)


@pytest.mark.parametrize(
    ("guard", "blind", "answer"),
    [("holds", True, "saved"), ("_was_left_there", False, "lost")],
)
def test_without_its_guards_the_model_sees_a_record_entered_twice(
    quick: None, monkeypatch: pytest.MonkeyPatch, guard: str, blind: bool, answer: str
) -> None:
    """The control: one guard of the ledger taken away, and a second run of the same file doubles its record.

    Sent and confirmed, or sent and lost and left out by a person because the site could not tell.
    """
    mornings = Mornings()
    mornings.first_run([("C1", "10.00")])
    mornings.enter(0, True, answer)
    if answer == "lost":
        mornings.look_up(0, tells=False)
        mornings.answer(0, choice=2)
    monkeypatch.setattr(holders, guard, lambda _: blind)
    monkeypatch.setattr(Mornings, "look_first", lambda _: None)  # else the target itself tells, before
    mornings.end_run(RunState.FAILED)
    mornings.new_run([("C1", "10.00")])
    mornings.enter(0, True, "saved")
    with pytest.raises(AssertionError, match="entered twice"):
        mornings.nothing_is_in_the_target_twice()


@pytest.mark.parametrize("distrusts", [True, False])
def test_a_home_that_trusts_too_early_after_a_restore_enters_twice(
    quick: None, monkeypatch: pytest.MonkeyPatch, distrusts: bool
) -> None:
    """C1 was delivered after the backup; one other run looks, and then C1's run is taken up again.

    The control: without a look before each entry the model sees it twice.
    """
    monkeypatch.setattr(Mornings, "distrusts", distrusts)
    mornings = Mornings()
    mornings.first_run([("C1", "10.00")])
    mornings.end_run(RunState.FAILED)
    mornings.back_up()
    mornings.resume(0)
    mornings.enter(0, True, "saved")
    mornings.end_run(RunState.FAILED)
    mornings.restore()
    mornings.new_run([("C2", "10.00")])
    mornings.end_run(RunState.CANCELLED)
    mornings.resume(0)
    mornings.enter(0, True, "saved")
    mornings.teardown()
    assert mornings.target.count(("C1", "10.00")) == (1 if distrusts else 2)
