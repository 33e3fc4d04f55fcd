"""The desktop program: looks for a screen, starts the host in its own threads, shows window and tray."""

from __future__ import annotations

import os
import sys

from agent.core.failures import BrokenSettings
from agent.system.paths import Home
from agent.system.settings import Settings, load_settings
from ui.desktop.door import Door


def has_screen() -> bool:
    """Tell whether there is a screen to show a window on: without one, Qt would abort the process."""
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def run(home: Home, *, background: bool = False) -> int:
    """Be the desktop program of a home until a person quits it; returns the exit code.

    Only where :func:`has_screen`. ``background`` is for a start at sign-in: no window comes up where there is
    a tray to sit in.
    """
    door = Door(home)
    if not door.open():
        return 0
    from ui.desktop.session import Session  # noqa: PLC0415  # Qt takes its time: after the door

    return Session(home, _settings(home), door, background=background).run()


def _settings(home: Home) -> Settings | None:
    """Return the settings; None where they are broken: the host's start says so, in the window."""
    try:
        return load_settings(home)
    except BrokenSettings:
        return None
