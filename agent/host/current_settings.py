"""The settings as they are now: a closed day added today counts tomorrow, without a new start."""

from __future__ import annotations

import logging
from pathlib import Path

from agent.core.failures import BrokenSettings
from agent.system.holidays import require_known
from agent.system.paths import Home
from agent.system.settings import Settings, load_settings

_log = logging.getLogger(__name__)


class CurrentSettings:
    """Reads them again when somebody saved them; those that were good hold on while new ones are broken."""

    def __init__(self, home: Home, settings: Settings) -> None:
        self._home, self._settings = home, settings
        self._seen = _stamp(home.settings)

    def now(self) -> Settings:
        """Return the settings that count at this moment; the same object as long as they don't change."""
        seen = _stamp(self._home.settings)
        if seen != self._seen:
            self._seen = seen
            try:
                settings = load_settings(self._home)
                require_known(self._home, settings)
            except BrokenSettings as failure:
                _log.warning("settings_not_taken why=%s", failure)
            else:
                self._settings = settings
        return self._settings


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:  # none, or none that can be seen: whoever loads it says so
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
