"""Occurrences: one row a duty, its outcome set with its run's state, and what a wrong clock stated undone."""

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.core.actors import Actor
from agent.core.calendar import OfficeDays, read_rules
from agent.core.failures import DutyIsOpen
from agent.core.occurrences import Duty, Outcome, Pause, duties_of, reason
from agent.core.states import RunState
from agent.store import database, occurrences, pauses, runs
from agent.store.runs import PlannedRun
from agent.store.tables import OccurrenceRow, RunRow, ScheduleRow
from tests.store.ground import MONDAY, SOMEBODY, begin, opened, plan_run

pytestmark = pytest.mark.usefixtures("store")

RULES = read_rules({"schedule": "05:00 mon-fri", "deadline": "08:00"})
DUTY = duties_of(RULES, UTC, OfficeDays(), MONDAY)[0]
CLOCK = Actor("schedule", "schedule", "Schedule", "schedule", "front-desk")
NOW = DUTY.due_at
HOUR = timedelta(hours=1)


def stated(outcome: Outcome = Outcome.OWED, why: Any = None, duty: Duty = DUTY) -> OccurrenceRow:
    occurrences.state("clinic", "main", [(duty, outcome, why)], NOW)
    return only()


def only() -> OccurrenceRow:
    (row,) = OccurrenceRow.select()
    return row


def plan(actor: Actor = CLOCK, **changes: Any) -> str:
    """Plan a run for the duty, as the schedule or a person does it."""
    run_id = runs.new_run_id(MONDAY)
    values = {
        "automation": "clinic",
        "title": "Clinic",
        "office": "main",
        "business_date": MONDAY,
        "period_first": MONDAY,
        "period_last": MONDAY,
        "folder": "",
        "slot": DUTY.slot,
        "options": {},
        "manifest": {},
        "versions": {},
    }
    runs.plan(run_id, PlannedRun(**{**values, **changes}), [], actor, b"sealed", DUTY)
    return run_id


def test_a_duty_is_stored_once_and_keeps_its_first_outcome() -> None:
    stated()
    assert occurrences.state("clinic", "main", [(DUTY, Outcome.MISSED, reason("not_begun"))], NOW) == 0
    assert only().outcome == Outcome.OWED
    assert occurrences.known("clinic", "main", MONDAY, MONDAY) == {DUTY.key}
    assert occurrences.duty_of(only()) == DUTY
    assert occurrences.state("clinic", "north", [(DUTY, Outcome.OWED, None)], NOW) == 1


@pytest.mark.parametrize(
    ("state", "outcome", "code"),
    [
        (RunState.COMPLETED, Outcome.RAN, None),
        (RunState.FAILED, Outcome.RAN, "site_down"),
        (RunState.NEEDS_REVIEW, Outcome.RUNNING, None),
        (RunState.CANCELLED, Outcome.SKIPPED, "cancelled"),
    ],
)
def test_a_run_that_ends_states_the_outcome(state: RunState, outcome: Outcome, code: str | None) -> None:
    stated()
    run = plan()
    assert (only().outcome, only().run_id) == (Outcome.RUNNING, run)
    runs.change_options(run, cancel=SOMEBODY.as_json())
    runs.move_run(run, state, reason("site_down", site="claimport"))
    row = only()
    assert (row.outcome, (row.reason or {}).get("code")) == (outcome, code)
    assert (row.ended_at is None) == (outcome is Outcome.RUNNING)


