"""Bells for browsers (server-sent events) and for workstations that wait for orders.

A bell carries what has changed, never how: whoever hears it looks. Bells of one moment ring together.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable

from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from ui.panel.server.models.base import Role
from ui.panel.server.models.live import Change, Changes
from ui.panel.server.tables import people, workstations
from ui.panel.server.tables.database import current
from ui.panel.server.who import Who

_TOGETHER_SECONDS = 0.5  # a page looks at most so often: looks cost more than what workstations tell
_STILL_HERE_SECONDS = 15.0
_MOST_AT_ONCE = 500  # beyond that it is quicker to look at everything again
_MOST_LISTENERS = 200


class Listener:
    """One browser: what it has not been told yet."""

    def __init__(self, places: frozenset[int] | None) -> None:
        self.places = places
        self.changes: dict[tuple[object, ...], Change] = {}
        self.rung = asyncio.Event()

    def tell(self, change: Change) -> None:
        """Note a change that this person may know of."""
        if (
            self.places is not None
            and change.workstation is not None
            and change.workstation not in self.places
        ):
            return
        self.changes[change.kind, change.workstation, change.run, change.id] = change
        self.rung.set()


class Hub:
    """Everybody who listens. Made in the event loop; rung from any thread."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._listeners: set[Listener] = set()
        self._orders: dict[int, asyncio.Event] = {}
        self.ended = asyncio.Event()

    def ring(self, changes: Iterable[Change]) -> None:
        """Tell of changes that are on the disk."""
        told = list(changes)
        if told:
            self._loop.call_soon_threadsafe(self._ring, told)

    def _ring(self, changes: list[Change]) -> None:
        for listener in self._listeners:
            for change in changes:
                listener.tell(change)
        for change in changes:
            if change.kind == "command" and change.workstation in self._orders:
                self._orders[change.workstation].set()

    def order_bell(self, workstation: int) -> asyncio.Event:
        """Return the bell of a workstation's orders; who waits clears it before looking."""
        return self._orders.setdefault(workstation, asyncio.Event())

    def end(self) -> None:
        """Let everybody who listens go: the server ends."""
        self.ended.set()
        for listener in self._listeners:
            listener.rung.set()
        for bell in self._orders.values():
            bell.set()

    def add(self, listener: Listener) -> bool:
        """Let somebody listen; False if there are too many."""
        if len(self._listeners) >= _MOST_LISTENERS:
            return False
        self._listeners.add(listener)
        return True

    def remove(self, listener: Listener) -> None:
        """Somebody has gone."""
        self._listeners.discard(listener)


_hub: list[Hub] = []


def open_hub() -> Hub:
    """Make the hub of this process; in the event loop."""
    _hub.append(Hub())
    return _hub[-1]


def close_hub() -> None:
    """Let everybody go."""
    _hub.pop().end()


def hub() -> Hub:
    """Return the hub of this process."""
    return _hub[-1]


def ring(*changes: Change) -> None:
    """Tell of changes that are on the disk."""
    hub().ring(changes)


def stream(who: Who) -> StreamingResponse | None:
    """Return the answer that tells a browser of changes as they happen; None if too many listen."""
    listener = Listener(_places(who))
    if not hub().add(listener):
        return None
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(who, listener), media_type="text/event-stream", headers=headers)


def _places(who: Who) -> frozenset[int] | None:
    offices = who.offices(Role.VIEWER)
    if offices is None:
        return None
    return frozenset(row.id for row in workstations.seen_by(offices, revoked=True))


async def _events(who: Who, listener: Listener) -> AsyncIterator[str]:
    """Tell of changes until the browser goes, its session ends, or what it may see has changed."""
    known = hub()
    try:
        yield _event(Changes(revision=current().committed, all=True, changes=[]))
        while not known.ended.is_set():
            try:
                await asyncio.wait_for(listener.rung.wait(), _STILL_HERE_SECONDS)
            except TimeoutError:
                yield ": still here\n\n"
            if not await run_in_threadpool(_holds, who, listener):
                return  # the browser connects again, and is asked who it is
            if listener.changes and not known.ended.is_set():
                await asyncio.sleep(_TOGETHER_SECONDS)
                changes = list(listener.changes.values())
                listener.changes.clear()
                listener.rung.clear()
                many = len(changes) > _MOST_AT_ONCE
                yield _event(Changes(revision=current().committed, all=many, changes=[] if many else changes))
    finally:
        known.remove(listener)


def _holds(who: Who, listener: Listener) -> bool:
    now = people.by_session_id(who.session)
    if now is None or now.roles != who.roles:
        return False
    return listener.places is None or listener.places == _places(who)


def _event(changes: Changes) -> str:
    return f"event: change\nid: {changes.revision}\ndata: {changes.model_dump_json(exclude_none=True)}\n\n"
