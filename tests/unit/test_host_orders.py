"""People's wishes and answers: each becomes done or refused, and does to rows what it says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.core.answers import ROW_ANSWERS
from agent.core.failures import AccountLocked, DownloadStale, DownloadUnsafe, Failure, WorkerDied
from agent.core.states import RecordState, RunState, TaskKind, TaskState
from agent.host import recovery
from agent.host.keys import Keys
from agent.host.orders import Orders
from agent.store import accounts, commands, corrections, evidence, queries, reviews, runs
from agent.store.ledger import Ledger, Question
from agent.store.runs import PlannedTask
from agent.system.paths import Home
from agent.system.seal import new_key
from tests.store.ground import (
    DATA,
    SOMEBODY,
    begin,
    claim,
    everything,
    ledger_of,
    only,
    opened,
    plan_run,
    planned,
    run_of,
)

UNSURE = Question("no_control", {}, ("send_it", "it_is_there", "leave_out"))
REFUSED = Question("refused", {"words": "no such patient"}, ("retry", "leave_out"))


@pytest.fixture(autouse=True)
def store(tmp_path: Path) -> Iterator[None]:
    """A store of the test's own."""
    with opened(tmp_path):
        yield


@pytest.fixture
def orders(tmp_path: Path) -> Orders:
    """What carries wishes out; none of those here needs settings."""
    nothing: Any = None
    home = Home(tmp_path)
    home.mark_demo()  # its vault is a file: no keyring is needed
    return Orders(home, nothing, Keys(new_key()))


def wish(orders: Orders, verb: str, **args: object) -> tuple[str, Any]:
    """Give a wish and have it carried out: done or refused, with its result."""
    number = commands.give(verb, args, SOMEBODY)
    orders.carry_out()
    return commands.result(number)


def reply(orders: Orders, item: int, answer: str, **args: object) -> tuple[str, Any]:
    """Answer a question as it stands now, with a reason where one is wanted."""
    return wish(orders, "answer", item=item, version=1, answer=answer, reason="seen at the site", **args)


def in_state(state: RunState) -> str:
    """A run in this state, its one task where the host leaves it then."""
    run = plan_run()
    if state is not RunState.PENDING:
        lease = begin(run)
        task = {RunState.COMPLETED: TaskState.DONE, RunState.NEEDS_REVIEW: TaskState.NEEDS_REVIEW}
        if state is RunState.COMPLETED:
            runs.finish_task(lease, b"sealed")
        elif state not in {RunState.DOWNLOADING, RunState.PROCESSING, RunState.UPLOADING}:
            runs.settle_task(lease.task_id, task.get(state, TaskState.FAILED))
        if runs.get(run).state != state:
            runs.move_run(run, state)
    return run


@pytest.mark.parametrize("verb", ["resume", "retry"])
@pytest.mark.parametrize("state", RunState)
def test_only_a_run_that_failed_or_waits_for_a_person_resumes(
    orders: Orders, verb: str, state: RunState
) -> None:
    run = in_state(state)
    told, result = wish(orders, verb, run=run)
    if state in {RunState.FAILED, RunState.NEEDS_REVIEW}:
        assert (told, result) == ("done", {"run": run})
        assert runs.get(run).state == RunState.PENDING
        assert [(task.state, task.attempts) for task in runs.tasks_of(run)] == [(TaskState.WAITING, 0)]
    else:
        assert (told, result["code"]) == ("refused", "wrong_state")
        assert runs.get(run).state == state


@pytest.mark.parametrize("state", RunState)
def test_a_run_that_has_not_ended_can_be_cancelled(orders: Orders, state: RunState) -> None:
    """The wish is noted; a run that nobody works on is woken, to settle what is in doubt before it ends."""
    run = in_state(state)
    told, _ = wish(orders, "cancel", run=run)
    ended = state in {RunState.COMPLETED, RunState.CANCELLED}
    assert told == ("refused" if ended else "done")
    assert runs.get(run).options.get("cancel") == (None if ended else SOMEBODY.as_json())
    woken = state in {RunState.FAILED, RunState.NEEDS_REVIEW}
    assert runs.get(run).state == (RunState.PENDING if woken else state)


