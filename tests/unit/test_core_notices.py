"""Who is told what and when, by values alone."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core import notices
from agent.core.deadline import Forecast, Help, Verdict
from agent.core.notices import (
    DESKTOP,
    EVERYBODY,
    HEARTBEAT,
    TABLE,
    Event,
    Happening,
    Place,
    Quiet,
    RunSeen,
    addressees,
    not_begun,
    nothing_succeeded,
    of_run,
    quiet_until,
    tell_at,
)
from agent.core.states import RunState
from resources.i18n import texts

VIENNA = ZoneInfo("Europe/Vienna")
NOW = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)  # half past five in Vienna
DEADLINE = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
NIGHT = Quiet(time(20), time(6, 30))
HOUR = timedelta(hours=1)


def run(state: RunState, **changes: Any) -> RunSeen:
    known: dict[str, Any] = {
        "id": "20261123-abcd",
        "automation": "clinic",
        "title": "Clinic",
        "office": "main",
        "day": date(2026, 11, 23),
        "state": state,
        "started_at": NOW - HOUR,
        "ended_at": None if state in {RunState.UPLOADING, RunState.NEEDS_REVIEW} else NOW,
        "deadline_at": DEADLINE,
    }
    return RunSeen(**{**known, **changes})


def told(*args: Any) -> list[Event]:
    return [happening.event for happening in of_run(*args)]


def happening(event: Event, deadline_at: datetime | None = DEADLINE) -> Happening:
    return Happening(event, "cause", "clinic", "main", deadline_at=deadline_at)


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────
def test_every_event_is_in_the_table_and_has_words() -> None:
    assert set(TABLE) == set(Event)
    assert texts.codes("notices") == texts.codes("events") == {event.value for event in Event}
    assert texts.codes("helps") == {which.value for which in Help}


def test_what_a_person_must_know_goes_to_everybody() -> None:
    loud = {event for event, rule in TABLE.items() if EVERYBODY in rule.to}
    assert loud == set(Event) - {Event.STARTED, Event.DONE, Event.PAUSED}


def test_settings_replace_a_row_of_the_table_and_only_that_one() -> None:
    wishes = {"done": ["office", "office", DESKTOP]}
    assert addressees(Event.DONE, wishes, heartbeat=False) == ("office", DESKTOP)
    assert addressees(Event.FAILED, wishes, heartbeat=False) == (DESKTOP, EVERYBODY)


def test_a_heartbeat_is_pinged_whatever_people_wish_to_be_told() -> None:
    assert addressees(Event.DONE, {"done": []}, heartbeat=True) == (HEARTBEAT,)
    assert addressees(Event.DONE, {"done": []}, heartbeat=False) == ()
    assert HEARTBEAT not in addressees(Event.AT_RISK, {}, heartbeat=True)


# ── of a run ──────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("state", "events"),
    [
        (RunState.UPLOADING, [Event.STARTED]),
        (RunState.COMPLETED, [Event.STARTED, Event.DONE]),
        (RunState.NEEDS_REVIEW, [Event.STARTED, Event.NEEDS_PERSON]),
        (RunState.FAILED, [Event.STARTED, Event.FAILED]),
        (RunState.CANCELLED, [Event.STARTED]),
    ],
)
def test_each_end_is_told(state: RunState, events: list[Event]) -> None:
    assert told(run(state), None, NOW) == events


def test_the_same_end_is_the_same_cause_and_the_next_one_is_another() -> None:
    def cause(at: datetime) -> str:
        return of_run(run(RunState.FAILED, ended_at=at), None, at)[-1].cause

    assert cause(NOW) == cause(NOW)
    assert cause(NOW) != cause(NOW + HOUR)


def test_a_new_question_is_a_new_cause() -> None:
    causes = {
        of_run(run(RunState.NEEDS_REVIEW, newest_question=number), None, NOW)[1].cause for number in (1, 1, 2)
    }
    assert len(causes) == 2


@pytest.mark.parametrize(
    ("verdict", "events"),
    [
        (Verdict.ON_TRACK, []),
        (Verdict.NOT_KNOWN_YET, []),
        (Verdict.AT_RISK, [Event.AT_RISK]),
        (Verdict.IMPOSSIBLE, [Event.IMPOSSIBLE]),
    ],
)
def test_a_forecast_is_told_when_it_is_bad(verdict: Verdict, events: list[Event]) -> None:
    seen = run(RunState.PENDING, started_at=None, ended_at=None)
    assert told(seen, Forecast(verdict, DEADLINE), NOW) == events


@pytest.mark.parametrize(
    ("chance", "at", "events"),
    [
        (0.95, NOW, []),  # at half past five a small risk is no news
        (0.95, DEADLINE - timedelta(minutes=90), [Event.AT_RISK]),
        (0.80, NOW, [Event.AT_RISK]),
        (None, NOW, [Event.AT_RISK]),
    ],
)
def test_a_small_risk_is_told_when_it_has_not_gone_soon_before_the_deadline(
    chance: float | None, at: datetime, events: list[Event]
) -> None:
    seen = run(RunState.UPLOADING, started_at=None)
    assert told(seen, Forecast(Verdict.AT_RISK, DEADLINE, chance=chance), at) == events


def test_a_run_that_waits_for_a_person_is_told_again_an_hour_before_its_deadline_and_at_it() -> None:
    seen = run(RunState.NEEDS_REVIEW, started_at=None)
    assert told(seen, None, DEADLINE - timedelta(minutes=61)) == [Event.NEEDS_PERSON]
    assert told(seen, None, DEADLINE - HOUR) == [Event.NEEDS_PERSON, Event.AT_RISK]
    assert told(seen, None, DEADLINE) == [Event.NEEDS_PERSON, Event.IMPOSSIBLE]


def test_counts_and_the_deadline_are_told() -> None:
    seen = run(RunState.COMPLETED, arrived=187, checked=212, need=3)
    params = of_run(seen, None, NOW)[1].params
    assert (params["arrived"], params["checked"], params["need"]) == (187, 212, 3)
    assert params["deadline"] == "2026-11-23T07:00:00+00:00"


SECRET = "Maria Huber C000123"
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.just(SECRET),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", SECRET]), inner, max_size=2)
    ),
    max_leaves=4,
)


@given(
    st.dictionaries(
        st.sampled_from(
            ["words", "file", "address", "problem", "why", "expected", "found", "count", "source", "column"]
        ),
        json_values,
    )
)
def test_nothing_that_may_come_from_a_record_or_a_site_is_told(params: dict[str, Any]) -> None:
    reason = {"code": "refused", "params": {**params, "site": "ClaimPort"}}
    for state in (RunState.FAILED, RunState.NEEDS_REVIEW, RunState.UPLOADING):
        seen = run(state, reason=reason)
        for one in of_run(seen, Forecast(Verdict.AT_RISK, DEADLINE), NOW):
            assert SECRET not in repr(one)


def test_the_test_above_would_notice_a_leak(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "_TELLABLE_TEXTS", frozenset({"words"}))
    seen = run(RunState.FAILED, reason={"code": "refused", "params": {"words": SECRET}})
    assert SECRET in repr(of_run(seen, None, NOW))


# ── quiet hours ───────────────────────────────────────────────────────────────────────────────────────
def test_quiet_hours_run_over_midnight_on_the_offices_clock() -> None:
    ends = datetime(2026, 11, 23, 5, 30, tzinfo=UTC)
    assert quiet_until(NOW, NIGHT, VIENNA) == ends
    assert quiet_until(datetime(2026, 11, 22, 22, 0, tzinfo=UTC), NIGHT, VIENNA) == ends
    assert quiet_until(ends, NIGHT, VIENNA) is None
    assert quiet_until(datetime(2026, 11, 22, 18, 59, tzinfo=UTC), NIGHT, VIENNA) is None
    assert quiet_until(NOW, Quiet(time(12), time(13)), VIENNA) is None


def test_in_quiet_hours_good_news_waits_and_bad_news_only_as_long_as_it_may() -> None:
    ends = datetime(2026, 11, 23, 5, 30, tzinfo=UTC)
    assert tell_at(happening(Event.DONE), "office", NOW, NIGHT, VIENNA) == ends
    assert tell_at(happening(Event.FAILED), "office", NOW, NIGHT, VIENNA) == ends
    early = happening(Event.FAILED, NOW + timedelta(minutes=90))
    assert tell_at(early, "office", NOW, NIGHT, VIENNA) == NOW + timedelta(minutes=30)
    assert tell_at(happening(Event.FAILED, NOW), "office", NOW, NIGHT, VIENNA) == NOW
    assert tell_at(happening(Event.DONE), HEARTBEAT, NOW, NIGHT, VIENNA) == NOW
    assert tell_at(happening(Event.DONE), "office", NOW, None, VIENNA) == NOW


moments = st.integers(0, 11 * 365 * 24 * 60).map(
    lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(
    moments,
    st.times(),
    st.times(),
    st.sampled_from(["Europe/Vienna", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia"]),
    st.sampled_from(list(Event)),
    st.integers(-600, 1200),
)
def test_a_notice_waits_less_than_a_day_and_helps_still(
    now: datetime, begins: time, ends: time, zone: str, event: Event, minutes: int
) -> None:
    """Over clock changes too: never before now, and an hour before the deadline at the latest."""
    deadline_at = now + timedelta(minutes=minutes)
    at = tell_at(happening(event, deadline_at), "office", now, Quiet(begins, ends), ZoneInfo(zone))
    assert now <= at <= now + timedelta(hours=25)
    if event not in {Event.DONE, Event.PAUSED}:
        assert at <= max(now, deadline_at - HOUR)


# ── of the schedule ───────────────────────────────────────────────────────────────────────────────────
CLINIC = Place("clinic", "Clinic", "main")
MONDAY = date(2026, 11, 23)


def test_silence_is_told_and_told_again_as_it_lasts() -> None:
    def cause(days: int) -> str | None:
        found = nothing_succeeded(CLINIC, date(2026, 11, 20), days, 2)
        return None if found is None else found.cause

    assert (cause(0), cause(1)) == (None, None)
    assert cause(2) == cause(3) is not None
    assert len({cause(days) for days in range(2, 42)}) == 20


def test_a_start_without_a_run_is_told_when_it_will_be_late() -> None:
    def event(verdict: Verdict) -> Event | None:
        found = not_begun(CLINIC, 7, MONDAY, Forecast(verdict, DEADLINE), NOW)
        return None if found is None else found.event

    assert [event(verdict) for verdict in Verdict] == [None, Event.AT_RISK, Event.IMPOSSIBLE, None]
