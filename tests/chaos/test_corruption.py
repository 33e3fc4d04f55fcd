"""Nothing that is spoiled silently between file and target ends as COMPLETED."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chaos import spoiling
from tests.chaos.corruption import Mornings, Tally, at_home, spoil_at
from tests.chaos.places import PLACES


@pytest.fixture(scope="module")
def mornings() -> Iterator[Mornings]:
    """One home for all the mornings of this file."""
    with at_home(7) as lived:
        yield lived


def test_a_morning_without_harm_is_completed_and_exact(mornings: Mornings) -> None:
    assert mornings.unspoiled()


@pytest.mark.parametrize("place", PLACES)
def test_every_kind_is_caught_before_the_run_is_completed(mornings: Mornings, place: str) -> None:
    """Once each; what is spoiled before the upload is caught before anything has been entered."""
    tally = spoil_at(place, len(spoiling.KINDS), mornings)
    assert (tally.caught, dict(tally.missed)) == (len(spoiling.KINDS), {})
    assert tally.entered_before == 0 or place in {"form", "target"}


@pytest.mark.parametrize("place", PLACES)
def test_without_its_guard_a_place_lets_other_letters_through(mornings: Mornings, place: str) -> None:
    """The control: no total shows a name in another encoding, so only the place's own guard can."""
    tally = Tally()
    while not tally.missed and tally.spoiled < 20:  # one way of several is caught by the seal itself
        mornings.live(place, "other encoding", tally, guarded=False)
    assert tally.missed["other encoding"] > 0


def test_an_author_s_own_amounts_are_seen_by_the_totals_and_own_letters_by_nobody(mornings: Mornings) -> None:
    """What `process` says of a value is its own business, as far as counts and control totals agree."""
    tally = Tally()
    for kind in ("decimal point moved", "row dropped", "row repeated"):
        mornings.live("author", kind, tally)
    assert tally.caught == 3
    while not tally.missed and tally.spoiled < 20:  # set after the record was made, it would be caught
        mornings.live("author", "other encoding", tally)
    assert tally.missed["other encoding"] > 0
