"""Clock jumps: sleep, NTP steps, other zones, a year back; lost passwords, networks, restarts, other words.

A script moves a computer's time; the real agenda and store live through it. Afterwards, and on the way:

* no duty is begun twice;
* whatever begins, begins within 60 s of being ready: its start has come, the computer is awake, the password
  is there (that is: its run is planned), and the network is there and the queue is free (its run is begun);
* each business day of each automation has its row, and each row its outcome; none is stuck;
* what was missed could not be begun: there was no ready minute in its window.

The expected days are counted from the words by the few lines of :func:`expected`, which share no code with
the product; moments of readiness are noted by the script that makes them.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from agent.core.calendar import OfficeDays
from agent.core.states import RunState
from agent.host.clock import LOOK_SECONDS, TICK_SECONDS
from agent.host.enrolment import Enrolled
from agent.store import runs
from agent.store.tables import OccurrenceRow, RunRow, ScheduleRow
from agent.system.clock_gap import Reading, gap
from tests.simulation.world import World, runs_of

DAY, HOUR, MINUTE, SECOND = (
    timedelta(days=1),
    timedelta(hours=1),
    timedelta(minutes=1),
    timedelta(seconds=1),
)
WITHIN = 60 * SECOND
_ZONES = (
    "Europe/Vienna", "America/New_York", "Pacific/Auckland", "Asia/Kolkata", "Australia/Lord_Howe",
    "Africa/Cairo", "America/Santiago", "Pacific/Kiritimati", "UTC",
)  # fmt: skip
_WORDS = (
    {"schedule": "05:00 mon-fri", "deadline": "08:00"},
    {"schedule": "02:30 mon-sun", "deadline": "08:00", "catch_up": "4 hours"},
    {"schedule": "05:00 and 13:00 mon-fri", "deadline": "08:00 and 16:00"},
    {"schedule": "06:30 mon,wed,fri", "deadline": "09:00", "latest_start": "08:00"},
    {"schedule": "05:15 mon-sat", "deadline": "07:00", "catch_up": "2 days"},
)
_KINDS = {
    "sleep": 46, "ntp": 16, "zone": 8, "year_back": 3, "ahead": 3, "words": 4, "password": 6, "network": 8,
    "restart": 6,
}  # fmt: skip

CLOCK_JUMPS = ("sleep", "ntp", "zone", "year_back", "ahead")
"""What is counted as a jump; the rest happens in between."""


@dataclass
class Jumps:
    """The script: how many jumps, from which seed; ``wrong`` gathers what should not be."""

    world: World
    seed: int
    wrong: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.ends_at: timedelta | None = None
        self.obstacles: list[datetime] = [self.world.now]
        self.ready_for: dict[tuple[str, str], list[tuple[datetime, datetime]]] = {}
        self.disturbed: dict[tuple[str, str], list[datetime]] = {}
        self.world.enrolled = [
            Enrolled(
                f"job-{number}", "Job", "main", _ZONES[number], words, OfficeDays({date(2026, 12, 25): ""})
            )
            for number, words in enumerate(_WORDS)
        ]

    # ── time ──────────────────────────────────────────────────────────────────────────────────────────────
    def live(self, seconds: float, *, wrong: bool = False) -> None:
        """Be awake for a while: look when the clock would look, work through the queue.

        By a ``wrong`` clock nothing can be said afterwards about the days that it named.
        """
        left = timedelta(seconds=seconds)
        since = self.world.now
        while left > timedelta():
            self._look()
            step = min(left, self._until_next_event())
            self._pass(step)
            left -= step
            if self.ends_at is not None and self.ends_at <= timedelta():
                self._end_run()
        self._look()
        for one in self.world.enrolled:
            if one.place not in self.world.without_password and not wrong:
                self.ready_for.setdefault(one.place, []).append((since, self.world.now))

    def _pass(self, step: timedelta) -> None:
        self.world.now += step
        if self.ends_at is not None:
            self.ends_at -= step

    def _until_next_event(self) -> timedelta:
        """Until the next due moment, the end of a run, or a window that closes; each noticed by a look."""
        late = self.chance.random() * LOOK_SECONDS * SECOND
        found = [6 * HOUR]
        if self.world.next_due is not None:
            found.append(self.world.next_due - self.world.now + late)
        if self.ends_at is not None:
            found.append(self.ends_at)
        found += [at - self.world.now + SECOND + late for at in self.world.windows if at >= self.world.now]
        return max(SECOND, min(found))

    def _look(self) -> None:
        self.world.look()
        self._judge_planned()
        if self.world.begin_next():
            self._judge_begun()
            self.ends_at = self.chance.choice((1, 4, 15, 50, 200)) * self.chance.random() * MINUTE

    def _end_run(self) -> None:
        self.ends_at = None
        self.world.finish(RunState.FAILED if self.chance.random() < 0.02 else RunState.COMPLETED)
        self.obstacles.append(self.world.now)

    # ── judging on the way ────────────────────────────────────────────────────────────────────────────────
    def _judge_planned(self) -> None:
        fresh, self.world.planned = self.world.planned, []
        for row in OccurrenceRow.select().where(OccurrenceRow.run.in_(fresh)) if fresh else ():
            begun = [run for run in runs_of(row) if run.started_at is not None]
            if begun:
                self.wrong.append(f"{self._told(row)} is planned again after {begun[0].id} was begun")
            if self.world.now < row.due_at:
                self.wrong.append(f"{self._told(row)} is planned before its start")
            ready = max(row.due_at, self.obstacles[-1])
            if self.world.now - ready > WITHIN:
                self.wrong.append(f"{self._told(row)} is planned {self.world.now - ready} after it was ready")

    def _judge_begun(self) -> None:
        assert self.world.at_work is not None
        run = runs.get(self.world.at_work.run_id)
        ready = max(run.created_at, self.obstacles[-1])
        if self.world.now - ready > WITHIN:
            self.wrong.append(f"run {run.id} is begun {self.world.now - ready} after it was ready")
        self.done["begun"] += 1

    def _told(self, row: OccurrenceRow) -> str:
        return f"{row.automation} {row.business_date} {row.slot} (seed {self.seed}, {self.world.now:%F %T})"

    # ── jumps ─────────────────────────────────────────────────────────────────────────────────────────────
    def jump(self) -> None:
        """Let one thing happen; the computer is awake again after it, and its clock notices as it would."""
        kind = self.chance.choices(list(_KINDS), weights=list(_KINDS.values()))[0]
        self.done[kind] += 1
        before = Reading(self.world.now.timestamp(), 0.0, 0)
        getattr(self, f"_{kind}")()
        after = Reading(self.world.now.timestamp() + TICK_SECONDS, TICK_SECONDS, 0)
        noticed = gap(before, after, TICK_SECONDS) is not None
        self.obstacles.append(self.world.now)
        self._pass((TICK_SECONDS if noticed else self.chance.random() * LOOK_SECONDS) * SECOND)
        self._look()
        self._pass(LOOK_SECONDS * SECOND)

    def _sleep(self) -> None:
        seconds = (14 * 86400) ** self.chance.random()  # a second to two weeks, short ones as often as long
        if self.chance.random() < 0.2:
            seconds = self.chance.uniform(1, 14) * 86400
        self.world.now += timedelta(seconds=seconds)

    def _ntp(self) -> None:
        self.world.now += timedelta(seconds=self.chance.choice((-1, 1)) * 3600 ** self.chance.random())

    def _year_back(self) -> None:
        """The clock falls back by a year for a while, and is then set right."""
        self._wrong_for(-365 * DAY)

    def _ahead(self) -> None:
        self._wrong_for(self.chance.uniform(1, 40) * DAY)

    def _wrong_for(self, off: timedelta) -> None:
        for one in self.world.enrolled:
            self._disturb(one)
        self.world.now += off
        self.obstacles.append(self.world.now)
        self.live(self.chance.uniform(60, 6 * 3600), wrong=True)
        self.world.now -= off
        for one in self.world.enrolled:
            self._disturb(one)

    def _zone(self) -> None:
        place = self.chance.randrange(len(self.world.enrolled))
        self._disturb(self.world.enrolled[place])
        self.world.enrolled[place] = replace(self.world.enrolled[place], zone=self.chance.choice(_ZONES))
        self._disturb(self.world.enrolled[place])

    def _words(self) -> None:
        place = self.chance.randrange(len(self.world.enrolled))
        self._disturb(self.world.enrolled[place])
        self.world.enrolled[place] = replace(self.world.enrolled[place], words=self.chance.choice(_WORDS))
        self._disturb(self.world.enrolled[place])

    def _password(self) -> None:
        one = self.chance.choice(self.world.enrolled)
        self.world.without_password ^= {one.place}

    def _network(self) -> None:
        self.world.online = not self.world.online
        self.world.queued = True

    def _restart(self) -> None:
        self.world.restart()

    def _disturb(self, one: Enrolled) -> None:
        self.disturbed.setdefault(one.place, []).append(self.world.now)


# ── judging in the end ────────────────────────────────────────────────────────────────────────────────────
def settle(script: Jumps) -> None:
    """Give everything back and let three quiet days pass: then nothing may be left over."""
    script.world.without_password.clear()
    script.world.online = script.world.queued = True
    script.obstacles.append(script.world.now)
    script.live(3 * 86400)


def stuck(script: Jumps) -> Iterator[str]:
    """Yield what is left over."""
    now = script.world.now
    for row in OccurrenceRow.select().where(OccurrenceRow.outcome.in_(("owed", "running"))):
        if row.due_at < now - DAY:
            yield f"{row.automation} {row.business_date} {row.slot} is still {row.outcome}"
    for run in RunRow.select().where(RunRow.state.in_(("PENDING", "PROCESSING"))):
        if run.created_at < now - DAY:
            yield f"run {run.id} is still {run.state}"


def doubled() -> Iterator[str]:
    """Yield duties that were begun more than once, and starts that two rows claim."""
    for row in OccurrenceRow.select():
        begun = [run for run in runs_of(row) if run.started_at is not None]
        if len(begun) > 1:
            yield f"{row.automation} {row.business_date} {row.slot}: begun by {[run.id for run in begun]}"
    starts = Counter((row.automation, row.slot, row.due_at) for row in OccurrenceRow.select())
    yield from (f"{start}: {number} rows" for start, number in starts.items() if number > 1)


def expected(one: Enrolled, first: date, last: date) -> set[date]:
    """The business days that an automation owes between two days: counted, not computed by the product."""
    names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    words = str(one.words["schedule"]).split()[-1]
    if "-" in words:
        a, b = (names.index(word) for word in words.split("-"))
        weekdays = set(range(a, b + 1))
    else:
        weekdays = {names.index(word) for word in words.split(",")}
    days = {first + number * DAY for number in range((last - first).days + 1)}
    return {day for day in days if day.weekday() in weekdays}


def lost(script: Jumps) -> Iterator[str]:
    """Yield business days without a row, since the words of an automation were last changed."""
    for one in script.world.enrolled:
        schedule = ScheduleRow.get(
            (ScheduleRow.automation == one.automation) & (ScheduleRow.office == one.office)
        )
        info = ZoneInfo(one.zone)
        first = schedule.since_at.astimezone(info).date() + 2 * DAY
        last = script.world.now.astimezone(info).date() - 2 * DAY
        rows = OccurrenceRow.select().where(OccurrenceRow.automation == one.automation)
        have = {(row.business_date, row.slot) for row in rows}
        slots = [word for word in str(one.words["schedule"]).split() if ":" in word]
        for day in sorted(expected(one, first, last)):
            missing = [slot for slot in slots if (day, slot) not in have]
            if missing:
                yield f"{one.automation} {day}: no row for {missing}"


def missed_in_vain(script: Jumps) -> Iterator[str]:
    """Yield what is called missed although its window held a ready minute (awake, with its password)."""
    for row in OccurrenceRow.select().where(OccurrenceRow.outcome == "missed"):
        if row.reason["code"] != "not_begun" or row.run_id is not None:
            continue  # served by a later start; or planned and then withdrawn: judged by its waiting run
        disturbed = script.disturbed.get((row.automation, row.office), [])
        if any(row.due_at - 2 * DAY <= at <= row.until_at + 2 * DAY for at in disturbed):
            continue  # in those days the same window had several readings
        for since, upto in script.ready_for.get((row.automation, row.office), []):
            overlap = min(upto, row.until_at) - max(since, row.due_at)
            if overlap > WITHIN:
                window = f"{row.due_at:%F %T} to {row.until_at:%F %T}, stated {row.created_at:%F %T}"
                yield f"{row.automation} {row.slot} {window}: ready from {since:%F %T} to {upto:%F %T}"


def play(world: World, seed: int, number: int) -> Jumps:
    """Let so many clock jumps happen from a seed, and judge; what should not be stands in ``wrong``."""
    script = Jumps(world, seed)
    world.look()
    while sum(script.done[kind] for kind in CLOCK_JUMPS) < number:
        script.live(script.chance.choice((30, 600, 3600, 6 * 3600)) * (0.5 + script.chance.random()))
        script.jump()
    settle(script)
    script.wrong += [*stuck(script), *doubled(), *lost(script), *missed_in_vain(script)]
    for row in OccurrenceRow.select():
        script.done[f"{row.outcome}"] += 1
    return script
