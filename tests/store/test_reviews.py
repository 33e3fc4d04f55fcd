"""Questions for a person, their answers, people's wishes, and how often a password is typed."""

import threading
from pathlib import Path

import pytest

from agent.core.actors import Actor
from agent.core.failures import AccountLocked, AnsweredAlready, QuestionChanged, UnknownItem, WrongState
from agent.core.states import RECORD_TRANSITIONS, RecordState, sources
from agent.store import accounts, commands, queries, reviews, runs
from agent.store.database import close_store
from agent.store.ledger import Question
from agent.store.tables import AccountRow, RecordRow
from tests.store.ground import SOMEBODY, begin, claim, everything, ledger_of, plan_run

BEA = Actor("person", "bea", "Bea Ong", "panel", "elsewhere")


def asked(run: str | None = None) -> int:
    """One open question about a run; its number."""
    run = run or plan_run()
    reviews.ask(run, runs.tasks_of(run)[0].id, "task_failed", {"task": "enter"}, ("retry", "stop"))
    return int(reviews.open_items(run)[-1].id)


def test_the_first_answer_wins(store: Path) -> None:
    item = asked()
    assert [each.id for each in reviews.answer(item, 1, "retry", SOMEBODY)] == [item]
    with pytest.raises(AnsweredAlready) as caught:
        reviews.answer(item, 1, "stop", BEA)
    told = caught.value.params
    assert (told["who"], told["answer"]) == (SOMEBODY.name, "retry")
    assert told["at"] == reviews.get(item).answered_at.isoformat(timespec="seconds")
    assert (reviews.get(item).answer, reviews.get(item).actor) == ("retry", SOMEBODY.as_json())


def test_of_two_who_answer_at_once_exactly_one_is_heard(store: Path) -> None:
    item = asked()
    start, heard = threading.Barrier(2), []

    def reply(given: str, actor: Actor) -> None:
        start.wait()
        try:
            reviews.answer(item, 1, given, actor)
            heard.append(given)
        except AnsweredAlready:
            pass
        finally:
            close_store()

    people = [threading.Thread(target=reply, args=each) for each in (("retry", SOMEBODY), ("stop", BEA))]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert heard == [reviews.get(item).answer]


def test_an_answer_that_was_not_offered_changes_nothing(store: Path) -> None:
    item = asked()
    before = everything()
    with pytest.raises(WrongState):
        reviews.answer(item, 1, "send_it", SOMEBODY)
    assert everything() == before


def test_a_question_that_nobody_asked_has_no_answer(store: Path) -> None:
    with pytest.raises(UnknownItem):
        reviews.answer(404, 1, "retry", SOMEBODY)


def test_the_same_question_stays_one_until_it_is_answered(store: Path) -> None:
    run = plan_run()
    first = asked(run)
    assert asked(run) == first
    reviews.answer(first, 1, "retry", SOMEBODY)
    assert asked(run) != first


def test_an_answer_to_what_the_question_was_is_refused(store: Path) -> None:
    run = plan_run()
    item = asked(run)
    task = runs.tasks_of(run)[0].id
    assert reviews.ask(run, task, "task_failed", {"task": "enter", "tries": 2}, ("retry", "stop")) == item
    with pytest.raises(QuestionChanged) as caught:
        reviews.answer(item, 1, "retry", SOMEBODY)
    assert caught.value.params["version"] == 2
    assert reviews.answer(item, 2, "retry", SOMEBODY)


def test_one_cause_is_one_question_for_every_run_that_meets_it(store: Path) -> None:
    runs_of = [plan_run(automation=name) for name in ("clinic", "dental", "other")]
    causes = ("password/main/claimport", "password/main/claimport", "password/main/rt")
    items = [
        reviews.ask(run, runs.tasks_of(run)[0].id, "task_failed", {}, ("new_password", "stop"), cause=cause)
        for run, cause in zip(runs_of, causes, strict=True)
    ]
    first, other = queries.open_reviews()
    assert (first["id"], [each["item"] for each in first["also"]], other["id"]) == (
        items[0],
        [items[1]],
        items[2],
    )
    answered = reviews.answer(items[1], 1, "new_password", SOMEBODY, {"password_version": 2})
    assert [each.id for each in answered] == [items[1], items[0]]
    assert [each.id for each in reviews.open_items()] == [items[2]]


def test_stopping_one_run_answers_for_no_other(store: Path) -> None:
    runs_of = [plan_run(automation=name) for name in ("clinic", "dental")]
    items = [
        reviews.ask(
            run, runs.tasks_of(run)[0].id, "task_failed", {}, ("retry", "stop"), cause="site_down/main/x/"
        )
        for run in runs_of
    ]
    reviews.answer(items[0], 1, "stop", SOMEBODY)
    assert [each.id for each in reviews.open_items()] == [items[1]]


def test_questions_of_a_cancelled_run_are_withdrawn(store: Path) -> None:
    run, other = plan_run(), plan_run(automation="dental")
    item, theirs = asked(run), asked(other)
    reviews.withdraw(run)
    assert [each.id for each in reviews.open_items()] == [theirs]
    with pytest.raises(AnsweredAlready):
        reviews.answer(item, 1, "retry", SOMEBODY)


