"""The question about lost elements, and what answering it does."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.core.failures import ElementAmbiguous, ElementMissing, Failure
from agent.core.states import RunState, TaskState
from agent.host import recovery
from agent.host.keys import Keys
from agent.host.orders import Orders
from agent.store import commands, elements, reviews, runs
from agent.store.lease import Lease
from agent.system.paths import Home
from agent.system.seal import new_key
from tests.store.ground import SOMEBODY, begin, opened, plan_run

MISSING = ElementMissing(site="claimport", element="save")


@pytest.fixture(autouse=True)
def store(tmp_path: Path) -> Iterator[None]:
    with opened(tmp_path):
        yield


@pytest.fixture
def orders(tmp_path: Path) -> Orders:
    nothing: Any = None
    home = Home(tmp_path)
    home.mark_demo()  # its vault is a file: no keyring is needed
    return Orders(home, nothing, Keys(new_key()))


def wish(orders: Orders, verb: str, **args: Any) -> tuple[str, Any]:
    number = commands.give(verb, args, SOMEBODY)
    orders.carry_out()
    return commands.result(number)


def reply(orders: Orders, item: Any, **args: Any) -> tuple[str, Any]:
    return wish(orders, "answer", item=item.id, version=item.version, answer="accept_repair", **args)


def candidate(number: int, element: str = "save", kind: str = "commit") -> dict[str, Any]:
    return {
        "number": number,
        "element": element,
        "kind": kind,
        "base": f"base-{element}",
        "score": 0.9,
        "sure": False,
        "box": [1, 2, 3, 4],
        "locator": {"css": f"#{element}{number}"},
        "shown": "button “Save”",
        "sends": True,
    }


def proposal(*candidates: dict[str, Any], missing: int = 1) -> dict[str, Any]:
    return {
        "site": "claimport",
        "element": "save",
        "kind": "commit",
        "found": 0,
        "missing": missing,
        "of": 4,
        "page": "/claim/new.php",
        "picture": "p1",
        "before": "gone",
        "before_box": [0, 0, 1, 1],
        "elements": [{"element": "save", "best": 1}],
        "candidates": list(candidates),
    }


def fail(lease: Lease, failure: Failure, proposed: dict[str, Any] | None = None) -> Any:
    """The worker stores what went wrong and what it proposes, and is then seen dead."""
    if proposed is not None:
        elements.propose(lease, proposed)
    runs.fail_task(lease, failure)
    recovery.settle(lease.run_id, lease.task_id, failure)
    return reviews.open_items(lease.run_id)[0]


def test_a_lost_element_is_asked_about_with_its_candidates() -> None:
    item = fail(begin(plan_run()), MISSING, proposal(candidate(1), candidate(2)))
    assert item.question == "element_missing"
    assert item.answers[0] == "accept_repair"
    told = item.params
    assert [each["number"] for each in told["candidates"]] == [1, 2]
    assert (told["picture"], told["task"]) == ("p1", "enter")
    assert told["before"] is None, "a picture whose bytes are gone is not offered"


def test_what_could_not_be_looked_at_is_asked_about_without_candidates() -> None:
    item = fail(begin(plan_run()), ElementAmbiguous(site="claimport", element="save", found=2))
    assert (item.question, item.params["found"], item.params["candidates"]) == ("element_ambiguous", 2, [])
    assert "accept_repair" not in item.answers


def test_a_proposal_about_another_element_is_not_shown() -> None:
    item = fail(begin(plan_run()), ElementMissing(site="claimport", element="amount"), proposal(candidate(1)))
    assert (item.params["element"], item.params["candidates"]) == ("amount", [])


def test_many_at_once_are_one_question() -> None:
    item = fail(begin(plan_run()), MISSING, proposal(candidate(1), candidate(2, "amount", "fill"), missing=2))
    assert item.question == "site_looks_different"


def test_accepting_lays_the_chosen_ones_over_the_book_and_wakes_the_run(orders: Orders) -> None:
    lease = begin(plan_run())
    item = fail(
        lease, MISSING, proposal(candidate(1), candidate(2), candidate(3, "amount", "fill"), missing=2)
    )
    runs.move_run(lease.run_id, RunState.NEEDS_REVIEW)
    assert reply(orders, item, candidates=[2, 3])[0] == "done"
    laid = {repair.element: repair.locator for repair in elements.repairs("claimport")}
    assert laid == {"save": {"css": "#save2"}, "amount": {"css": "#amount3"}}
    assert [task.state for task in runs.tasks_of(lease.run_id)] == [TaskState.WAITING]


@pytest.mark.parametrize("args", [{}, {"candidate": 9}, {"candidates": [1, 2]}, {"candidate": "1"}])
def test_a_wrong_choice_changes_nothing(orders: Orders, args: dict[str, Any]) -> None:
    """None, one that was not offered, two for one element, no number."""
    lease = begin(plan_run())
    item = fail(lease, MISSING, proposal(candidate(1), candidate(2)))
    runs.move_run(lease.run_id, RunState.NEEDS_REVIEW)
    assert reply(orders, item, **args)[0] == "refused"
    assert elements.all_repairs() == []
    assert reviews.get(item.id).answer is None


def test_one_answer_settles_the_same_cause_of_two_runs(orders: Orders) -> None:
    """The other run's numbers mean its own picture: only what was pointed at is laid over the book."""
    first, second = begin(plan_run()), begin(plan_run(automation="other"))
    item = fail(first, MISSING, proposal(candidate(1)))
    twin = fail(second, MISSING, proposal({**candidate(1), "locator": {"css": "#another"}}))
    for lease in (first, second):
        runs.move_run(lease.run_id, RunState.NEEDS_REVIEW)
    assert reply(orders, item, candidate=1)[0] == "done"
    assert reviews.get(twin.id).answer == "accept_repair"
    assert [each["locator"] for each in elements.all_repairs()] == [{"css": "#save1"}]


def test_a_repair_is_taken_back(orders: Orders) -> None:
    elements.accept("claimport", candidate(1), SOMEBODY, run="r")
    assert wish(orders, "forget_repair", repair=1) == ("done", {"repair": 1})
    assert elements.repairs("claimport") == []
    assert wish(orders, "forget_repair", repair=1)[0] == "refused"
