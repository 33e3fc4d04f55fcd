"""What is owed, kept in the store: states what has become due, has it planned, withdraws what is too late."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from agent.core.actors import Actor
from agent.core.calendar import Rules, read_rules
from agent.core.failures import DutyIsOpen, Failure
from agent.core.occurrences import (
    Duty,
    Outcome,
    Pause,
    duties_between,
    next_duties,
    on_change,
    passed_over,
    reason,
    when_due,
)
from agent.host.enrolment import Enrolled
from agent.store import occurrences, pauses, runs
from agent.store.tables import OccurrenceRow, ScheduleRow

_log = logging.getLogger(__name__)

_OVERLAP = timedelta(days=8)  # looked at again each time: a changed calendar may have moved an evening's day
_CHANGE_DAYS = timedelta(days=10)
_SET_BACK = timedelta(minutes=1)  # by less than this it changes nothing
_NOTE_EVERY = timedelta(minutes=10)
_ASK_AGAIN = timedelta(seconds=25)  # at the next look, not twice within one

Plan = Callable[[OccurrenceRow], str]


@dataclass(frozen=True)
class Quiet:
    """What an automation was looked at with: until its next start there is nothing new to state."""

    one: Enrolled
    since: datetime
    next_due: datetime | None

    def holds(self, one: Enrolled, now: datetime) -> bool:
        """Tell whether nothing can have become due: same words and calendar, and the clock only went on."""
        return one == self.one and self.since <= now and (self.next_due is None or now < self.next_due)


class Agenda:
    """What is owed, kept in the store: looks at a moment and acts; has no thread and no clock of its own."""

    def __init__(self, enrolment: Callable[[datetime], list[Enrolled]], plan: Plan) -> None:
        self._enrolment, self._plan = enrolment, plan
        self._refused: dict[int, datetime] = {}
        self._quiet: dict[tuple[str, str], Quiet] = {}

    def look(self, now: datetime) -> tuple[datetime | None, bool]:
        """State what has become due, begin what is owed; return the next due moment and whether rows changed.

        A run that cannot be planned now stays owed with its reason, and is tried again at the next look.
        """
        enrolled = {one.place: one for one in self._enrolment(now)}
        changed = False
        known = {(row.automation, row.office): row for row in occurrences.schedules()}
        for place in known.keys() - enrolled.keys():
            _log.info("schedule_removed automation=%s office=%s", *place)
            occurrences.remove_schedule(known[place], now)
        paused = pauses.known()
        for one in enrolled.values():
            quiet = self._quiet.get(one.place)
            if quiet is None or not quiet.holds(one, now):
                changed |= _state_due(one, known.get(one.place), paused.get(one.automation), now)
                coming = next_duties(one.rules, ZoneInfo(one.zone), one.days, now, 1)
                self._quiet[one.place] = Quiet(one, now, coming[0].due_at if coming else None)
        self._quiet = {place: quiet for place, quiet in self._quiet.items() if place in enrolled}
        changed |= self._begin_owed(enrolled, now)
        changed |= _withdraw_late(now)
        if any(not timedelta(0) <= now - row.looked_at < _NOTE_EVERY for row in known.values()):
            occurrences.note_looked(now)
        return min(
            (quiet.next_due for quiet in self._quiet.values() if quiet.next_due), default=None
        ), changed

    def _begin_owed(self, enrolled: dict[tuple[str, str], Enrolled], now: datetime) -> bool:
        """Begin what is owed, earliest first; state what is too late or is served by a later one."""
        by_place: dict[tuple[str, str], list[OccurrenceRow]] = {}
        for row in occurrences.in_state(Outcome.OWED):
            if row.due_at <= now + _SET_BACK:  # else the clock was set back, and its time comes again
                by_place.setdefault((row.automation, row.office), []).append(row)
        changed = False
        for place, rows in by_place.items():
            if place in enrolled:
                changed |= self._begin_of(rows, enrolled[place].rules, now)
                continue
            for row in rows:
                occurrences.settle(row, Outcome.SKIPPED, reason("not_scheduled"), now)
            changed = True
        return changed

    def _begin_of(self, rows: Sequence[OccurrenceRow], rules: Rules, now: datetime) -> bool:
        in_time = [row for row in rows if now <= row.until_at]
        passed = passed_over([occurrences.duty_of(row) for row in in_time], rules)
        changed = False
        for row in rows:
            asks = row.reason is not None and row.reason["code"] == "asks"
            if row not in in_time:
                why = reason("not_begun", failure=None if asks else row.reason)
                occurrences.settle(row, Outcome.MISSED, why, now)
            elif (row.business_date, row.slot) in passed:
                occurrences.settle(row, *passed[row.business_date, row.slot], now)
            elif asks or not self._begin(row, now):
                continue  # until somebody runs it by hand, or it is too late
            changed = True
        return changed

    def _begin(self, row: OccurrenceRow, now: datetime) -> bool:
        """Have an owed occurrence planned; returns whether its row has changed."""
        again_at = self._refused.get(row.id)
        if again_at is not None and now < again_at <= now + _ASK_AGAIN:  # not after the clock was set back
            return False
        try:
            run = self._plan(row)
        except DutyIsOpen as failure:
            self._refused[row.id] = now + _ASK_AGAIN
            return _join(row, failure)
        except Failure as failure:
            self._refused[row.id] = now + _ASK_AGAIN
            if row.reason == failure.as_json():
                return False
            _log.warning("not_planned automation=%s why=%s", row.automation, failure)
            occurrences.settle(row, Outcome.OWED, failure.as_json(), now)
        else:
            self._refused.pop(row.id, None)
            _log.info("planned run=%s automation=%s slot=%s", run, row.automation, row.slot)
        return True


def _join(row: OccurrenceRow, failure: DutyIsOpen) -> bool:
    """An open run, begun by hand, does the duty already: it stands for it."""
    run_id = failure.params.get("run")
    if not run_id:
        return False  # settled in this very moment: the next look sees it
    occurrences.join(row, str(run_id))
    return True


def _state_due(one: Enrolled, row: ScheduleRow | None, pause: Pause | None, now: datetime) -> bool:
    """Give every duty whose start has come its row, under the words that held then; tells of new ones."""
    if row is None:
        occurrences.enrol(one.automation, one.office, one.title, one.words, one.zone, now)
        _log.info("scheduled automation=%s office=%s", one.automation, one.office)
        return True
    since = now if row.since_at > now else row.enrolled_at if row.enrolled_at <= now else row.since_at
    if since != row.since_at:
        # Behind its own enrolment the clock is wrong now or was wrong then. It owes from now on, until the
        # moment of the enrolment has come again: what lies between was never owed to anybody.
        occurrences.change_schedule(row, since_at=since, looked_at=now)
        row.since_at = since
    changed = (dict(row.words), row.zone) != (dict(one.words), one.zone)
    new = _state_between(one, row, pause, now)
    if changed:
        new += _change(one, row, now)
    return new > 0


def _state_between(one: Enrolled, row: ScheduleRow, pause: Pause | None, now: datetime) -> int:
    """State what has become due since the last look, by the words and the zone that held until now."""
    rules = read_rules(row.words)
    after = max(row.since_at, min(row.looked_at, now) - _OVERLAP)
    duties = duties_between(rules, ZoneInfo(row.zone), one.days, after, now)
    stated = [(duty, *when_due(duty, rules, now, pause)) for duty in duties]
    return occurrences.state(one.automation, one.office, stated, now)


def _change(one: Enrolled, row: ScheduleRow, now: datetime) -> int:
    """Go over to new words or another zone: nothing past is owed under them, nor is today's run again."""

    def around(words: dict[str, str | None], zone: str) -> list[Duty]:
        rules = read_rules(words)
        return duties_between(rules, ZoneInfo(zone), one.days, now - _CHANGE_DAYS, now + _CHANGE_DAYS)

    today = now.date()
    occurrences.forget_ahead(one.automation, one.office, now)
    known = occurrences.known(one.automation, one.office, today - _CHANGE_DAYS, today + 2 * _CHANGE_DAYS)
    stated = on_change(around(row.words, row.zone), around(dict(one.words), one.zone), known, now)
    new = occurrences.state(one.automation, one.office, stated, now)
    words = dict(one.words)
    occurrences.change_schedule(
        row, words=words, zone=one.zone, title=one.title, since_at=now, enrolled_at=now, looked_at=now
    )
    _log.info("schedule_changed automation=%s office=%s", one.automation, one.office)
    return new


def _withdraw_late(now: datetime) -> bool:
    """Withdraw scheduled runs that wait to begin although it is too late; they were missed, and say why."""
    late = occurrences.not_begun_in_time(now)
    for run_id in late:
        runs.change_options(run_id, cancel=the_schedule().as_json())
        _log.info("withdrawn run=%s", run_id)
    return bool(late)


def the_schedule() -> Actor:
    """Return the actor in whose name scheduled runs are planned."""
    return Actor("schedule", "schedule", "Schedule", "schedule", socket.gethostname())