@pytest.mark.parametrize("old", RecordState)
@pytest.mark.parametrize("new", [RecordState.SKIPPED, RecordState.IN_DOUBT, RecordState.PLANNED])
def test_an_answer_moves_a_record_only_where_the_table_lets_it(
    store: Path, old: RecordState, new: RecordState
) -> None:
    ledger = ledger_of(begin(plan_run()))
    ledger.plan([claim("C1")], [])
    record = ledger.entries()[0].id
    RecordRow.update(state=old, attempts=2).execute()
    if old in sources(RECORD_TRANSITIONS, new):
        reviews.settle_record(record, new, SOMEBODY, {"code": "send_it"})
        entry = ledger.entry(record)
        assert (entry.state, entry.attempts) == (new, 0)
        assert RecordRow.get_by_id(record).actor == SOMEBODY.as_json()
    else:
        with pytest.raises(WrongState):
            reviews.settle_record(record, new, SOMEBODY, {"code": "send_it"})
        assert ledger.entry(record).state is old


def test_a_question_about_a_record_names_it(store: Path) -> None:
    ledger = ledger_of(begin(plan_run()))
    ledger.plan([claim("C1"), claim("C2")], [])
    ledger.review(
        ledger.entries()[1], Question("fill_differs", {"element": "amount"}, ("retry", "leave_out"))
    )
    (item,) = reviews.open_items()
    assert (item.record_id, item.question, item.answers) == (
        ledger.entries()[1].id,
        "fill_differs",
        ["retry", "leave_out"],
    )


# ── wishes ────────────────────────────────────────────────────────────────────────────────────────────
def test_wishes_are_carried_out_in_the_order_they_were_given(store: Path) -> None:
    given = [commands.give(verb, {"run": "x"}, SOMEBODY) for verb in ("run", "cancel", "run")]
    assert [row.id for row in commands.waiting()] == given
    commands.end(given[0], done=True, result={"run": "x"})
    assert [row.id for row in commands.waiting()] == given[1:]
    assert commands.result(given[0]) == ("done", {"run": "x"})
    assert commands.result(given[1]) == ("waiting", None)


def test_a_wish_that_was_refused_stays_refused(store: Path) -> None:
    wish = commands.give("cancel", {}, SOMEBODY)
    commands.end(wish, done=False, result={"code": "wrong_state"})
    commands.end(wish, done=True, result={})
    assert commands.result(wish) == ("refused", {"code": "wrong_state"})


def test_a_verb_that_nobody_carries_out_is_no_wish(store: Path) -> None:
    with pytest.raises(ValueError, match="shred"):
        commands.give("shred", {}, SOMEBODY)
    assert commands.waiting() == []


# ── sign-in tries ─────────────────────────────────────────────────────────────────────────────────────
def tries() -> int:
    """How many tries are counted."""
    return int(AccountRow.get().tries)


def test_a_password_version_is_typed_twice_at_most_whoever_types_it(store: Path) -> None:
    """A third try is refused before anything is typed, also in another run and after a crash."""
    accounts.set_account("main", "claimport", "robot", 1)
    for number in range(2):
        accounts.count_try(begin(plan_run(slot=str(number))), "main", "claimport")
    lease = begin(plan_run(slot="third"))
    for _ in range(3):
        with pytest.raises(AccountLocked):
            accounts.count_try(lease, "main", "claimport")
    assert tries() == 2


def test_a_new_password_version_may_be_tried_again(store: Path) -> None:
    accounts.set_account("main", "claimport", "robot", 1)
    lease = begin(plan_run())
    for _ in range(2):
        accounts.count_try(lease, "main", "claimport")
    accounts.set_account("main", "claimport", "robot", 2)
    accounts.count_try(lease, "main", "claimport")
    assert tries() == 1


def test_an_account_that_the_site_locked_is_not_tried_again(store: Path) -> None:
    accounts.set_account("main", "claimport", "robot", 1)
    lease = begin(plan_run())
    accounts.lock(lease, "main", "claimport")
    with pytest.raises(AccountLocked):
        accounts.count_try(lease, "main", "claimport")


def test_success_begins_the_count_anew_and_an_unanswered_try_is_none(store: Path) -> None:
    accounts.set_account("main", "claimport", "robot", 1)
    lease = begin(plan_run())
    accounts.count_try(lease, "main", "claimport")
    accounts.uncount_try(lease, "main", "claimport")
    accounts.uncount_try(lease, "main", "claimport")
    assert tries() == 0
    accounts.count_try(lease, "main", "claimport")
    accounts.signed_in(lease, "main", "claimport", b"sealed session")
    assert tries() == 0
    found = accounts.find("main", "claimport")
    assert found is not None
    assert bytes(found.session or b"") == b"sealed session"


def test_a_changed_account_forgets_the_old_session(store: Path) -> None:
    accounts.set_account("main", "claimport", "robot", 1)
    accounts.signed_in(begin(plan_run()), "main", "claimport", b"session of the robot")
    accounts.set_account("main", "claimport", "other", 2)
    found = accounts.find("main", "claimport")
    assert found is not None
    assert (found.name, found.session, found.password_version) == ("other", None, 2)
    assert accounts.find("west", "claimport") is None
