"""The agenda: each look states what has become due and begins what is owed; the clock looks when it must."""

import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from agent.core.calendar import OfficeDays
from agent.core.failures import DiskLow, DutyIsOpen, PasswordMissing
from agent.core.occurrences import moment
from agent.core.states import RunState
from agent.host.agenda import Agenda, the_schedule
from agent.host.clock import Clock
from agent.host.enrolment import Enrolled
from agent.store import occurrences, pauses, runs
from agent.store.runs import PlannedRun
from agent.store.tables import OccurrenceRow, RunRow, ScheduleRow
from agent.system.clock_gap import FakeClocks, Reading, gap, read_clocks
from agent.system.timekeeping import ComputersTime
from tests.store.ground import MONDAY, SOMEBODY, opened, plan_run

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
WORDS = {"schedule": "05:00 mon-fri", "deadline": "08:00", "covers": "previous business day"}


@pytest.fixture(autouse=True)
def store(tmp_path: Path) -> Iterator[None]:
    """A store of the test's own."""
    with opened(tmp_path):
        yield


def at(clock: str, day: date = MONDAY, zone: str = "UTC") -> datetime:
    return moment(day, time.fromisoformat(clock), ZoneInfo(zone))


class Office:
    """One automation in one office, planned by the store's own functions; every part can be changed."""

    def __init__(self, **words: str) -> None:
        self.words: dict[str, str | None] = {**WORDS, **words}
        self.zone, self.days, self.listed = "UTC", OfficeDays(), True
        self.refused: Exception | None = None
        self.agenda = Agenda(self.enrolled, self.plan)

    def enrolled(self, _now: datetime) -> list[Enrolled]:
        one = Enrolled("clinic", "Clinic", "main", self.zone, dict(self.words), self.days)
        return [one] if self.listed else []

    def plan(self, row: OccurrenceRow) -> str:
        if self.refused is not None:
            raise self.refused
        run_id = runs.new_run_id(row.business_date)
        day = row.business_date
        run = PlannedRun("clinic", "Clinic", "main", day, day, day, "", row.slot, {}, {}, {})
        runs.plan(run_id, run, [], the_schedule(), b"sealed", occurrences.duty_of(row))
        return run_id

    def look(self, *moments: datetime) -> list[tuple[str, str, str | None]]:
        """Look at these moments; returns day and slot, outcome and reason of every row, in order of start."""
        for now in moments:
            self.agenda.look(now)
        return [
            (f"{row.business_date:%a} {row.slot}", row.outcome, (row.reason or {}).get("code"))
            for row in OccurrenceRow.select().order_by(OccurrenceRow.due_at)
        ]


EARLY = at("04:00")


def test_a_due_duty_becomes_one_run_however_often_it_is_looked_at() -> None:
    office = Office()
    assert office.look(EARLY) == []
    assert office.agenda.look(EARLY) == (at("05:00"), False)
    assert office.agenda.look(at("05:00"))[1] is True
    assert office.look(at("05:00"), at("05:01"), at("05:01")) == [("Mon 05:00", "running", None)]
    assert RunRow.select().count() == 1
    assert RunRow.get().actor["kind"] == "schedule"


def test_what_was_before_its_enrolment_is_not_owed() -> None:
    assert Office().look(at("07:00"), at("08:00"), at("05:00", MONDAY + DAY)) == [
        ("Tue 05:00", "running", None)
    ]


def test_after_days_asleep_each_lost_day_is_stated_and_today_s_is_run() -> None:
    assert Office().look(EARLY, at("11:00", MONDAY + 2 * DAY)) == [
        ("Mon 05:00", "missed", "not_begun"),
        ("Tue 05:00", "missed", "not_begun"),
        ("Wed 05:00", "running", None),
    ]


def test_within_a_longer_window_every_lost_day_is_run_oldest_first() -> None:
    told = Office(catch_up="3 days").look(EARLY, at("11:00", MONDAY + 2 * DAY))
    assert [outcome for _day, outcome, _why in told] == ["running"] * 3
    assert [run.business_date for run in RunRow.select().order_by(RunRow.created_at)] == [
        MONDAY + n * DAY for n in range(3)
    ]


def test_slots_slept_through_are_served_by_the_last_one() -> None:
    office = Office(schedule="05:00 and 13:00 mon-fri", deadline="17:00")
    assert office.look(EARLY, at("14:00")) == [
        ("Mon 05:00", "missed", "superseded"),
        ("Mon 13:00", "running", None),
    ]


def test_asked_first_it_waits_for_a_person_until_its_window_closes() -> None:
    office = Office(if_missed="ask")
    assert office.look(EARLY, at("09:00"), at("10:00")) == [("Mon 05:00", "owed", "asks")]
    assert office.look(at("00:01", MONDAY + DAY)) == [("Mon 05:00", "missed", "not_begun")]


