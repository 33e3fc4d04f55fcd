"""Upkeep, once a day while nothing is at work: what is past its time goes bit by bit, its space comes back.

Two periods, both settings: facts (the ledger, the audit log, the files that came) seven years, pictures and
logs ninety days. Workbooks are people's own files and stay.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.core.failures import Failure
from agent.host.agenda import the_schedule
from agent.host.auditing import keep_witness
from agent.host.watchful import Watchful
from agent.store import audit, retention, runs
from agent.store.database import give_back_space
from agent.store.fields import utc_now
from agent.system.paths import Home
from agent.system.settings import Settings
from agent.system.vault import open_vault

_log = logging.getLogger(__name__)

LOOK_SECONDS = 300.0
"""How often it is asked whether today's upkeep is still to be done."""

_PICTURES_AT_ONCE, _RUNS_AT_ONCE, _PAGES_AT_ONCE = 20, 5, 200
_REST_SECONDS = 0.1  # between two steps: whoever wants to write comes first
_YEAR = timedelta(days=365.25)
_LOG_BYTES = 5_000_000


class Upkeep(Watchful):
    """The thread that tidies up."""

    def __init__(self, home: Home, settings: Settings, clock: Callable[[], datetime] = utc_now) -> None:
        super().__init__("upkeep")
        self._home, self._settings, self._clock = home, settings, clock

    def _work(self) -> None:
        done_on = None
        while not self._stopping.is_set():
            now = self._clock()
            if done_on != now.date() and not runs.at_work():
                try:
                    self.tidy(now)
                except Failure as failure:  # a full disk, a locked keyring: the next look may find it better
                    _log.warning("upkeep_waits why=%s", failure)
                else:
                    done_on = now.date()
            self._stopping.wait(LOOK_SECONDS)

    def tidy(self, now: datetime) -> None:
        """Remove what is past its time; told to stop, it goes on the next day or at the next start."""
        data = self._settings.data
        self._remove_pictures(now, data.pictures_days)
        self._remove_facts(now, data.facts_years)
        remove_logs(self._home, now - timedelta(days=data.pictures_days))
        while give_back_space(_PAGES_AT_ONCE) and not self._rests():
            pass

    def _remove_pictures(self, now: datetime, days: int) -> None:
        before, today, count = now - timedelta(days=days), now.astimezone(UTC).date().isoformat(), 0
        while removed := retention.remove_pictures(before, today, days, _PICTURES_AT_ONCE):
            count += removed
            if self._rests():
                break
        if count:
            audit.append(the_schedule(), "pictures_removed", {"count": count, "days": days})
            keep_witness(self._home)

    def _remove_facts(self, now: datetime, years: int) -> None:
        before, count = now - years * _YEAR, 0
        while found := retention.old_runs(before, _RUNS_AT_ONCE):
            for run_id in found:
                retention.remove_run(run_id)
            count += len(found)
            if self._rests():
                break
        rest = retention.remove_rest(before)
        if count or rest:
            audit.append(the_schedule(), "facts_removed", {"runs": count, "rows": rest, "years": years})
            keep_witness(self._home)
        audit.remove_before(before, open_vault(self._home))

    def _rests(self) -> bool:
        """Let others write; True when it is time to stop."""
        return self._stopping.wait(_REST_SECONDS)


def remove_logs(home: Home, before: datetime) -> None:
    """Remove logs of runs, details of defects and the copy from before a migration, if older than a moment.

    What workers said beside their logs is begun anew when it grows too long.
    """
    old = [*home.logs.glob("*.log*"), *home.logs.glob("details-*.txt"), *home.root.glob("*.before-migration")]
    for file in old:
        if _changed_at(file) < before and not file.name.startswith(("agent.log", "workers.log")):
            file.unlink(missing_ok=True)
    spoken = home.logs / "workers.log"
    if spoken.exists() and spoken.stat().st_size > _LOG_BYTES:
        spoken.replace(spoken.with_name("workers.log.1"))


def _changed_at(file: Path) -> datetime:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)
