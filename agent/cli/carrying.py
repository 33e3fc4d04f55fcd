"""Having a wish carried out: by the host that runs, or by becoming the host for as long as it takes."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from agent.cli import endings
from agent.cli.endings import Told
from agent.cli.person import at_terminal
from agent.cli.reading import open_home
from agent.core.failures import AlreadyRunning, Failure
from agent.system.bell import listen, ring
from agent.system.instance import holder
from agent.system.paths import Home

if TYPE_CHECKING:
    from agent.host.agent import Host

_LOOK_SECONDS = 0.5
_OPENING_SECONDS = 10.0  # a host that starts for the first time makes its store within a second


@dataclass(frozen=True)
class AtWork:
    """The host that works for a home: this process's own, or another process."""

    home: Home
    host: Host | None

    @property
    def ours(self) -> bool:
        """Whether this process is the host."""
        return self.host is not None

    def require(self) -> None:
        """Raise what our host died of; Told when another one has gone away: nothing would happen any more."""
        if self.host is not None:
            if self.host.defect is not None:
                raise self.host.defect
        elif holder(self.home.lock) is None:
            raise Told("host_gone", endings.NOT_READY)


@contextmanager
def host_at_work(home: Home) -> Iterator[AtWork]:
    """See to it that a host works for the block: another process's, or else our own.

    What is in work when the block ends resumes at the next start. Raises what the host's start raises.
    """
    if holder(home.lock) is None:
        from agent.host.agent import Host  # noqa: PLC0415

        host = Host(home)
        try:
            host.start()
        except AlreadyRunning:
            pass  # another was quicker: it serves as well
        else:
            try:
                with asked_to_end():
                    yield AtWork(home, host)
            finally:
                host.stop()
            return
    _open_when_prepared(home)
    yield AtWork(home, None)


@contextmanager
def asked_to_end() -> Iterator[None]:
    """Let a request to end (SIGTERM) do what Ctrl-C does: everything is put away in order."""

    def end(_number: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def carry_out(work: AtWork, verb: str, args: Mapping[str, Any]) -> Mapping[str, Any]:
    """Store a wish, ring, and wait until the host has carried it out; return its result.

    Raises the failure with which it was refused; Told when the host went away (the wish stands).
    """
    from agent.store import commands  # noqa: PLC0415

    heard = threading.Event()
    subscription = listen(work.home.bell, lambda _ident: heard.set())
    try:
        number = commands.give(verb, args, at_terminal())
        ring(work.home.bell, f"command/{number}")
        while True:
            heard.clear()
            state, result = commands.result(number)
            if state == "done":
                return result or {}
            if state == "refused":
                raise Failure.from_json(result or {})
            work.require()
            heard.wait(_LOOK_SECONDS)
    finally:
        subscription.close()


def _open_when_prepared(home: Home) -> None:
    """Open the store that another host has made, or is just making."""
    waited = threading.Event()
    for _ in range(int(_OPENING_SECONDS / _LOOK_SECONDS)):
        if open_home(home):
            return
        waited.wait(_LOOK_SECONDS)
    raise AlreadyRunning(pid=holder(home.lock))
