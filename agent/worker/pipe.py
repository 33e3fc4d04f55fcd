"""The worker's two ends of the pipe to its host: the assignment comes in, events go out.

Only descriptors 0, 1 and 2 exist on every system. They are moved before anything of an author's is imported,
so that whatever an automation prints goes to the log and never into the events.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any

from agent.core.asking import ANSWER_SECONDS
from agent.system.processes import end_own_tree

_SHOWN = frozenset(
    {"signing_in", "downloading", "looking_first", "entering", "settling", "looking_up", "reading_back"}
)
"""Steps told between two actions on the page, never in the middle of one: there a picture can be taken."""


def separate_output() -> IO[str]:
    """Return the original standard output; from now on descriptor 1 is standard error."""
    output = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    os.dup2(2, 1)
    return output


class Pipe:
    """The only way between host and worker; when it closes, the host is dead and the worker ends itself."""

    def __init__(self) -> None:
        self._events = separate_output()
        self._incoming = os.fdopen(os.dup(0), encoding="utf-8")
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        self._writing = threading.Lock()
        self._step: dict[str, Any] = {"code": "starting", "params": {}}
        self._watched = threading.Event()
        self._show: Callable[[], bytes | None] | None = None
        self._answers: queue.Queue[str | None] = queue.Queue()

    def told(self) -> dict[str, Any] | None:
        """Wait for what the host says next; None when it went away or needs this worker no more."""
        line = self._incoming.readline()
        return json.loads(line) if line else None

    def watch(self, on_cancel: Callable[[], None]) -> None:
        """From now on hear the host in a thread of its own: a wish to stop, or the end of the pipe."""
        threading.Thread(target=self._listen, args=(on_cancel,), name="host", daemon=True).start()

    def show_with(self, picture: Callable[[], bytes | None]) -> None:
        """Let somebody who watches see ``picture``, taken at the next step after each wish to look."""
        self._show = picture

    def _listen(self, on_cancel: Callable[[], None]) -> None:
        for line in self._incoming:
            told = json.loads(line)
            if told.get("cancel"):
                on_cancel()
            elif told.get("look"):
                self._watched.set()
            elif "answer" in told:
                self._answers.put(told["answer"])
        end_own_tree()
        os._exit(70)  # the main thread may hang in the browser: nothing else would end it

    def ask(self, **question: object) -> str | None:
        """Ask a person through the host; None when nobody is there or nobody answers in time."""
        self.send("question", **question)
        try:
            return self._answers.get(timeout=ANSWER_SECONDS)
        except queue.Empty:
            return None
        finally:
            self.send("question_over")

    def send(self, event: str, **values: object) -> None:
        """Send one event; a dead host is no error here, the pipe's other end notices it."""
        line = json.dumps({"event": event, **values}, ensure_ascii=False)
        with self._writing:
            try:
                self._events.write(line + "\n")
            except BrokenPipeError:
                logging.getLogger(__name__).warning("host_gone")

    def step(self, code: str, **params: object) -> None:
        """Tell what is being done and since when (the beat that the host's time limits go by)."""
        self._step = {"code": code, "params": params}
        self.send("step", **self._step, since=time.time())
        if self._watched.is_set() and self._show is not None and code in _SHOWN:
            self._watched.clear()  # first: taking the picture may tell a step of its own
            picture = self._show()
            if picture is not None:
                self.send("picture", png=base64.b64encode(picture).decode("ascii"))

    @contextmanager
    def briefly(self, code: str) -> Iterator[None]:
        """Let the block, in the middle of a step, go by a limit of its own; afterwards the step goes on."""
        before = self._step
        self.send("step", code=code, params={}, since=time.time())
        yield
        self.send("step", **before, since=time.time())


class LogStream:
    """Takes the place of ``sys.stdout``: an author's prints become log lines, secrets struck out."""

    encoding = "utf-8"

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)
        self._rest = ""

    def write(self, text: str) -> int:
        """Log each whole line; keep an unfinished one for later."""
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            if line.strip():
                self._logger.info("%s", line)
        return len(text)

    def flush(self) -> None:
        """Log an unfinished line."""
        if self._rest.strip():
            self._logger.info("%s", self._rest)
        self._rest = ""

    def isatty(self) -> bool:
        """Never a terminal."""
        return False
