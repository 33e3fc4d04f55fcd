"""Records that a person enters, gives back or corrects: looked up first, entered once, named for good."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.core.states import RecordState, TaskState
from agent.store import by_hand, corrections, evidence, reviews, runs
from agent.worker.batches import StoredBatch
from agent.worker.correcting import Correcting
from agent.worker.reckoning import reckon
from tests.store.claim_desk import Claim, Worker, again, asked, at_work, claims, deliver, states
from tests.store.ground import DATA, SOMEBODY, crash

VERIFIED, IN_REVIEW, TAKEN = RecordState.VERIFIED, RecordState.IN_REVIEW, RecordState.TAKEN


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    """A worker at an upload task, its site in memory."""
    with at_work(tmp_path) as worker:
        yield worker


def rest(worker: Worker) -> None:
    """The worker has ended, and the task waits for a person."""
    runs.raise_fence(worker.lease.run_id)
    runs.settle_task(worker.lease.task_id, TaskState.NEEDS_REVIEW)


def wake(worker: Worker) -> None:
    """The next worker takes the task up."""
    runs.take_over(worker.lease.task_id, TaskState.WAITING)
    worker.lease = runs.begin_task(worker.lease.run_id, worker.lease.task_id, {})
    worker.delivery().run()


def taken(worker: Worker, count: int = 3) -> None:
    """The first of so many claims has arrived; a person has taken the others over."""
    worker.plan(claims(count))
    worker.limit = 1
    worker.delivery().run()
    worker.limit = None
    rest(worker)
    by_hand.take(worker.lease.run_id, SOMEBODY)


def test_taking_over_asks_one_question_and_leaves_nothing_to_the_machine(worker: Worker) -> None:
    taken(worker)
    assert states(worker) == [VERIFIED, TAKEN, TAKEN]
    (item,) = reviews.open_items(worker.lease.run_id)
    assert (item.question, item.params) == ("taken", {"count": 2, "who": SOMEBODY.name})
    assert runs.task(worker.lease.task_id).state == TaskState.NEEDS_REVIEW
    wake(worker)
    assert worker.site.target.clicks == 1


def test_done_by_hand_looks_each_one_up_and_believes_none(worker: Worker) -> None:
    taken(worker)
    worker.site.target.save(claims(3)[1])
    by_hand.end(worker.lease.run_id, SOMEBODY, "done_by_hand")
    wake(worker)
    assert states(worker) == [VERIFIED, VERIFIED, IN_REVIEW]
    assert asked(worker)[-1] == "not_found_by_hand"
    assert worker.site.target.clicks == 1  # what was not found is not entered without a word


def test_what_is_given_back_is_looked_up_and_then_entered_once(worker: Worker) -> None:
    taken(worker)
    worker.site.target.save(claims(3)[1])
    by_hand.end(worker.lease.run_id, SOMEBODY, "give_back")
    wake(worker)
    assert states(worker) == [VERIFIED] * 3
    assert worker.site.target.numbers() == ["C1", "C2", "C3"]
    assert worker.site.target.clicks == 2


def test_other_values_entered_by_hand_are_a_question(worker: Worker) -> None:
    taken(worker, 2)
    worker.site.target.save(Claim(claim_no="C2", amount=Decimal("1.00")))
    by_hand.end(worker.lease.run_id, SOMEBODY, "done_by_hand")
    wake(worker)
    assert states(worker) == [VERIFIED, IN_REVIEW]
    assert asked(worker)[-1] == "found_different"


@settings(max_examples=25)
@given(data=st.data())
def test_whatever_was_typed_by_hand_and_whatever_is_said_no_claim_is_there_twice(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """A person may have entered any of them, and may say so or not."""
    with at_work(tmp_path_factory.mktemp("by_hand")) as worker:
        taken(worker, 4)
        for claim in data.draw(st.lists(st.sampled_from(claims(4)[1:]), unique_by=lambda one: one.claim_no)):
            worker.site.target.save(claim)
        by_hand.end(worker.lease.run_id, SOMEBODY, data.draw(st.sampled_from(("done_by_hand", "give_back"))))
        worker.site.looks = data.draw(st.lists(st.sampled_from(("well", "cannot_tell")), max_size=4))
        wake(worker)
        numbers = worker.site.target.numbers()
        assert len(numbers) == len(set(numbers))
        arrived = [entry for entry in worker.ledger.entries() if entry.state is VERIFIED]
        assert {entry.payload["key"] for entry in arrived} <= set(numbers)


# ── corrections ───────────────────────────────────────────────────────────────────────────────────────
def correct(worker: Worker, **values: str) -> None:
    """A person corrects the record that was refused; the next worker reads it."""
    (item,) = reviews.open_items(worker.lease.run_id)
    content = json.dumps(values).encode()
    proof = evidence.hand_in(
        worker.lease.run_id, None, DATA, content, kind="correction", name="v", media_type="application/json"
    )
    reviews.answer(item.id, item.version, "correct", SOMEBODY)
    corrections.add(worker.lease.run_id, SOMEBODY, record_id=item.record_id, values=proof.id)
    worker.lease = crash(worker.lease)
    Correcting(worker.destination(), worker.ledger, worker.lease, DATA).apply()


def test_a_corrected_record_is_entered_like_any_other_and_names_who_changed_it(worker: Worker) -> None:
    deliver(worker, 2, submits=["refused"])
    correct(worker, amount="1,234.50")
    worker.delivery().run()
    first, _second = worker.ledger.entries()
    assert states(worker) == [VERIFIED, VERIFIED]
    assert first.payload["fields"]["amount"] == "1234.50"
    assert first.payload["before"] == {"amount": "10.00"}
    assert first.payload["edited"]["amount"]["by"] == SOMEBODY.as_json()
    assert list(first.payload["edited"]) == ["amount"]
    assert [claim.amount for _number, claim in worker.site.target.saved] == [Decimal(20), Decimal("1234.50")]
    assert not corrections.of_records(worker.lease.run_id)


def test_totals_tell_by_how_much_a_correction_differs_from_the_source(worker: Worker) -> None:
    deliver(worker, 2, submits=["refused"])
    correct(worker, amount="12.00")
    worker.delivery().run()
    source = {"count": Decimal(2), "amount": Decimal(30)}
    nothing = {"count": Decimal(0), "amount": Decimal(0)}
    batch = StoredBatch((), (), source, nothing, may_be_few=False, repeats=False)
    totals = {total.name: total for total in reckon(worker.ledger.entries(), batch)}
    assert totals["amount"].corrected == Decimal(2)
    assert totals["count"].corrected == 0
    assert [total.disagreements() for total in totals.values()] == [[], []]


def test_a_value_that_breaks_the_contract_is_asked_about_again(worker: Worker) -> None:
    deliver(worker, 1, submits=["refused_early"])
    correct(worker, amount="a lot")
    (item,) = reviews.open_items(worker.lease.run_id)
    assert (item.question, item.params["column"]) == ("correction_invalid", "amount")
    assert item.answers == ["correct", "leave_out"]
    assert "a lot" not in json.dumps(item.params)
    assert worker.site.target.clicks == 0
    correct(worker, amount="7.00")
    worker.delivery().run()
    assert states(worker) == [VERIFIED]


def test_a_corrected_key_that_is_another_records_is_a_question(worker: Worker) -> None:
    deliver(worker, 2, submits=["refused"])
    correct(worker, claim_no="C2", amount="20.00")
    worker.delivery().run()
    assert worker.site.target.numbers() == ["C2"]
    assert len(asked(worker)) <= 1
    assert worker.site.target.clicks == 2


def test_a_corrected_key_gives_the_old_one_up(worker: Worker) -> None:
    deliver(worker, 1, submits=["refused_early"])
    correct(worker, claim_no="C9")
    worker.delivery().run()
    assert states(worker) == [VERIFIED]
    assert worker.site.target.numbers() == ["C9"]
    again(worker)
    assert worker.site.target.clicks == 1
