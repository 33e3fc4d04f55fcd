"""After a worker's end, and at a start: what each failure leads to, from the rows alone."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from agent.core import failures
from agent.core.answers import answers
from agent.core.failures import (
    HANDLING,
    Action,
    Asked,
    ElementAmbiguous,
    ElementMissing,
    Failure,
    PageTimeout,
    RecordsNeedPerson,
    SiteDown,
    WorkerDied,
    handling,
)
from agent.core.states import RecordState, RunState, TaskKind, TaskState
from agent.host import recovery
from agent.host.answering import wake_resting
from agent.store import evidence, reviews, runs
from agent.store.fields import utc_now
from agent.store.lease import Lease
from agent.store.runs import PlannedTask
from agent.store.tables import BlobRow, RunRow, TaskRow
from tests.store.ground import UPLOAD, begin, claim, ledger_of, opened, plan_run

NEXT = {Action.RETRY: "waiting", Action.WAIT: "waiting", Action.REVIEW: "needs_review", Action.STOP: "failed"}
KINDS = [
    kind
    for kind in vars(failures).values()
    if isinstance(kind, type) and issubclass(kind, Failure) and kind is not RecordsNeedPerson
]


@pytest.fixture(autouse=True)
def store(tmp_path: Path) -> Iterator[None]:
    """A store of the test's own."""
    with opened(tmp_path):
        yield


def fail(lease: Lease, failure: Failure) -> TaskRow:
    """The worker stores a failure and ends; returns the task as the host leaves it."""
    runs.fail_task(lease, failure)
    recovery.settle(lease.run_id, lease.task_id, WorkerDied(exit_code=0))
    return runs.task(lease.task_id)


def go_on(lease: Lease) -> Lease:
    """The next worker, once the pause is over."""
    return runs.begin_task(lease.run_id, lease.task_id, {})


def pause_of(task: TaskRow) -> float:
    """The seconds until a task may be tried again."""
    due: datetime | None = task.not_before_at
    assert due is not None
    return (due - utc_now()).total_seconds()


@pytest.mark.parametrize("kind", KINDS)
def test_each_failure_leads_to_what_the_table_says(kind: type[Failure]) -> None:
    """Tried as often as HANDLING says, then waiting, or failed, or before a person with a question."""
    rule = handling(kind)
    lease = begin(plan_run())
    for _ in range(rule.attempts - 1):
        assert fail(lease, kind()).state == TaskState.WAITING
        lease = go_on(lease)
    task = fail(lease, kind())
    assert task.state == NEXT[rule.then]
    asked = [(item.question, tuple(item.answers)) for item in reviews.open_items(lease.run_id)]
    own = issubclass(kind, Asked | ElementMissing | ElementAmbiguous)
    question = kind.code if own else "task_failed"
    assert asked == ([] if rule.then is Action.WAIT else [(question, answers(kind()))])


def test_every_row_of_the_table_is_tried_above() -> None:
    assert set(HANDLING) <= {*KINDS, RecordsNeedPerson}


def test_pauses_grow_and_differ_between_workstations() -> None:
    lease = begin(plan_run())
    pauses = []
    for _ in range(3):
        pauses.append(pause_of(fail(lease, PageTimeout(site="desk", what="page", seconds=15))))
        lease = go_on(lease)
    base = HANDLING[failures.Site].pause_seconds
    for number, pause in enumerate(pauses):
        assert 0.74 * base * 2**number - 1 <= pause <= 1.26 * base * 2**number


def test_a_site_that_is_down_is_tried_on_while_the_deadline_allows() -> None:
    """And no longer; what time does not heal is not tried on at all."""
    deadline = utc_now() + timedelta(hours=1)
    lease = begin(plan_run())
    for _ in range(12):
        runs.fail_task(lease, SiteDown(site="desk", status=503))
        recovery.settle(lease.run_id, lease.task_id, WorkerDied(exit_code=0), deadline_at=deadline)
        task = runs.task(lease.task_id)
        assert task.state == TaskState.WAITING
        assert pause_of(task) <= 1.26 * 300
        lease = go_on(lease)
    runs.fail_task(lease, SiteDown(site="desk", status=503))
    recovery.settle(lease.run_id, lease.task_id, WorkerDied(exit_code=0), deadline_at=utc_now())
    assert runs.task(lease.task_id).state == TaskState.FAILED

    other = begin(plan_run(automation="other"))
    runs.fail_task(other, failures.Defect(kind="KeyError", file="a.py", line=1))
    recovery.settle(other.run_id, other.task_id, WorkerDied(exit_code=0), deadline_at=deadline)
    assert runs.task(other.task_id).state == TaskState.FAILED


def test_waiting_for_the_surroundings_is_not_bounded() -> None:
    """Offline all night: the task still waits, and nobody was asked."""
    lease = begin(plan_run())
    for _ in range(30):
        assert fail(lease, failures.Offline(site="desk", host="desk.example")).state == TaskState.WAITING
        lease = go_on(lease)
    assert reviews.open_items() == []


def test_a_worker_that_died_without_a_word_is_a_failure_by_itself() -> None:
    lease = begin(plan_run())
    recovery.settle(lease.run_id, lease.task_id, WorkerDied(exit_code=-9))
    task = runs.task(lease.task_id)
    assert task.state == TaskState.WAITING
    assert task.failure == WorkerDied(exit_code=-9).as_json()


