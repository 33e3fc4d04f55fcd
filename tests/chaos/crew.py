"""Host and workers of the chaos mornings: the real supervisor, recovery and task code in forked processes.

Starting Python and a browser costs a second; a fork costs ten milliseconds, so that ten thousand kills are
a matter of minutes. What is replaced: how a worker starts, and its site.
"""

from __future__ import annotations

import json
import mmap
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from threading import Event
from types import SimpleNamespace
from typing import Any
from unittest import mock

from agent.core import backoff
from agent.host import recovery
from agent.host.keys import Keys
from agent.host.supervisor import Supervisor
from agent.sdk.automation import Task
from agent.store import runs
from agent.store.database import close_store, open_store
from agent.system.paths import Home
from agent.system.process_table import ProcessIdentity, read_entry
from agent.system.processes import end_leftovers
from agent.system.seal import Key
from agent.system.settings import load_settings
from agent.worker import delivery, work
from agent.worker.assignment import from_json
from agent.worker.pipe import Pipe
from agent.worker.task import Workplace
from tests.chaos.desk import CLOCK, DeskSite, ListedDesk, chaos
from tests.chaos.guards import guards_off

MASTER = Key(b"m" * 32)


@dataclass(frozen=True)
class Scene:
    """What one morning's processes share."""

    home: Home
    port: int
    listed: bool
    guard_off: str  # which guard is off, or ""
    deaf: bool  # workers don't hear that their host has died
    pids: mmap.mmap  # the worker at work: eight bytes

    def worker(self) -> int:
        """Return the pid of the worker at work; 0 when there is none."""
        return int.from_bytes(self.pids[:8], "big")

    def note_worker(self, pid: int) -> None:
        """Remember the worker at work."""
        self.pids[:8] = pid.to_bytes(8, "big")


class _ForkedTree:
    """A worker of one process."""

    def __init__(self, pid: int) -> None:
        self.pid, self._code = pid, None
        entry = read_entry(pid)
        assert entry is not None
        self.identity = entry.identity

    def poll(self) -> int | None:
        return None

    def wait(self, _timeout: float) -> int:
        _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status)


class ForkedWorker:
    """Stands for agent.host.crew.Worker: the same pipes, a fork instead of a new program."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        child_in, self._to_child = os.pipe()
        self._from_child, child_out = os.pipe()
        close_store()  # SQLite's locks survive no fork: a child must find no file of its parent's open
        pid = os.fork()
        if pid == 0:
            os.close(self._to_child)
            os.close(self._from_child)
            _as_child(lambda: _work(scene, child_in, child_out))
        os.close(child_in)
        os.close(child_out)
        scene.note_worker(pid)
        self.tree = _ForkedTree(pid)
        self._waited = False
        self._events: queue.Queue[Mapping[str, Any]] = queue.Queue()
        self._output = os.fdopen(self._from_child, encoding="utf-8")
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def as_json(self) -> dict[str, Any]:
        """What a later host needs to end this worker."""
        return {"pid": self.tree.pid, "started_at": self.tree.identity.started_at, "mark": "none"}

    def assign(self, assignment: Mapping[str, Any]) -> None:
        """Hand over the assignment."""
        try:
            os.write(self._to_child, json.dumps(assignment).encode() + b"\n")
        except BrokenPipeError:
            return  # killed already: its end tells

    def cancel(self) -> None:
        """Nobody cancels a morning here."""
        raise NotImplementedError

    def event(self, timeout_seconds: float) -> Mapping[str, Any] | None:
        """Return the next event."""
        try:
            return self._events.get(timeout=timeout_seconds)
        except queue.Empty:
            return None

    def end(self) -> None:
        """See the worker dead."""
        self._scene.note_worker(0)
        try:
            os.kill(self.tree.pid, signal.SIGKILL)
            os.waitpid(self.tree.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass  # waited for already
        self._thread.join()
        self._output.close()
        os.close(self._to_child)

    def _read(self) -> None:
        for line in self._output:
            try:
                self._events.put(json.loads(line))
            except ValueError:
                break  # killed in the middle of a line
        self._events.put({"event": "gone"})


class ForkedCrew:
    """Stands for agent.host.crew.Crew: nothing is prepared, a fork is quick."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def prepare(self, browser: Mapping[str, Any] | None) -> None:
        """Nothing to prepare."""

    def take(self) -> ForkedWorker:
        """Start a worker."""
        return ForkedWorker(self._scene)

    def dismiss(self) -> None:
        """Nothing to dismiss."""


class _Workplace(Workplace):
    """The real work, with the desk for a site."""

    scene: Scene

    def _open_site(self, _task: Task) -> Any:
        self.site = DeskSite(self.scene.port, self._keep)  # type: ignore[assignment]
        return self.site


def _as_child(work_: Callable[[], None]) -> None:
    """Run a forked child's life; it never returns into the parent's code."""
    code = 70
    try:
        work_()
        code = 0
    except BaseException as error:  # the child's last word, for whoever reads the log
        print(f"child {os.getpid()}: {error!r}", file=sys.stderr)
        raise
    finally:
        sys.stderr.flush()
        os._exit(code)


def _work(scene: Scene, from_host: int, to_host: int) -> None:
    """A worker's life as agent.worker.work has it, without browser and log."""
    os.dup2(from_host, 0)
    os.dup2(to_host, 1)
    os.close(from_host)
    os.close(to_host)
    pipe = Pipe()
    told = pipe.told()
    if told is None:
        return
    assignment = from_json(told)
    cancelled = Event()
    if not scene.deaf:
        pipe.watch(cancelled.set)
    workplace = _Workplace(assignment, None, pipe, cancelled)  # type: ignore[arg-type]
    workplace.scene = scene
    open_store(scene.home.database, scene.home.evidence)
    tasks = dict(chaos.tasks)
    if scene.listed:
        tasks["Desk"] = replace(tasks["Desk"], work=ListedDesk)
    automation = mock.Mock(tasks=tasks, parameters=())
    CLOCK.now = 0.0
    with (
        mock.patch.object(delivery, "time", SimpleNamespace(monotonic=lambda: CLOCK.now)),
        mock.patch.object(work, "_require_pinned_code"),
        mock.patch.object(work, "load_automation", return_value=automation),
        guards_off(scene.guard_off),
    ):
        outcome = work._attempt(workplace)
    pipe.send("ended", outcome=outcome)


def start_host(scene: Scene, *, end_leftover: bool = True) -> int:
    """Fork a host that works until every run is at rest; returns its pid."""
    pid = os.fork()
    if pid:
        return pid
    _as_child(lambda: _host(scene, end_leftover))
    raise AssertionError


def _host(scene: Scene, end_leftover: bool) -> None:
    home = scene.home
    open_store(home.database, home.evidence)
    if end_leftover:
        trees = [run.tree for run in runs.at_work() if run.tree]
        end_leftovers([ProcessIdentity(tree["pid"], tree["started_at"]) for tree in trees], [])
    recovery.recover()
    supervise = Supervisor(
        home,
        load_settings(home),
        Keys(MASTER),
        lambda _ident: None,
        crew=ForkedCrew(scene),  # type: ignore[arg-type]
        ready=lambda *_: {"browser": None, "account": None},
    )
    with (
        mock.patch.object(backoff, "LONGEST_PAUSE_SECONDS", 0.0),
        guards_off(scene.guard_off),
    ):
        while True:
            supervise._orders.carry_out()
            run = next(iter(runs.pending()), None)
            if run is None:
                return
            supervise._work_on(run.id)
