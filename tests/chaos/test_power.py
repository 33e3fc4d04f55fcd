"""The power goes at any moment: no acknowledged commit is lost, and the harness would see it if one were."""

from __future__ import annotations

import random

import pytest

from tests.chaos import images, power
from tests.chaos.tape import Acknowledged, Sync, Tape, Write

PAGE = b"new" * 1000


def test_after_a_power_loss_every_acknowledged_commit_is_there() -> None:
    """The product's own pragmas: none lost, none torn, nothing damaged, no evidence named in vain."""
    tally = power.crash(250, 7)
    assert (tally.lost, tally.torn, tally.damaged, tally.dangling) == (0, 0, 0, 0), tally.broken
    assert tally.images == 250
    assert tally.commits > 50
    assert tally.checkpoints > 0
    assert tally.moments["Write"] > 50


@pytest.mark.parametrize(("synchronous", "sign"), [("normal", "lost"), ("off", "damaged")])
def test_with_weaker_syncs_the_loss_is_seen(synchronous: str, sign: str) -> None:
    """The controls: NORMAL loses commits that were acknowledged, OFF damages files."""
    tally = power.crash(50, 7, synchronous)
    assert getattr(tally, sign) > 0
    assert (tally.damaged > 0) == (synchronous == "off")


def test_what_was_synced_is_kept_and_of_the_rest_sectors_old_or_new() -> None:
    """One write over a sector's border: each half is as before or as written, and a sync keeps both."""
    tape = Tape({"ledger.db": b"old" * 1000})
    disk = images.Disk(tape)
    disk.play(Write(0, 0, PAGE))
    halves = {(image[:512], image[512:1024]) for image in _crashes(disk)}
    old, new = b"old" * 1000, PAGE
    assert halves == {(a[:512], b[512:1024]) for a in (old, new) for b in (old, new)}
    disk.play(Sync(0))
    disk.play(Acknowledged("ledger.db", 1))
    assert set(_crashes(disk)) == {PAGE}


def _crashes(disk: images.Disk) -> list[bytes]:
    dice = random.Random(1)
    return [disk.crash(dice)["ledger.db"] for _ in range(300)]
