"""Days on which nothing ran are told: missed, waiting for a person, paused. Each once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from agent.core.notices import Event
from agent.core.occurrences import Outcome, reason
from agent.host.missed import Unbegun
from agent.host.telling import one
from agent.store import notices, occurrences, pauses
from agent.store.fields import utc_now
from agent.store.tables import NoticeRow, OccurrenceRow
from tests.store.ground import SOMEBODY, opened

NOW = utc_now()
DAY = NOW.date()


@pytest.fixture(autouse=True)
def store(tmp_path: Path) -> Iterator[None]:
    with opened(tmp_path):
        words = {"schedule": "05:00 mon-fri", "deadline": "08:00"}
        occurrences.enrol("clinic", "main", "Clinic", words, "UTC", NOW)
        yield


def _state(outcome: Outcome, code: str, day: date = DAY) -> None:
    OccurrenceRow.create(
        automation="clinic",
        office="main",
        business_date=day,
        slot="05:00",
        due_at=NOW,
        deadline_at=NOW + timedelta(hours=3),
        until_at=NOW,
        outcome=outcome,
        reason=reason(code),
        created_at=NOW,
        ended_at=NOW if outcome is Outcome.MISSED else None,
    )


def _told() -> list[str]:
    """What people read of what there is to tell."""
    for happening in Unbegun()(NOW):
        notices.know(happening, {"desktop": NOW}, NOW)
    rows = NoticeRow.select().where(NoticeRow.addressee == "desktop").order_by(NoticeRow.id)
    return [f"{(text := one(row, None)).title} {text.body}" for row in rows]


def test_a_missed_day_says_why_and_what_to_do() -> None:
    _state(Outcome.MISSED, "nobody_there")
    (words,) = _told()
    assert "Clinic: missed" in words
    assert "did not work at its start" in words
    assert f"predawn run clinic --date {DAY.isoformat()}" in words
    assert _told() == [words]  # once, however often it is looked at


def test_a_day_that_waits_for_a_persons_word_is_told_too() -> None:
    """Nothing begins it but a person: who is not told would find out too late."""
    _state(Outcome.OWED, "asks")
    assert "run it by hand" in _told()[0]


def test_a_day_that_is_simply_owed_is_not_told() -> None:
    _state(Outcome.OWED, "no_account")
    assert _told() == []


def test_a_miss_of_long_ago_is_not_told() -> None:
    _state(Outcome.MISSED, "late")
    OccurrenceRow.update(ended_at=NOW - timedelta(days=8)).execute()
    assert _told() == []


def test_a_pause_is_told_with_its_end_and_again_when_it_is_renewed() -> None:
    pauses.pause("clinic", date(2026, 12, 24), SOMEBODY)
    assert "Nothing runs until Thu 24 Dec" in _told()[0]
    pauses.pause("clinic", None, SOMEBODY)
    assert len(_told()) == 2
    pauses.pause("other", None, SOMEBODY)  # it is not scheduled here
    assert len(_told()) == 2
    assert {row.event for row in NoticeRow.select()} == {Event.PAUSED}
