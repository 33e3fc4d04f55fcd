"""The outbox: written with the change itself, by whoever changes; told in order, nothing lost or doubled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from agent.core.actors import Actor
from agent.core.failures import SiteDown
from agent.core.states import RunState, TaskKind
from agent.store import commands, outbox, reviews, runs
from agent.store.database import close_store, prepare_store, transaction
from agent.store.runs import PlannedRun, PlannedTask
from agent.store.tables import OutboxRow, RunRow
from agent.sync import privacy, wire
from agent.sync.telling import Foretold, Telling

JO = Actor("person", "jo", "Jo", "panel", "panel")
TELLING = Telling(lambda _run: Foretold(), {"claimport": "ClaimPort"}, site_words=False)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[None]:
    prepare_store(tmp_path / "ledger.db", tmp_path / "evidence.db")
    yield
    close_store()


def plan(run: str = "20261118-aaaa") -> str:
    planned = PlannedRun(
        automation=f"sync-{run[-4:]}",
        title="Clinic morning sync",
        office="main",
        business_date=date(2026, 11, 18),
        period_first=date(2026, 11, 17),
        period_last=date(2026, 11, 17),
        folder="sync",
        slot="05:00",
        options={},
        manifest={"record_types": {"Claim": {"noun": ["claim", "claims"]}}},
        versions={"agent": "1", "sites": {"claimport": "2"}},
    )
    runs.plan(run, planned, [PlannedTask("ClaimPort", TaskKind.UPLOAD, "claimport", ())], JO, b"key")
    return run


def enrol() -> None:
    outbox.enrol("http://localhost", 1, "FRONT-2", "north", "token", JO)


def kinds() -> list[tuple[str, str | None]]:
    waiting = outbox.take(100)
    assert waiting is not None
    return [(row.kind, row.code) for row in waiting.rows]


def test_a_site_is_told_by_its_title_and_by_its_name_where_it_is_to_be_typed(store: None) -> None:
    """Also inside a question about a failure."""
    run = plan()
    enrol()
    down = SiteDown(site="claimport", status=503).as_json()
    runs.move_run(run, RunState.FAILED, down)
    reviews.ask(run, None, "task_failed", {"task": "ClaimPort", "failure": down}, ("retry",))
    waiting = outbox.take(100)
    assert waiting is not None
    told = TELLING.told(waiting)
    (about,) = told["runs"]
    assert about.reason.params == {"site": "ClaimPort", "site_name": "claimport", "status": 503}
    assert about.tasks[0].site == "ClaimPort"
    (question,) = told["reviews"]
    assert question.params["failure"]["params"]["site_name"] == "claimport"


def test_nothing_is_kept_for_nobody(store: None) -> None:
    plan()
    assert OutboxRow.select().count() == 0
    assert outbox.take(10) is None


def test_whoever_joins_tells_what_is_known_and_then_what_happens(store: None) -> None:
    run = plan()
    enrol()
    assert kinds() == [("run", None)]
    runs.move_run(run, RunState.FAILED, SiteDown(site="claimport", status=503).as_json())
    reviews.ask(run, None, "task_failed", {"task": "ClaimPort"}, ("retry",))
    assert kinds()[1:] == [("run", "FAILED"), ("review", "asked")]


def test_what_is_taken_back_is_not_told(store: None) -> None:
    run = plan()
    enrol()
    with suppress(KeyError), transaction():
        runs.move_run(run, RunState.FAILED)
        raise KeyError
    assert kinds() == [("run", None)]


def test_progress_leaves_one_row_until_it_is_read(store: None) -> None:
    run = plan()
    enrol()
    task = runs.tasks_of(run)[0]
    assert kinds() == [("run", None)]
    for number in range(50):
        runs.note_step(task.id, {"code": "entering", "params": {"number": number}, "since": 0})
    assert kinds() == [("run", None), ("step", "entering"), ("run", None)]
    runs.note_step(task.id, {"code": "entering", "params": {"number": 51}, "since": 0})
    assert len(kinds()) == 4  # what was read already may be on its way: this is new


def test_a_command_of_the_panel_counts_once_and_its_end_is_told(store: None) -> None:
    enrol()
    assert outbox.accept("abc", "retry", {"run": "x"}, JO)
    assert not outbox.accept("abc", "retry", {"run": "x"}, JO)
    (command,) = commands.waiting()
    commands.end(command.id, done=False, result=SiteDown(site="x", status=500).as_json())
    assert not outbox.refuse("abc", SiteDown(site="x").as_json())
    waiting = outbox.take(10)
    assert waiting is not None
    (outcome,) = TELLING.told(waiting)["outcomes"]
    assert (outcome.command, outcome.state, outcome.reason.code) == ("abc", "refused", "site_down")


def test_a_local_command_is_nobody_elses_business(store: None) -> None:
    enrol()
    commands.end(commands.give("retry", {"run": "x"}, JO), done=True, result={})
    assert kinds() == []


def test_what_the_panel_has_is_removed_but_the_numbers_grow_on(store: None) -> None:
    run = plan()
    enrol()
    waiting = outbox.take(10)
    assert waiting is not None
    outbox.note_through(waiting.through)
    runs.move_run(run, RunState.CANCELLED)
    later = outbox.take(10)
    assert later is not None
    assert later.after == waiting.through
    assert later.through > waiting.through


def test_a_panel_that_forgot_is_told_everything_anew(store: None) -> None:
    for run in ("20261118-aaaa", "20261118-bbbb"):
        plan(run)
    enrol()
    waiting = outbox.take(10)
    assert waiting is not None
    outbox.note_through(waiting.through)
    outbox.note_through(0)  # as after its restore from a backup
    again = outbox.take(10)
    assert again is not None
    assert {row.subject for row in again.rows} == {"20261118-aaaa", "20261118-bbbb"}


def test_a_run_is_told_without_a_value(store: None) -> None:
    run = plan()
    enrol()
    secret = "Mrs. Miller, 4711"
    RunRow.update(
        reason={"code": "rows_invalid", "params": {"file": secret, "rows": 2, "value": secret}}
    ).execute()
    reviews.ask(run, None, "refused", {"site": "claimport", "words": secret, "old": secret}, ("retry",))
    waiting = outbox.take(10)
    assert waiting is not None
    told = TELLING.told(waiting)
    text = wire.write(wire.Batch(1, "s", 0, 9, wire.About("m", "v"), **told)).decode()
    assert secret not in text
    assert json.loads(text)["runs"][0]["reason"]["params"] == {"rows": 2}


@pytest.mark.parametrize(("allowed", "left"), [(False, {"rows": 2}), (True, {"rows": 2, "file": "a.csv"})])
def test_names_of_files_leave_only_if_the_settings_allow(allowed: bool, left: dict[str, object]) -> None:
    told = {"file": "a.csv", "rows": 2, "key": "C1", "value": "x", "payload": {"a": 1}, "new": "y"}
    assert privacy.params(told, site_words=allowed) == left


def test_a_message_of_a_newer_version_is_understood_and_a_wrong_one_named_by_its_place() -> None:
    now = datetime(2026, 11, 18, tzinfo=UTC)
    batch = wire.Batch(1, "s", 0, 1, wire.About("m", "v"), lines=(wire.Line(1, now, "run", "FAILED"),))
    plain = json.loads(wire.write(batch))
    plain["lines"][0]["added_later"] = {"x": 1}
    assert wire.read(wire.Batch, json.dumps(plain)) == batch
    del plain["lines"][0]["code"]
    with pytest.raises(wire.NotUnderstood) as caught:
        wire.read(wire.Batch, json.dumps(plain))
    assert caught.value.place == "lines[0].code"
