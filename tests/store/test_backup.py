"""A backup is whole while others write, and a home that comes out of one enters nothing twice."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent.core.actors import Actor
from agent.core.failures import FenceLost, NotTakenOver
from agent.core.states import RecordState
from agent.store import database, evidence, home
from agent.store.database import close_store, copy_store, prepare_store
from agent.store.tables import BlobRow, EvidenceRow, HomeRow
from agent.worker import delivery as delivery_module
from tests.store.claim_desk import Desk, Site, Target, Worker, at_work, claims, states
from tests.store.ground import DATA, SOMEBODY, begin, crash, opened, plan_run

TOLD = {"made_at": "2026-11-23T05:00:00+00:00", "machine": "FRONT-2"}


@contextmanager
def restored(copy: Path, epoch: Callable[[], None]) -> Iterator[None]:
    """A copy of the store, opened as a home of its own."""
    close_store()
    prepare_store(copy / "ledger.db", copy / "evidence.db")
    epoch()
    try:
        yield
    finally:
        close_store()


def new_epoch() -> None:
    home.begin_again(TOLD, SOMEBODY)
    home.take_over(SOMEBODY)


def backed_up(folder: Path) -> Path:
    """Copy the open store."""
    copy = folder / "copy"
    copy.mkdir()
    copy_store(copy / "ledger.db", copy / "evidence.db")
    return copy


# ── the copy ──────────────────────────────────────────────────────────────────────────────────────────
def write_proofs(stop: threading.Event, begun: threading.Event) -> None:
    """Keep one piece of evidence after the other, as a worker does."""
    lease = begin(plan_run())
    while not stop.is_set():
        evidence.keep(lease, DATA, b"x" * 50_000, kind="download", name="x", media_type="x")
        begun.set()
    close_store()


def missing_after(copy: Callable[[Path, Path], None], folder: Path) -> int:
    """Copy while another thread writes, again and again; how many rows of the copies lack their bytes."""
    lost = 0
    for number in range(5):
        place = folder / str(number)
        place.mkdir()
        with opened(place):
            stop, begun = threading.Event(), threading.Event()
            writer = threading.Thread(target=write_proofs, args=(stop, begun))
            writer.start()
            assert begun.wait(20)
            try:
                copy(place / "copy-ledger.db", place / "copy-evidence.db")
            finally:
                stop.set()
                writer.join()
        prepare_store(place / "copy-ledger.db", place / "copy-evidence.db")
        named, there = ({row.id for row in table.select(table.id)} for table in (EvidenceRow, BlobRow))
        assert named
        lost += len(named - there)
        close_store()
    return lost


def test_each_row_of_a_copy_finds_its_bytes_although_a_worker_writes(tmp_path: Path) -> None:
    assert missing_after(copy_store, tmp_path) == 0


def test_copied_in_the_other_order_bytes_would_be_missing(tmp_path: Path) -> None:
    """The negative control: evidence first, then a worker's next proof, then the ledger."""

    def wrong_way(ledger: Path, proofs: Path) -> None:
        database._copy(database.EVIDENCE.connection(), proofs)
        count = EvidenceRow.select().count()
        while EvidenceRow.select().count() < count + 2:
            threading.Event().wait(0.01)
        database._copy(database.LEDGER.connection(), ledger)

    assert missing_after(wrong_way, tmp_path) > 0


# ── the new epoch ─────────────────────────────────────────────────────────────────────────────────────
def test_a_restored_home_waits_for_a_persons_word(store: Path) -> None:
    home.require_taken_over()
    home.begin_again(TOLD, SOMEBODY)
    assert home.epoch() == 2
    with pytest.raises(NotTakenOver) as told:
        home.require_taken_over()
    assert told.value.params == TOLD
    assert home.take_over(Actor("person", "ben", "Ben", "cli", "x"))
    home.require_taken_over()
    assert not home.take_over(SOMEBODY)
    assert HomeRow.get().restored["taken_over"]["by"]["id"] == "ben"


