"""One run at a time, one task at a time, each in a worker that we own."""

from __future__ import annotations

import base64
import logging
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from agent.core.asking import ANSWER_SECONDS
from agent.core.failures import Failure, NotReady, TotalsDisagree, WorkerDied, WorkerHung
from agent.core.states import RunState, TaskKind, TaskState, outcome
from agent.core.totals import Totals
from agent.host import recovery
from agent.host.assigning import assignment
from agent.host.crew import Crew, Worker
from agent.host.current_settings import CurrentSettings
from agent.host.keys import Keys
from agent.host.orders import Orders
from agent.host.outlook import deadline_of
from agent.host.questions import Questions
from agent.host.readiness import browser_for, require_ready, wants_headed
from agent.host.watchful import Watchful
from agent.store import commands, reviews, runs
from agent.store.lease import Lease
from agent.store.tables import RunRow, TaskRow
from agent.system.paths import Home
from agent.system.power import Awake, kept_awake
from agent.system.settings import Settings
from agent.system.timekeeping import COMPUTERS_TIME, Time

_log = logging.getLogger(__name__)

STEP_SECONDS = 180.0
"""How long a worker may stay in one step; then its tree is ended (some steps have a longer limit)."""

_LIMITS = {
    "asking": ANSWER_SECONDS + 60,
    "keeping_proof": 30.0,
    "downloading": 600.0,
    "settling": 900.0,
    "looking_first": 900.0,
    "reading_back": 900.0,
}
EXPECTED_SECONDS = 300.0
"""So long a worker waits prepared for somebody who may start a run; then its memory is worth more."""

_ASK_AGAIN_SECONDS = 5.0
_SHORT_PAUSE_SECONDS = 20.0  # so long a run may hold the queue between two tries; then others go first
_EVENT_SECONDS = 0.2
_LAST_WORDS_SECONDS = 15.0

Ready = Callable[[Home, Settings, RunRow, TaskRow], Mapping[str, Any]]
"""Returns the browser and the account for a task, or raises what is not there yet."""


@dataclass(frozen=True)
class Picture:
    """What a worker's page looked like, masked; in memory only. ``taken_at`` is monotonic seconds."""

    run: str
    taken_at: float
    png: bytes = field(repr=False)