def test_what_cannot_be_planned_stays_owed_with_its_reason_and_is_tried_again_soon() -> None:
    office = Office()
    office.refused = PasswordMissing(site="claimport", account="")
    assert office.look(EARLY, at("05:00")) == [("Mon 05:00", "owed", "password_missing")]
    office.refused = None
    soon = at("05:00") + timedelta(seconds=20)
    assert office.look(soon) == [("Mon 05:00", "owed", "password_missing")]
    assert office.look(at("05:00") + timedelta(seconds=30)) == [("Mon 05:00", "running", None)]


def test_what_could_never_be_planned_was_missed_for_that_reason() -> None:
    office = Office()
    office.refused = PasswordMissing(site="claimport", account="")
    told = office.look(EARLY, at("05:00"), at("00:01", MONDAY + DAY))
    assert told == [("Mon 05:00", "missed", "not_begun")]
    assert OccurrenceRow.get().reason["params"]["failure"]["code"] == "password_missing"


def test_an_open_run_by_hand_stands_for_the_duty() -> None:
    office = Office()
    run = plan_run(slot="05:00")
    office.refused = DutyIsOpen(run=run, state="PENDING")
    assert office.look(EARLY, at("05:00")) == [("Mon 05:00", "running", None)]
    runs.move_run(run, RunState.COMPLETED)
    assert office.look(at("06:00")) == [("Mon 05:00", "ran", None)]


def test_a_run_that_never_became_ready_is_withdrawn_when_it_is_too_late() -> None:
    office = Office(latest_start="07:00")
    office.look(EARLY, at("05:00"), at("07:00"))
    run = RunRow.get()
    assert run.options == {}
    office.look(at("07:01"))
    assert RunRow.get().options["cancel"]["kind"] == "schedule"
    runs.move_run(run.id, RunState.CANCELLED)
    assert office.look(at("07:02")) == [("Mon 05:00", "missed", "not_begun")]


def test_a_clock_set_back_owes_nothing_twice_and_a_clock_set_right_loses_nothing() -> None:
    office = Office()
    office.look(EARLY, at("05:00"))
    year = timedelta(days=365)
    assert office.look(at("05:00") - year, at("09:00") - year, at("06:00"), at("07:00")) == [
        ("Mon 05:00", "running", None)
    ]
    assert RunRow.select().count() == 1


def test_a_clock_that_ran_ahead_is_forgiven_once_it_is_right() -> None:
    """What it called missed in days that were still to come is stated anew when they come; they are run."""
    office = Office()
    office.look(EARLY, at("04:00", MONDAY + 9 * DAY))
    assert [outcome for _day, outcome, _why in office.look()] == ["missed"] * 7
    office.look(EARLY, at("05:00"), at("05:00", MONDAY + DAY))
    assert [outcome for _day, outcome, _why in office.look()] == ["running"] * 2 + ["missed"] * 5


def test_enrolled_while_the_clock_was_ahead_it_owes_from_the_right_time_on() -> None:
    office = Office()
    ahead = EARLY + timedelta(days=365)
    assert office.look(ahead, EARLY, at("05:00")) == [("Mon 05:00", "running", None)]
    assert ScheduleRow.get().enrolled_at == ahead


def test_another_zone_neither_repeats_a_day_nor_drops_one() -> None:
    office = Office()
    office.zone = "Europe/Vienna"
    office.look(at("04:00", zone="Europe/Vienna"), at("05:00", zone="Europe/Vienna"))
    office.zone = "America/New_York"
    assert len(office.look(at("05:00", zone="America/New_York"))) == 1
    office.zone = "Europe/Vienna"
    office.look(at("04:00", MONDAY + DAY, zone="Europe/Vienna"))
    office.zone = "Pacific/Auckland"  # where Tuesday's five o'clock is past already
    told = office.look(at("04:01", MONDAY + DAY, zone="Europe/Vienna"))
    assert told == [("Mon 05:00", "running", None), ("Tue 05:00", "running", None)]


def test_a_changed_schedule_states_the_past_by_the_old_words_and_never_owes_it_by_the_new() -> None:
    office = Office()
    office.look(EARLY)
    office.words["schedule"] = "06:00 mon-fri"
    told = office.look(at("09:00", MONDAY + DAY))
    assert told == [("Mon 05:00", "missed", "not_begun"), ("Tue 05:00", "running", None)]
    assert office.look(at("06:00", MONDAY + 2 * DAY))[-1] == ("Wed 06:00", "running", None)
    assert len(office.look()) == 3


