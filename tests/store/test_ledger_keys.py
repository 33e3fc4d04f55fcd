"""The key of a record: who may plan it, and what one that was delivered means for later runs."""

from pathlib import Path

import pytest

from agent.core.states import NotAllowedError, RecordState, RunState
from agent.store import queries, reviews
from agent.store.ledger import Destination, Ledger, Planned, Question
from agent.store.tables import LedgerKeyRow
from tests.store.ground import (
    DATA,
    INDEX,
    SOMEBODY,
    asked,
    begin,
    claim,
    close,
    code,
    crash,
    deliver,
    everything,
    ledger_of,
    only,
    plan_run,
    planned,
    run_of,
)

GONE = Question("gone_after_confirm", {}, ("send_it", "leave_out"))
FOUND = Question("found_different", {}, ("leave_out",))
UNKNOWN = Question("no_control", {}, ("send_it", "it_is_there", "leave_out"))
REFUSED = Question("refused", {"words": "no such patient"}, ("retry", "leave_out"))


def leave_out(ledger: Ledger) -> None:
    """A person answers the one open question: leave it out."""
    (item,) = reviews.open_items(run_of(ledger))
    reviews.answer(item.id, item.version, "leave_out", SOMEBODY)
    reviews.settle_record(only(ledger).id, RecordState.SKIPPED, SOMEBODY, {"code": "leave_out"})


@pytest.mark.parametrize("upto", [RecordState.CONFIRMED, RecordState.VERIFIED])
@pytest.mark.parametrize("end", [None, RunState.COMPLETED, RunState.FAILED, RunState.CANCELLED])
def test_what_was_delivered_is_looked_up_and_never_sent(
    store: Path, upto: RecordState, end: RunState | None
) -> None:
    """The same key with the same payload: a note, no question; it holds no key, so it cannot be sent."""
    first = planned(claim("C1"))
    deliver(first, upto)
    if end:
        close(first, end)
    again = planned(claim("C1"), name="dental")
    assert (only(again).state, code(only(again))) == (RecordState.PLANNED, "delivered_before")
    with pytest.raises(NotAllowedError):
        again.intend(only(again))
    again.verify(only(again), "K1", ["amount"])
    assert only(again).state is RecordState.VERIFIED


def test_what_was_delivered_with_another_payload_is_a_question(store: Path) -> None:
    first = planned(claim("C1", "10.00"))
    deliver(first)
    close(first, RunState.COMPLETED)
    again = planned(claim("C1", "99.00"), name="dental")
    assert only(again).state is RecordState.IN_REVIEW
    assert asked(again) == ["changed_since_delivered"]


@pytest.mark.parametrize("upto", [None, RecordState.INTENDED, RecordState.IN_DOUBT])
def test_while_its_run_is_open_a_key_is_open_elsewhere(store: Path, upto: RecordState | None) -> None:
    first = planned(claim("C1"))
    if upto:
        deliver(first, upto)
    again = planned(claim("C1"), name="dental")
    assert asked(again) == ["open_elsewhere"]
    with pytest.raises(NotAllowedError):
        again.intend(only(again))


@pytest.mark.parametrize("end", [RunState.FAILED, RunState.CANCELLED])
def test_a_key_that_was_only_planned_is_free_once_its_run_has_ended(store: Path, end: RunState) -> None:
    close(planned(claim("C1")), end)
    again = planned(claim("C1"), name="dental")
    assert (only(again).state, code(only(again))) == (RecordState.PLANNED, None)
    deliver(again)


def test_a_doubt_in_a_failed_run_still_holds_its_key(store: Path) -> None:
    """It can be resumed there; nobody else may send what may have arrived."""
    first = planned(claim("C1"))
    deliver(first, RecordState.IN_DOUBT)
    close(first, RunState.FAILED)
    assert asked(planned(claim("C1"), name="dental")) == ["open_elsewhere"]


@pytest.mark.parametrize("upto", [RecordState.INTENDED, RecordState.IN_DOUBT])
def test_a_doubt_that_nobody_will_settle_any_more_is_looked_up_never_sent(
    store: Path, upto: RecordState
) -> None:
    """A cancelled run is never resumed; its doubt must neither block the key for ever nor set it free."""
    first = planned(claim("C1"))
    deliver(first, upto)
    close(first, RunState.CANCELLED)
    again = planned(claim("C1"), name="dental")
    assert code(only(again)) == "delivered_before"
    with pytest.raises(NotAllowedError):
        again.intend(only(again))


@pytest.mark.parametrize("question", [GONE, FOUND, UNKNOWN])
def test_what_a_person_left_there_is_looked_up_never_sent(store: Path, question: Question) -> None:
    """Left out after it may have arrived: the next run of the same file must not enter it a second time."""
    first = planned(claim("C1"))
    deliver(first, RecordState.IN_DOUBT)
    first.review(only(first), question)
    leave_out(first)
    close(first, RunState.COMPLETED)
    again = planned(claim("C1"), name="dental")
    assert code(only(again)) == "delivered_before"
    with pytest.raises(NotAllowedError):
        again.intend(only(again))


def test_what_was_refused_and_left_out_may_come_again(store: Path) -> None:
    first = planned(claim("C1"))
    first.reject(only(first), REFUSED)
    leave_out(first)
    close(first, RunState.COMPLETED)
    deliver(planned(claim("C1"), name="dental"))


@pytest.mark.parametrize(
    "other",
    [
        Destination("other-site", "main", "Claim"),
        Destination("claimport", "west", "Claim"),
        Destination("claimport", "main", "Patient"),
    ],
)
def test_a_key_is_unique_in_its_destination_only(store: Path, other: Destination) -> None:
    planned(claim("C1"))
    ledger = Ledger(begin(plan_run(automation="dental")), other, DATA, INDEX)
    ledger.plan([claim("C1")], [])
    assert code(only(ledger)) is None


def test_counted_copies_of_a_key_are_records_of_their_own(store: Path) -> None:
    ledger = planned(claim("C1", copy=0), claim("C1", copy=1))
    for entry in ledger.entries():
        ledger.intend(entry)
    assert LedgerKeyRow.select().count() == 2


def test_equal_rows_in_a_batch_are_a_question_and_hold_nothing(store: Path) -> None:
    ledger = planned(claim("C1"), claim("C1", doubled=True))
    first, second = ledger.entries()
    assert (first.state, second.state) == (RecordState.PLANNED, RecordState.IN_REVIEW)
    assert asked(ledger) == ["doubled_in_batch"]
    ledger.intend(first)
    with pytest.raises(NotAllowedError):
        ledger.intend(second)


def test_a_batch_is_planned_whole_or_not_at_all(store: Path) -> None:
    lease = begin(plan_run())
    before = everything()
    broken = Planned("C2", 0, {"key": object()}, "x")
    with pytest.raises(TypeError):
        ledger_of(lease).plan([claim("C1"), broken], [])
    assert everything() == before
    assert not ledger_of(lease).is_planned()


def test_a_resume_finds_its_records_as_they_were(store: Path) -> None:
    lease = begin(plan_run())
    ledger_of(lease).plan([claim("C1"), claim("C2")], [("row 9", "cancelled visit")])
    again = ledger_of(crash(lease))
    assert again.is_planned()
    assert [entry.payload["key"] for entry in again.entries()] == ["C1", "C2"]
    assert queries.left_out(lease.run_id) == [{"address": "row 9", "reason": "cancelled visit"}]