def test_a_host_that_dies_before_it_has_asked_has_not_let_the_task_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A task at rest that nobody is asked about would rest for ever: both are one transaction."""
    lease = begin(plan_run())
    runs.fail_task(lease, failures.Defect(kind="KeyError", file="a.py", line=1))

    def die(*_args: object, **_params: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(reviews, "ask", die)
        with pytest.raises(SystemExit):
            recovery.settle(lease.run_id, lease.task_id, WorkerDied(exit_code=0))
    assert runs.task(lease.task_id).state == TaskState.RUNNING
    recovery.recover()
    assert fail(go_on(lease), failures.Defect(kind="KeyError", file="a.py", line=1)).state == TaskState.FAILED
    assert [item.question for item in reviews.open_items()] == ["task_failed"]


def test_records_that_were_all_answered_while_workers_died_are_asked_about_as_one() -> None:
    lease = begin(plan_run())
    for _ in range(recovery._MOST_LATE_ANSWERS - 1):
        assert fail(lease, RecordsNeedPerson(count=1)).state == TaskState.WAITING
        lease = go_on(lease)
    assert fail(lease, RecordsNeedPerson(count=1)).state == TaskState.NEEDS_REVIEW
    assert [item.question for item in reviews.open_items()] == ["task_failed"]


def test_what_is_answered_while_the_run_works_elsewhere_is_taken_up_again() -> None:
    """Else the run would end with a task at rest and nobody asked."""
    second = PlannedTask("other", TaskKind.UPLOAD, "claimport", ())
    lease = begin(plan_run(tasks=(UPLOAD, second)))
    assert fail(lease, failures.FillDiffers(site="desk", element="amount")).state == TaskState.NEEDS_REVIEW
    runs.begin_task(lease.run_id, runs.tasks_of(lease.run_id)[1].id, {})
    wake_resting(lease.run_id)
    assert [task.state for task in runs.tasks_of(lease.run_id)] == [TaskState.WAITING, TaskState.RUNNING]


def test_a_task_that_ended_well_is_left_as_it_is() -> None:
    lease = begin(plan_run())
    runs.finish_task(lease, b"sealed")
    recovery.settle(lease.run_id, lease.task_id, WorkerDied(exit_code=0))
    assert runs.task(lease.task_id).state == TaskState.DONE


def test_whoever_ended_can_write_no_more() -> None:
    lease = begin(plan_run())
    recovery.settle(lease.run_id, lease.task_id, WorkerDied(exit_code=-9))
    with pytest.raises(failures.FenceLost):
        runs.record_totals(lease, {})


def test_records_that_wait_for_a_person_have_questions_of_their_own() -> None:
    lease = begin(plan_run())
    ledger = ledger_of(lease)
    ledger.plan([claim("C1"), claim("C1", doubled=True)], [])
    assert fail(lease, RecordsNeedPerson(count=1)).state == TaskState.NEEDS_REVIEW
    assert [item.question for item in reviews.open_items()] == ["doubled_in_batch"]


# ── at a start ────────────────────────────────────────────────────────────────────────────────────────
def test_a_run_that_was_at_work_resumes_and_its_task_is_not_blamed() -> None:
    lease = begin(plan_run())
    recovery.recover()
    run, task = runs.get(lease.run_id), runs.task(lease.task_id)
    assert (run.state, task.state, task.attempts) == (RunState.PENDING, TaskState.WAITING, 0)
    with pytest.raises(failures.FenceLost):
        runs.record_totals(lease, {})


def test_recovering_twice_changes_nothing_more() -> None:
    lease = begin(plan_run())
    recovery.recover()
    first = runs.get(lease.run_id).fence
    recovery.recover()
    assert runs.get(lease.run_id).fence == first


@pytest.mark.parametrize(
    "state", [s for s in RunState if s not in {"DOWNLOADING", "PROCESSING", "UPLOADING"}]
)
def test_runs_that_were_not_at_work_stay_where_they_are(state: RunState) -> None:
    run = plan_run()
    if state is not RunState.PENDING:
        runs.move_run(run, state)
    recovery.recover()
    assert runs.get(run).state == state


def test_a_run_that_is_always_found_at_work_goes_to_a_person() -> None:
    """Twenty-one starts that find the same run at work are no accident."""
    lease = begin(plan_run())
    for _ in range(recovery.MOST_RECOVERIES):
        recovery.recover()
        assert runs.task(lease.task_id).state == TaskState.WAITING
        lease = go_on(lease)
    recovery.recover()
    assert runs.task(lease.task_id).state == TaskState.FAILED
    assert [item.question for item in reviews.open_items()] == ["task_failed"]


def test_a_start_sweeps_what_a_crash_left_between_two_commits() -> None:
    BlobRow.insert(id="orphan", sealed=b"x").execute()
    recovery.recover()
    assert BlobRow.select().count() == 0
    assert evidence.sweep() == 0


def test_what_was_in_doubt_stays_in_doubt_over_a_start() -> None:
    lease = begin(plan_run())
    ledger = ledger_of(lease)
    ledger.plan([claim("C1")], [])
    ledger.intend(ledger.entries()[0])
    recovery.recover()
    assert RunRow.get().state == RunState.PENDING
    assert ledger.entries()[0].state is RecordState.INTENDED
    assert runs.has_doubts(lease.task_id)


def test_the_last_failure_is_kept_while_a_task_waits() -> None:
    """A face can say why: not just "waiting"."""
    task = fail(begin(plan_run()), SiteDown(site="desk", status=503))
    assert task.failure == SiteDown(site="desk", status=503).as_json()