def test_outcome_and_state_change_together_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    stated()
    run = plan()

    def fails(*_args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(occurrences, "follow_run", fails)
    with pytest.raises(RuntimeError):
        runs.move_run(run, RunState.COMPLETED)
    assert (runs.get(run).state, only().outcome) == (RunState.PENDING, Outcome.RUNNING)


def test_a_failed_run_that_is_tried_again_is_running_again() -> None:
    stated()
    run = plan()
    runs.move_run(run, RunState.FAILED, reason("site_down"))
    runs.move_run(run, RunState.PENDING)
    assert (only().outcome, only().ended_at) == (Outcome.RUNNING, None)


def test_a_run_withdrawn_by_the_schedule_was_missed_for_the_reason_it_waited() -> None:
    stated()
    run = plan()
    runs.move_run(run, RunState.PENDING, reason("offline", site="claimport"))
    assert occurrences.not_begun_in_time(DUTY.until_at) == []
    assert occurrences.not_begun_in_time(DUTY.until_at + HOUR) == [run]
    runs.change_options(run, cancel=CLOCK.as_json())
    assert occurrences.not_begun_in_time(DUTY.until_at + HOUR) == []
    runs.move_run(run, RunState.CANCELLED)
    assert (only().outcome, only().reason["params"]["failure"]["code"]) == (Outcome.MISSED, "offline")


def test_a_run_by_hand_or_one_that_began_is_never_withdrawn() -> None:
    plan(SOMEBODY)
    assert occurrences.not_begun_in_time(DUTY.until_at + HOUR) == []
    RunRow.update(actor=CLOCK.as_json(), started_at=NOW).execute()
    assert occurrences.not_begun_in_time(DUTY.until_at + HOUR) == []
    RunRow.update(started_at=None).execute()
    assert len(occurrences.not_begun_in_time(DUTY.until_at + HOUR)) == 1


@pytest.mark.parametrize(
    ("outcome", "why", "adopted"),
    [
        (Outcome.OWED, None, True),
        (Outcome.OWED, reason("asks"), True),
        (Outcome.MISSED, reason("not_begun"), True),
        (Outcome.SKIPPED, reason("closed_day", name=""), True),
        (Outcome.RAN, reason("site_down"), True),
        (Outcome.RAN, None, False),
    ],
)
def test_a_run_by_hand_adopts_what_is_not_done(outcome: Outcome, why: Any, adopted: bool) -> None:
    stated(outcome, why)
    run = plan(SOMEBODY)
    assert only().run_id == (run if adopted else None)
    assert only().outcome == (Outcome.RUNNING if adopted else outcome)


def test_a_run_by_hand_makes_the_occurrence_that_nobody_was_there_to_state() -> None:
    run = plan(SOMEBODY)
    assert (only().run_id, only().outcome) == (run, Outcome.RUNNING)
    assert occurrences.state("clinic", "main", [(DUTY, Outcome.OWED, None)], NOW) == 0


@pytest.mark.parametrize("prepare", [None, Outcome.RUNNING, Outcome.RAN, Outcome.SKIPPED, Outcome.MISSED])
def test_the_schedule_takes_only_what_is_owed_and_leaves_nothing_behind(prepare: Outcome | None) -> None:
    if prepare:
        stated(prepare)
    with pytest.raises(DutyIsOpen):
        plan()
    assert RunRow.select().count() == 0


def test_an_open_run_by_hand_stands_for_what_is_owed_later() -> None:
    row = stated()
    run = plan_run(slot=DUTY.slot)
    with pytest.raises(DutyIsOpen):
        plan()
    occurrences.join(row, run)
    begin(run)
    assert (only().run_id, only().outcome) == (run, Outcome.RUNNING)
    runs.move_run(run, RunState.COMPLETED)
    assert only().outcome == Outcome.RAN


@pytest.mark.parametrize(
    ("outcome", "code", "stated_at", "left"),
    [
        (Outcome.OWED, None, 99 * HOUR, Outcome.MISSED),
        (Outcome.MISSED, "not_begun", 99 * HOUR, Outcome.MISSED),
        (Outcome.SKIPPED, "closed_day", 99 * HOUR, Outcome.MISSED),
        (Outcome.SKIPPED, "closed_day", -HOUR, Outcome.SKIPPED),
        (Outcome.SKIPPED, "closed_day", timedelta(seconds=30), Outcome.SKIPPED),
        (Outcome.RAN, None, 99 * HOUR, Outcome.RAN),
        (Outcome.RUNNING, None, 99 * HOUR, Outcome.RUNNING),
    ],
)
def test_what_a_clock_stated_that_was_ahead_is_stated_anew_unless_it_was_run(
    outcome: Outcome, code: str | None, stated_at: timedelta, left: Outcome
) -> None:
    occurrences.state("clinic", "main", [(DUTY, outcome, code and reason(code))], NOW + stated_at)
    new = occurrences.state("clinic", "main", [(DUTY, Outcome.MISSED, reason("late"))], NOW)
    assert (only().outcome, new) == (left, 1 if left is Outcome.MISSED else 0)
    assert (only().reason == reason("late")) is bool(new)


def test_a_withdrawal_by_a_clock_that_was_ahead_is_forgiven_and_a_run_that_was_made_is_not() -> None:
    stated()
    run = plan()
    again = [(DUTY, Outcome.OWED, None)]
    assert occurrences.state("clinic", "main", again, NOW - 99 * HOUR) == 0
    runs.change_options(run, cancel=CLOCK.as_json())
    runs.move_run(run, RunState.CANCELLED)
    stated_at = only().ended_at
    assert occurrences.state("clinic", "main", again, stated_at) == 0
    assert occurrences.state("clinic", "main", again, stated_at - HOUR) == 1
    assert (only().outcome, only().run_id) == (Outcome.OWED, None)


def test_under_other_words_what_a_clock_stated_that_was_ahead_is_forgotten() -> None:
    stated()
    occurrences.forget_ahead("clinic", "main", NOW)
    assert only().outcome == Outcome.OWED
    occurrences.forget_ahead("clinic", "main", NOW - HOUR)
    assert OccurrenceRow.select().count() == 0


def test_an_automation_taken_out_of_the_schedule_owes_nothing_and_says_so() -> None:
    row = occurrences.enrol("clinic", "main", "Clinic", {}, "UTC", NOW)
    assert (row.since_at, row.looked_at) == (NOW, NOW)
    stated()
    occurrences.remove_schedule(row, NOW)
    assert occurrences.schedule("clinic", "main") is None
    assert (only().outcome, only().reason["code"]) == (Outcome.SKIPPED, "not_scheduled")


def test_a_pause_says_who_and_until_when_and_ends_when_somebody_ends_it() -> None:
    pauses.pause("clinic", None, SOMEBODY)
    pauses.pause("clinic", MONDAY, SOMEBODY)
    assert pauses.known() == {"clinic": Pause("Ann Lee", MONDAY)}
    assert pauses.end("clinic") is True
    assert pauses.end("clinic") is False
    assert pauses.known() == {}


def test_the_last_day_done_is_that_of_a_completed_run_and_of_no_rehearsal() -> None:
    assert occurrences.last_done("clinic", "main") is None
    for days, options, state in [
        (0, {}, RunState.COMPLETED),
        (1, {"rehearse": True}, RunState.COMPLETED),
        (2, {}, RunState.FAILED),
    ]:
        day = MONDAY + timedelta(days=days)
        run = plan_run(day, options=options)
        begin(run)
        runs.move_run(run, state)
    assert occurrences.last_done("clinic", "main") == MONDAY


def evening(day: date, closed: dict[date, str]) -> Duty:
    late = read_rules({"schedule": "22:00 mon-fri", "deadline": "08:00"})
    return duties_of(late, UTC, OfficeDays(closed), day)[0]


def test_a_calendar_changed_after_an_evening_s_start_moves_its_day_and_loses_none() -> None:
    """Friday's start was for Tuesday, Monday being closed; opened on Saturday, Monday takes it, and Tuesday
    gets Monday's. And the other way round: never two for one start."""
    closed = {MONDAY: ""}
    tuesday = MONDAY + timedelta(days=1)
    stated(duty=evening(tuesday, closed))
    opened_days = [(evening(day, {}), Outcome.OWED, None) for day in (MONDAY, tuesday)]
    assert occurrences.state("clinic", "main", opened_days, NOW) == 1
    assert occurrences.known("clinic", "main", MONDAY, tuesday) == {(MONDAY, "22:00"), (tuesday, "22:00")}
    assert len({row.due_at for row in OccurrenceRow.select()}) == 2
    OccurrenceRow.delete().where(OccurrenceRow.business_date == tuesday).execute()
    again = [(evening(tuesday, closed), Outcome.OWED, None)]
    assert occurrences.state("clinic", "main", again, NOW) == 0
    assert (only().business_date, only().deadline_at) == (tuesday, evening(tuesday, {}).deadline_at)


def test_settling_changes_only_what_is_still_owed() -> None:
    row = stated()
    plan()
    occurrences.settle(row, Outcome.MISSED, reason("not_begun"), datetime.now(UTC))
    assert only().outcome == Outcome.RUNNING


def test_a_home_of_the_first_version_gets_the_tables_and_keeps_its_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = tmp_path / "migrations"
    first.mkdir()
    shutil.copy(database._MIGRATIONS / "0001_first_light.py", first)
    folder = tmp_path / "old"
    folder.mkdir()
    with monkeypatch.context() as patch:
        patch.setattr(database, "_MIGRATIONS", first)
        with opened(folder):
            run = plan_run()
    with opened(folder):
        assert [row.id for row in RunRow.select()] == [run]
        assert OccurrenceRow.select().count() == ScheduleRow.select().count() == 0
        runs.move_run(run, RunState.CANCELLED)
