"""Duties as moments: each business day exactly once, whatever the clock does; and what becomes of each."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.core.calendar import OfficeDays, Period, Rules, period_covered, read_rules
from agent.core.occurrences import (
    Duty,
    Outcome,
    Pause,
    business_date_at,
    duties_between,
    duties_of,
    moment,
    next_duties,
    on_change,
    passed_over,
    reason,
    when_due,
)

VIENNA, AUCKLAND = ZoneInfo("Europe/Vienna"), ZoneInfo("Pacific/Auckland")
OPEN = OfficeDays()
DAY = timedelta(days=1)
MONDAY = date(2026, 11, 23)


def rules(schedule: str = "05:00 mon-fri", deadline: str = "08:00", **more: str | None) -> Rules:
    return read_rules({"schedule": schedule, "deadline": deadline, **more})


def local(day: date, clock: str, zone: ZoneInfo = VIENNA) -> datetime:
    return moment(day, time.fromisoformat(clock), zone)


def one(day: date, found: Rules, days: OfficeDays = OPEN) -> Duty:
    (duty,) = duties_of(found, VIENNA, days, day)
    return duty


# ── moments ───────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("zone", "day", "clock", "utc"),
    [
        ("Europe/Vienna", date(2026, 3, 29), "02:30", "2026-03-29T01:00"),  # 02:00 → 03:00
        ("Europe/Vienna", date(2026, 3, 29), "02:00", "2026-03-29T01:00"),
        ("Europe/Vienna", date(2026, 3, 29), "03:00", "2026-03-29T01:00"),
        ("Europe/Vienna", date(2026, 10, 25), "02:30", "2026-10-25T00:30"),  # twice: the first
        (
            "Australia/Lord_Howe",
            date(2026, 10, 4),
            "02:15",
            "2026-10-03T15:30",
        ),  # half an hour, 02:00 → 02:30
        ("Africa/Cairo", date(2026, 4, 24), "00:00", "2026-04-23T22:00"),  # the day begins at 01:00
        ("Pacific/Apia", date(2011, 12, 30), "05:00", "2011-12-30T10:00"),  # a day that never was
    ],
)
def test_a_time_that_does_not_exist_is_the_next_valid_minute_and_a_doubled_one_the_first(
    zone: str, day: date, clock: str, utc: str
) -> None:
    assert moment(day, time.fromisoformat(clock), ZoneInfo(zone)) == datetime.fromisoformat(f"{utc}+00:00")


# ── which days owe what ───────────────────────────────────────────────────────────────────────────────────
def test_a_morning_belongs_to_its_own_day_and_an_evening_to_the_next_business_day() -> None:
    morning = one(MONDAY, rules())
    assert (morning.due_at, morning.deadline_at) == (local(MONDAY, "05:00"), local(MONDAY, "08:00"))
    evening = one(MONDAY, rules("22:00 mon-fri"))
    assert evening.business_date == MONDAY
    assert (evening.due_at, evening.deadline_at) == (local(MONDAY - 3 * DAY, "22:00"), local(MONDAY, "08:00"))
    holiday = OfficeDays({MONDAY: "Founders' Day"})
    assert one(MONDAY + DAY, rules("22:00 mon-fri"), holiday).due_at == local(MONDAY - 3 * DAY, "22:00")


def test_several_slots_have_their_own_deadlines() -> None:
    duties = duties_of(rules("05:00 and 13:00 mon-fri", "08:00 and 16:00"), VIENNA, OPEN, MONDAY)
    assert [(duty.slot, duty.deadline_at) for duty in duties] == [
        ("05:00", local(MONDAY, "08:00")),
        ("13:00", local(MONDAY, "16:00")),
    ]


@st.composite
def offices(draw: st.DrawFn) -> tuple[Rules, OfficeDays]:
    """Some slots and deadlines, on some weekdays, with closed and half days among eight weeks."""
    clock = st.times().map(lambda at: at.replace(second=0, microsecond=0))
    times = sorted(draw(st.lists(clock, min_size=1, max_size=3, unique=True)))
    deadlines = draw(st.lists(clock, min_size=len(times), max_size=len(times)))
    weekdays = draw(st.frozensets(st.integers(0, 6), min_size=1))
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    schedule = f"{' and '.join(f'{at:%H:%M}' for at in times)} {','.join(names[day] for day in weekdays)}"
    numbers = st.frozensets(st.integers(0, 56), max_size=12)
    closed = {MONDAY + number * DAY: "" for number in draw(numbers)}
    half = frozenset(MONDAY + number * DAY for number in draw(numbers))
    return rules(schedule, " and ".join(f"{at:%H:%M}" for at in deadlines)), OfficeDays(closed, half)


@settings(max_examples=40)
@given(offices(), st.sampled_from([VIENNA, AUCKLAND]))
def test_each_business_day_owes_each_slot_once_and_no_other_day_owes_any(
    office: tuple[Rules, OfficeDays], zone: ZoneInfo
) -> None:
    """Counted day by day, and found by walking over time: the same duties, each key once."""
    found, days = office
    start, end = MONDAY + 10 * DAY, MONDAY + 40 * DAY
    walked = duties_between(found, zone, days, moment(start, time(0), zone), moment(end, time(0), zone))
    assert len({duty.key for duty in walked}) == len(walked)
    owed = [duty for duty in walked if duty.skip is None or duty.skip["code"] == "half_day"]
    by_day = [
        duty
        for number in range(-70, 100)
        for duty in duties_of(found, zone, days, start + number * DAY)
        if moment(start, time(0), zone) < duty.due_at <= moment(end, time(0), zone)
    ]
    assert sorted(owed, key=lambda duty: duty.key) == sorted(by_day, key=lambda duty: duty.key)
    for duty in owed:
        assert duty.business_date not in days.closed
        assert duty.business_date.weekday() in found.schedule.weekdays
        assert duty.due_at <= duty.deadline_at
        assert duty.due_at < duty.until_at


@settings(max_examples=40)
@given(offices())
def test_walking_in_steps_finds_what_one_walk_finds(office: tuple[Rules, OfficeDays]) -> None:
    found, days = office
    start = moment(MONDAY, time(0), VIENNA)
    whole = duties_between(found, VIENNA, days, start, start + 20 * DAY)
    steps = [start + number * timedelta(hours=7) for number in range(69)] + [start + 20 * DAY]
    assert whole == [
        duty
        for i in range(len(steps) - 1)
        for duty in duties_between(found, VIENNA, days, steps[i], steps[i + 1])
    ]
    coming = [duty for duty in next_duties(found, VIENNA, days, start, 3) if duty.due_at <= start + 20 * DAY]
    assert coming == whole[: len(coming)]


@settings(max_examples=40)
@given(offices(), st.sampled_from(["previous business day"]))
def test_periods_of_an_evening_run_tile_the_calendar_and_hold_no_day_to_come(
    office: tuple[Rules, OfficeDays], covers: str
) -> None:
    found, days = office
    weekdays = found.schedule.weekdays
    business = [
        MONDAY + n * DAY
        for n in range(60)
        if (MONDAY + n * DAY).weekday() in weekdays and MONDAY + n * DAY not in days.closed
    ]
    periods = [period_covered(day, covers, weekdays, days.closed, day_before=True) for day in business]
    for i in range(1, len(periods)):
        assert periods[i].first == periods[i - 1].last + DAY
        assert periods[i].last == business[i - 1]


def test_since_last_done_reaches_back_to_the_last_day_that_was_covered() -> None:
    weekdays = frozenset(range(5))
    covers = "since last done"
    friday = MONDAY - 3 * DAY
    assert period_covered(MONDAY, covers, weekdays) == Period(friday, MONDAY - DAY)
    assert period_covered(MONDAY, covers, weekdays, last_done=MONDAY - 9 * DAY) == Period(
        MONDAY - 8 * DAY, MONDAY - DAY
    )
    assert period_covered(MONDAY, covers, weekdays, last_done=MONDAY) == Period(MONDAY - DAY, MONDAY - DAY)


def test_closed_and_half_days_are_skipped_in_words() -> None:
    days = OfficeDays({MONDAY: "Founders' Day"}, frozenset({MONDAY + DAY}))
    found = rules("05:00 and 13:00 mon-fri", "08:00 and 16:00")
    week = duties_between(found, VIENNA, days, local(MONDAY, "00:00"), local(MONDAY + 2 * DAY, "00:00"))
    assert [(duty.slot, duty.skip and duty.skip["code"]) for duty in week] == [
        ("05:00", "closed_day"),
        ("13:00", "closed_day"),
        ("05:00", None),
        ("13:00", "half_day"),
    ]


def test_a_run_begun_on_friday_night_by_hand_belongs_to_monday() -> None:
    evening, friday = rules("22:00 mon-fri"), MONDAY - 3 * DAY
    assert business_date_at(evening, VIENNA, OPEN, local(friday, "22:30")) == MONDAY
    assert business_date_at(evening, VIENNA, OPEN, local(friday, "21:30")) == friday
    assert business_date_at(rules(), VIENNA, OPEN, local(friday, "22:30")) == friday


# ── what becomes of them ──────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("words", "until"),
    [
        ({}, local(MONDAY + DAY, "00:00")),
        ({"catch_up": "4 hours"}, local(MONDAY, "09:00")),
        ({"catch_up": "2 days"}, local(MONDAY + 2 * DAY, "05:00")),
        ({"latest_start": "07:30"}, local(MONDAY, "07:30")),
        ({"latest_start": "07:30", "catch_up": "1 hour"}, local(MONDAY, "06:00")),
    ],
)
def test_a_duty_is_begun_by_itself_until_its_window_closes(words: dict[str, str], until: datetime) -> None:
    found = rules(**words)
    duty = one(MONDAY, found)
    assert duty.until_at == until
    assert when_due(duty, found, until, None) == (Outcome.OWED, None)
    late = when_due(duty, found, until + timedelta(seconds=1), None)
    assert late == (Outcome.MISSED, reason("not_begun"))


@pytest.mark.parametrize(
    ("policy", "outcome"),
    [
        ("run once", (Outcome.OWED, None)),
        ("ask", (Outcome.OWED, reason("asks"))),
        ("skip", (Outcome.MISSED, reason("late"))),
    ],
)
def test_the_policy_decides_over_what_was_missed_but_not_over_five_minutes(
    policy: str, outcome: tuple[Outcome, object]
) -> None:
    found = rules(if_missed=policy)
    duty = one(MONDAY, found)
    assert when_due(duty, found, duty.due_at + timedelta(minutes=5), None) == (Outcome.OWED, None)
    assert when_due(duty, found, duty.due_at + timedelta(minutes=6), None) == outcome


def test_a_paused_day_is_skipped_naming_who_and_until_when() -> None:
    found = rules()
    pause = Pause("Ann Lee", MONDAY + DAY)
    duty, next_day = one(MONDAY, found), one(MONDAY + DAY, found)
    why = reason("paused", who="Ann Lee", until=(MONDAY + DAY).isoformat())
    assert when_due(duty, found, duty.due_at, pause) == (Outcome.SKIPPED, why)
    assert when_due(next_day, found, next_day.due_at, pause) == (Outcome.OWED, None)


def test_of_several_slots_the_last_is_run_and_of_several_days_each() -> None:
    two = rules("05:00 and 13:00 mon-fri", "17:00")
    monday, tuesday = (duties_of(two, VIENNA, OPEN, MONDAY + n * DAY) for n in range(2))
    assert passed_over([*monday, tuesday[0]], two) == {
        (MONDAY, "05:00"): (Outcome.MISSED, reason("superseded", slot="13:00"))
    }
    assert passed_over([monday[0], tuesday[0]], two) == {}
    since = rules("05:00 and 13:00 mon-fri", "17:00", covers="since last done")
    later = reason("covered", day=(MONDAY + DAY).isoformat())
    assert passed_over([monday[0], tuesday[0]], since) == {(MONDAY, "05:00"): (Outcome.SKIPPED, later)}


# ── a changed schedule ────────────────────────────────────────────────────────────────────────────────────
def changed(old: str, new: str, at: str, *ran: str) -> list[tuple[str, str]]:
    """Change a schedule on Monday at a local time, after these slots of Monday were done."""
    now = local(MONDAY, at)
    old_, new_ = (
        duties_of(rules(words, "17:00"), VIENNA, OPEN, MONDAY)
        for words in (f"{old} mon-fri", f"{new} mon-fri")
    )
    told = on_change(old_, new_, {(MONDAY, slot) for slot in ran}, now)
    return [(duty.slot, outcome.value) for duty, outcome, _why in told]


def test_a_changed_schedule_never_owes_a_day_again() -> None:
    assert changed("05:00", "09:00", "08:00", "05:00") == [("09:00", "skipped")]
    assert changed("05:00", "06:00 and 13:00", "05:30", "05:00") == [("06:00", "skipped")]


def test_a_changed_schedule_drops_no_slot_that_is_still_to_come() -> None:
    assert changed("05:00 and 13:00", "13:00", "10:00", "05:00") == []
    assert changed("05:00", "05:00 and 13:00", "10:00", "05:00") == []
    assert changed("05:00", "09:00", "04:00") == []


def test_a_day_whose_new_time_has_just_passed_is_still_owed() -> None:
    assert changed("05:00", "03:00", "04:00") == [("03:00", "owed")]
    assert changed("05:00 and 13:00", "05:00 and 11:00", "12:00", "05:00") == [("11:00", "owed")]
    assert changed("09:00 and 13:00", "03:00 and 05:00", "08:00") == [("03:00", "missed"), ("05:00", "owed")]
    assert changed("05:00", "03:00", "06:00", "05:00") == []
    assert changed("05:00", "03:00", "06:00") == []  # neither is to come: the old one was settled before
