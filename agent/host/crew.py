"""Workers: started in a tree that we own, one at work, one prepared while it works."""

from __future__ import annotations

import json
import logging
import os
import queue
import secrets
import shutil
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from agent.system.paths import Home
from agent.system.processes import Tree

_log = logging.getLogger(__name__)

_LAST_LINES_SECONDS = 2.0
_GONE = {"event": "gone"}


class Worker:
    """One worker process with its tree, its folder and the events it sends."""

    def __init__(self, home: Home, verb: str = "task") -> None:
        self.mark = secrets.token_hex(6)
        self._folder = home.work / self.mark
        self._folder.mkdir(parents=True, mode=0o700)
        self._stderr = (home.logs / "workers.log").open("a", encoding="utf-8")
        environment = {
            **os.environ,
            "PREDAWN_HOME": str(home.root),
            "TMPDIR": str(self._folder),
            "TEMP": str(self._folder),
            "TMP": str(self._folder),
        }
        self.tree = Tree.start(
            [sys.executable, "-P", "-m", "agent.worker", verb],
            cwd=self._folder,
            env=environment,
            mark=self.mark,
            stderr=self._stderr,
        )
        self._writing = threading.Lock()
        self._events: queue.Queue[Mapping[str, Any]] = queue.Queue()
        self._reader = threading.Thread(target=self._read, name=f"worker {self.tree.pid}", daemon=True)
        self._reader.start()

    def as_json(self) -> dict[str, Any]:
        """Return what a later host needs to find and end this tree."""
        return {**asdict(self.tree.identity), "mark": self.mark}

    def prepare(self, browser: Mapping[str, Any] | None) -> None:
        """Let it start what the next task will need; the task itself is told later."""
        self._say({"prepare": browser})

    def assign(self, assignment: Mapping[str, Any]) -> None:
        """Hand over the one line that says what to do; if the worker is gone, its end tells."""
        self._say(assignment)

    def cancel(self) -> None:
        """Ask the worker to stop after the current record."""
        self._say({"cancel": True})

    def look(self) -> None:
        """Ask for a picture of its page at the next step: somebody watches."""
        self._say({"look": True})

    def answer(self, typed: str | None) -> None:
        """Hand over what a person typed, or that nobody is there; from any thread."""
        self._say({"answer": typed})

    def event(self, timeout_seconds: float) -> Mapping[str, Any] | None:
        """Return the next event (``gone`` at the end of its output), or None when none came in time."""
        try:
            return self._events.get(timeout=timeout_seconds)
        except queue.Empty:
            return None

    def end(self) -> None:
        """End the whole tree, and remove the worker's folder."""
        ended = self.tree.end()
        if ended.left:
            _log.error("processes_left pids=%s", ended.left)
        self._reader.join(_LAST_LINES_SECONDS)  # what it said last is read before its pipe is closed
        self.tree.close()
        self._stderr.close()
        shutil.rmtree(
            self._folder, ignore_errors=True
        )  # what a dead browser still held goes at the next start

    def _say(self, value: Mapping[str, Any]) -> None:
        try:
            with self._writing:
                self.tree.stdin.write(json.dumps(value, ensure_ascii=False) + "\n")
                self.tree.stdin.flush()
        except (BrokenPipeError, ValueError):
            _log.warning("worker_gone pid=%s", self.tree.pid)

    def _read(self) -> None:
        try:
            for line in self.tree.stdout:
                event = json.loads(line)
                if event["event"] == "prepared":
                    _log.info("worker_prepared pid=%s", self.tree.pid)
                else:
                    self._events.put(event)
        except ValueError as error:  # closed under our feet by end(), or cut in the middle of a line
            _log.info("worker_output_ended pid=%s why=%s", self.tree.pid, error)
        self._events.put(_GONE)


class Crew:
    """Keeps one prepared worker ready: browser started where one is needed, no secret known to it yet.

    Neither has it loaded an author's code: what has changed while it waited is loaded, and judged, as by any
    other.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._spare: Worker | None = None

    def prepare(self, browser: Mapping[str, Any] | None) -> None:
        """Start the next worker, unless one is prepared; with this browser, or None where it uses no site."""
        if self._living() is None:
            self._spare = Worker(self._home)
            self._spare.prepare(browser)

    def take(self) -> Worker:
        """Return the prepared worker if it still lives, else a new one."""
        worker, self._spare = self._living(), None
        return worker or Worker(self._home)

    def dismiss(self) -> None:
        """End the prepared worker."""
        if self._spare is not None:
            self._spare.end()
            self._spare = None

    def _living(self) -> Worker | None:
        """Return the prepared worker; one that died while it waited is cleared away."""
        if self._spare is not None and self._spare.tree.poll() is not None:
            self.dismiss()
        return self._spare
