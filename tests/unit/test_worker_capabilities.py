"""What a destination declares of its site, and what the protocol then does and does not do."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from agent.core.failures import BrokenAutomation, FirstRun, ParentsLeftOut, ParentsUnknown
from agent.core.states import RecordState, RunState, TaskKind, TaskState
from agent.sdk import Destination, Found, seconds
from agent.store import reviews, runs
from agent.store.ledger import Ledger
from agent.store.runs import PlannedTask
from agent.worker import batches
from agent.worker.parents import Link
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
    line,
    states,
)
from tests.store.ground import DATA, INDEX, PLACE, SOMEBODY, begin, plan_run

VERIFIED, CONFIRMED, IN_REVIEW = RecordState.VERIFIED, RecordState.CONFIRMED, RecordState.IN_REVIEW
PLANNED, SKIPPED = RecordState.PLANNED, RecordState.SKIPPED


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    """A worker at an upload task, its site in memory."""
    with at_work(tmp_path) as worker:
        yield worker


class Unseen(Destination[Claim]):
    """No screen shows a claim again."""

    settle = seconds(SETTLE_SECONDS)
    cannot_look_up = "the claims house shows nothing"
    submit = Desk.submit


class OncePerToken(Unseen):
    """The same, but one token is taken once."""

    idempotent = True

    def submit(self, site: Any, claim: Claim) -> str | None:
        """Enter with the token; the site takes a second submit of it for the first."""
        taken = site.site.tokens
        if site.token in taken:
            site.hook.before_commit()
            site.site.target.clicks += 1
            return str(taken[site.token])
        taken[site.token] = "K?"
        return Desk.submit(self, site, claim)  # type: ignore[arg-type]


class Hasty(Desk):
    """Saves what is typed before anybody clicks."""

    saves_while_filling = True

    def submit(self, site: Any, claim: Claim) -> str | None:
        """Something breaks while the form is filled in, and it is saved already."""
        if site.site.submits[:1] == ["breaks_off"]:
            site.site.submits.pop(0)
            site.site.target.save(claim)
            raise KeyError("a defect in the middle of the form")
        return super().submit(site, claim)


class Sure(Desk):
    """Creates what is missing; what is there with the same amount stays."""

    effect = "ensure"
    match = ("amount",)


class Shy(Desk):
    """Its look-up shows the number alone, and does not say so."""

    def look_up(self, site: Any, claim: Claim) -> list[Found[Claim]]:
        """Find the number."""
        return [Found(Claim, claim_no=found.shown["claim_no"]) for found in super().look_up(site, claim)]


class DeclaredShy(Shy):
    """The same, and says so."""

    never_shown = ("amount",)


# ── no look-up ────────────────────────────────────────────────────────────────────────────────────────
def test_without_a_look_up_nothing_in_doubt_is_sent_again(worker: Worker) -> None:
    """What the site confirmed stays so; what is in doubt is a question, however often the task is resumed."""
    worker.destination = Unseen
    deliver(worker, 3, submits=["well", "lost", "well"])
    assert states(worker) == [CONFIRMED, IN_REVIEW, CONFIRMED]
    assert asked(worker) == ["no_look_up"]
    again(worker)
    assert worker.site.target.clicks == 3


@pytest.mark.parametrize(
    ("given", "state", "clicks"), [("it_is_there", VERIFIED, 1), ("send_it", CONFIRMED, 2)]
)
def test_then_a_persons_word_counts(worker: Worker, given: str, state: RecordState, clicks: int) -> None:
    worker.destination = Unseen
    deliver(worker, 1, submits=["lost"])
    (item,) = reviews.open_items(worker.lease.run_id)
    reviews.answer(item.id, item.version, given, SOMEBODY)
    assert item.record_id is not None
    reviews.settle_record(item.record_id, RecordState.IN_DOUBT, SOMEBODY, {"code": given, "params": {}})
    again(worker)
    assert states(worker) == [state]
    assert worker.site.target.clicks == clicks


def test_without_a_look_up_a_new_home_asks_first(worker: Worker) -> None:
    worker.destination, worker.accepted = Unseen, {}
    with pytest.raises(FirstRun):
        deliver(worker, 1)
    assert worker.site.target.clicks == 0


@pytest.mark.parametrize(("epoch", "asks"), [(1, False), (2, True)])
def test_without_a_look_up_a_restored_home_asks_before_each_run(
    worker: Worker, epoch: int, asks: bool
) -> None:
    """What came after its backup can be found by nobody but a person, also once another run was agreed to."""
    worker.destination, worker.accepted, worker.epoch = Unseen, {}, epoch
    worker.ledger.trust(epoch)
    if asks:
        with pytest.raises(FirstRun):
            deliver(worker, 1)
    else:
        deliver(worker, 1)
    assert worker.site.target.clicks == (0 if asks else 1)


def test_with_one_effect_per_token_a_doubt_is_sent_once_more(worker: Worker) -> None:
    """The token is the same at every try, and another for each record."""
    worker.destination = OncePerToken
    worker.site.tokens = {}
    deliver(worker, 2, submits=["lost_saved", "well"])
    assert states(worker) == [CONFIRMED, CONFIRMED]
    assert worker.site.target.numbers() == ["C1", "C2"]
    assert len(worker.site.tokens) == 2


# ── saving while one types ────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("destination", "doubled"),
    [(Hasty, False), (type("Calm", (Hasty,), {"saves_while_filling": False}), True)],
)
def test_what_is_saved_while_typing_is_intended_before_the_first_key(
    worker: Worker, destination: type[Desk], doubled: bool
) -> None:
    """Undeclared, the record would count as never sent and be typed once more."""
    worker.destination = destination
    worker.plan(claims(1))
    worker.ledger.trust(1)
    worker.site.submits = ["breaks_off"]
    with pytest.raises(KeyError):
        worker.delivery().run()
    again(worker)
    assert (worker.site.target.numbers() == ["C1", "C1"]) is doubled
    assert states(worker) == [IN_REVIEW if doubled else VERIFIED]


def test_a_rehearsal_types_nothing_where_typing_saves(worker: Worker) -> None:
    worker.destination, worker.rehearse = Hasty, True
    worker.plan(claims(2))
    delivery = worker.delivery()
    delivery.run()
    assert (delivery.rehearsed, worker.site.target.saved) == (2, [])


# ── what must be read back ────────────────────────────────────────────────────────────────────────────
def test_a_field_that_is_not_read_back_is_declared_or_stops_the_run(worker: Worker) -> None:
    worker.destination = Shy
    with pytest.raises(BrokenAutomation, match="amount"):
        deliver(worker, 1)
    worker.destination = DeclaredShy
    again(worker)
    assert states(worker) == [VERIFIED]
    assert worker.ledger.entries()[0].read_back == {"claim_no"}


def test_reading_back_goes_the_cheaper_way(worker: Worker) -> None:
    """By the list where a walk has cost less than so many looks; by number where nothing was measured yet."""
    worker.destination = ListedDesk
    looking = worker.looking()
    assert [looking.walk_is_cheaper(number) for number in (1, 5, 6)] == [False, False, True]
    looking._look_seconds, looking._walk_seconds = 0.3, 4.0
    assert [looking.walk_is_cheaper(number) for number in (6, 13, 14)] == [False, False, True]
    worker.destination = Desk
    assert not worker.looking().walk_is_cheaper(1000)


# ── ensure ────────────────────────────────────────────────────────────────────────────────────────────
def test_ensure_creates_what_is_missing_and_leaves_what_is_there(worker: Worker) -> None:
    worker.destination = Sure
    worker.site.target.save(claims(1)[0])
    deliver(worker, 2)
    assert states(worker) == [VERIFIED, VERIFIED]
    assert worker.site.target.numbers() == ["C1", "C2"]


def test_ensure_never_overwrites(worker: Worker) -> None:
    worker.destination = Sure
    worker.site.target.save(Claim(claim_no="C1", amount=Decimal("99.99")))
    deliver(worker, 1)
    assert asked(worker) == ["found_different"]
    assert worker.site.target.clicks == 0


def test_ensure_looks_also_where_the_home_trusts_its_ledger(worker: Worker) -> None:
    """Somebody took away what an earlier run had ensured: it is created again only when a person says so."""
    worker.destination = Sure
    deliver(worker, 1)
    runs.settle_task(worker.lease.task_id, TaskState.DONE)
    runs.move_run(worker.lease.run_id, RunState.COMPLETED)
    worker.lease = begin(plan_run(automation="later"))
    worker.site.target.saved.clear()
    deliver(worker, 1)
    assert asked(worker) == ["gone_after_confirm"]


# ── copies ────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("destination", [Desk, ListedDesk])
@pytest.mark.parametrize("submits", [[], ["well", "lost_saved", "well"], ["well", "lost", "lost_late"]])
def test_equal_records_are_delivered_as_often_as_they_come(
    worker: Worker, destination: type[Desk], submits: list[str]
) -> None:
    """Three equal lines of a batch that repeats: three in the target, whatever answers were lost."""
    worker.destination, worker.repeats = destination, True
    worker.plan(claims(1) * 3)
    worker.site.submits = submits
    worker.delivery().run()
    assert worker.site.target.numbers() == ["C1"] * 3
    assert states(worker) == [VERIFIED] * 3


def test_copies_that_are_there_already_are_not_entered_again(worker: Worker) -> None:
    worker.destination, worker.repeats = ListedDesk, True
    worker.site.target.save(claims(1)[0])
    worker.plan(claims(1) * 2)
    worker.delivery().run()
    assert worker.site.target.numbers() == ["C1"] * 2
    assert states(worker) == [VERIFIED] * 2


def test_copies_that_nobody_declared_are_a_question(worker: Worker) -> None:
    worker.plan(claims(1) * 2)
    worker.delivery().run()
    assert asked(worker) == ["doubled_in_batch"]
    assert worker.site.target.numbers() == ["C1"]


# ── linked records ────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def family(worker: Worker) -> Worker:
    """The worker of the children, C1 to C3, which refer to parents of their own number; the parents' task
    stands in the same run, planned with C1 and C2.
    """
    tasks = [PlannedTask(name, TaskKind.UPLOAD, "claimport", ()) for name in ("patients", "enter")]
    run = plan_run(automation="family", tasks=tasks)
    parents = begin(run, "patients")
    Ledger(parents, replace(PLACE, record_type="Patient"), DATA, INDEX).plan(
        batches.plan([line(record) for record in claims(2)]), []
    )
    runs.settle_task(parents.task_id, TaskState.NEEDS_REVIEW)
    worker.lease = begin(run, "enter")
    worker.link = Link("patients", replace(PLACE, record_type="Patient"), "claim_no")
    worker.accepted = {"first_run": ANN}
    worker.parents = Ledger(parents, replace(PLACE, record_type="Patient"), DATA, INDEX)
    return worker


def _settle(worker: Worker, number: int, state: RecordState) -> None:
    """Let something become of a parent, whoever did it."""
    entry = worker.parents.entries()[number]
    if state is SKIPPED:
        reviews.settle_record(entry.id, state, SOMEBODY, {"code": "leave_out", "params": {}})
        return
    worker.parents = Ledger(
        replace(worker.lease, task_id=runs.tasks_of(worker.lease.run_id)[0].id),
        worker.link.place,
        DATA,
        INDEX,
    )
    worker.parents.verify(entry, None, ["claim_no"])


def test_children_wait_for_their_parents_and_only_those(family: Worker) -> None:
    """C1's parent has arrived, C2's waits for a person: C1 goes in, C2 waits, nobody is asked."""
    _settle(family, 0, VERIFIED)
    family.plan(claims(2))
    family.delivery().run()
    assert states(family) == [VERIFIED, PLANNED]
    assert asked(family) == []
    _settle(family, 1, VERIFIED)
    again(family)
    assert states(family) == [VERIFIED, VERIFIED]


def test_children_of_a_parent_that_was_left_out_are_one_question(family: Worker) -> None:
    _settle(family, 0, SKIPPED)
    _settle(family, 1, SKIPPED)
    family.plan(claims(2))
    with pytest.raises(ParentsLeftOut) as question:
        family.delivery().run()
    assert question.value.params["count"] == 2
    family.accepted = {**family.accepted, ParentsLeftOut.code: ANN}
    again(family)
    assert states(family) == [SKIPPED, SKIPPED]
    assert family.site.target.clicks == 0


def test_children_of_parents_that_nobody_knows_are_one_question(family: Worker) -> None:
    _settle(family, 0, VERIFIED)
    _settle(family, 1, VERIFIED)
    family.plan(claims(3))
    with pytest.raises(ParentsUnknown):
        family.delivery().run()
    assert states(family) == [VERIFIED, VERIFIED, PLANNED]
    family.accepted = {**family.accepted, ParentsUnknown.code: ANN}
    again(family)
    assert states(family) == [VERIFIED] * 3


def test_a_parent_of_an_earlier_run_has_arrived(family: Worker) -> None:
    """The ledger knows it over all runs."""
    _settle(family, 0, VERIFIED)
    runs.settle_task(family.lease.task_id, TaskState.DONE)
    family.lease = begin(
        plan_run(automation="next day", tasks=[PlannedTask("enter", TaskKind.UPLOAD, "claimport", ())])
    )
    family.plan(claims(1))
    family.delivery().run()
    assert states(family) == [VERIFIED]


# ── what is wrong with a declaration ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ({"cannot_look_up": "why"}, "has a look_up and says"),
        ({"effect": "update", "match": ("amount",)}, "effect “update”"),
        ({"effect": "ensure"}, "match"),
        ({"never_shown": ("fee",)}, "fee"),
        ({"never_shown": ("claim_no",)}, "never shows the key"),
        ({"lag": seconds(60)}, "settle must be longer"),
        ({"look_up": Destination.look_up}, "has no look_up"),
        ({}, None),
    ],
)
def test_what_is_wrong_with_a_declaration_is_said(declared: dict[str, Any], words: str | None) -> None:
    problem = type("Declared", (Desk,), declared).problem()
    assert problem is None if words is None else words in (problem or "")
