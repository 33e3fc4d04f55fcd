"""The clock: wakes, and lets the agenda look. A wake-up is a hint, the rows are the truth.

It wakes at a due moment (APScheduler's timer), at start, when the computer was asleep, when its clock or zone
was changed, when somebody rings, and every half minute anyway. However often it wakes: each duty is one row,
and one row is one run.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger

from agent.core.failures import Failure
from agent.host.agenda import Agenda, Plan
from agent.host.enrolment import Enrolment
from agent.host.watchful import Watchful
from agent.system.clock_gap import Clocks, gap, read_clocks
from agent.system.timekeeping import COMPUTERS_TIME, Time

_log = logging.getLogger(__name__)

LOOK_SECONDS = 30.0
"""It looks at least so often, whatever the timer does."""

TICK_SECONDS = 5.0
"""So soon after waking from sleep it notices that it slept."""


class Timer(Protocol):
    """What wakes the clock at a moment; a later moment takes the place of an earlier one."""

    def start(self) -> None:
        """Begin."""

    def wake_at(self, moment: datetime, wake: Callable[[], None]) -> None:
        """Call ``wake`` when the moment has come."""

    def stop(self) -> None:
        """Wake nobody any more."""


class SchedulersTimer:
    """APScheduler's."""

    def __init__(self) -> None:
        self._scheduler = BackgroundScheduler(timezone=UTC)

    def start(self) -> None:
        """Start its thread."""
        self._scheduler.start()

    def wake_at(self, moment: datetime, wake: Callable[[], None]) -> None:
        """Set its one job."""
        # A misfire is no reason to stay asleep: APScheduler's own grace is one second.
        trigger = DateTrigger(run_date=moment)
        self._scheduler.add_job(wake, trigger, id="due", replace_existing=True, misfire_grace_time=None)

    def stop(self) -> None:
        """End its thread."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)


class Clock(Watchful):
    """The thread that looks at the agenda whenever there is a reason to; ``tell`` wakes the supervisor."""

    def __init__(
        self,
        enrolment: Enrolment,
        plan: Plan,
        tell: Callable[[], None],
        *,
        clocks: Clocks = read_clocks,
        timer: Timer | None = None,
        time: Time = COMPUTERS_TIME,
    ) -> None:
        super().__init__("clock", time)
        self._agenda = Agenda(lambda moment: enrolment.look(moment)[0], plan)
        self._tell, self._clocks = tell, clocks
        self._timer = timer or SchedulersTimer()

    def start(self) -> None:
        """Begin to look: at once, and then whenever something is due."""
        self._timer.start()
        super().start()

    def stop(self) -> None:
        """Stop looking; what is owed stays owed."""
        super().stop()
        self._timer.stop()

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            self._look()
            self._wait()

    def _end(self) -> None:
        if self.defect is not None:
            self._tell()

    def _look(self) -> None:
        try:
            due_at, changed = self._agenda.look(self._time.now())
        except Failure as failure:  # a full disk, say: looked at again in half a minute, until it is mended
            _log.warning("agenda_not_looked_at why=%s", failure)
            self.trouble = failure
            return
        self.trouble = None
        if due_at is not None:
            self._timer.wake_at(due_at, self.wake)
        if changed:
            self._tell()

    def _wait(self) -> None:
        """Wait for a hint, for a gap in time, or for half a minute."""
        before = self._clocks()
        waited = 0.0
        while waited < LOOK_SECONDS and not self._time.wait(self._wake, TICK_SECONDS):
            after = self._clocks()
            what = gap(before, after, TICK_SECONDS)
            if what is not None:
                _log.info("clock_gap what=%s", what)
                return
            before, waited = after, waited + TICK_SECONDS
