"""Time that passes only while everybody waits: years of a host's threads in minutes, the same at each replay.

One thread works at a time. When it waits, the next one goes on whose event is set; is there none, time jumps
to the first moment at which somebody's waiting is over. The steady clock stands still while the computer
sleeps, the wall clock does not, as on Linux.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

_FOREVER = float("inf")


class Killed(BaseException):
    """The process of this thread was killed: nothing may catch it."""


class Deadlock(AssertionError):
    """Everybody waits for ever."""


class VirtualThread:
    """A thread that takes turns with the others."""

    def __init__(self, time: VirtualTime, name: str) -> None:
        self._time, self.name = time, name
        self.ended = threading.Event()
        self.killed = False

    def join(self) -> None:
        """Wait until it has ended."""
        self._time.wait(self.ended)


@dataclass(eq=False)
class _Waiting:
    """One thread's waiting: for an event, until a moment of the steady clock."""

    thread: VirtualThread | None
    event: threading.Event
    until: float
    turn: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))


class VirtualTime:
    """Stands for agent.system.timekeeping.ComputersTime; the script's own thread takes turns too."""

    def __init__(self, now: datetime) -> None:
        self._began, self._steady, self._asleep = now, 0.0, 0.0
        self._waiting: list[_Waiting] = []
        self._timer: tuple[float, Callable[[], None]] | None = None
        self._here = threading.local()

    # ── what the product asks ─────────────────────────────────────────────────────────────────────────────
    def now(self) -> datetime:
        """What the wall clock shows."""
        return self._began + timedelta(seconds=self._steady + self._asleep)

    def steady_seconds(self) -> float:
        """What the steady clock shows."""
        return self._steady

    def wait(self, event: threading.Event, seconds: float | None = None) -> bool:
        """Let the others work until the event is set or the time is over."""
        if not event.is_set():
            until = _FOREVER if seconds is None else self._steady + max(0.0, seconds)
            mine = _Waiting(self._me(), event, until)
            self._waiting.append(mine)
            following = self._next()
            if following is not mine:
                following.turn.release()
                mine.turn.acquire()
        me = self._me()
        if me is not None and me.killed:
            raise Killed
        return event.is_set()

    def begin(self, work: Callable[[], None], name: str) -> VirtualThread:
        """Begin a thread; its turn comes when whoever began it waits."""
        thread = VirtualThread(self, name)
        ready = threading.Event()
        ready.set()
        first = _Waiting(thread, ready, _FOREVER)
        self._waiting.append(first)

        def live() -> None:
            first.turn.acquire()
            self._here.thread = thread
            try:
                work()
            finally:
                thread.ended.set()
                self._next().turn.release()

        threading.Thread(target=live, name=name, daemon=True).start()
        return thread

    # ── a timer, as APScheduler's ─────────────────────────────────────────────────────────────────────────
    def start(self) -> None:
        """Nothing to start."""

    def wake_at(self, moment: datetime, wake: Callable[[], None]) -> None:
        """Call ``wake`` when so much time has passed awake: a timer sleeps with its computer."""
        self._timer = self._steady + max(0.0, (moment - self.now()).total_seconds()), wake

    def stop(self) -> None:
        """Wake nobody any more."""
        self._timer = None

    # ── what the script does ──────────────────────────────────────────────────────────────────────────────
    def pass_until(self, moment: datetime) -> None:
        """Let everybody live until a moment."""
        self.wait(threading.Event(), (moment - self.now()).total_seconds())

    def sleep_until(self, moment: datetime) -> None:
        """The computer sleeps: nobody lives, and the steady clock stands still."""
        self._asleep += max(0.0, (moment - self.now()).total_seconds())

    def kill(self, names: set[str]) -> None:
        """Kill threads of these names where they wait; the script goes on when they are gone."""
        for waiting in list(self._waiting):
            if waiting.thread is not None and waiting.thread.name in names:
                waiting.thread.killed = True
                waiting.event.set()
                waiting.thread.join()

    def _me(self) -> VirtualThread | None:
        return getattr(self._here, "thread", None)

    def _next(self) -> _Waiting:
        """Take the next one to work out of those that wait; time passes where nobody can."""
        while True:
            for one in self._waiting:
                if one.event.is_set() or one.until <= self._steady:
                    self._waiting.remove(one)
                    return one
            until = min((one.until for one in self._waiting), default=_FOREVER)
            rings = _FOREVER if self._timer is None else self._timer[0]
            if min(until, rings) == _FOREVER:
                raise Deadlock
            self._steady = min(until, rings)
            if rings <= until and self._timer is not None:
                wake, self._timer = self._timer[1], None
                wake()
