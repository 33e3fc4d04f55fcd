"""A small dose of ``python -m tests.chaos``, and what it finds when a guard of the protocol is off."""

from pathlib import Path

import pytest

from agent.core.failures import FenceLost
from agent.worker.delivery import Delivery
from tests.chaos.guards import GUARDS, guards_off
from tests.chaos.living import live
from tests.store.claim_desk import SETTLE_SECONDS, Worker, at_work, claims
from tests.store.ground import crash


def test_killed_at_any_instant_nothing_is_lost_doubled_or_altered() -> None:
    """Workers and hosts die; the target loses answers, lies and comes late; a person answers at times."""
    tally = live(25, seed=11)
    assert tally.broken == []
    assert (tally.kills, tally.lost, tally.doubled, tally.altered) == (25, 0, 0, 0)
    assert tally.between >= 5


@pytest.mark.parametrize("guard", sorted(set(GUARDS) - {"fence"}))
def test_without_a_guard_the_kills_find_it_out(guard: str) -> None:
    """The control: the same kills, one guard off, and something is doubled or unaccounted for."""
    tally = live(120, seed=3, guard_off=guard)
    assert tally.broken


def _orphan_sends_again(worker: Worker) -> None:
    """A worker is about to believe that a claim is absent when it is thought dead; its successor sends the
    claim, which lands late; then the orphan wakes up and goes on where it was.
    """
    worker.plan(claims(2))
    worker.ledger.trust(1)
    first, second = worker.ledger.entries()
    worker.site.target.save(claims(2)[1])
    worker.ledger.verify(second, None, [])
    worker.ledger.intend(first)
    worker.ledger.doubt(first)
    orphan = worker.delivery()
    orphan._site.open()
    worker.lease = crash(worker.lease)  # the orphan is not found: it is fenced off, not dead
    worker.ledger.plan_again(first)
    worker.ledger.intend(worker.ledger.entry(first.id))
    worker.site.target.save_late(claims(1)[0])
    worker.lease = crash(worker.lease)
    worker.ledger.doubt_intended()
    _go_on(orphan, first.id)
    worker.delivery().run()


def _go_on(orphan: Delivery, record: int) -> None:
    orphan._ledger.plan_again(orphan._ledger.entry(record))
    orphan._enter_planned()


def test_an_orphan_can_do_nothing_and_without_the_fence_it_doubles(tmp_path: Path) -> None:
    """Under the fence its first write is refused; without it the claim is sent while one is on its way."""
    for name in ("fenced", "unfenced"):
        (tmp_path / name).mkdir()
    with at_work(tmp_path / "fenced") as worker, pytest.raises(FenceLost):
        _orphan_sends_again(worker)
    with at_work(tmp_path / "unfenced") as worker, guards_off("fence"):
        _orphan_sends_again(worker)
        worker.site.target.wait(SETTLE_SECONDS)
        assert worker.site.target.numbers() == ["C1", "C1", "C2"]
