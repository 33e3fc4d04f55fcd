"""Will this run be done in time? The rows and settings of a home, put before :mod:`agent.core.deadline`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from agent.core.calendar import read_rules
from agent.core.deadline import Forecast, PastRun, TaskLeft, Work, forecast
from agent.core.failures import Failure
from agent.core.occurrences import Duty, moment
from agent.core.states import AT_WORK, RunState, TaskState
from agent.store import durations, notices, runs
from agent.store.tables import OccurrenceRow, RunRow
from agent.system.settings import Settings

_FORETOLD = AT_WORK | {RunState.PENDING}
_MOST_KEPT = 20


class Outlook:
    """Forecasts for the runs of a home; past durations are read once for each new run."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._past: dict[str, list[PastRun]] = {}

    def of(self, run: RunRow, now: datetime) -> Forecast | None:
        """Return the forecast of a run that is at work or in the queue; None for others.

        None as well without a deadline, or for a run made after it by hand, for a day gone by. What the
        schedule made after it, because the computer slept, is late all the same.
        """
        deadline_at = deadline_of(self._settings, run)
        if deadline_at is None or RunState(run.state) not in _FORETOLD:
            return None
        if run.created_at >= deadline_at and run.actor["kind"] != "schedule":
            return None
        ahead = (
            []
            if RunState(run.state) in AT_WORK
            else [self._work(one, now) for one in durations.ahead_of(run)]
        )
        waits = what_it_waits_for(run) is not None
        return forecast(self._work(run, now), now=now, deadline_at=deadline_at, ahead=ahead, waits=waits)

    def of_owed(self, owed: OccurrenceRow, now: datetime) -> Forecast:
        """Return the forecast of a start that is due and has no run yet, as if it began this moment."""
        duty = Duty(owed.business_date, owed.slot, owed.due_at, owed.deadline_at, owed.until_at)
        return self.of_duty(owed.automation, owed.office, duty, now)

    def of_duty(self, automation: str, office: str, duty: Duty, now: datetime) -> Forecast:
        """Return the forecast of a duty that has no run yet, as if it began when it is due, or now."""
        newest = notices.newest_run(automation, office)
        tasks = () if newest is None else tuple(TaskLeft(task["name"]) for task in newest.manifest["tasks"])
        past = durations.past_runs(automation, office, before=now) if tasks else []
        work = Work(duty.business_date, tasks or (TaskLeft(""),), past)
        return forecast(work, now=now, deadline_at=duty.deadline_at, begins_at=duty.due_at)

    def deadline_at(self, run: RunRow) -> datetime | None:
        """Return when a run must be done (:func:`deadline_of`)."""
        return deadline_of(self._settings, run)

    def _work(self, run: RunRow, now: datetime) -> Work:
        if run.id not in self._past:
            if len(self._past) >= _MOST_KEPT:
                self._past.clear()
            self._past[run.id] = durations.past_runs(run.automation, run.office, before=run.created_at)
        return durations.work_left(run, self._past[run.id], now)


def deadline_of(settings: Settings, run: RunRow) -> datetime | None:
    """Return when a run must be done: its deadline on its business day, in its office's zone."""
    office = settings.offices.get(run.office)
    if "deadline" not in run.manifest or office is None:
        return None
    at = read_rules(run.manifest).deadline_of(run.slot)
    return moment(run.business_date, at, ZoneInfo(office.zone))


def what_it_waits_for(run: RunRow) -> Mapping[str, Any] | None:
    """Return the failure because of which a run does not go on just now, as stored; None if it does."""
    if run.reason is not None and run.reason.get("code") in Failure.codes():
        reason: Mapping[str, Any] = run.reason
        return reason
    waiting = (task for task in runs.tasks_of(run.id) if task.state == TaskState.WAITING and task.failure)
    return next((task.failure for task in waiting), None)
