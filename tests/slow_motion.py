"""Whatever a face waits for comes late, each time by another while: races show, in the product and in tests.

A plugin of pytest, on its own command (``docs/testing.md``)::

    python -m pytest -p tests.slow_motion --slow-seed 1 -m "not long" tests/desktop tests/panel

The window's questions, the vault's word about the audit chain and the panel's answers wait up to
``--slow-ms`` milliseconds before and after they are worked on. Whoever looks at one thing once another was
seen must have waited for it; whoever types meanwhile must not lose it.
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest


class Delays:
    """Random whiles from a seed, shared by all threads."""

    def __init__(self, seed: int, most_ms: int) -> None:
        self._dice, self._most, self._guard = random.Random(seed), most_ms / 1000, threading.Lock()

    def seconds(self) -> float:
        """Return the next while."""
        with self._guard:
            return self._dice.random() * self._most


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer the seed and the longest while."""
    parser.addoption("--slow-seed", type=int, default=1)
    parser.addoption("--slow-ms", type=int, default=80)


def pytest_configure(config: pytest.Config) -> None:
    """Put the whiles in."""
    delays = Delays(config.getoption("--slow-seed"), config.getoption("--slow-ms"))
    _slow_window(delays)
    _slow_vault(delays)
    _slow_panel(delays)


# Each sleep here is the delay that is tried, and waits for nothing.
def _slow_window(delays: Delays) -> None:
    from ui.desktop.reading import Lane  # noqa: PLC0415  # Qt, once the platform is chosen

    ask = Lane.ask

    def slowly(lane: Lane, key: Any, asked: Any) -> None:
        def answered() -> Any:
            time.sleep(delays.seconds())
            try:
                return asked.question()
            finally:
                time.sleep(delays.seconds())

        ask(lane, key, replace(asked, question=answered))

    Lane.ask = slowly  # type: ignore[method-assign]


def _slow_vault(delays: Delays) -> None:
    from agent.store import audit  # noqa: PLC0415

    remember = audit.remember

    def slowly(vault: Any) -> bool:
        if threading.current_thread() is not threading.main_thread():
            time.sleep(delays.seconds())
        return remember(vault)

    audit.remember = slowly


def _slow_panel(delays: Delays) -> None:
    from starlette.applications import Starlette  # noqa: PLC0415

    answer = Starlette.__call__

    async def slowly(app: Starlette, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await asyncio.sleep(delays.seconds())
        await answer(app, scope, receive, send)

    Starlette.__call__ = slowly  # type: ignore[method-assign]