class Supervisor(Watchful):
    """The thread that works through the queue; told to stop, it ends the worker's tree at once."""

    def __init__(  # noqa: PLR0913  # what a simulation stands in for has a name each
        self,
        home: Home,
        settings: Settings,
        keys: Keys,
        tell: Callable[[str], None],
        awake: Awake = kept_awake,
        questions: Questions | None = None,
        *,
        crew: Crew | None = None,
        ready: Ready = require_ready,
        time: Time = COMPUTERS_TIME,
    ) -> None:
        self._home, self._settings, self._keys, self._tell = home, settings, keys, tell
        super().__init__("supervisor", time)
        self._awake, self._ready = awake, ready
        self._questions = questions or Questions(home)
        self._crew = crew or Crew(home)
        self._looked_at = threading.Event()
        self._expected_until = float("-inf")  # by the steady clock: somebody may start a run until then
        self.picture: Picture | None = None
        self._orders = Orders(home, settings, keys)
        self._current = CurrentSettings(home, settings)
        self._aside: dict[str, float] = {}  # until when (monotonic) a run that waits lets others go first

    def look(self) -> None:
        """Want a picture of what the worker sees; it comes with its next step (``live/RUN`` rings)."""
        self._looked_at.set()

    def expect(self) -> None:
        """Somebody looks at what could be started: for a while a worker waits prepared."""
        self._expected_until = self._time.steady_seconds() + EXPECTED_SECONDS
        self.wake()

    def expect_nobody(self) -> None:
        """Nobody looks any more."""
        self._expected_until = float("-inf")
        self.wake()

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                if self.trouble is not None:
                    recovery.recover()  # whatever was at work when it came
                    self.trouble = None
                pause = self._turn()
            except NotReady as failure:  # nothing can be written: a full disk, say. It is tried until it can
                _log.warning("supervisor_waits why=%s", failure)
                self.trouble = failure
                pause = _ASK_AGAIN_SECONDS
            if pause is None or pause > 0:
                self._time.wait(self._wake, pause)

    def _turn(self) -> float | None:
        """Carry out what was ordered, and one run; returns the seconds to wait, None until somebody rings."""
        if commands.wants_run():
            self._prepare_first()
        if self._carry_out():
            self._aside.clear()  # a wish may concern a run that waits
        pending = runs.pending()
        self._aside = {run.id: self._aside[run.id] for run in pending if run.id in self._aside}
        now = self._time.steady_seconds()
        due = next((run for run in pending if self._aside.get(run.id, 0) <= now), None)
        if due is not None:
            with self._awake():
                self._work_on(due.id)
            return 0
        expected = self._expected_until - now
        if expected > 0:
            self._prepare_first()
        else:
            self._crew.dismiss()  # a prepared browser would wait, with its memory, for nothing
        if not pending:
            return expected if expected > 0 else None
        with self._awake():
            self._time.wait(self._wake, min(self._aside.values()) - now)
        return 0

    def _carry_out(self) -> int:
        """Carry out what is wished, by the settings as they are now; returns how many wishes there were."""
        settings = self._current.now()
        if settings is not self._settings:
            self._settings = settings
            self._orders.go_by(settings)
        return self._orders.carry_out()

    def _end(self) -> None:
        self._crew.dismiss()
        self._tell("host/stopped")

    # ── one run ───────────────────────────────────────────────────────────────────────────────────────────
    def _work_on(self, run_id: str) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            self._carry_out()
            run = runs.get(run_id)
            tasks = runs.tasks_of(run_id)
            final = _final(run, tasks)
            if final is not None:
                self._finish(run, final)
                return
            task = _next(tasks, self._time.now())
            pause = _pause(task, self._time.now())
            if pause > _SHORT_PAUSE_SECONDS:
                runs.move_run(run.id, RunState.PENDING, task.failure)
                self._tell(f"run/{run.id}")
                self._put_aside(run.id, pause)
                return
            if pause > 0:
                self._time.wait(self._wake, pause)
            elif (pause := self._try(run, task)) > 0:
                self._put_aside(run.id, pause)
                return

    def _put_aside(self, run_id: str, seconds: float) -> None:
        """Let other runs go first for a while: what one run waits for holds no other up."""
        self._aside[run_id] = self._time.steady_seconds() + seconds

    def _try(self, run: RunRow, task: TaskRow) -> float:
        """Do one task if everything it needs is there; returns the seconds to wait before looking again."""
        try:
            told = self._ready(self._home, self._settings, run, task)
        except NotReady as failure:
            if run.reason != failure.as_json():
                runs.move_run(run.id, RunState.PENDING, failure.as_json())
                self._tell(f"run/{run.id}")
            return _ASK_AGAIN_SECONDS
        worker = self._crew.take()
        death: Failure = WorkerDied(exit_code=None)
        began = self._time.steady_seconds()
        try:
            lease = runs.begin_task(run.id, task.id, worker.as_json(), _who(told))
            self._tell(f"run/{run.id}")
            worker.assign(assignment(self._home, self._settings, self._keys, run, task, lease, told))
            death = self._watch(worker, lease, lambda: self._prepare_next(run, task))
        finally:
            self._questions.withdraw()
            worker.end()
            self.picture = None
        if not self._stopping.is_set():
            again = self._time.steady_seconds() - began
            recovery.settle(
                run.id,
                task.id,
                death,
                deadline_at=deadline_of(self._settings, run),
                # What an upload has entered stays entered: its next try is shorter, nobody knows by how much.
                lasted_seconds=0.0 if task.kind == TaskKind.UPLOAD else again,
            )
        self._tell(f"run/{run.id}")
        return 0

    def _prepare_first(self) -> None:
        """Let a browser start while the run is still being planned: somebody may be waiting for it."""
        try:
            self._crew.prepare(browser_for(headed=False))
        except NotReady as failure:
            _log.info("not_prepared why=%s", failure)

    def _prepare_next(self, run: RunRow, task: TaskRow) -> None:
        """Let the worker of the run's next task start while this one works; after the last, none idles."""
        following = (each for each in runs.tasks_of(run.id) if each.position > task.position)
        upcoming = next((each for each in following if each.state == TaskState.WAITING), None)
        if upcoming is None:
            return
        try:
            self._crew.prepare(browser_for(headed=wants_headed(run)) if upcoming.site else None)
        except NotReady as failure:  # it is asked for again, and waited for, when its turn comes
            _log.info("not_prepared why=%s", failure)

    def _watch(self, worker: Worker, lease: Lease, prepare_next: Callable[[], None]) -> Failure:
        """Follow a worker until it has ended or must be; returns the cause of death if it stored none."""
        # By the steady clock: a computer that slept, or was set right, has no worker that hangs.
        limit, since = _limit("starting", {}), self._time.steady_seconds()
        cancelled = looked = prepared = False
        while not self._stopping.is_set():
            event = worker.event(_EVENT_SECONDS)
            worker.tree.poll()  # looks at the tree now and then, to know its orphans later
            if event is not None and event["event"] == "step":
                limit, since = _limit(event["code"], event["params"]), self._time.steady_seconds()
                self._note(lease, event)
                if not prepared and event["code"] != "signing_in":
                    prepared = True  # not sooner: two browsers that start at once make both of them slow
                    prepare_next()
            elif event is not None and (death := self._heed(event, worker, lease)) is not None:
                return death
            if self._hear(worker) or not looked:
                looked = True
                wishes = runs.get(lease.run_id).options
                if wishes.get("at_once"):  # what was on its way is looked up by the next worker
                    runs.change_options(lease.run_id, at_once=False)
                    return WorkerDied(exit_code=None)
                if not cancelled and (wishes.get("cancel") or wishes.get("by_hand")):
                    cancelled = True
                    worker.cancel()
            if self._time.steady_seconds() - since > limit.seconds:
                return WorkerHung(step=limit.step, seconds=round(limit.seconds))
        return WorkerDied(exit_code=None)

    def _heed(self, event: Mapping[str, Any], worker: Worker, lease: Lease) -> Failure | None:
        """Take what a worker says beside its steps; returns the cause of death where it has ended."""
        if event["event"] == "picture":
            self.picture = Picture(lease.run_id, self._time.steady_seconds(), base64.b64decode(event["png"]))
            self._tell(f"live/{lease.run_id}")
        elif event["event"] == "question":
            self._questions.ask(lease.run_id, event, worker.answer)
        elif event["event"] == "question_over":
            self._questions.withdraw()
        elif event["event"] == "ended":
            return WorkerDied(exit_code=None)  # its outcome is stored; its tree is ended by us
        elif event["event"] == "gone":
            return WorkerDied(exit_code=worker.tree.wait(_LAST_WORDS_SECONDS))
        return None

    def _hear(self, worker: Worker) -> bool:
        """Pass on that somebody watches, carry out what was wished; return whether somebody rang."""
        if self._looked_at.is_set():
            self._looked_at.clear()
            worker.look()
        if not self._wake.is_set():
            return False
        self._wake.clear()
        self._carry_out()
        return True

    def _note(self, lease: Lease, event: Mapping[str, Any]) -> None:
        runs.note_step(lease.task_id, {key: event[key] for key in ("code", "params", "since")})
        self._tell(f"run/{lease.run_id}")

    # ── the end of a run ──────────────────────────────────────────────────────────────────────────────────
    def _finish(self, run: RunRow, final: RunState) -> None:
        reason = None
        if final is RunState.COMPLETED and not run.options.get("rehearse"):
            wrong = _disagreement(run)
            if wrong is not None:
                final, reason = RunState.FAILED, wrong.as_json()
                reviews.ask(run.id, None, "task_failed", {"task": "", "failure": reason}, ("stop",))
        if final is RunState.CANCELLED:
            runs.cancel_tasks(run.id)
            reviews.withdraw(run.id)
        runs.move_run(run.id, final, reason or _first_failure(run.id))
        _log.info("run_ended run=%s state=%s", run.id, final)
        self._tell(f"run/{run.id}")


