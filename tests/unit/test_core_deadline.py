"""The forecast: what it says, what it does not know, and that its band holds what it promises."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core import deadline
from agent.core.deadline import FEWEST_RUNS, Help, PastRun, PastTask, TaskLeft, Verdict, Work, forecast
from agent.core.quantiles import Band, adjusted, band, draw, sums
from tests.finishes import SHAPES, days, held, history, left_at

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
TODAY = NOW.date()
HOUR = timedelta(hours=1)


def past(*minutes: float, name: str = "enter", records: int | None = None) -> list[PastRun]:
    """Past mornings of one task that took so many minutes."""
    return [
        PastRun(day, {name: PastTask(60 * took, records)})
        for day, took in zip(days(len(minutes), date(2026, 9, 1)), minutes, strict=True)
    ]


USUAL = past(*(40 + 9 * place % 20 for place in range(20)))
"""Twenty mornings between 40 and 59 minutes, in no order."""


def work(*left: TaskLeft, history: Sequence[PastRun] = USUAL) -> Work:
    return Work(TODAY, left or (TaskLeft("enter"),), history)


# ── what it says ──────────────────────────────────────────────────────────────────────────────────────
def test_a_usual_morning_is_on_track_and_says_between_when_and_when() -> None:
    told = forecast(work(), now=NOW, deadline_at=NOW + 3 * HOUR)
    assert told.verdict is Verdict.ON_TRACK
    assert told.earliest_at is not None
    assert told.latest_at is not None
    assert NOW + timedelta(minutes=38) < told.earliest_at < NOW + timedelta(minutes=42)
    assert NOW + timedelta(minutes=57) < told.latest_at < NOW + timedelta(minutes=61)
    assert told.latest_start_at == NOW + 3 * HOUR - (told.latest_at - NOW)
    assert (told.chance, told.helps) == (1.0, ())


def test_a_tight_morning_is_at_risk_with_its_chance() -> None:
    told = forecast(work(), now=NOW, deadline_at=NOW + timedelta(minutes=50, seconds=1))
    assert told.verdict is Verdict.AT_RISK
    assert told.chance == 11 / 20


def test_a_morning_too_short_for_the_fastest_is_impossible() -> None:
    told = forecast(work(), now=NOW, deadline_at=NOW + timedelta(minutes=30))
    assert (told.verdict, told.chance) == (Verdict.IMPOSSIBLE, 0.0)
    assert told.helps == (Help.TELL_WHO_WAITS,)


@pytest.mark.parametrize("runs", range(FEWEST_RUNS))
def test_too_little_history_is_not_guessed_from(runs: int) -> None:
    told = forecast(work(history=USUAL[:runs]), now=NOW, deadline_at=NOW + 3 * HOUR)
    assert told.verdict is Verdict.NOT_KNOWN_YET
    assert (told.earliest_at, told.middle_at, told.latest_at, told.chance) == (None, None, None, None)


def test_without_history_a_morning_near_its_deadline_is_at_risk_and_then_impossible() -> None:
    """Unknown is no excuse for silence."""
    late = forecast(work(history=()), now=NOW, deadline_at=NOW + timedelta(minutes=59))
    over = forecast(work(history=()), now=NOW, deadline_at=NOW)
    assert (late.verdict, over.verdict) == (Verdict.AT_RISK, Verdict.IMPOSSIBLE)


def test_past_runs_that_lack_one_of_the_tasks_do_not_count() -> None:
    other = past(*range(40, 60), name="another")
    assert forecast(work(history=other), now=NOW, deadline_at=NOW + 3 * HOUR).verdict is Verdict.NOT_KNOWN_YET


def test_a_run_with_nothing_left_is_done_now() -> None:
    told = forecast(Work(TODAY, (), USUAL), now=NOW, deadline_at=NOW + HOUR)
    assert (told.verdict, told.latest_at) == (Verdict.ON_TRACK, NOW)


def test_a_run_that_is_to_begin_later_is_reckoned_from_then() -> None:
    told = forecast(work(), now=NOW, begins_at=NOW + HOUR, deadline_at=NOW + timedelta(minutes=90))
    assert told.verdict is Verdict.IMPOSSIBLE
    assert told.helps == (Help.START_EARLIER,)  # begun now it would be done


def test_what_is_ahead_in_the_queue_counts_and_may_be_let_wait() -> None:
    told = forecast(work(), now=NOW, deadline_at=NOW + timedelta(minutes=80), ahead=[work()])
    assert told.verdict in {Verdict.AT_RISK, Verdict.IMPOSSIBLE}
    assert Help.LET_IT_GO_FIRST in told.helps
    assert told.middle_at is not None
    assert abs(told.middle_at - NOW - timedelta(minutes=99)) < timedelta(minutes=3)


def test_an_unknown_run_ahead_makes_all_unknown() -> None:
    told = forecast(work(), now=NOW, deadline_at=NOW + 3 * HOUR, ahead=[work(history=())])
    assert told.verdict is Verdict.NOT_KNOWN_YET


def test_a_run_that_waits_for_something_needs_that_settled() -> None:
    told = forecast(work(), now=NOW, deadline_at=NOW + timedelta(minutes=50), waits=True)
    assert told.helps[0] is Help.SETTLE_CAUSE


def test_more_records_take_longer() -> None:
    chance = random.Random(7)
    mornings = []
    for day in days(30, date(2026, 9, 1)):
        records = chance.randint(100, 200)
        mornings.append(
            PastRun(day, {"enter": PastTask(60 + 10 * records * chance.uniform(0.98, 1.02), records)})
        )
    usual, many = (
        forecast(work(TaskLeft("enter", records=records), history=mornings), now=NOW, deadline_at=NOW + HOUR)
        for records in (150, 300)
    )
    assert usual.verdict is Verdict.ON_TRACK
    assert many.middle_at is not None
    assert abs(many.middle_at - NOW - timedelta(seconds=3060)) < timedelta(seconds=90)


def test_a_morning_three_times_slower_is_seen_while_it_runs() -> None:
    """At 30 % of the records the past durations say nothing any more; this morning's own pace does."""
    *mornings, run = history("steady", 30, random.Random(3))
    (task,), seconds = left_at(run, "30 %")
    slow = TaskLeft(task.name, 3 * (task.elapsed_seconds or 0), task.records, task.delivered)
    told = forecast(Work(run.day, (slow,), mornings), now=NOW, deadline_at=NOW + HOUR)
    assert told.earliest_at is not None
    assert told.latest_at is not None
    assert told.earliest_at < NOW + timedelta(seconds=3 * seconds) < told.latest_at