def test_a_wish_about_no_run_is_refused_and_the_next_is_heard(orders: Orders) -> None:
    run = in_state(RunState.FAILED)
    first = commands.give("resume", {"run": "nothing"}, SOMEBODY)
    second = commands.give("resume", {"run": run}, SOMEBODY)
    orders.carry_out()
    assert commands.result(first) == ("refused", {"code": "unknown_run", "params": {"run": "nothing"}})
    assert commands.result(second)[0] == "done"
    assert commands.waiting() == []


def test_a_failed_run_whose_duty_another_does_is_left_as_it_was(orders: Orders) -> None:
    failed = in_state(RunState.FAILED)
    plan_run()
    before = runs.tasks_of(failed)[0].state
    assert wish(orders, "resume", run=failed)[1]["code"] == "duty_is_open"
    assert (runs.get(failed).state, runs.tasks_of(failed)[0].state) == (RunState.FAILED, before)


# ── answers ───────────────────────────────────────────────────────────────────────────────────────────
def waiting_with(question: Question, *, refused: bool = False) -> Ledger:
    """A run that waits because of a question about its one record."""
    ledger = planned(claim("C1"))
    (ledger.reject if refused else ledger.review)(only(ledger), question)
    run = run_of(ledger)
    runs.settle_task(runs.tasks_of(run)[0].id, TaskState.NEEDS_REVIEW)
    runs.move_run(run, RunState.NEEDS_REVIEW)
    return ledger


@pytest.mark.parametrize(
    ("question", "given", "state"),
    [
        (UNSURE, "send_it", RecordState.IN_DOUBT),
        (UNSURE, "it_is_there", RecordState.IN_DOUBT),
        (UNSURE, "leave_out", RecordState.SKIPPED),
        (REFUSED, "retry", RecordState.PLANNED),
        (REFUSED, "leave_out", RecordState.SKIPPED),
    ],
)
def test_an_answer_about_a_record_moves_it_and_wakes_the_run(
    orders: Orders, question: Question, given: str, state: RecordState
) -> None:
    """Whatever may be in the target is looked up first: "send it" sends nothing by itself."""
    ledger = waiting_with(question, refused=question is REFUSED)
    (item,) = reviews.open_items()
    assert reply(orders, item.id, given)[0] == "done"
    assert only(ledger).state is state
    why = {"reason": "seen at the site"} if given == "leave_out" else {}
    assert only(ledger).reason == {"code": given, "params": {"question": question.code, **why}}
    assert runs.get(run_of(ledger)).state == RunState.PENDING


def test_a_run_is_woken_by_the_last_answer_only(orders: Orders) -> None:
    ledger = ledger_of(begin(plan_run()))
    ledger.plan([claim("C1"), claim("C2")], [])
    for entry in ledger.entries():
        ledger.review(entry, UNSURE)
    run = run_of(ledger)
    runs.settle_task(runs.tasks_of(run)[0].id, TaskState.NEEDS_REVIEW)
    runs.move_run(run, RunState.NEEDS_REVIEW)
    states = []
    for item in reviews.open_items():
        reply(orders, item.id, "leave_out")
        states.append(runs.get(run).state)
    assert states == [RunState.NEEDS_REVIEW, RunState.PENDING]


def test_a_second_answer_is_refused_and_changes_nothing(orders: Orders) -> None:
    ledger = waiting_with(UNSURE)
    (item,) = reviews.open_items()
    reply(orders, item.id, "leave_out")
    told, result = reply(orders, item.id, "send_it")
    assert (told, result["code"]) == ("refused", "answered_already")
    assert result["params"]["who"] == SOMEBODY.name
    assert only(ledger).state is RecordState.SKIPPED


@pytest.mark.parametrize(
    ("item", "answer", "code"), [(404, "retry", "unknown_item"), (1, "maybe", "wrong_state")]
)
def test_an_answer_that_cannot_be_is_refused(orders: Orders, item: int, answer: str, code: str) -> None:
    waiting_with(UNSURE)
    before = everything()["RecordRow"]
    assert reply(orders, item, answer)[1]["code"] == code
    assert everything()["RecordRow"] == before


@pytest.mark.parametrize(
    ("code", "answers"),
    [
        ("unusual_count", ("go_on", "stop")),
        ("limit_reached", ("go_on", "stop")),
        ("first_run", ("nothing_entered_yet", "stop")),
        ("parents_left_out", ("leave_out_too", "stop")),
        ("parents_unknown", ("go_on", "stop")),
    ],
)
def test_a_person_may_let_the_run_go_on_and_is_not_asked_twice(
    orders: Orders, code: str, answers: tuple[str, str]
) -> None:
    run = in_state(RunState.NEEDS_REVIEW)
    reviews.ask(run, runs.tasks_of(run)[0].id, code, {}, answers)
    reply(orders, reviews.open_items()[0].id, answers[0])
    assert runs.get(run).options["accepted"] == {code: SOMEBODY.as_json()}
    assert runs.get(run).state == RunState.PENDING


