"""Schedules are read or refused, and the periods of business days tile the calendar."""

from datetime import date, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.calendar import (
    COVERS,
    Period,
    is_business_day,
    parse_schedule,
    parse_time,
    period_covered,
)

NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PREVIOUS, SAME, SINCE = COVERS
MON_FRI = frozenset(range(5))
DAY = timedelta(days=1)
DAYS = st.dates(date(2020, 1, 1), date(2040, 1, 1))
WEEKDAYS = st.frozensets(st.integers(0, 6), min_size=1)


@st.composite
def calendars(draw: st.DrawFn) -> tuple[date, frozenset[int], frozenset[date]]:
    """A first day, an office's weekdays, and closed days among the ten weeks after it."""
    first = draw(DAYS)
    closed = draw(st.frozensets(st.integers(0, 70), max_size=30))
    return first, draw(WEEKDAYS), frozenset(first + number * DAY for number in closed)


@given(calendars())
def test_periods_of_consecutive_business_days_tile_the_calendar(
    calendar: tuple[date, frozenset[int], frozenset[date]],
) -> None:
    """Each day lies in exactly one period, whatever the weekdays and the closed days."""
    first, weekdays, closed = calendar
    days = [day for day in (first + n * DAY for n in range(80)) if is_business_day(day, weekdays, closed)]
    periods = [period_covered(day, PREVIOUS, weekdays, closed) for day in days]
    for before, after in pairwise(periods):
        assert after.first == before.last + DAY
    for day, period in zip(days, periods, strict=True):
        assert period.first <= period.last == day - DAY


@given(calendars())
def test_a_period_begins_with_a_business_day_and_holds_no_other(
    calendar: tuple[date, frozenset[int], frozenset[date]],
) -> None:
    """A run covers one business day and the closed days after it."""
    day, weekdays, closed = calendar
    period = period_covered(day, PREVIOUS, weekdays, closed)
    length = (period.last - period.first).days + 1
    covered = [period.first + n * DAY for n in range(length)]
    assert [each for each in covered if is_business_day(each, weekdays, closed)] == [period.first]


def test_monday_covers_friday_to_sunday() -> None:
    assert period_covered(date(2026, 11, 23), PREVIOUS, MON_FRI) == Period(
        date(2026, 11, 20), date(2026, 11, 22)
    )


def test_the_day_after_a_holiday_covers_the_holiday_too() -> None:
    christmas = {date(2026, 12, 25), date(2026, 12, 28)}
    assert period_covered(date(2026, 12, 29), PREVIOUS, MON_FRI, christmas) == Period(
        date(2026, 12, 24), date(2026, 12, 28)
    )


@given(DAYS, WEEKDAYS)
def test_same_day_covers_that_day_alone(day: date, weekdays: frozenset[int]) -> None:
    assert period_covered(day, SAME, weekdays) == Period(day, day)


@pytest.mark.parametrize("covers", ["", "previous day", "Same Day", "week"])
def test_unknown_words_for_a_period_are_refused(covers: str) -> None:
    with pytest.raises(ValueError, match="is not one of"):
        period_covered(date(2026, 11, 23), covers, MON_FRI)


def test_an_office_that_never_opens_has_no_period() -> None:
    with pytest.raises(ValueError, match="no weekday"):
        period_covered(date(2026, 11, 23), PREVIOUS, frozenset())
    closed = {date(2026, 11, 23) - n * DAY for n in range(500)}
    with pytest.raises(ValueError, match="within a year"):
        period_covered(date(2026, 11, 23), PREVIOUS, MON_FRI, closed)


@given(st.times(), st.integers(0, 6), st.integers(0, 6))
def test_a_range_of_days_is_read_from_first_to_last(at: time, first: int, last: int) -> None:
    words = f"{at:%H:%M} {NAMES[first]}-{NAMES[last]}"
    if first > last:
        with pytest.raises(ValueError, match="backwards"):
            parse_schedule(words)
    else:
        schedule = parse_schedule(words)
        assert schedule.weekdays == frozenset(range(first, last + 1))
        assert schedule.times == (at.replace(second=0, microsecond=0),)


@given(st.lists(st.integers(0, 6), min_size=1), st.sampled_from([",", ", ", " , "]))
def test_a_list_of_days_is_read_in_any_order_and_spacing(days: list[int], comma: str) -> None:
    words = comma.join(NAMES[day] for day in days)
    assert parse_schedule(f"06:30 {words}").weekdays == frozenset(days)
    assert parse_schedule(f" 06:30 {words.upper()} ") == parse_schedule(f"06:30 {words}")


@pytest.mark.parametrize(
    "words",
    [
        "",
        "05:00",
        "mon-fri",
        "05:00 ",
        "5:00 mon-fri",
        "24:00 mon-fri",
        "05:60 mon-fri",
        "0500 mon-fri",
        "05:00:00 mon-fri",
        "05:00 monday",
        "05:00 mon-",
        "05:00 -fri",
        "05:00 mon-fri-sun",
        "05:00 mon,,fri",
        "05:00 mon,",
        "05:00 fri-mon",
        "05:00 every day",
        "05:00 mon–fri",  # noqa: RUF001  # a dash that a word processor made
    ],
)
def test_what_is_no_schedule_is_refused_in_words(words: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_schedule(words)


@given(st.text(max_size=12))
def test_any_other_text_is_a_schedule_or_a_value_error(words: str) -> None:
    try:
        assert parse_schedule(words).weekdays
    except ValueError:
        return


@given(st.times())
def test_a_time_is_read_as_written(at: time) -> None:
    assert parse_time(f"{at:%H:%M}") == at.replace(second=0, microsecond=0)
