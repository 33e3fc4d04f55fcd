"""The fence: a worker that no longer owns its run can write nothing, whatever it tries."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from agent.core.failures import FenceLost, PageTimeout
from agent.core.states import RecordState
from agent.store import accounts, checkpoints, corrections, evidence, runs
from agent.store.lease import Lease
from agent.store.ledger import Entry, Ledger, Question
from agent.store.tables import BlobRow
from tests.store.ground import DATA, SOMEBODY, begin, claim, crash, everything, ledger_of, plan_run

ASKED = Question("found_several", {}, ("leave_out",))


@dataclass
class Desk:
    """A worker's lease, its ledger, and one record in the state that the write needs."""

    lease: Lease
    ledger: Ledger
    entry: Entry


WRITES: dict[str, tuple[RecordState | None, Callable[[Desk], object]]] = {
    "Ledger.plan": (None, lambda desk: desk.ledger.plan([claim("C2")], [("row 3", "cancelled")])),
    "Ledger.intend": (RecordState.PLANNED, lambda desk: desk.ledger.intend(desk.entry)),
    "Ledger.confirm": (RecordState.INTENDED, lambda desk: desk.ledger.confirm(desk.entry, "K1", "hash")),
    "Ledger.verify": (RecordState.CONFIRMED, lambda desk: desk.ledger.verify(desk.entry, None, ["amount"])),
    "Ledger.doubt": (RecordState.INTENDED, lambda desk: desk.ledger.doubt(desk.entry)),
    "Ledger.doubt_intended": (RecordState.INTENDED, lambda desk: desk.ledger.doubt_intended()),
    "Ledger.note_absence": (RecordState.IN_DOUBT, lambda desk: desk.ledger.note_absence(desk.entry)),
    "Ledger.plan_again": (RecordState.IN_DOUBT, lambda desk: desk.ledger.plan_again(desk.entry)),
    "Ledger.reject": (RecordState.IN_DOUBT, lambda desk: desk.ledger.reject(desk.entry, ASKED)),
    "Ledger.review": (RecordState.IN_DOUBT, lambda desk: desk.ledger.review(desk.entry, ASKED)),
    "Ledger.correct": (
        RecordState.IN_DOUBT,
        lambda desk: desk.ledger.correct(desk.entry, claim("C9"), SOMEBODY),
    ),
    "Ledger.ask_again": (RecordState.IN_DOUBT, lambda desk: desk.ledger.ask_again(desk.entry, ASKED)),
    "corrections.applied": (
        RecordState.PLANNED,
        lambda desk: corrections.applied(desk.lease, desk.entry.id),
    ),
    "Ledger.pictured": (RecordState.CONFIRMED, lambda desk: desk.ledger.pictured(desk.entry, "e1")),
    "Ledger.leave_out": (
        RecordState.PLANNED,
        lambda desk: desk.ledger.leave_out(desk.entry, "parent_left_out", SOMEBODY.as_json()),
    ),
    "Ledger.trust": (None, lambda desk: desk.ledger.trust(1)),
    "runs.finish_task": (None, lambda desk: runs.finish_task(desk.lease, b"sealed", {"enter": {}})),
    "runs.record_totals": (None, lambda desk: runs.record_totals(desk.lease, {"enter": {}})),
    "runs.fail_task": (None, lambda desk: runs.fail_task(desk.lease, PageTimeout(site="claimport"))),
    "runs.note_versions": (None, lambda desk: runs.note_versions(desk.lease, {"browser": "156"})),
    "checkpoints.finish": (None, lambda desk: checkpoints.finish(desk.lease, DATA, b"{}")),
    "accounts.count_try": (None, lambda desk: accounts.count_try(desk.lease, "main", "claimport")),
    "accounts.uncount_try": (None, lambda desk: accounts.uncount_try(desk.lease, "main", "claimport")),
    "accounts.take_step": (None, lambda desk: accounts.take_step(desk.lease, "main", "claimport", 7)),
    "accounts.lock": (None, lambda desk: accounts.lock(desk.lease, "main", "claimport")),
    "accounts.signed_in": (None, lambda desk: accounts.signed_in(desk.lease, "main", "claimport", b"s")),
    "evidence.keep": (
        None,
        lambda desk: evidence.keep(desk.lease, DATA, b"x", kind="download", name="a", media_type="a"),
    ),
}