def test_a_person_may_stop_a_run_instead(orders: Orders) -> None:
    run = in_state(RunState.NEEDS_REVIEW)
    reviews.ask(run, runs.tasks_of(run)[0].id, "unusual_count", {}, ("go_on", "stop"))
    reply(orders, reviews.open_items()[0].id, "stop")
    assert runs.get(run).options["cancel"] == SOMEBODY.as_json()
    assert runs.get(run).options.get("accepted") is None


def test_a_failed_task_is_tried_again_when_a_person_says_so(orders: Orders) -> None:
    run = in_state(RunState.FAILED)
    reviews.ask(run, runs.tasks_of(run)[0].id, "task_failed", {}, ("retry", "stop"))
    reply(orders, reviews.open_items()[0].id, "retry")
    assert runs.get(run).state == RunState.PENDING
    assert runs.get(run).options.get("accepted") is None


# ── what an answer needs ──────────────────────────────────────────────────────────────────────────────
def failed_download(failure: Failure) -> str:
    """A run whose download failed in a way that a person is asked about; its run."""
    tasks = (
        PlannedTask("billing", TaskKind.DOWNLOAD, "meridian", ()),
        PlannedTask("claims", TaskKind.PROCESS, None, ("billing",)),
    )
    run = plan_run(tasks=tasks)
    lease = begin(run, "billing")
    runs.fail_task(lease, failure)
    accounts.set_account("main", "meridian", "frontdesk", 1)
    recovery.settle(run, lease.task_id, WorkerDied(exit_code=None))
    if runs.task(lease.task_id).state != TaskState.WAITING:
        runs.move_run(run, RunState.NEEDS_REVIEW)
    return run


def handed_in(run: str, kind: str = "handed_in") -> dict[str, str]:
    """A file as a face seals it before it answers."""
    proof = evidence.hand_in(run, None, DATA, b"a report", kind=kind, name="billing.xls", media_type="x")
    return {"evidence": proof.id, "sha256": proof.sha256, "name": "billing.xls"}


UNSAFE = DownloadUnsafe(file="billing.xls", found="a macro", limit="none")


def test_a_file_handed_in_takes_the_place_of_the_download(orders: Orders) -> None:
    run = failed_download(UNSAFE)
    (item,) = reviews.open_items(run)
    assert reply(orders, item.id, "hand_in", **handed_in(run))[0] == "done"
    assert runs.get(run).options["handed_in"]["billing"]["actor"] == SOMEBODY.as_json()
    assert (runs.get(run).state, runs.tasks_of(run)[0].state) == (RunState.PENDING, TaskState.WAITING)
    assert reviews.get(item.id).given["sha256"]


@pytest.mark.parametrize("spoilt", [{"sha256": "0" * 64}, {"evidence": "nothing"}, {"kind": "download"}])
def test_a_file_that_nobody_handed_in_is_refused_and_nothing_changes(
    orders: Orders, spoilt: dict[str, str]
) -> None:
    run = failed_download(UNSAFE)
    told = handed_in(run, spoilt.pop("kind", "handed_in")) | spoilt
    before = everything()["ReviewRow"], everything()["RunRow"]
    assert reply(orders, reviews.open_items(run)[0].id, "hand_in", **told)[1]["code"] == "answer_incomplete"
    assert (everything()["ReviewRow"], everything()["RunRow"]) == before


def test_a_file_handed_in_that_is_refused_goes_straight_back_to_the_person(orders: Orders) -> None:
    run = failed_download(UNSAFE)
    reply(orders, reviews.open_items(run)[0].id, "hand_in", **handed_in(run))
    lease = begin(run, "billing")
    runs.fail_task(lease, DownloadStale(file="billing.xls", expected="a", found="b"))
    recovery.settle(run, lease.task_id, WorkerDied(exit_code=None))
    assert runs.task(lease.task_id).state == TaskState.NEEDS_REVIEW  # never three times the same file
    assert runs.get(run).options["handed_in"] == {}


