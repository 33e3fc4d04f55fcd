"""Today, as every face tells it: for each automation what is due, what works, what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from agent.core.calendar import read_rules
from agent.core.deadline import Forecast, Verdict
from agent.core.occurrences import Duty, Outcome, Pause, next_duties, period_of, when_due
from agent.core.states import AT_WORK, RunState
from agent.host.outlook import Outlook
from agent.host.planning import calendar_around
from agent.store import history, occurrences, pauses, queries, runs
from agent.store.history import Wanted
from agent.store.tables import OccurrenceRow, ScheduleRow
from agent.system.settings import Office, Settings

Values = Mapping[str, Any]

_LONGEST_AXIS = timedelta(hours=18)  # a run that has waited for days must not squeeze today
_MOST_RUNS = 50  # of one automation in one day


@dataclass(frozen=True)
class Strip:
    """One automation in one office, today. Moments are UTC; ``run`` is as ``store.history`` reads it.

    ``due_at`` and ``deadline_at`` are those of today's duty, or, once none is left today, of the next one
    (then ``is_today`` is False). ``why`` says why it was skipped or missed, or will be.
    """

    automation: str
    office: str
    title: str
    zone: str
    scheduled: bool
    is_today: bool = False
    due_at: datetime | None = None
    deadline_at: datetime | None = None
    outcome: str | None = None
    why: Values | None = None
    period: tuple[date, date] | None = None
    business_date: date | None = None
    run: dict[str, Any] | None = field(default=None, repr=False)
    forecast: Forecast | None = None
    paused: Pause | None = None

    @property
    def at_work(self) -> bool:
        """Whether its run is being worked on."""
        return self.run is not None and RunState(self.run["state"]) in AT_WORK

    @property
    def is_late(self) -> bool:
        """Whether it will, or may, not be done in time."""
        return self.forecast is not None and self.forecast.verdict in {Verdict.AT_RISK, Verdict.IMPOSSIBLE}


@dataclass(frozen=True)
class Day:
    """All strips, earliest due first, and the open questions, oldest first."""

    strips: tuple[Strip, ...]
    questions: tuple[dict[str, Any], ...]
    read_at: datetime

    @property
    def working(self) -> Strip | None:
        """The strip whose run is being worked on: one at most."""
        return next((strip for strip in self.strips if strip.at_work), None)


def look(settings: Settings, outlook: Outlook, now: datetime) -> Day:
    """Read today; ``outlook`` is kept by the asker, for it remembers past durations."""
    paused = pauses.known()
    known: dict[tuple[str, str], Strip] = {}
    for row in occurrences.schedules():
        office = settings.offices.get(row.office)
        if office is not None:
            known[row.automation, row.office] = _scheduled(row, office, paused, outlook, now)
    for run in _recent(settings, now):
        place = run["automation"], run["office"]
        if place not in known:
            zone = settings.offices[run["office"]].zone
            known[place] = _with_run(Strip(*place, run["title"], zone, scheduled=False), run, outlook, now)
    strips = sorted(known.values(), key=lambda strip: (_begins(strip) or now, strip.title.casefold()))
    return Day(tuple(strips), tuple(queries.open_reviews()), now)


def _begins(strip: Strip) -> datetime | None:
    """Return when a strip's run begins or began."""
    if strip.due_at is None and strip.run is not None:
        return datetime.fromisoformat(strip.run["started_at"] or strip.run["created_at"])
    return strip.due_at


def _scheduled(
    row: ScheduleRow, office: Office, paused: Mapping[str, Pause], outlook: Outlook, now: datetime
) -> Strip:
    zone, rules = ZoneInfo(row.zone), read_rules(row.words)
    today = now.astimezone(zone).date()
    days = calendar_around(office, today)
    stated = [one for one in occurrences.recent(row.automation, row.office, today) if one.due_at <= now]
    todays = [one for one in stated if one.business_date == today]
    coming = next_duties(rules, zone, days, now, 1)
    later = [duty for duty in coming if duty.business_date == today]
    pause = paused.get(row.automation)
    strip = Strip(row.automation, row.office, row.title, row.zone, scheduled=True, paused=pause)
    run = _run_of(row.automation, row.office, today, zone)
    duty: Duty | None
    if todays and (run is not None or not later):
        strip = _of_stated(strip, todays[-1])
        duty = occurrences.duty_of(todays[-1])
    else:
        duty = next(iter((*later, *coming)), None)
        strip = _of_coming(strip, duty, today, *(when_due(duty, rules, duty.due_at, pause) if duty else ()))
    if duty is not None:
        period = period_of(
            rules, duty.business_date, duty.slot, days, occurrences.last_done(row.automation, row.office)
        )
        strip = _with(strip, period=(period.first, period.last), business_date=duty.business_date)
    if run is not None:
        return _with_run(strip, run, outlook, now)
    if duty is not None and strip.outcome in {None, Outcome.OWED} and strip.why is None:
        strip = _with(strip, forecast=outlook.of_duty(row.automation, row.office, duty, now))
    return strip