def desk_with(state: RecordState | None) -> Desk:
    """A worker at its desk; its record has come as far as ``state``."""
    accounts.set_account("main", "claimport", "robot", 1)
    lease = begin(plan_run())
    accounts.count_try(lease, "main", "claimport")
    ledger = ledger_of(lease)
    ledger.plan([claim("C1")], []) if state else None
    if state not in {None, RecordState.PLANNED}:
        ledger.intend(ledger.entries()[0])
    if state is RecordState.CONFIRMED:
        ledger.confirm(ledger.entries()[0], "K1", "hash")
    if state is RecordState.IN_DOUBT:
        ledger.doubt(ledger.entries()[0])
    entries = ledger.entries()
    if entries:
        corrections.add(lease.run_id, SOMEBODY, record_id=entries[0].id, values="e1")
    return Desk(lease, ledger, entries[0] if entries else None)  # type: ignore[arg-type]


def changed(before: dict[str, list[object]]) -> set[str]:
    """The names of the tables that are no longer as they were."""
    after = everything()
    return {name for name in before if before[name] != after[name]}


@pytest.mark.parametrize("name", WRITES)
def test_with_its_lease_a_worker_may_write(store: Path, name: str) -> None:
    """The control for the test below: under a lease that holds, each of these writes changes something."""
    state, write = WRITES[name]
    desk = desk_with(state)
    before = everything()
    write(desk)
    assert changed(before)


@pytest.mark.parametrize("name", WRITES)
def test_without_its_lease_a_worker_writes_nothing(store: Path, name: str) -> None:
    """Another worker has taken the run over: the write is refused and no row has changed."""
    state, write = WRITES[name]
    desk = desk_with(state)
    crash(desk.lease)
    before = everything()
    with pytest.raises(FenceLost):
        write(desk)
    # Evidence is committed in its own file first; bytes that no row names are swept away.
    assert changed(before) <= ({"BlobRow"} if name == "evidence.keep" else set())
    evidence.sweep()
    assert BlobRow.select().count() == 0


def fenced_in(room: Any) -> set[str]:
    """Each function of a module or class that writes under a lease."""
    found = inspect.getmembers(room, inspect.isfunction)
    writes = ("lease.transaction(", "runs.finish_task(")
    name = room.__name__.rpartition(".")[2]
    return {f"{name}.{each}" for each, work in found if any(w in inspect.getsource(work) for w in writes)}


def test_every_write_of_a_worker_is_tried_above() -> None:
    rooms = (Ledger, runs, accounts, checkpoints, corrections, evidence)
    assert set().union(*map(fenced_in, rooms)) == set(WRITES)


def test_each_beginning_of_a_task_raises_the_fence(store: Path) -> None:
    lease = begin(plan_run())
    again = crash(lease)
    assert again.fence > lease.fence + 1  # once for seeing the worker dead, once for the new one
    assert (again.run_id, again.task_id) == (lease.run_id, lease.task_id)


def test_a_block_that_began_under_a_lost_fence_never_runs(store: Path) -> None:
    lease = begin(plan_run())
    crash(lease)
    with pytest.raises(FenceLost), lease.transaction():
        pytest.fail("the block must not run")


def test_a_lease_on_a_run_that_is_gone_is_lost(store: Path) -> None:
    with pytest.raises(FenceLost), Lease("20261123-gone", 1, 1).transaction():
        pytest.fail("the block must not run")