def test_leaving_out_wants_a_reason(orders: Orders) -> None:
    ledger = waiting_with(REFUSED, refused=True)
    (item,) = reviews.open_items()
    told = wish(orders, "answer", item=item.id, version=1, answer="leave_out", reason="  ")
    assert told[1]["code"] == "answer_incomplete"
    assert only(ledger).state is RecordState.REJECTED
    assert reviews.open_items()


def test_an_answer_without_the_version_that_was_seen_is_no_answer(orders: Orders) -> None:
    waiting_with(UNSURE)
    (item,) = reviews.open_items()
    assert wish(orders, "answer", item=item.id, answer="send_it")[0] == "refused"
    assert reviews.open_items()


def test_one_new_password_lets_every_run_go_on_that_waited_for_it(orders: Orders) -> None:
    refused = AccountLocked(site="meridian", account="frontdesk")
    first = failed_download(refused)
    other = plan_run(automation="dental", tasks=(PlannedTask("billing", TaskKind.DOWNLOAD, "meridian", ()),))
    lease = begin(other, "billing")
    runs.fail_task(lease, refused)
    recovery.settle(other, lease.task_id, WorkerDied(exit_code=None))
    runs.move_run(other, RunState.FAILED)
    (shown,) = queries.open_reviews()
    assert [each["run"] for each in shown["also"]] == [other]
    assert reply(orders, shown["id"], "new_password", password_version=2)[0] == "done"
    assert [runs.get(run).state for run in (first, other)] == [RunState.PENDING] * 2
    account = accounts.find("main", "meridian")
    assert account is not None
    assert account.password_version == 2
    assert {reviews.get(item.id).given["password_version"] for item in reviews_of(first, other)} == {2}


def test_a_shared_answer_is_not_refused_because_one_run_was_replaced_meanwhile(orders: Orders) -> None:
    refused = AccountLocked(site="meridian", account="frontdesk")
    first = failed_download(refused)
    runs.move_run(first, RunState.FAILED)
    again = failed_download(refused)  # planned for the same duty after the first had failed
    (shown,) = queries.open_reviews()
    newer = shown["id"] if shown["run"] == again else shown["also"][0]["item"]
    assert reply(orders, newer, "new_password", password_version=2)[0] == "done"
    assert [runs.get(run).state for run in (first, again)] == [RunState.FAILED, RunState.PENDING]


def reviews_of(*run_ids: str) -> list[Any]:
    """Every question of these runs."""
    return [reviews.get(item["id"]) for run in run_ids for item in queries.run(run)["reviews"]]


def test_finishing_by_hand_needs_no_question_and_is_refused_where_nothing_is_left(orders: Orders) -> None:
    ledger = waiting_with(UNSURE)
    run = run_of(ledger)
    assert wish(orders, "finish_by_hand", run=run)[0] == "done"
    assert only(ledger).state is RecordState.TAKEN
    assert only(ledger).reason == {
        "code": "taken",
        "params": {"state": "IN_REVIEW", "question": "no_control"},
    }
    (item,) = reviews.open_items(run)
    assert item.question == "taken"
    assert reply(orders, item.id, "give_back")[0] == "done"
    assert only(ledger).state is RecordState.IN_DOUBT
    assert runs.get(run).state == RunState.PENDING
    assert wish(orders, "finish_by_hand", run=plan_run(automation="empty"))[1]["code"] == "wrong_state"


def test_a_row_that_cannot_be_right_takes_new_values_or_a_reason(orders: Orders) -> None:
    run = in_state(RunState.NEEDS_REVIEW)
    task = runs.tasks_of(run)[0].id
    for number in (2, 3):
        place = f"{'a' * 64}//{number}"
        reviews.ask(run, task, "row_invalid", {"place": place}, ROW_ANSWERS, cause=f"{run}/row/{place}")
    first, second = reviews.open_items(run)
    told = handed_in(run, "correction")
    assert reply(orders, first.id, "correct", **told)[0] == "done"
    assert runs.get(run).state == RunState.NEEDS_REVIEW  # the other row is still asked about
    assert reply(orders, second.id, "leave_out")[0] == "done"
    assert runs.get(run).state == RunState.PENDING
    found = corrections.of_rows(run)
    assert [(each.values, each.reason) for each in found.values()] == [
        (told["evidence"], None),
        (None, "seen at the site"),
    ]