def _of_stated(strip: Strip, row: OccurrenceRow) -> Strip:
    return _with(
        strip,
        is_today=True,
        due_at=row.due_at,
        deadline_at=row.deadline_at,
        outcome=row.outcome,
        why=row.reason,
    )


def _of_coming(
    strip: Strip,
    duty: Duty | None,
    today: date,
    outcome: Outcome | None = None,
    why: Values | None = None,
) -> Strip:
    if duty is None:
        return strip
    return _with(
        strip,
        is_today=duty.business_date == today,
        due_at=duty.due_at,
        deadline_at=duty.deadline_at,
        why=why if outcome is Outcome.SKIPPED else None,
    )


def _with_run(strip: Strip, run: dict[str, Any], outlook: Outlook, now: datetime) -> Strip:
    row = runs.get(run["id"])
    return _with(
        strip,
        run=run,
        is_today=True,
        deadline_at=strip.deadline_at if strip.is_today else outlook.deadline_at(row),
        due_at=strip.due_at if strip.is_today else None,
        period=(row.period_first, row.period_last),
        business_date=row.business_date,
        forecast=outlook.of(row, now),
    )


def _run_of(automation: str, office: str, today: date, zone: ZoneInfo) -> dict[str, Any] | None:
    """Return today's run: the one that is open, else the newest."""
    found = [
        run
        for run in history.after(Wanted(automation=automation), limit=_MOST_RUNS)
        if run["office"] == office and _is_of(run, today, zone)
    ]
    return next((run for run in found if run["ended_at"] is None), found[0] if found else None)


def _recent(settings: Settings, now: datetime) -> Sequence[dict[str, Any]]:
    """Return today's runs of all automations: open ones first, then the newest first."""
    found = [
        run
        for run in history.after(Wanted(), limit=_MOST_RUNS)
        if run["office"] in settings.offices
        and _is_of(run, *_today(settings.offices[run["office"]].zone, now))
    ]
    return sorted(found, key=lambda run: run["ended_at"] is not None)


def _today(zone: str, now: datetime) -> tuple[date, ZoneInfo]:
    known = ZoneInfo(zone)
    return now.astimezone(known).date(), known


def _is_of(run: Values, today: date, zone: ZoneInfo) -> bool:
    """Tell whether a run belongs to today: it is open, is for today, or was made or ended today."""
    if run["ended_at"] is None or run["business_date"] == today.isoformat():
        return True
    return any(
        datetime.fromisoformat(run[moment]).astimezone(zone).date() == today
        for moment in ("created_at", "ended_at")
    )


def _with(strip: Strip, **changed: Any) -> Strip:  # noqa: ANN401  # fields of a strip
    return Strip(**{**vars(strip), **changed})


def axis(strips: Sequence[Strip], now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return from when to when the strips are drawn: the zone's whole hours around all that happens."""
    moments = [now]
    for strip in strips:
        if not strip.is_today:
            continue
        moments += [moment for moment in (strip.due_at, strip.deadline_at) if moment is not None]
        if strip.run is not None:
            times = (strip.run["started_at"], strip.run["ended_at"])
            moments += [datetime.fromisoformat(moment) for moment in times if moment is not None]
        if strip.forecast is not None and strip.forecast.latest_at is not None:
            moments.append(strip.forecast.latest_at)
    hour = timedelta(hours=1)
    first, last = (
        moment.astimezone(zone).replace(minute=0, second=0, microsecond=0)
        for moment in (max(min(moments), now - _LONGEST_AXIS), min(max(moments), now + _LONGEST_AXIS) + hour)
    )
    return (first, last) if last - first >= 2 * hour else (first, first + 2 * hour)
