"""Delivery as people and other workers wish it: rehearsals, limits, stops, answers, lost leases, defects."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.core.failures import BrokenAutomation, CannotTell, FenceLost
from agent.core.states import RecordState
from agent.store import reviews
from agent.worker.duty import Cancelled
from tests.store.claim_desk import (
    Claim,
    Desk,
    Worker,
    again,
    at_work,
    claims,
    deliver,
    states,
)
from tests.store.ground import SOMEBODY, crash

VERIFIED, IN_REVIEW = RecordState.VERIFIED, RecordState.IN_REVIEW


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    """A worker at an upload task, its site in memory."""
    with at_work(tmp_path) as worker:
        yield worker


def answer(worker: Worker, given: str, state: RecordState) -> None:
    """A person answers the one open question; the host wakes the task."""
    (item,) = reviews.open_items(worker.lease.run_id)
    reviews.answer(item.id, item.version, given, SOMEBODY)
    reviews.settle_record(item.record_id or 0, state, SOMEBODY, {"code": given, "params": {}})
    worker.lease = crash(worker.lease)


# ── what people wish ──────────────────────────────────────────────────────────────────────────────────
def test_a_rehearsal_sends_nothing(worker: Worker) -> None:
    worker.rehearse = True
    worker.plan(claims(3))
    rehearsal = worker.delivery()
    rehearsal.run()
    assert rehearsal.rehearsed == 3
    assert states(worker) == [RecordState.PLANNED] * 3
    assert worker.site.target.clicks == 0


@pytest.mark.parametrize("rehearse", [False, True])
def test_a_limit_ends_the_entering_for_now(worker: Worker, rehearse: bool) -> None:
    worker.limit, worker.rehearse = 2, rehearse
    worker.plan(claims(3))
    limited = worker.delivery()
    limited.run()
    assert limited.limited
    assert limited.rehearsed == (2 if rehearse else 0)
    assert worker.site.target.clicks == (0 if rehearse else 2)
    worker.limit = None
    worker.rehearse = False
    again(worker)
    assert worker.site.target.numbers() == ["C1", "C2", "C3"]


def test_a_wish_to_stop_is_heard_after_the_current_record(worker: Worker) -> None:
    """What was sent is settled and read back first."""
    worker.site.tick = lambda step: worker.cancelled.set() if step == "saved" else None
    with pytest.raises(Cancelled):
        deliver(worker, 3, submits=["lost_late"])
    assert states(worker) == [VERIFIED, RecordState.PLANNED, RecordState.PLANNED]


@pytest.mark.parametrize("looks", [[], ["cannot_tell"]])
def test_a_person_who_says_send_it_is_obeyed(worker: Worker, looks: list[str]) -> None:
    """Where the site cannot prove absence the person's word counts; it is looked up all the same."""
    worker.plan(claims(1))
    worker.ledger.trust(1)
    worker.site.submits, worker.site.looks = ["lost"], list(looks)
    worker.delivery().run()
    worker.site.looks = list(looks)
    answer(worker, "send_it", RecordState.IN_DOUBT)
    worker.delivery().run()
    assert worker.site.target.numbers() == ["C1"]
    assert states(worker) == [VERIFIED]


def test_send_it_sends_nothing_that_is_there_after_all(worker: Worker) -> None:
    worker.plan(claims(1))
    worker.ledger.trust(1)
    worker.site.submits, worker.site.looks = ["lost_saved"], ["cannot_tell"]
    worker.delivery().run()
    answer(worker, "send_it", RecordState.IN_DOUBT)
    worker.delivery().run()
    assert states(worker) == [VERIFIED]
    assert worker.site.target.clicks == 1


def test_it_is_there_is_looked_up_and_never_sent(worker: Worker) -> None:
    deliver(worker, submits=["lost"])
    answer(worker, "it_is_there", RecordState.IN_DOUBT)
    worker.delivery().run()
    assert states(worker) == [IN_REVIEW]
    assert worker.site.target.clicks == 1


# ── whose turn it is ──────────────────────────────────────────────────────────────────────────────────
def test_without_its_lease_a_worker_clicks_nothing(worker: Worker) -> None:
    worker.plan(claims(2))
    old = worker.delivery()
    worker.lease = crash(worker.lease)
    with pytest.raises(FenceLost):
        old.run()
    assert worker.site.target.clicks == 0


def test_one_submit_may_click_once(worker: Worker) -> None:
    """A second commit in one submit is stopped before it clicks; the first one's outcome is looked up."""

    class Twice(Desk):
        def submit(self, site: object, claim: Claim) -> str | None:
            super().submit(site, claim)
            return super().submit(site, claim)

    worker.destination = Twice
    with pytest.raises(BrokenAutomation):
        deliver(worker)
    assert worker.site.target.clicks == 1
    assert states(worker) == [RecordState.IN_DOUBT]


def test_a_submit_that_never_clicks_is_a_defect_of_the_automation(worker: Worker) -> None:
    class Never(Desk):
        def submit(self, site: object, claim: Claim) -> str | None:
            return "K1"

    worker.destination = Never
    with pytest.raises(BrokenAutomation):
        deliver(worker)
    assert states(worker) == [RecordState.PLANNED]


def test_an_author_who_swallows_every_error_still_sends_nothing_in_a_rehearsal(worker: Worker) -> None:
    class Swallows(Desk):
        def submit(self, site: object, claim: Claim) -> str | None:
            try:
                return super().submit(site, claim)
            except Exception:  # noqa: BLE001  # what an author may do
                return "K1"

    worker.destination, worker.rehearse = Swallows, True
    deliver(worker, 2)
    assert worker.site.target.clicks == 0


def test_a_look_up_of_a_failed_read_back_goes_to_the_host(worker: Worker) -> None:
    worker.plan(claims(1))
    worker.ledger.trust(1)
    worker.site.looks = ["cannot_tell"]
    with pytest.raises(CannotTell):
        worker.delivery().run()
    assert states(worker) == [RecordState.CONFIRMED]
