"""Three days out of reach, lines that break, a panel that is killed: in the end all is there, once."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from agent.core.actors import Actor
from agent.core.failures import Offline, SiteDown
from agent.core.states import RunState
from agent.store import outbox, reviews, runs
from agent.store.database import close_store, prepare_store
from agent.store.tables import HomeRow, OutboxRow, ReviewRow, RunRow
from agent.sync import pusher, wire
from agent.sync.panel import Panel as Line
from agent.sync.panel import pause_after
from agent.sync.pusher import Pusher, Sources
from agent.sync.telling import Foretold
from agent.system.settings import PanelSettings
from agent.system.vault import MemoryVault
from tests.morning import until
from tests.panel.serving import Panel
from tests.panel.test_outbox import plan
from ui.panel.server.tables import workstations
from ui.panel.server.tables.database import write
from ui.panel.server.tables.schema import LineRow
from ui.panel.server.tables.schema import RunRow as SeenRun

JO = Actor("person", "jo", "Jo", "cli", "test")
SOURCES = Sources(lambda _run: Foretold(), lambda: wire.Agenda(()), lambda: None, lambda _ident: None)


@pytest.fixture
def vault(tmp_path: Path, panel: Panel) -> Iterator[MemoryVault]:
    """A home that is enrolled, its token in a vault."""
    prepare_store(tmp_path / "ledger.db", tmp_path / "evidence.db")
    _row, code = write(lambda: workstations.make_code("north", "FRONT-2", "Test"))
    line = Line(panel.address)
    enrolled = line.enrol(wire.Enrol(wire.VERSION, code, HomeRow.get().home_id, "m", "v"))
    line.close()
    held = MemoryVault()
    held.set("token", enrolled.token)
    outbox.enrol(panel.address, enrolled.workstation, enrolled.name, enrolled.office, "token", JO)
    yield held
    close_store()


class Telling:
    """The pusher on a thread of its own, as the host has it."""

    def __init__(self, vault: MemoryVault) -> None:
        about = wire.About("test", "0.1.0")
        self._pusher = Pusher(PanelSettings(), about, vault, SOURCES)
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._work)

    def __enter__(self) -> Telling:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopping.set()
        self._wake.set()
        self._thread.join(10)
        assert not self._thread.is_alive()

    def _work(self) -> None:
        try:
            self._pusher.work(self._wake, self._stopping)
        finally:
            close_store()


def three_days(seed: int) -> int:
    """Live three days of runs, questions and answers; returns how many lines that makes."""
    chance = random.Random(seed)
    for number in range(18):
        run = plan(f"2026111{number % 9}-{number:04}")
        runs.move_run(run, RunState.UPLOADING)
        if chance.random() < 0.4:
            reviews.ask(run, None, "task_failed", {"task": "ClaimPort"}, ("retry",))
            runs.move_run(run, RunState.NEEDS_REVIEW)
        else:
            state = chance.choice([RunState.COMPLETED, RunState.FAILED, RunState.CANCELLED])
            runs.move_run(run, state, SiteDown(site="claimport", status=500).as_json())
    return OutboxRow.select().where(OutboxRow.code.is_null(False)).count()


def all_told(lines: int) -> bool:
    known = outbox.enrolment()
    assert known is not None
    last = OutboxRow.select(OutboxRow.id).order_by(OutboxRow.id.desc()).limit(1).scalar() or 0
    return bool(known.through >= last and LineRow.select().count() >= lines)


def assert_same(lines: int) -> None:
    """What the panel knows is what the home knows, each thing once."""
    assert LineRow.select().count() == lines
    assert {row.run: row.state for row in SeenRun.select()} == {row.id: row.state for row in RunRow.select()}
    from ui.panel.server.tables.schema import ReviewRow as SeenReview  # noqa: PLC0415

    assert SeenReview.select().count() == ReviewRow.select().count()
    assert OutboxRow.select().count() <= 1


def test_after_three_days_out_of_reach_nothing_is_lost_or_doubled(
    panel: Panel, vault: MemoryVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the way back half of the answers are lost: what was taken is sent again, and counts once."""
    lines = three_days(seed=7)
    monkeypatch.setattr(pusher, "MOST_ROWS", 11)
    chance, really = random.Random(3), Line.tell

    def breaking(line: Line, batch: wire.Batch) -> wire.Taken:
        if chance.random() < 0.25:
            raise Offline(site="panel", host="never sent")
        taken = really(line, batch)
        if chance.random() < 0.25:
            raise Offline(site="panel", host="answer lost")
        return taken

    monkeypatch.setattr(Line, "tell", breaking)
    with Telling(vault) as telling:
        monkeypatch.setattr(telling._stopping, "wait", lambda _seconds: telling._stopping.is_set())
        until(lambda: all_told(lines), 60)
    assert_same(lines)


def test_progress_is_told_at_most_once_a_second(
    panel: Panel, vault: MemoryVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = plan()
    task, told, really = runs.tasks_of(run)[0], [], Line.tell

    def counting(line: Line, batch: wire.Batch) -> wire.Taken:
        told.extend(one.run for one in batch.runs if not batch.lines)
        return really(line, batch)

    monkeypatch.setattr(Line, "tell", counting)
    with Telling(vault) as telling:
        until(lambda: all_told(1), 10)
        told.clear()
        began = time.monotonic()
        for number in range(150):
            runs.note_step(task.id, {"code": "entering", "params": {"number": number}, "since": 0})
            telling._wake.set()
            telling._stopping.wait(0.02)
        until(lambda: all_told(2), 20)
        seconds = time.monotonic() - began
    row = SeenRun.get()
    assert row.told["tasks"][0]["step"]["params"]["number"] == 149  # the latest wins
    assert 1 <= len(told) <= seconds + 2


def test_a_revoked_workstation_says_so_and_goes_on_keeping(panel: Panel, vault: MemoryVault) -> None:
    plan()
    known = outbox.enrolment()
    assert known is not None
    write(lambda: workstations.change(known.workstation, revoked_at=known.enrolled_at + timedelta(days=1)))
    with Telling(vault):
        problem = until(lambda: (now := outbox.enrolment()) and now.problem, 10)
    assert problem["code"] == "panel_unknown"
    assert OutboxRow.select().count() == 1


def test_workstations_that_could_not_speak_do_not_all_come_back_at_once() -> None:
    first = {pause_after(1) for _ in range(50)}
    assert min(first) >= 1.5
    assert max(first) <= 2.5
    assert len(first) > 40
    assert all(45 <= pause_after(vain) <= 75 for vain in (6, 10, 10_000))
