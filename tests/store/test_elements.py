"""Elements over time: what is remembered is sealed; a commit is repaired by a person or not at all."""

from pathlib import Path

import pytest
from peewee import IntegrityError

from agent.core.actors import Actor
from agent.core.failures import WrongState
from agent.store import elements
from agent.store.elements import Seen
from agent.store.fields import utc_now
from agent.store.tables import ElementRepairRow
from tests.store.ground import DATA, INDEX, SOMEBODY, begin, plan_run

MACHINE = Actor("automation", "clinic", "clinic", "worker", "front-desk")
SAVE = {"element": "save", "kind": "commit", "base": "b1", "locator": {"css": "#save2"}}
EXPORT = {"element": "export", "kind": "read", "base": "b2", "locator": {"role": "button", "name": "Create"}}


def seen(element: str, words: str = "Save claim") -> Seen:
    return Seen(element, "b1", {"sort": "control", "tag": "input", "name": words}, None, utc_now())


def test_how_an_element_looked_is_remembered_sealed(store: Path) -> None:
    lease = begin(plan_run())
    elements.note_seen(lease, DATA, "claimport", [seen("save"), seen("back", "Back")])
    elements.note_seen(lease, DATA, "claimport", [seen("save", "Store the claim")])
    found = elements.last_seen(DATA, "claimport")
    assert {name: each.trace["name"] for name, each in found.items()} == {
        "save": "Store the claim",
        "back": "Back",
    }
    assert elements.last_seen(INDEX, "claimport") == {}, "another key opens nothing"
    held = b"".join(file.read_bytes() for file in store.parent.glob("ledger.db*"))
    assert b"Store the claim" not in held


def test_a_later_repair_takes_the_place_of_an_earlier_one(store: Path) -> None:
    elements.accept("claimport", EXPORT, SOMEBODY, run="r1", item=1)
    elements.accept("claimport", {**EXPORT, "locator": {"css": "#x"}}, MACHINE, run="r2")
    (repair,) = elements.repairs("claimport")
    assert (repair.locator, repair.by_person) == ({"css": "#x"}, False)
    ended = [(each["id"], each["why_dropped"]) for each in elements.all_repairs("claimport")]
    assert ended == [(2, None), (1, elements.REPLACED)]


def test_a_dropped_repair_is_still_listed(store: Path) -> None:
    elements.accept("claimport", EXPORT, SOMEBODY, run="r1")
    elements.drop([1], elements.BOOK_CHANGED)
    assert elements.repairs("claimport") == []
    assert [each["why_dropped"] for each in elements.all_repairs()] == [elements.BOOK_CHANGED]


def test_a_commit_is_repaired_by_a_person_or_not_at_all(store: Path) -> None:
    with pytest.raises(WrongState):
        elements.accept("claimport", SAVE, MACHINE, run="r1")
    assert elements.all_repairs() == []
    elements.accept("claimport", SAVE, SOMEBODY, run="r1", item=1)
    assert elements.repairs("claimport")[0].by_person


@pytest.mark.parametrize("kind", ["automation", "schedule", ""])
def test_the_store_itself_refuses_a_commit_that_no_person_repaired(store: Path, kind: str) -> None:
    """Whoever writes the row by other ways meets the table's own rule."""
    values = {
        "site": "claimport", "element": "save", "base": "b1", "locator": {}, "actor": {}, "run": "r1",
        "created_at": utc_now(),
    }  # fmt: skip
    ElementRepairRow.create(kind="read", actor_kind=kind, **values)
    ElementRepairRow.create(kind="commit", actor_kind="person", **values)
    with pytest.raises(IntegrityError):
        ElementRepairRow.create(kind="commit", actor_kind=kind, **values)


def test_a_proposal_is_taken_once_and_the_latest_counts(store: Path) -> None:
    lease = begin(plan_run())
    elements.propose(lease, {"element": "save"})
    elements.propose(lease, {"element": "export"})
    assert elements.take_proposal(lease.task_id) == {"element": "export"}
    assert elements.take_proposal(lease.task_id) is None
