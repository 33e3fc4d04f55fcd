"""Small doses of the simulations; the full ones by ``python -m tests.simulation`` (docs/testing.md)."""

import logging
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from agent.host import agenda
from agent.store import occurrences
from agent.store.tables import OccurrenceRow
from tests.simulation import countries, jumps, zones
from tests.simulation.world import World, simulated

ROOT = Path(__file__).resolve().parents[2]
ZONES = ("Europe/Vienna", "Australia/Lord_Howe", "Africa/Cairo", "Antarctica/Troll", "Africa/Casablanca")


@pytest.fixture
def world() -> Iterator[World]:
    """A computer with a store of its own."""
    logging.getLogger("agent").setLevel(logging.ERROR)
    with simulated() as found:
        yield found


@pytest.mark.parametrize("zone", ZONES)
def test_each_half_hour_of_changed_days_begins_once(zone: str) -> None:
    for change in random.Random(zone).sample(zones.changes(zone), 6):
        assert list(zones.walk(change, seed=1)) == []


def test_each_half_hour_of_a_changed_day_is_run_once_by_the_agenda(world: World) -> None:
    change = random.Random(1).choice(zones.changes("Antarctica/Troll"))  # by two hours, the most there is
    assert list(zones.live(world, change, seed=1)) == []


def test_a_rule_that_takes_the_missing_hour_away_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: without the next valid minute, spring's mornings begin an hour late."""
    naive = zones.duties_between

    def late(*args: object) -> list[object]:
        found = naive(*args)  # type: ignore[arg-type]
        hour = timedelta(hours=1)
        return [
            type(duty)(**{**vars(duty), "due_at": duty.due_at + hour}) if duty.slot == "02:30" else duty
            for duty in found
        ]

    monkeypatch.setattr(zones, "duties_between", late)
    assert list(zones.walk(zones.changes("Europe/Vienna")[0], seed=1))


@pytest.mark.parametrize("seed", [1, 2])
def test_clock_jumps_lose_no_day_and_double_none(world: World, seed: int) -> None:
    script = jumps.play(world, seed, 25)
    assert script.wrong == []
    assert script.done["begun"] > 5


def test_an_agenda_that_forgets_its_rows_is_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: what was run is owed again at each look."""

    def forgets(automation: str, office: str, stated: list[occurrences.Stated], now: object) -> int:
        keys = [duty.key for duty, _outcome, _why in stated]
        for row in OccurrenceRow.select().where(OccurrenceRow.automation == automation):
            if (row.business_date, row.slot) in keys:
                row.delete_instance()
        return remembers(automation, office, stated, now)  # type: ignore[arg-type]

    remembers = occurrences.state
    monkeypatch.setattr(agenda.occurrences, "state", forgets)
    assert any("again" in wrong or "begun by" in wrong for wrong in jumps.play(world, 1, 10).wrong)


def test_a_clock_that_wakes_late_is_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: a look every two minutes begins too late."""
    monkeypatch.setattr(jumps, "LOOK_SECONDS", 240.0)
    assert any("after it was ready" in wrong for wrong in jumps.play(world, 1, 10).wrong)


def test_each_difference_between_the_holiday_calendars_is_judged_and_told() -> None:
    """Also the other way round: what is judged differs."""
    found = {
        countries.key_of(place, whose, name)
        for place in countries.PLACES
        for _day, whose, name in countries.differences(place)
    }
    assert found == set(countries.JUDGED)
    page = (ROOT / "docs" / "holidays.md").read_text(encoding="utf-8")
    assert page == countries.report() + "\n"
