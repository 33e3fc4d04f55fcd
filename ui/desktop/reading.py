"""Questions to the store, asked in threads of their own: nothing waits in Qt's thread.

A question is a function that returns plain values; its answer arrives in Qt's thread. Two lanes, so that a
long search never holds up a page that only wants to know how a run stands.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal

from agent.core.failures import Failure
from agent.store.database import close_store

_log = logging.getLogger("agent.window")

Answer = TypeVar("Answer")
Failed = Callable[[BaseException], None]


@dataclass(frozen=True)
class _Question:
    owner: QObject
    question: Callable[[], Any]
    answer: Callable[[Any], None]
    failed: Failed | None


class Lane:
    """One thread that answers questions in order; a newer one of the same owner and key replaces it."""

    def __init__(self, name: str, deliver: Callable[[Callable[[], None]], None], trouble: Failed) -> None:
        self._deliver, self._trouble = deliver, trouble
        self._waiting: dict[tuple[int, Hashable], _Question] = {}
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def ask(self, key: Hashable, question: _Question) -> None:
        """Take a question; the one with this key that still waits is forgotten."""
        with self._changed:
            self._waiting.pop((id(question.owner), key), None)
            self._waiting[id(question.owner), key] = question
            self._changed.notify()

    def close(self) -> None:
        """Forget what waits, and end after the question at hand."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify()
        self._thread.join(5.0)

    def _run(self) -> None:
        while (question := self._next()) is not None:
            try:
                value = question.question()
            except Exception as error:  # noqa: BLE001  # handed to whoever asked, or shown in the window
                self._deliver(partial(self._failed, question, error))
            else:
                self._deliver(partial(_give, question, value))
        close_store()

    def _next(self) -> _Question | None:
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            if self._closed:
                return None
            return self._waiting.pop(next(iter(self._waiting)))

    def _failed(self, question: _Question, error: Exception) -> None:
        if not isinstance(error, Failure):
            _log.error("window_question_failed", exc_info=error)
        if question.failed is not None and shiboken6.isValid(question.owner):
            question.failed(error)
        else:
            self._trouble(error)


def _give(question: _Question, value: Any) -> None:  # noqa: ANN401  # whatever was asked for
    if shiboken6.isValid(question.owner):  # a page may have been closed meanwhile
        question.answer(value)


class Reader(QObject):
    """The two lanes. ``troubled`` tells what nobody else took: a failure, or a defect of ours."""

    troubled = Signal(object)
    _arrived = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._arrived.connect(_call, Qt.ConnectionType.QueuedConnection)
        self._quick = Lane("window", self._arrived.emit, self.troubled.emit)
        self._slow = Lane("window, slow", self._arrived.emit, self.troubled.emit)

    def ask(
        self,
        owner: QObject,
        key: Hashable,
        question: Callable[[], Answer],
        answer: Callable[[Answer], None],
        *,
        failed: Failed | None = None,
        slow: bool = False,
    ) -> None:
        """Have ``question`` answered; ``answer`` is called in Qt's thread, if ``owner`` still lives then.

        A question of the same owner and key that has not begun yet is dropped. ``failed`` gets what the
        question raised; without it, the window shows it. ``slow`` is for what may take a second.
        """
        lane = self._slow if slow else self._quick
        lane.ask(key, _Question(owner, question, answer, failed))

    def close(self) -> None:
        """End both threads."""
        self._quick.close()
        self._slow.close()


def _call(arrived: Callable[[], None]) -> None:
    arrived()