@dataclass(frozen=True)
class _Limit:
    """How long a worker may stay in one step."""

    step: str
    seconds: float


def _limit(step: str, params: Mapping[str, Any]) -> _Limit:
    """Return the limit of a step; one that only waits has told how long."""
    waits = float(params.get("seconds") or 0) if step == "settling" else 0.0
    return _Limit(step, waits + _LIMITS.get(step, STEP_SECONDS))


def _who(told: Mapping[str, Any]) -> Mapping[str, str | None]:
    """Return who will have entered what this worker enters."""
    account = told["account"]
    return {"machine": socket.gethostname(), "account": None if account is None else account["name"]}


def _final(run: RunRow, tasks: list[TaskRow]) -> RunState | None:
    """Return the run's final state, or None while a task can go on; blocks what can no longer run."""
    by_name = {task.name: task for task in tasks}
    for task in tasks:
        if task.state == TaskState.WAITING and any(_is_dead(by_name[name]) for name in task.inputs):
            runs.settle_task(task.id, TaskState.BLOCKED)
            task.state = TaskState.BLOCKED
    if run.options.get("cancel") and not _must_settle(tasks):
        return RunState.CANCELLED
    return outcome(TaskState(task.state) for task in tasks)


def _must_settle(tasks: list[TaskRow]) -> bool:
    """A cancelled run first finds out what became of records in doubt."""
    return any(task.state == TaskState.WAITING and runs.has_doubts(task.id) for task in tasks)


def _is_dead(task: TaskRow) -> bool:
    return task.state in {TaskState.FAILED, TaskState.NEEDS_REVIEW, TaskState.BLOCKED, TaskState.CANCELLED}


def _next(tasks: list[TaskRow], now: datetime) -> TaskRow:
    """Return the first task whose inputs are done; of those that pause, the first to be due."""
    done = {task.name for task in tasks if task.state == TaskState.DONE}
    ready = [task for task in tasks if task.state == TaskState.WAITING and done.issuperset(task.inputs)]
    return min(ready, key=lambda task: (max(0.0, _pause(task, now)), task.position))


def _pause(task: TaskRow, now: datetime) -> float:
    due: datetime | None = task.not_before_at
    return 0.0 if due is None else (due - now).total_seconds()


def _disagreement(run: RunRow) -> TotalsDisagree | None:
    """COMPLETED is computed, not believed: the identities are checked again over the stored figures."""
    for figures in (run.totals or {}).values():
        for name, value in figures.items():
            total = Totals.from_json(name, value)
            if total.disagreements():
                return TotalsDisagree(what=name, source=str(total.source), delivered=str(total.delivered))
    return None


def _first_failure(run_id: str) -> Mapping[str, Any] | None:
    return next((task.failure for task in runs.tasks_of(run_id) if task.failure), None)