def test_closed_and_paused_days_are_rows_with_their_reasons() -> None:
    office = Office()
    office.days = OfficeDays({MONDAY: "Founders' Day"})
    pauses.pause("clinic", MONDAY + 2 * DAY, SOMEBODY)
    told = office.look(EARLY, *(at("05:00", MONDAY + n * DAY) for n in range(3)))
    assert told == [
        ("Mon 05:00", "skipped", "closed_day"),
        ("Tue 05:00", "skipped", "paused"),
        ("Wed 05:00", "running", None),
    ]


def test_taken_out_of_the_schedule_it_owes_nothing_and_back_in_it_begins_anew() -> None:
    office = Office()
    office.refused = PasswordMissing(site="claimport", account="")
    office.look(EARLY, at("05:00"))
    office.listed = False
    assert office.look(at("05:02")) == [("Mon 05:00", "skipped", "not_scheduled")]
    office.listed, office.refused = True, None
    assert office.look(at("06:00", MONDAY + 3 * DAY), at("07:00", MONDAY + 3 * DAY)) == [
        ("Mon 05:00", "skipped", "not_scheduled")
    ]


# ── the thread ────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("after", "waited", "what"),
    [
        (Reading(1005.0, 105.0, 3600), 5.0, None),
        (Reading(1005.5, 105.0, 3600), 5.0, None),
        (Reading(4605.0, 105.0, 3600), 5.0, "asleep"),
        (Reading(1001.0, 105.0, 3600), 5.0, "set_back"),
        (Reading(1600.0, 700.0, 3600), 5.0, "overslept"),
        (Reading(1005.0, 105.0, 7200), 5.0, "zone_changed"),
    ],
)
def test_a_gap_in_time_is_noticed(after: Reading, waited: float, what: str | None) -> None:
    assert gap(Reading(1000.0, 100.0, 3600), after, waited) == what


def test_the_computer_s_own_clocks_show_no_gap_within_a_moment() -> None:
    assert gap(read_clocks(), read_clocks(), 0.0) is None


class Watched:
    """An enrolment that counts looks, for a clock whose time a test sets."""

    def __init__(self, office: Office) -> None:
        self.office, self.looks, self.looked = office, 0, threading.Condition()

    def look(self, now: datetime) -> tuple[list[Enrolled], list[Any]]:
        with self.looked:
            self.looks += 1
            self.looked.notify_all()
        return self.office.enrolled(now), []

    def until(self, number: int) -> bool:
        with self.looked:
            return self.looked.wait_for(lambda: self.looks >= number, timeout=20)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., tuple[Clock, Watched, FakeClocks]]]:
    """Starts a clock with quick ticks; stops it in the end."""
    monkeypatch.setattr("agent.host.clock.TICK_SECONDS", 0.05)
    running: list[Clock] = []

    class Told(ComputersTime):
        """The moment that a test wants; waiting is real."""

        def now(self) -> datetime:
            return EARLY

    def start(office: Office | None = None, **more: Any) -> Any:
        watched, clocks = Watched(office or Office()), FakeClocks(Reading(0.0, 0.0, 0))
        tell = more.get("tell", lambda: None)
        clock = Clock(watched, watched.office.plan, tell, clocks=clocks, time=Told())  # type: ignore[arg-type]
        clock.start()
        running.append(clock)
        return clock, watched, clocks

    yield start
    for clock in running:
        clock.stop()


def test_the_clock_looks_at_start_when_rung_and_after_sleep(started: Any) -> None:
    clock, watched, clocks = started()
    assert watched.until(1)
    clock.wake()
    assert watched.until(2)
    clocks.reading = Reading(3600.0, 0.0, 0)
    assert watched.until(3)
    assert clock.defect is None


def test_the_timer_is_set_to_the_due_moment_and_a_misfire_still_wakes(started: Any) -> None:
    """APScheduler's own grace is one second: a computer that slept would never hear of it."""
    clock, watched, _ = started()
    assert watched.until(1)
    clock.wake()
    assert watched.until(2)  # so that the first look has set its timer
    jobs = clock._timer._scheduler.get_jobs()
    # In 2026 by the office's clock; where that is past already, the timer has fired and woken the clock.
    assert [(job.next_run_time, job.misfire_grace_time) for job in jobs] in ([(at("05:00"), None)], [])
    assert jobs or watched.until(3)


def test_a_full_disk_does_not_end_the_clock_but_a_defect_is_told(
    started: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong: list[Exception] = [DiskLow(free_mb=0, wanted_mb=200)]
    told = threading.Event()
    clock, _watched, _ = started(tell=told.set)
    assert told.wait(20)  # it is scheduled now
    told.clear()

    def fails(_now: datetime) -> None:
        raise wrong[0]

    monkeypatch.setattr(clock._agenda, "look", fails)
    clock.wake()
    assert not told.wait(0.3)
    assert clock.defect is None
    assert clock.trouble is wrong[0]
    wrong[0] = RuntimeError("a defect of ours")
    clock.wake()
    assert told.wait(20)
    assert clock.defect is wrong[0]