def test_the_records_that_will_be_left_are_told() -> None:
    enough = past(*[100] * 10, records=100)
    left = TaskLeft("enter", records=100)
    told = forecast(work(left, history=enough), now=NOW, deadline_at=NOW + timedelta(minutes=50))
    assert (told.left_over, told.helps) == (50, (Help.FINISH_BY_HAND,))


def test_a_task_older_than_any_before_is_reckoned_by_its_age() -> None:
    told = forecast(work(TaskLeft("enter", 2 * 3600.0)), now=NOW, deadline_at=NOW + HOUR)
    assert told.verdict is Verdict.AT_RISK
    assert told.latest_at is not None
    assert told.latest_at > NOW + 2 * HOUR


def test_a_pause_before_the_next_try_is_part_of_it() -> None:
    calm, paused = (
        forecast(work(TaskLeft("enter", pause_seconds=pause)), now=NOW, deadline_at=NOW + 3 * HOUR).middle_at
        for pause in (0.0, 300.0)
    )
    assert calm is not None
    assert paused == calm + timedelta(seconds=300)


# ── rules that hold for any history ───────────────────────────────────────────────────────────────────
seconds = st.floats(min_value=1, max_value=20_000)
histories = st.lists(seconds, min_size=FEWEST_RUNS, max_size=45).map(
    lambda spent: [
        PastRun(day, {"enter": PastTask(took)}) for day, took in zip(days(len(spent)), spent, strict=True)
    ]
)
ORDER = [Verdict.ON_TRACK, Verdict.AT_RISK, Verdict.IMPOSSIBLE]


@given(histories, st.floats(0, 40_000), st.floats(0, 10_000))
def test_less_time_is_never_better(past_runs: list[PastRun], room: float, less: float) -> None:
    told = [
        forecast(work(history=past_runs), now=NOW, deadline_at=NOW + timedelta(seconds=seconds))
        for seconds in (room, max(0.0, room - less))
    ]
    assert ORDER.index(told[0].verdict) <= ORDER.index(told[1].verdict)
    assert (told[0].chance or 0) >= (told[1].chance or 0)


@given(histories, st.floats(0, 30_000))
def test_the_band_is_in_order_and_never_in_the_past(past_runs: list[PastRun], elapsed: float) -> None:
    told = forecast(
        work(TaskLeft("enter", elapsed), history=past_runs), now=NOW, deadline_at=NOW + timedelta(days=2)
    )
    assert told.earliest_at is not None
    assert told.middle_at is not None
    assert told.latest_at is not None
    assert NOW <= told.earliest_at <= told.middle_at <= told.latest_at


@given(st.lists(seconds, min_size=2, max_size=60), st.floats(0.05, 0.95), st.floats(0.05, 0.95))
def test_a_higher_share_is_never_lower(values: list[float], one: float, other: float) -> None:
    ranked = sorted(values)
    assert draw(ranked, min(one, other)) <= draw(ranked, max(one, other))


def test_sums_of_independent_parts_are_narrower_than_the_sum_of_the_bands() -> None:
    part = [float(value) for value in range(100, 200)]
    one, both = band(part), band(sums([part, part]))
    assert 2 * one.low < both.low < both.high < 2 * one.high
    assert abs(both.middle - 2 * one.middle) < 3


def test_nothing_is_put_right_where_nothing_differs() -> None:
    chance = random.Random(5)
    values = [chance.lognormvariate(6, 0.2) for _ in range(40)]
    assert adjusted(values, list(days(40)), TODAY) == pytest.approx(values)


# ── the promise: nine of ten ──────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("shape", SHAPES)
def test_the_band_holds_nine_of_ten_finishes(shape: str) -> None:
    """85 to 95 %, before the run and in the middle of it. The full dose: python -m tests.finishes."""
    for stage in ("before", "30 %"):
        assert 0.85 <= held(shape, stage, trials=120, seed=6) <= 0.95, stage


def test_a_rule_that_sees_no_trend_would_fail_the_test_above(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check has teeth: without the adjustment the band of a growing practice does not hold."""
    monkeypatch.setattr(deadline, "adjusted", lambda values, _days, _today: list(values))
    assert held("trend", "before", trials=60, seed=6) < 0.8


def test_a_band_half_as_wide_would_fail_the_test_above(monkeypatch: pytest.MonkeyPatch) -> None:
    def narrow(values: Sequence[float]) -> Band:
        ranked = sorted(values)
        return Band(draw(ranked, 0.275), draw(ranked, 0.5), draw(ranked, 0.725))

    monkeypatch.setattr(deadline, "band", narrow)
    assert held("steady", "before", trials=60, seed=6) < 0.8
