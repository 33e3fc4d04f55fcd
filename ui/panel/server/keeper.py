"""What has to be looked at now and then: silence, commands that nobody took, retention, notices."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta

from ui.panel.server import live, notices, picture_files, telling
from ui.panel.server.config import Config
from ui.panel.server.models.base import Standing
from ui.panel.server.models.live import Change
from ui.panel.server.tables import commands, runs, workstations
from ui.panel.server.tables.database import write
from ui.panel.server.tables.fields import utc_now

_log = logging.getLogger(__name__)

_EVERY_SECONDS = 5.0
_SELDOM = timedelta(minutes=1)


class Keeper:
    """One thread that looks every few seconds. ``defect`` is what it died of, if it did."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._stopping = threading.Event()
        self._standings: dict[int, Standing] = {}
        self._last_seldom: datetime | None = None
        self._thread = threading.Thread(target=self._work, name="panel-keeper", daemon=True)
        self.defect: BaseException | None = None

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Stop, and wait until it has."""
        self._stopping.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._stopping.wait(_EVERY_SECONDS):
            try:
                self.look(utc_now())
            except Exception as error:  # noqa: BLE001  # the next look may do; what failed is in the log
                self.defect = error
                _log.exception("panel_keeper_failed")

    def look(self, now: datetime) -> None:
        """Look once."""
        self._tell_silence(now)
        late = write(lambda: commands.expire(now))
        live.ring(*(Change(kind="command", workstation=row.workstation_id, id=row.id) for row in late))
        notices.look(self._config.notices, now)
        if self._last_seldom is None or now - self._last_seldom >= _SELDOM:
            self._last_seldom = now
            before = now - timedelta(days=self._config.keep.line_days)
            write(lambda: runs.forget_lines(before))
            picture_files.sweep(write(lambda: runs.forget_pictures(now)))

    def _tell_silence(self, now: datetime) -> None:
        """Let faces know whose standing has changed merely by time passing."""
        standings = {row.id: telling.standing(row, now) for row in workstations.seen_by(None)}
        changed = [number for number, how in standings.items() if self._standings.get(number, how) is not how]
        self._standings = standings
        if changed:
            write(lambda: workstations.touch(changed))
            live.ring(*(Change(kind="workstation", workstation=number) for number in changed))
