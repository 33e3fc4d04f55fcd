"""Runs and tasks: one open run for a duty, allowed moves only, what resumes with what was learned."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from agent.core.failures import DutyIsOpen, PageTimeout, UnknownRun
from agent.core.states import NotAllowedError, RunState, TaskKind, TaskState
from agent.store import checkpoints, queries, runs
from agent.store.runs import PlannedTask
from agent.system.seal import Key, SealBroken
from tests.store.ground import DATA, MONDAY, begin, claim, crash, everything, ledger_of, plan_run

CLOSED = (RunState.COMPLETED, RunState.FAILED, RunState.CANCELLED)
OPEN = (
    RunState.PENDING,
    RunState.DOWNLOADING,
    RunState.PROCESSING,
    RunState.UPLOADING,
    RunState.NEEDS_REVIEW,
)
MORNING = (
    PlannedTask("billing", TaskKind.DOWNLOAD, "meridian", ()),
    PlannedTask("claims", TaskKind.PROCESS, None, ("billing",)),
    PlannedTask("enter", TaskKind.UPLOAD, "claimport", ("claims",)),
)


@pytest.mark.parametrize("state", OPEN)
def test_while_a_run_is_open_its_duty_takes_no_second_one(store: Path, state: RunState) -> None:
    first = plan_run()
    if state is not RunState.PENDING:
        runs.move_run(first, state)
    before = everything()
    with pytest.raises(DutyIsOpen) as caught:
        plan_run()
    assert caught.value.params == {"run": first, "state": state}
    assert everything() == before


@pytest.mark.parametrize("state", CLOSED)
def test_when_a_run_has_ended_its_duty_takes_another(store: Path, state: RunState) -> None:
    runs.move_run(plan_run(), state)
    assert runs.get(plan_run()).state == RunState.PENDING


@pytest.mark.parametrize(
    "other",
    [{"automation": "dental"}, {"office": "west"}, {"slot": "12:00 mon-fri"}, {"day": date(2026, 11, 24)}],
)
def test_another_duty_is_not_held_up(store: Path, other: dict[str, Any]) -> None:
    plan_run()
    assert plan_run(**other)


def test_a_failed_run_is_not_woken_while_another_does_its_duty(store: Path) -> None:
    """Two open runs of one duty would enter its records side by side."""
    failed = plan_run()
    runs.move_run(failed, RunState.FAILED)
    other = plan_run()
    with pytest.raises(DutyIsOpen) as caught:
        runs.move_run(failed, RunState.PENDING)
    assert caught.value.params["run"] == other
    runs.move_run(failed, RunState.CANCELLED)
    assert runs.get(failed).state == RunState.CANCELLED


def test_a_move_that_the_table_lacks_changes_nothing(store: Path) -> None:
    run = plan_run()
    runs.move_run(run, RunState.COMPLETED)
    before = everything()
    with pytest.raises(NotAllowedError):
        runs.move_run(run, RunState.PENDING)
    assert everything() == before


def test_a_run_ends_when_it_closes_and_is_open_again_when_it_resumes(store: Path) -> None:
    run = plan_run()
    runs.move_run(run, RunState.FAILED)
    assert runs.get(run).ended_at is not None
    runs.move_run(run, RunState.PENDING)
    assert runs.get(run).ended_at is None


def test_a_run_is_found_by_an_unambiguous_beginning_of_its_id(store: Path) -> None:
    monday, tuesday = plan_run(MONDAY), plan_run(date(2026, 11, 24))
    assert runs.get(monday[:10]).id == monday
    assert runs.get(tuesday).id == tuesday
    for vague in ("202611", "", "x", monday + "x"):
        with pytest.raises(UnknownRun):
            runs.get(vague)


def test_the_oldest_run_comes_first(store: Path) -> None:
    first, second = plan_run(), plan_run(automation="dental")
    oldest = next(iter(runs.pending()), None)
    assert oldest is not None
    assert oldest.id == first
    begin(first)
    assert [run.id for run in runs.at_work()] == [first]
    oldest = next(iter(runs.pending()), None)
    assert oldest is not None
    assert oldest.id == second


def test_a_task_gives_the_run_its_stage(store: Path) -> None:
    run = plan_run(tasks=MORNING)
    for name, stage in [
        ("billing", RunState.DOWNLOADING),
        ("claims", RunState.PROCESSING),
        ("enter", RunState.UPLOADING),
    ]:
        checkpoints.finish(begin(run, name), DATA, b"{}")
        assert runs.get(run).state == stage
    assert [task.state for task in runs.tasks_of(run)] == [TaskState.DONE] * 3


def test_a_task_that_is_done_or_at_work_is_not_begun_again(store: Path) -> None:
    run = plan_run()
    lease = begin(run)
    with pytest.raises(NotAllowedError):
        begin(run)
    runs.finish_task(lease, b"sealed")
    with pytest.raises(NotAllowedError):
        begin(run)


def test_a_checkpoint_opens_for_its_run_and_task_only(store: Path) -> None:
    run, other = plan_run(tasks=MORNING), plan_run(automation="dental", tasks=MORNING)
    checkpoints.finish(begin(run, "billing"), DATA, b"of the clinic")
    moved = runs.tasks_of(run)[0].checkpoint
    assert moved is not None
    runs.finish_task(begin(other, "billing"), bytes(moved))
    assert checkpoints.opened(run, "billing", DATA) == b"of the clinic"
    with pytest.raises(SealBroken):
        checkpoints.opened(other, "billing", DATA)
    with pytest.raises(SealBroken):
        checkpoints.opened(run, "billing", Key(b"x" * 32))


def test_a_resume_wakes_what_is_not_done_and_keeps_what_is(store: Path) -> None:
    run = plan_run(tasks=MORNING)
    checkpoints.finish(begin(run, "billing"), DATA, b"{}")
    lease = begin(run, "claims")
    runs.fail_task(lease, PageTimeout(site="meridian", what="export", seconds=15))
    runs.settle_task(lease.task_id, TaskState.FAILED)
    runs.settle_task(runs.tasks_of(run)[2].id, TaskState.BLOCKED)
    runs.wake_tasks(run, reset_attempts=True)
    assert [(task.state, task.attempts) for task in runs.tasks_of(run)] == [
        (TaskState.DONE, 1),
        (TaskState.WAITING, 0),
        (TaskState.WAITING, 0),
    ]


def test_tries_are_counted_anew_after_a_record_was_delivered(store: Path) -> None:
    """Only vain tries are bounded: a long upload through many interruptions goes on."""
    lease = begin(plan_run())
    ledger = ledger_of(lease)
    ledger.plan([claim("C1"), claim("C2")], [])
    ledger.intend(ledger.entries()[0])
    ledger.confirm(ledger.entries()[0], None, "")
    counts = [runs.count_since_progress(lease.task_id)]
    for _ in range(3):
        runs.settle_task(lease.task_id, TaskState.WAITING)
        lease = runs.begin_task(lease.run_id, lease.task_id, {})
        counts.append(runs.count_since_progress(lease.task_id))
    assert counts == [1, 2, 3, 4]
    ledger = ledger_of(lease)
    ledger.intend(ledger.entries()[1])
    ledger.confirm(ledger.entries()[1], None, "")
    assert runs.count_since_progress(lease.task_id) == 1


def test_a_crash_of_the_host_is_not_counted_against_the_task(store: Path) -> None:
    lease = begin(plan_run())
    assert runs.task(crash(lease).task_id).attempts == 1


def test_doubts_are_told_of_until_each_record_is_read_back(store: Path) -> None:
    lease = begin(plan_run())
    ledger = ledger_of(lease)
    ledger.plan([claim("C1")], [])
    seen = [runs.has_doubts(lease.task_id)]
    ledger.intend(ledger.entries()[0])
    seen.append(runs.has_doubts(lease.task_id))
    ledger.doubt(ledger.entries()[0])
    seen.append(runs.has_doubts(lease.task_id))
    ledger.verify(ledger.entries()[0], None, [])
    seen.append(runs.has_doubts(lease.task_id))
    assert seen == [False, True, True, False]


def test_totals_of_several_tasks_stand_side_by_side(store: Path) -> None:
    run = plan_run(tasks=MORNING)
    lease = begin(run, "billing")
    runs.record_totals(lease, {"enter": {"count": 1}})
    runs.record_totals(lease, {"other": {"count": 2}})
    runs.record_totals(lease, {"enter": {"count": 3}})
    assert runs.get(run).totals == {"enter": {"count": 3}, "other": {"count": 2}}


def test_a_cancelled_run_keeps_what_was_done(store: Path) -> None:
    run = plan_run(tasks=MORNING)
    checkpoints.finish(begin(run, "billing"), DATA, b"{}")
    runs.cancel_tasks(run)
    states = [task.state for task in runs.tasks_of(run)]
    assert states == [TaskState.DONE, TaskState.CANCELLED, TaskState.CANCELLED]


def test_what_is_usual_is_the_median_of_completed_runs(store: Path) -> None:
    for day, count in enumerate([180, 190, 5000], start=1):
        run = plan_run(date(2026, 11, day))
        runs.record_totals(begin(run), {"enter": {"count": {"processed": str(count)}}})
        runs.move_run(run, RunState.COMPLETED)
    failed = plan_run(date(2026, 11, 9))
    runs.record_totals(begin(failed), {"enter": {"count": {"processed": "1"}}})
    runs.move_run(failed, RunState.FAILED)
    assert checkpoints.usual_count("clinic", "main", "enter") == 190
    assert checkpoints.usual_count("clinic", "main", "other") is None
    assert checkpoints.usual_count("dental", "main", "enter") is None


def test_show_has_every_figure_of_the_contract(store: Path) -> None:
    """DESIGN.md, 9: what `show RUN --json` prints."""
    run = plan_run()
    ledger = ledger_of(begin(run))
    ledger.plan([claim("C1"), claim("C2")], [("billing.csv, row 4", "cancelled visit")])
    ledger.intend(ledger.entries()[0])
    shown = queries.run(run)
    assert shown["records"]["total"] == 2
    assert {key: shown["records"][key] for key in ("planned", "intended", "left_out")} == {
        "planned": 1,
        "intended": 1,
        "left_out": 1,
    }
    assert shown["state"] == RunState.UPLOADING
    assert shown["tasks"][0]["name"] == "enter"
    assert set(shown) >= {
        "id", "automation", "office", "business_date", "period", "state", "tasks", "records", "totals",
        "versions", "evidence", "reviews", "started_at", "ended_at",
    }  # fmt: skip
