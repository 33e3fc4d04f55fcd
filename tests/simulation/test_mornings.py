"""A small dose of the mornings: one for each fault, a few thrown by dice, and what must be noticed."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import peewee
import pytest

from agent.host import agenda
from agent.host.notices import Notices
from agent.store.tables import OccurrenceRow
from tests import quick_sql
from tests.simulation import mornings
from tests.simulation.faults import Morning, could_be_met, earliest_end

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Expected failures by the dozen, and thousands of small queries."""
    monkeypatch.setattr(peewee.ModelSelect, "__sql_selection__", quick_sql._selection)
    monkeypatch.setattr(mornings, "LONG_AFTER", 10 * MINUTE)
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


def at(clock: str, day: date) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), UTC)


def script(*faults: dict[str, Any]) -> list[Morning]:
    """A week or more of mornings, each with ten minutes of work and an hour for them; times by the clock."""
    found = []
    for place, fault in enumerate(faults):
        day = date(2026, 3, 2) + timedelta(days=place + 2 * (place // 5))
        due, deadline = at("05:00", day), at("06:00", day)
        known = {
            name: tuple(at(clock, day) for clock in value) if isinstance(value, tuple) else value
            for name, value in fault.items()
        }
        if "wakes_at" in known:
            known["wakes_at"] = at(known["wakes_at"], day)
        plain = Morning(day, due, deadline, 600.0, due - 5 * MINUTE, tuple(fault))
        found.append(replace(plain, **known))
    return found


def test_each_fault_is_lived_through_or_told_in_time() -> None:
    judged = mornings.live_through(
        script(
            {},
            {"site_down": ("05:05", "05:35")},
            {"site_down": ("05:05", "05:35"), "unreachable": True},
            {"hangs_at": 0.5},
            {"dies_at": 0.7},
            {"host_dies": True, "off": ("05:05", "05:20")},
            {"disk_full": ("05:05", "05:40"), "writes_fail": True},
            {"disk_full": ("04:59", "06:30"), "writes_fail": True},
            {"wakes_at": "05:40"},
            {"wakes_at": "07:00"},
            {"wrong_password": True},
            {"work_seconds": 4200.0},
        ),
        "UTC",
    )
    assert judged.wrong == []
    assert (judged.mornings, judged.possible, judged.done) == (12, 8, 8)
    assert sum(judged.alerts.values()) == 4


def test_a_few_thrown_by_dice() -> None:
    judged = mornings.live(1, 8)
    assert (judged.wrong, judged.late) == ([], [])


# ── what must be noticed ──────────────────────────────────────────────────────────────────────────────────
class Mute(Notices):
    """Tells nobody."""

    def send(self, _now: datetime) -> None:
        """Nothing is told."""


def test_silence_is_noticed() -> None:
    judged = mornings.live_through(script({"wrong_password": True}), "UTC", notices=Mute)
    assert ["nobody was told" in line for line in judged.wrong] == [True]


def test_telling_too_late_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look every half an hour: what cannot be done any more is told late."""
    monkeypatch.setattr("agent.host.notices.PACE_SECONDS", 2000.0)
    judged = mornings.live_through(script({"wakes_at": "07:00"}), "UTC")
    assert ["told only at" in line or "nobody" in line for line in judged.wrong] == [True]


def test_an_agenda_that_forgets_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgets(*given: Any) -> int:
        OccurrenceRow.delete().where(OccurrenceRow.outcome == "ran").execute()
        return remembers(*given)

    remembers = agenda.occurrences.state
    monkeypatch.setattr(agenda.occurrences, "state", forgets)
    monkeypatch.setattr(agenda.Quiet, "holds", lambda *_: False)
    judged = mornings.live_through(script({}), "UTC")
    assert any("begun" in line for line in judged.wrong)


def test_giving_up_on_a_site_that_is_down_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four tries within a minute, as by hand: a morning that could have been met is not."""
    monkeypatch.setattr("agent.host.supervisor.deadline_of", lambda *_: None)
    judged = mornings.live_through(script({"site_down": ("05:05", "05:35")}), "UTC")
    assert (judged.possible, judged.met_though_possible, len(judged.late)) == (1, 0, 1)


# ── the oracle ────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("fault", "clock"),
    [
        ({}, "05:10"),
        ({"wakes_at": "05:30"}, "05:40"),
        ({"site_down": ("05:05", "05:35")}, "05:40"),
        ({"site_down": ("05:05", "05:35"), "disk_full": ("05:30", "05:50")}, "05:55"),
        ({"site_down": ("05:10", "05:40")}, "05:10"),
        ({"disk_full": ("04:00", "05:55")}, "06:05"),
    ],
)
def test_the_oracle_knows_when_the_work_could_be_done(fault: dict[str, Any], clock: str) -> None:
    (morning,) = script(fault)
    assert earliest_end(morning) == at(clock, morning.day)
    assert could_be_met(morning) == (clock <= "06:00")
