"""A second start: it rings the first one, whose window comes up, and ends."""

from __future__ import annotations

import threading

from agent.system.bell import listen, ring
from agent.system.instance import holder
from agent.system.paths import Home
from ui.desktop.bridge import SHOW, SHOWN

_ANSWER_SECONDS = 3.0


def call_first(home: Home) -> bool:
    """Ask the window of the home's host to come up; False where none answers (a host without a window)."""
    if holder(home.lock) is None:
        return False
    shown = threading.Event()

    def heard(ident: str) -> None:
        if ident == SHOWN:
            shown.set()

    subscription = listen(home.bell, heard)
    try:
        return ring(home.bell, SHOW) and shown.wait(_ANSWER_SECONDS)
    finally:
        subscription.close()
