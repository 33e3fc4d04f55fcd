"""What only a person knows while a worker signs in: asked if somebody is at the window, never stored.

A face attends (:func:`attend`): it hears each question and hands in what was typed. The worker waits at most
three minutes; where nobody attends, it is told at once and its task is parked for a person.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import TracebackType
from typing import Any, Self

from agent.core.asking import ANSWER_SECONDS
from agent.core.failures import HostAbsent
from agent.system.counter import Attendance, Counter
from agent.system.paths import Home

Reply = Callable[[str | None], None]


@dataclass(frozen=True)
class Question:
    """What a site asks of an account; ``words`` are its own, "" for a plain code; ``until`` is UTC.

    ``run`` is the run whose worker asks, "" for a visit.
    """

    id: str
    run: str
    site: str
    account: str
    words: str
    until: datetime


class Asker(StrEnum):
    """Whose worker asks. A run goes first: a visit can be made again."""

    RUN = "run"
    VISIT = "visit"


class Questions:
    """The host's side: one question at a time; for a run's worker, or for that of a visit beside it."""

    def __init__(self, home: Home) -> None:
        self._counter = Counter(home.counter, self._answered)
        self._guard = threading.Lock()
        self._open: tuple[Asker, str, Reply] | None = None

    def start(self) -> None:
        """Let faces attend; raises HomeReadOnly."""
        self._counter.start()

    def stop(self) -> None:
        """Nobody can attend any more."""
        for asker in Asker:
            self.withdraw(asker)
        self._counter.stop()

    def ask(self, run: str, told: Mapping[str, Any], reply: Reply, asker: Asker = Asker.RUN) -> None:
        """Put a worker's question before whoever attends; ``reply`` gets what was typed, None if nobody is.

        It is called in another thread when somebody answers. A visit is told that nobody is there while a run
        asks, or when one begins to; it has no ``run``.
        """
        self.withdraw(asker)
        until = datetime.now(UTC) + timedelta(seconds=ANSWER_SECONDS)
        question = Question(
            secrets.token_hex(6), run, str(told["site"]), str(told["account"]), str(told["words"]), until
        )
        with self._guard:
            before = self._open
            may_ask = self._counter.attended and (before is None or asker is Asker.RUN)
            if may_ask:
                self._open = (asker, question.id, reply)
        if not may_ask:
            reply(None)
            return
        if before is not None:
            self._counter.over(before[1])
            before[2](None)
        self._counter.ask({**asdict(question), "until": until.isoformat(timespec="seconds")})

    def withdraw(self, asker: Asker = Asker.RUN) -> None:
        """Nobody waits for the answer any more: the asker's worker went on, or is gone."""
        with self._guard:
            if self._open is None or self._open[0] is not asker:
                return
            ident, self._open = self._open[1], None
        self._counter.over(ident)

    def _answered(self, ident: str, text: str) -> bool:
        with self._guard:
            if self._open is None or self._open[1] != ident:
                return False  # too late, or somebody else was quicker
            reply, self._open = self._open[2], None
        reply(text)
        self._counter.over(ident)
        return True


class Attending:
    """A face with somebody at it; what it hears comes in a thread of its own."""

    def __init__(
        self,
        home: Home,
        on_question: Callable[[Question], None],
        on_over: Callable[[str], None],
        on_gone: Callable[[], None],
    ) -> None:
        self._on_question, self._on_over, self._on_gone = on_question, on_over, on_gone
        try:
            self._attendance = Attendance(home.counter, self._hear)
            self._attendance.start()
        except (OSError, ValueError) as error:
            raise HostAbsent from error

    def answer(self, ident: str, typed: str) -> None:
        """Hand in what a person typed: to the worker and nowhere else."""
        self._attendance.answer(ident, typed)

    def close(self) -> None:
        """Nobody is at this face any more."""
        self._attendance.close()

    def _hear(self, message: Mapping[str, Any]) -> None:
        asked = message.get("ask")
        if asked:
            self._on_question(Question(**{**asked, "until": datetime.fromisoformat(asked["until"])}))
        elif "over" in message:
            self._on_over(str(message["over"]))
        elif "gone" in message:
            self._on_gone()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def attend(
    home: Home,
    on_question: Callable[[Question], None],
    on_over: Callable[[str], None] = lambda _ident: None,
    on_gone: Callable[[], None] = lambda: None,
) -> Attending:
    """Say that somebody is at this window; raises HostAbsent while no host works for the home.

    Close it, or use it as a context manager, when the person has gone.
    """
    return Attending(home, on_question, on_over, on_gone)
