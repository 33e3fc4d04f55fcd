"""Past durations and what is left, as the rows tell them."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from agent.core.deadline import FEWEST_RUNS, PastTask, TaskLeft, Verdict, forecast
from agent.core.failures import SiteDown
from agent.core.states import RecordState, RunState, TaskState
from agent.store import durations, reviews, runs
from agent.store.fields import utc_now
from agent.store.tables import RecordRow, ReviewRow, RunRow, TaskRow
from tests.store.ground import begin, claim, deliver, ledger_of, only, plan_run

FIVE = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
LATER = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _store(store: Path) -> None:
    """Every test here needs one."""


def ended(
    seconds: float,
    *,
    day: date = date(2026, 11, 20),
    records: int = 0,
    state: RunState = RunState.COMPLETED,
    **changes: object,
) -> str:
    """A run that took so long, all of it in its one upload."""
    run_id = plan_run(day, **changes)
    lease = begin(run_id)
    ledger = ledger_of(lease)
    ledger.plan([claim(f"{run_id}{number}") for number in range(records)], [])
    runs.settle_task(lease.task_id, TaskState.DONE if state is RunState.COMPLETED else TaskState.NEEDS_REVIEW)
    runs.move_run(run_id, state)
    stop = FIVE + timedelta(seconds=seconds)
    TaskRow.update(started_at=FIVE, ended_at=stop).where(TaskRow.run == run_id).execute()
    RunRow.update(created_at=datetime.combine(day, FIVE.timetz())).where(RunRow.id == run_id).execute()
    for place, row in enumerate(RecordRow.select().where(RecordRow.run == run_id).order_by(RecordRow.id)):
        at = FIVE + timedelta(seconds=10 * (place + 1))
        RecordRow.update(state=RecordState.VERIFIED, confirmed_at=at).where(RecordRow.id == row.id).execute()
    return run_id


def past() -> list[dict[str, PastTask]]:
    return [dict(run.tasks) for run in durations.past_runs("clinic", "main", before=LATER)]


def test_a_past_run_tells_its_seconds_its_records_and_its_tenths() -> None:
    ended(300, records=20)
    assert past() == [{"enter": PastTask(300.0, 20, tuple(20.0 * part for part in range(1, 11)))}]


def test_oldest_first_and_only_of_this_automation_before_that_moment() -> None:
    ended(200, day=date(2026, 11, 19))
    ended(100, day=date(2026, 11, 18))
    ended(50, automation="another")
    told = durations.past_runs("clinic", "main", before=datetime(2026, 11, 19, tzinfo=UTC))
    assert [(run.day.day, run.tasks["enter"].seconds) for run in told] == [(18, 100.0)]
    assert [run["enter"].seconds for run in past()] == [100.0, 200.0]


def test_rehearsals_and_runs_with_a_limit_are_no_measure() -> None:
    ended(1, options={"rehearse": True})
    ended(2, options={"limit": 3}, day=date(2026, 11, 19))
    ended(3, options={"rehearse": False, "limit": None}, day=date(2026, 11, 18))
    assert [run["enter"].seconds for run in past()] == [3.0]


def test_a_run_that_needs_a_person_took_its_own_time() -> None:
    ended(120, state=RunState.NEEDS_REVIEW)
    assert past()[0]["enter"].seconds == 120.0


def test_a_task_in_which_a_person_was_waited_for_is_left_out() -> None:
    run_id = ended(5000)
    task = runs.tasks_of(run_id)[0]
    reviews.ask(run_id, task.id, "task_failed", {}, ("retry", "stop"))
    assert past()[0] != {}  # asked, but nobody has answered within it
    ReviewRow.update(answered_at=FIVE + timedelta(seconds=4000), answer="retry").execute()
    assert past() == [{}]


def test_a_run_whose_host_was_stopped_is_left_out() -> None:
    run_id = ended(5000)
    runs.count_recovery(run_id)
    assert past() == [{}]


def test_what_is_left_of_a_run_that_has_not_begun() -> None:
    run = runs.get(plan_run())
    assert durations.work_left(run, [], utc_now()).left == (TaskLeft("enter"),)


def test_what_is_left_of_a_run_in_the_middle_of_its_records() -> None:
    lease = begin(plan_run())
    ledger = ledger_of(lease)
    ledger.plan([claim("C1")], [])
    deliver(ledger, RecordState.CONFIRMED)
    now = runs.task(lease.task_id).started_at + timedelta(seconds=90)
    (left,) = durations.work_left(runs.get(lease.run_id), [], now).left
    assert left == TaskLeft("enter", 90.0, 1, 1, since_seconds=left.since_seconds)
    assert 80 < left.since_seconds <= 90
    RecordRow.update(state=RecordState.IN_DOUBT).where(RecordRow.id == only(ledger).id).execute()
    assert durations.work_left(runs.get(lease.run_id), [], now).left[0].delivered == 0


@pytest.mark.parametrize(
    ("state", "elapsed", "since"),
    [(TaskState.RUNNING, 25.0, 5.0), (TaskState.WAITING, 20.0, 0.0)],
)
def test_half_an_hour_of_standing_still_is_no_measure_of_the_pace(
    state: TaskState, elapsed: float, since: float
) -> None:
    """Two records, ten seconds each, the site down for half an hour between them."""
    lease = begin(plan_run())
    ledger_of(lease).plan([claim(f"C{number}") for number in range(4)], [])
    rows = list(RecordRow.select().order_by(RecordRow.id))
    for row, second in zip(rows, (10, 1820), strict=False):
        RecordRow.update(state=RecordState.CONFIRMED, confirmed_at=FIVE + timedelta(seconds=second)).where(
            RecordRow.id == row.id
        ).execute()
    TaskRow.update(started_at=FIVE, state=state).execute()
    now = FIVE + timedelta(seconds=1825)
    (left,) = durations.work_left(runs.get(lease.run_id), [], now).left
    assert (left.elapsed_seconds, left.since_seconds) == (elapsed, since)


def test_the_tenths_of_a_few_records_lie_between_them() -> None:
    ended(300, records=12)
    assert past()[0]["enter"].tenths == tuple(12.0 * part for part in range(1, 11))


def test_a_pause_before_the_next_try_is_told() -> None:
    lease = begin(plan_run())
    due = utc_now() + timedelta(seconds=60)
    failure = SiteDown(site="desk", status=503)
    runs.settle_task(lease.task_id, TaskState.WAITING, failure=failure, not_before_at=due)
    (left,) = durations.work_left(runs.get(lease.run_id), [], due - timedelta(seconds=60)).left
    assert left.pause_seconds == pytest.approx(60, abs=0.01)


def test_from_rows_to_a_verdict() -> None:
    for number in range(FEWEST_RUNS):
        ended(600 + 7 * number, day=date(2026, 11, 2) + timedelta(days=number))
    run = runs.get(plan_run(date(2026, 11, 24)))
    now = utc_now()
    known = durations.past_runs("clinic", "main", before=LATER)
    work = durations.work_left(run, known, now)
    good = forecast(work, now=now, deadline_at=now + timedelta(minutes=30))
    bad = forecast(work, now=now, deadline_at=now + timedelta(minutes=5))
    assert (good.verdict, bad.verdict) == (Verdict.ON_TRACK, Verdict.IMPOSSIBLE)
