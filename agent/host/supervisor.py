"""One run at a time, one task at a time, each in a worker that we own."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from agent.core.failures import Failure, NotReady, TotalsDisagree, WorkerDied, WorkerHung
from agent.core.states import RunState, TaskState, outcome
from agent.core.totals import Totals
from agent.host import recovery
from agent.host.assigning import assignment
from agent.host.crew import Crew, Worker
from agent.host.keys import Keys
from agent.host.orders import Orders
from agent.host.outlook import deadline_of
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

_LIMITS = {"downloading": 600.0, "settling": 900.0, "looking_first": 900.0, "reading_back": 900.0}
_ASK_AGAIN_SECONDS = 5.0
_EVENT_SECONDS = 0.2
_LAST_WORDS_SECONDS = 15.0

Ready = Callable[[Home, Settings, RunRow, TaskRow], Mapping[str, Any]]
"""Returns the browser and the account for a task, or raises what is not there yet."""


class Supervisor(Watchful):
    """The thread that works through the queue; told to stop, it ends the worker's tree at once."""

    def __init__(
        self,
        home: Home,
        settings: Settings,
        keys: Keys,
        tell: Callable[[str], None],
        awake: Awake = kept_awake,
        *,
        crew: Crew | None = None,
        ready: Ready = require_ready,
        time: Time = COMPUTERS_TIME,
    ) -> None:
        self._home, self._settings, self._keys, self._tell = home, settings, keys, tell
        super().__init__("supervisor", time)
        self._awake, self._ready = awake, ready
        self._crew = crew or Crew(home)
        self._orders = Orders(home, settings, keys)

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                if self.trouble is not None:
                    recovery.recover()  # whatever was at work when it came
                    self.trouble = None
                idle = self._turn()
            except NotReady as failure:  # nothing can be written: a full disk, say. It is tried until it can
                _log.warning("supervisor_waits why=%s", failure)
                self.trouble = failure
                self._time.wait(self._wake, _ASK_AGAIN_SECONDS)
            else:
                if idle:
                    self._time.wait(self._wake)

    def _turn(self) -> bool:
        """Carry out what was ordered, and one run; returns whether there was none."""
        if commands.wants_run():
            self._prepare_first()
        self._orders.carry_out()
        run = runs.oldest_pending()
        if run is None:
            self._crew.dismiss()  # a prepared browser would wait, with its memory, for nothing
            return True
        with self._awake():
            self._work_on(run.id)
        return False

    def _end(self) -> None:
        self._crew.dismiss()
        self._tell("host/stopped")

    # ── one run ───────────────────────────────────────────────────────────────────────────────────────────
    def _work_on(self, run_id: str) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            self._orders.carry_out()
            run = runs.get(run_id)
            tasks = runs.tasks_of(run_id)
            final = _final(run, tasks)
            if final is not None:
                self._finish(run, final)
                return
            task = _next(tasks, self._time.now())
            pause = _pause(task, self._time.now())
            if pause <= 0:
                pause = self._try(run, task)
            if pause > 0:
                self._time.wait(self._wake, pause)

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
        try:
            lease = runs.begin_task(run.id, task.id, worker.as_json(), _who(told))
            self._tell(f"run/{run.id}")
            worker.assign(assignment(self._home, self._settings, self._keys, run, task, lease, told))
            self._prepare_next(run, task)
            death = self._watch(worker, lease)
        finally:
            worker.end()
        if not self._stopping.is_set():
            recovery.settle(run.id, task.id, death, patient_until=self._patience(run))
        self._tell(f"run/{run.id}")
        return 0

    def _patience(self, run: RunRow) -> datetime | None:
        """Return until when a site that is down is tried again: nobody watches what the schedule began."""
        return deadline_of(self._settings, run) if run.actor["kind"] == "schedule" else None

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

    def _watch(self, worker: Worker, lease: Lease) -> Failure:
        """Follow a worker until it has ended or must be; returns the cause of death if it stored none."""
        # By the steady clock: a computer that slept, or was set right, has no worker that hangs.
        step, since, cancelled = "starting", self._time.steady_seconds(), False
        looked = False
        while not self._stopping.is_set():
            event = worker.event(_EVENT_SECONDS)
            worker.tree.poll()  # looks at the tree now and then, to know its orphans later
            if event is not None and event["event"] == "step":
                step, since = event["code"], self._time.steady_seconds()
                self._note(lease, event)
            elif event is not None and event["event"] == "ended":
                return WorkerDied(exit_code=None)  # its outcome is stored; its tree is ended by us
            elif event is not None and event["event"] == "gone":
                return WorkerDied(exit_code=worker.tree.wait(_LAST_WORDS_SECONDS))
            if self._wake.is_set() or not looked:
                self._wake.clear()
                self._orders.carry_out()
                looked = True
                if not cancelled and runs.get(lease.run_id).options.get("cancel"):
                    cancelled = True
                    worker.cancel()
            limit = _LIMITS.get(step, STEP_SECONDS)
            if self._time.steady_seconds() - since > limit:
                return WorkerHung(step=step, seconds=round(limit))
        return WorkerDied(exit_code=None)

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
