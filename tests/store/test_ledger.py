"""The ledger: who may send a record, which moves there are, and what is kept of it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from agent.core.states import NotAllowedError, RecordState, RunState
from agent.store import reviews, runs
from agent.store.lease import Lease
from agent.store.ledger import Destination, Ledger, Question
from agent.store.tables import LEDGER, AttemptRow, LedgerKeyRow, RecordRow
from agent.system.seal import SealBroken
from tests.store.ground import (
    DATA,
    INDEX,
    PLACE,
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


# ── who may send ──────────────────────────────────────────────────────────────────────────────────────
def test_a_failed_run_that_lost_its_keys_looks_before_it_sends(store: Path) -> None:
    """Another run delivered the record meanwhile: the resumed one is told, and could not send it anyway."""
    first = planned(claim("C1"))
    close(first, RunState.FAILED)
    second = planned(claim("C1"), name="dental")
    deliver(second)
    resumed = ledger_of(crash_of(first))
    assert code(only(resumed)) == "delivered_before"
    with pytest.raises(NotAllowedError):
        resumed.intend(only(resumed))


def crash_of(ledger: Ledger) -> Lease:
    """Resume a failed run: its task gets a new worker."""
    run = run_of(ledger)
    runs.move_run(run, RunState.PENDING)
    return crash(Lease(run, runs.tasks_of(run)[0].id, 0))


def test_a_record_is_not_planned_again_while_another_run_has_its_key_in_hand(store: Path) -> None:
    """Two people said "send it" in two runs: only one of the two may."""
    first = planned(claim("C1"))
    deliver(first)
    ledgers = [planned(claim("C1"), name=name) for name in ("dental", "optician")]
    for ledger in ledgers:
        ledger.review(only(ledger), GONE)
        reviews.settle_record(only(ledger).id, RecordState.IN_DOUBT, SOMEBODY, {"code": "send_it"})
        ledger.plan_again(only(ledger))
    assert [only(ledger).state for ledger in ledgers] == [RecordState.PLANNED, RecordState.IN_REVIEW]
    ledgers[0].intend(only(ledgers[0]))
    assert "open_elsewhere" in asked(ledgers[1])


def test_reading_back_does_not_take_the_key_of_a_record_under_way(store: Path) -> None:
    """While one run's click is unanswered, another run that finds the record leaves the key where it is."""
    first = planned(claim("C1"))
    close(first, RunState.FAILED)
    second = planned(claim("C1"), name="dental")
    second.intend(only(second))
    resumed = ledger_of(crash_of(first))
    resumed.verify(only(resumed), None, ["amount"])
    assert LedgerKeyRow.get().record.id == only(second).id


def move(name: str) -> Callable[[Ledger], None]:
    """A transition of the ledger by its name."""
    return {
        "intend": lambda ledger: ledger.intend(only(ledger)),
        "confirm": lambda ledger: ledger.confirm(only(ledger), None, ""),
        "doubt": lambda ledger: ledger.doubt(only(ledger)),
        "plan_again": lambda ledger: ledger.plan_again(only(ledger)),
    }[name]


@pytest.mark.parametrize(
    ("state", "name"),
    [
        (RecordState.INTENDED, "intend"),
        (RecordState.CONFIRMED, "intend"),
        (RecordState.IN_DOUBT, "intend"),
        (RecordState.VERIFIED, "intend"),
        (RecordState.PLANNED, "confirm"),
        (RecordState.VERIFIED, "confirm"),
        (RecordState.PLANNED, "doubt"),
        (RecordState.CONFIRMED, "doubt"),
        (RecordState.CONFIRMED, "plan_again"),
        (RecordState.INTENDED, "plan_again"),
        (RecordState.VERIFIED, "plan_again"),
    ],
)
def test_a_transition_that_the_table_lacks_changes_nothing(
    store: Path, state: RecordState, name: str
) -> None:
    ledger = planned(claim("C1"))
    if state is not RecordState.PLANNED:
        deliver(ledger, state)
    before = everything()
    with pytest.raises(NotAllowedError):
        move(name)(ledger)
    assert everything() == before


def test_each_click_is_an_attempt_with_its_fence_and_what_was_learned(store: Path) -> None:
    lease = begin(plan_run())
    ledger = ledger_of(lease)
    ledger.plan([claim("C1")], [])
    ledger.intend(only(ledger))
    again = crash(lease)
    ledger = ledger_of(again)
    assert ledger.doubt_intended() == 1
    assert ledger.note_absence(only(ledger)) == 1
    assert ledger.note_absence(only(ledger)) == 2
    ledger.plan_again(only(ledger))
    deliver(ledger)
    assert [(row.fence, row.outcome) for row in AttemptRow.select().order_by(AttemptRow.id)] == [
        (lease.fence, "unknown"),
        (again.fence, "confirmed"),
    ]
    assert only(ledger).attempts == 2


# ── what the ledger keeps of a record ─────────────────────────────────────────────────────────────────
def test_neither_key_nor_payload_stands_in_the_file(store: Path) -> None:
    planned(claim("CLAIM-NUMBER-77", "1961-03-12 secret"))
    LEDGER.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    content = store.read_bytes()
    assert b"CLAIM-NUMBER-77" not in content
    assert b"1961-03-12" not in content


def test_a_payload_opens_in_its_own_place_only(store: Path) -> None:
    ledger = planned(claim("C1"), claim("C2"))
    first, second = RecordRow.select().order_by(RecordRow.ordinal)
    RecordRow.update(payload=first.payload).where(RecordRow.id == second.id).execute()
    with pytest.raises(SealBroken):
        ledger.entries()


def test_trust_holds_for_its_epoch_and_destination(store: Path) -> None:
    ledger = planned(claim("C1"))
    assert not ledger.is_trusted(1)
    ledger.trust(1)
    ledger.trust(1)
    assert ledger.is_trusted(1)
    assert not ledger.is_trusted(2)
    elsewhere = Destination("claimport", "west", PLACE.record_type)
    assert not Ledger(begin(plan_run(automation="dental")), elsewhere, DATA, INDEX).is_trusted(1)