def test_a_worker_of_before_the_restore_writes_no_more(store: Path) -> None:
    lease = begin(plan_run())
    home.begin_again(TOLD, SOMEBODY)
    with pytest.raises(FenceLost), lease.transaction():
        pass


# ── an old backup, after deliveries ───────────────────────────────────────────────────────────────────
@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    with at_work(tmp_path) as found:
        yield found


def taken_up_again(worker: Worker, *, epoch: int = 2) -> Worker:
    """The same run in the restored home: its host recovers it, a new worker takes it up."""
    worker.lease = crash(worker.lease)
    return Worker(worker.lease, Site(worker.site.target), worker.destination, epoch=epoch)


@pytest.mark.parametrize("before", range(5))
def test_a_run_restored_at_any_record_enters_none_twice(worker: Worker, tmp_path: Path, before: int) -> None:
    """Backed up after so many of four claims were entered; the rest was entered after the backup."""
    worker.limit = before
    worker.plan(claims(4))
    worker.delivery().run()
    copy = backed_up(tmp_path)
    worker.limit = None
    worker.lease = crash(worker.lease)
    worker.delivery().run()
    assert states(worker) == [RecordState.VERIFIED] * 4
    with restored(copy, new_epoch):
        worker.lease = worker.lease.__class__(worker.lease.run_id, worker.lease.task_id, 0)
        again = taken_up_again(worker)
        again.delivery().run()
        assert states(again) == [RecordState.VERIFIED] * 4
    assert worker.site.target.numbers() == [f"C{number}" for number in range(1, 5)]


def day_after(target: Target, numbers: range, *, epoch: int = 2) -> Worker:
    """Another run of the restored home, with these claims."""
    worker = Worker(begin(plan_run(automation=f"run-{numbers.start}")), Site(target), Desk, epoch=epoch)
    worker.plan([claim for claim in claims(numbers.stop) if int(claim.claim_no[1:]) in numbers])
    worker.delivery().run()
    return worker


def lost_days(tmp_path: Path, worker: Worker, *, epoch: int) -> list[str]:
    """Back up; enter claims 1-3 by an unknown run; restore; enter 4-5, then 1-5 again."""
    worker.plan(claims(0))
    copy = backed_up(tmp_path)
    day_after(worker.site.target, range(1, 4), epoch=1)
    with restored(copy, new_epoch):
        day_after(worker.site.target, range(4, 6), epoch=epoch)  # now it has looked, in this epoch
        day_after(worker.site.target, range(1, 6), epoch=epoch)
    return worker.site.target.numbers()


def test_what_only_the_target_knows_is_looked_up_in_every_later_run(worker: Worker, tmp_path: Path) -> None:
    """A run after the first one meets claims of the time between backup and restore."""
    assert lost_days(tmp_path, worker, epoch=2) == ["C1", "C2", "C3", "C4", "C5"]


def test_trusting_after_one_look_would_enter_them_twice(
    worker: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: a restored home that trusts its ledger once one batch was looked up."""
    monkeypatch.setattr(delivery_module, "FIRST_EPOCH", 2)
    assert lost_days(tmp_path, worker, epoch=2) == ["C1", "C1", "C2", "C2", "C3", "C3", "C4", "C5"]


def test_without_a_new_epoch_they_would_be_entered_twice(worker: Worker, tmp_path: Path) -> None:
    """The negative control: a copy put back by hand, its epoch not raised, its destination trusted."""
    worker.ledger.trust(1)
    worker.plan(claims(2))
    copy = backed_up(tmp_path)
    worker.delivery().run()
    with restored(copy, lambda: None):
        worker.lease = worker.lease.__class__(worker.lease.run_id, worker.lease.task_id, 0)
        taken_up_again(worker, epoch=1).delivery().run()
    assert worker.site.target.numbers() == ["C1", "C1", "C2", "C2"]
