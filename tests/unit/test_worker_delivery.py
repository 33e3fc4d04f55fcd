"""The protocol of delivery against a site in memory: never twice, never lost, never guessed."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from agent.core.failures import FirstRun, PageTimeout, SiteDown
from agent.core.states import RecordState
from tests.store.claim_desk import (
    ANN,
    SETTLE_SECONDS,
    Claim,
    Desk,
    ListedDesk,
    Worker,
    again,
    asked,
    at_work,
    claims,
    deliver,
    states,
)

VERIFIED, IN_REVIEW = RecordState.VERIFIED, RecordState.IN_REVIEW


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    """A worker at an upload task, its site in memory."""
    with at_work(tmp_path) as worker:
        yield worker


# ── all is well ───────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("count", [1, 3, 12])
@pytest.mark.parametrize("destination", [Desk, ListedDesk])
def test_every_record_is_entered_once_and_read_back(
    worker: Worker, count: int, destination: type[Desk]
) -> None:
    worker.destination = destination
    deliver(worker, count)
    assert states(worker) == [VERIFIED] * count
    assert [claim for _, claim in worker.site.target.saved] == claims(count)
    assert [entry.confirmation for entry in worker.ledger.entries()] == [f"K{n + 1}" for n in range(count)]


def test_a_second_worker_finds_nothing_to_do(worker: Worker) -> None:
    deliver(worker, 3)
    again(worker)
    assert worker.site.target.clicks == 3


def test_read_back_says_which_fields_the_site_showed(worker: Worker) -> None:
    deliver(worker)
    assert worker.ledger.entries()[0].read_back == {"claim_no", "amount"}


# ── lost answers ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("lost", ["lost", "lost_saved", "lost_late"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_after_a_lost_answer_the_record_is_there_once(worker: Worker, lost: str, place: int) -> None:
    """Lost before the site saved, after it, or while the request was still on its way."""
    submits = ["well", "well", "well"]
    submits[place] = lost
    deliver(worker, 3, submits=submits)
    assert states(worker) == [VERIFIED] * 3
    assert worker.site.target.numbers() == ["C1", "C2", "C3"]


def test_what_was_saved_is_found_and_not_sent_again(worker: Worker) -> None:
    deliver(worker, 2, submits=["well", "lost_saved"])
    assert worker.site.target.clicks == 2


def test_absent_twice_and_settled_apart_a_record_is_sent_once_more(worker: Worker) -> None:
    deliver(worker, 2, submits=["well", "lost"])
    assert worker.site.target.clicks == 3
    assert worker.site.target.now >= 2 * SETTLE_SECONDS
    assert worker.steps.count("settling") == 2


def test_after_two_attempts_a_person_decides(worker: Worker) -> None:
    deliver(worker, 2, submits=["well", "lost", "lost"])
    assert states(worker) == [VERIFIED, IN_REVIEW]
    assert asked(worker) == ["attempts_used_up"]
    assert worker.site.target.clicks == 3
    again(worker)
    assert worker.site.target.clicks == 3


def test_a_doubt_is_looked_up_in_a_fresh_session(worker: Worker) -> None:
    deliver(worker, 2, submits=["well", "lost_saved"])
    assert worker.site.signed_in >= 3  # at first, after the lost answer, before the look


def test_three_lost_answers_in_a_row_are_no_accident(worker: Worker) -> None:
    """The site is left alone, the failure goes to the host; what is in doubt stays so."""
    with pytest.raises(PageTimeout):
        deliver(worker, 5, submits=["lost"] * 5)
    assert worker.site.target.clicks == 3
    assert states(worker) == [RecordState.IN_DOUBT] * 3 + [RecordState.PLANNED] * 2


# ── what may not be believed ──────────────────────────────────────────────────────────────────────────
def test_without_a_control_absence_is_not_believed(worker: Worker) -> None:
    """Nothing is known to exist and there is no list: a look-up that finds nothing says nothing."""
    deliver(worker, submits=["lost"])
    assert asked(worker) == ["no_control"]
    assert worker.site.target.clicks == 1


def test_a_complete_list_shows_absence_without_a_control(worker: Worker) -> None:
    worker.destination = ListedDesk
    deliver(worker, submits=["lost"])
    assert states(worker) == [VERIFIED]


def test_a_look_up_that_misses_what_is_there_is_not_believed(worker: Worker) -> None:
    """The control fails: the screen is broken, so nobody can tell, and nothing is sent again."""
    worker.site.sessions = ["blind"] * 10
    worker.plan(claims(2))
    entry = worker.ledger.entries()[0]
    worker.site.target.save(claims(1)[0])
    worker.ledger.verify(entry, None, [])
    worker.ledger.trust(1)
    worker.site.submits = ["lost"]
    worker.delivery().run()
    assert asked(worker) == ["cannot_tell"]
    assert worker.site.target.clicks == 1


def test_a_look_up_that_cannot_tell_is_a_question(worker: Worker) -> None:
    worker.plan(claims(1))
    worker.ledger.trust(1)
    worker.site.submits, worker.site.looks = ["lost_saved"], ["cannot_tell"]
    worker.delivery().run()
    assert asked(worker) == ["cannot_tell"]
    assert states(worker) == [IN_REVIEW]


def test_a_confirmed_record_that_is_not_found_is_never_sent_again(worker: Worker) -> None:
    worker.plan(claims(1))
    worker.ledger.trust(1)
    worker.site.sessions = ["blind", "blind"]
    worker.delivery().run()
    assert asked(worker) == ["gone_after_confirm"]
    again(worker)
    assert worker.site.target.clicks == 1


def test_what_a_broken_screen_did_not_show_is_looked_for_in_another_session(worker: Worker) -> None:
    """A read-back that finds nothing is repeated later and after a new sign-in, before anybody is asked."""
    worker.plan(claims(3))
    worker.ledger.trust(1)
    worker.site.sessions = ["blind"]
    worker.delivery().run()
    assert states(worker) == [VERIFIED] * 3
    assert worker.site.target.clicks == 3


def test_a_list_that_lacks_what_is_known_to_be_there_is_not_complete(worker: Worker) -> None:
    """It says that it is complete and shows nothing: what it lacks is not taken for absent."""
    worker.destination = ListedDesk
    deliver(worker, 1)
    worker.site.lists = ["empty"] * 9
    assert not worker.looking().list_anew()
    worker.site.lists = []
    assert worker.looking().list_anew()


# ── what the site says ────────────────────────────────────────────────────────────────────────────────
def test_a_refusal_counts_when_a_look_finds_nothing(worker: Worker) -> None:
    deliver(worker, 2, submits=["well", "refused"])
    assert states(worker) == [VERIFIED, RecordState.REJECTED]
    assert asked(worker) == ["refused"]
    assert worker.site.target.numbers() == ["C1"]


def test_a_refusal_before_the_click_concerns_its_record_alone(worker: Worker) -> None:
    deliver(worker, 2, submits=["refused_early", "well"])
    assert states(worker) == [RecordState.REJECTED, VERIFIED]
    assert worker.site.target.clicks == 1


def test_a_field_that_does_not_hold_its_value_stops_that_record_before_the_click(worker: Worker) -> None:
    deliver(worker, 2, submits=["fill", "well"])
    assert states(worker) == [IN_REVIEW, VERIFIED]
    assert asked(worker) == ["fill_differs"]
    assert worker.site.target.numbers() == ["C2"]


def test_a_failure_before_the_click_changes_nothing(worker: Worker) -> None:
    with pytest.raises(SiteDown):
        deliver(worker, 2, submits=["well", "down"])
    assert states(worker) == [RecordState.CONFIRMED, RecordState.PLANNED]
    again(worker)
    assert states(worker) == [VERIFIED, VERIFIED]


# ── what is in the target already ─────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("destination", [Desk, ListedDesk])
def test_what_somebody_entered_before_is_recognised_not_entered(
    worker: Worker, destination: type[Desk]
) -> None:
    worker.destination = destination
    worker.site.target.save(claims(1)[0])
    deliver(worker, 2)
    assert states(worker) == [VERIFIED, VERIFIED]
    assert worker.site.target.clicks == 1


@pytest.mark.parametrize(
    ("there", "question"),
    [
        ([Claim(claim_no="C1", amount=Decimal("99.99"))], "found_different"),
        ([*claims(1), *claims(1)], "found_several"),
    ],
)
@pytest.mark.parametrize("destination", [Desk, ListedDesk])
def test_what_stands_there_otherwise_is_a_question_and_stays(
    worker: Worker, there: list[Claim], question: str, destination: type[Desk]
) -> None:
    worker.destination = destination
    for claim in there:
        worker.site.target.save(claim)
    deliver(worker)
    assert asked(worker) == [question]
    assert worker.site.target.clicks == 0


def test_a_home_that_never_looked_here_asks_before_it_types(worker: Worker) -> None:
    """No list, nothing known to exist: only a person can say that nothing has been entered yet."""
    worker.accepted = {}
    with pytest.raises(FirstRun):
        deliver(worker)
    assert worker.site.target.clicks == 0
    worker.accepted = {FirstRun.code: ANN}
    again(worker)
    assert states(worker) == [VERIFIED]


@pytest.mark.parametrize("destination", [Desk, ListedDesk])
def test_a_restored_home_recognises_later_too_what_came_after_its_backup(
    worker: Worker, destination: type[Desk]
) -> None:
    """One run has looked, the destination is trusted; another run holds what the lost ledger delivered."""
    worker.destination = destination
    worker.plan(claims(3))
    worker.epoch = 2
    worker.ledger.trust(2)
    worker.site.target.save(claims(1)[0])
    worker.delivery().run()
    assert states(worker) == [VERIFIED] * 3
    assert worker.site.target.clicks == 2


def test_a_restored_home_looks_every_key_up_before_it_types(worker: Worker) -> None:
    worker.plan(claims(3))
    worker.ledger.trust(1)
    worker.epoch = 2
    worker.site.target.save(claims(1)[0])
    worker.delivery().run()
    assert states(worker) == [VERIFIED] * 3
    assert worker.site.target.clicks == 2
