"""Many mornings with faults: done before the deadline, or somebody knows while it still helps.

Lives of :data:`A_LIFE` mornings, each with a computer of its own. Every morning is judged from outside: by
the run's row, by what was shown and when, and by the oracle of :mod:`tests.simulation.faults`.
"""

from __future__ import annotations

import logging
import random
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from agent.core.notices import DESKTOP, Event
from agent.store import commands
from agent.store.tables import LEDGER, NoticeRow, OccurrenceRow, RunRow
from tests.quick_sql import quicken
from tests.simulation.faults import Morning, Progress, cause, could_be_met, mornings
from tests.simulation.office import LONG_AFTER, SimulatedOffice, with_its_time_and_disk
from tests.store.ground import SOMEBODY, opened

A_LIFE = 50
"""So many mornings to one computer: a finding is then quickly replayed."""

_ZONES = ("Europe/Vienna", "America/New_York", "Pacific/Auckland", "Asia/Kolkata", "UTC")
_ALERTS = (Event.FAILED, Event.NEEDS_PERSON, Event.AT_RISK, Event.IMPOSSIBLE, Event.MISSED)
_STEP, _MINUTE, _HOUR = timedelta(seconds=60), timedelta(minutes=1), timedelta(hours=1)
_WHILE_IT_HELPS, _AT_ONCE = 30 * _MINUTE, 2 * _MINUTE
WANTED_SHARE = 0.995
"""Of the mornings that could be met at all, so many are done before their deadline."""

_MEMORY = Path("/dev/shm")


@dataclass
class Judged:
    """What became of mornings; ``wrong`` names each that broke its promise, with the seed of its life."""

    mornings: int = 0
    possible: int = 0
    met_though_possible: int = 0
    done: int = 0
    alerts: Counter[str] = field(default_factory=Counter)
    impossible: Counter[str] = field(default_factory=Counter)
    late: list[str] = field(default_factory=list)  # could have been met
    false_alarms: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Judged) -> None:
        """Add another life's."""
        for name, value in vars(other).items():
            mine = getattr(self, name)
            setattr(self, name, mine + value)

    @property
    def share_met(self) -> float:
        """Of the mornings that could be met: how many were."""
        return self.met_though_possible / self.possible if self.possible else 1.0


def prepare() -> None:
    """Make a process ready to live: thousands of expected failures are not told, and SQL is made quickly."""
    logging.disable()
    quicken()


def live_in_time(seed: int, number: int, until: float) -> Judged:
    """Live a computer, unless it is later than ``until`` (seconds since 1970): then nothing is lived."""
    return Judged() if time.time() > until else live(seed, number)


def live(seed: int, number: int = A_LIFE) -> Judged:
    """Live the mornings of the computer with this seed and judge each."""
    zone = random.Random(f"zone/{seed}").choice(_ZONES)
    return live_through(list(mornings(seed, number, zone)), zone, seed)


def live_through(script: Sequence[Morning], zone: str, seed: int = 0, **wishes: Any) -> Judged:
    """Live one computer's mornings by their script and judge each; ``wishes`` replace parts of the agent."""
    judged = Judged()
    with tempfile.TemporaryDirectory(prefix="predawn-", dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        office = SimulatedOffice(Path(folder), zone, script[0].due_at - _HOUR, script[0])
        office.wishes = wishes
        with opened(Path(folder)), with_its_time_and_disk(office):
            LEDGER.execute_sql("PRAGMA synchronous = OFF").fetchall()  # nobody pulls the plug in here
            office.begin(calm(script[0]))
            office.start()
            office.time.pass_until(script[0].due_at - 10 * _MINUTE)
            for morning in script:
                progress = _live_one(office, morning)
                _judge(office, progress, judged, seed)
                if defects := office.defects():
                    judged.wrong.append(f"life {seed}, {morning.day}: a thread died of {defects[0]!r}")
                    break
            office.stop()
    return judged


def _live_one(office: SimulatedOffice, morning: Morning) -> Progress:
    """From the end of the night until all is at rest; who comes later mends what is left."""
    time = office.time
    office.begin(morning)
    progress = office.progress
    time.sleep_until(morning.wakes_at)
    late = max(morning.deadline_at + LONG_AFTER, morning.wakes_at + 3 * _MINUTE)
    off = morning.off
    quiet = 0
    while time.now() < late and quiet < 3:
        if off is not None and time.now() >= off[0]:
            office.die()
            time.pass_until(off[1])
            office.start()
            off = None
        coming = time.now() + _STEP
        time.pass_until(coming if off is None else min(coming, off[0]))
        quiet = quiet + 1 if _is_at_rest(morning) and off is None else 0
    office.begin(calm(morning))
    for run in RunRow.select().where(RunRow.state.in_(("FAILED", "NEEDS_REVIEW"))):
        commands.give("retry", {"run": run.id}, SOMEBODY)
        office.parts[1].wake()
    patience = time.now() + 2 * _HOUR
    while not _is_over() and time.now() < patience:
        time.pass_until(time.now() + _STEP)
    return progress


def calm(morning: Morning) -> Morning:
    """The same day with nothing in the way any more."""
    return replace(
        morning, site_down=None, disk_full=None, off=None, hangs_at=None, dies_at=None, wrong_password=False
    )


def _is_at_rest(morning: Morning) -> bool:
    """Whether this morning's run has ended, as it may, and everything is told."""
    row = OccurrenceRow.get_or_none(OccurrenceRow.business_date == morning.day)
    return row is not None and row.outcome not in {"owed", "running"} and not _waiting()


def _is_over() -> bool:
    still = OccurrenceRow.select().where(OccurrenceRow.outcome.in_(("owed", "running"))).exists()
    return not still and not _waiting()


def _waiting() -> bool:
    return bool(NoticeRow.select().where(NoticeRow.state == "waiting").exists())


# ── judging ───────────────────────────────────────────────────────────────────────────────────────────────
def _judge(office: SimulatedOffice, progress: Progress, judged: Judged, seed: int) -> None:
    morning = progress.morning
    judged.mornings += 1
    possible = could_be_met(morning)
    runs = list(RunRow.select().where(RunRow.business_date == morning.day))
    done = [run.ended_at for run in runs if run.state == "COMPLETED"]
    begun = [run for run in runs if run.started_at is not None]
    where = f"life {seed}, {morning.day} {'+'.join(morning.faults) or 'no fault'}"
    if len(begun) > 1:
        judged.wrong.append(f"{where}: begun {len(begun)} times")
    met = any(at <= morning.deadline_at for at in done)
    alerted_at = _alerted_at(office, morning)
    judged.possible += possible
    if met:
        judged.done += 1
        judged.met_though_possible += possible
        judged.false_alarms += alerted_at is not None and alerted_at <= morning.deadline_at
        return
    if possible:
        judged.late.append(where)
    else:
        judged.impossible[cause(morning)] += 1
    how = _how_alerted(progress, alerted_at)
    if how is None:
        told = "nobody was told" if alerted_at is None else f"told only at {alerted_at:%H:%M:%S}"
        judged.wrong.append(f"{where}: {told}, impossible at {progress.impossible_at()}, {morning}")
    else:
        judged.alerts[how] += 1


def _alerted_at(office: SimulatedOffice, morning: Morning) -> datetime | None:
    """When somebody was first told of this morning, in a row or, on a full disk, without one."""
    rows = NoticeRow.select().where((NoticeRow.addressee == DESKTOP) & NoticeRow.told_at.is_null(False))
    moments = [
        row.told_at
        for row in rows.where(NoticeRow.event.in_(_ALERTS))
        if row.params.get("day") == morning.day.isoformat()
    ]
    moments += [
        at
        for at, message in office.sender.shown_at
        if at >= morning.due_at - 10 * _MINUTE and message.title.startswith("Predawn: not ready")
    ]
    return min(moments, default=None)


def _how_alerted(progress: Progress, at: datetime | None) -> str | None:
    if at is None:
        return None
    morning, impossible_at = progress.morning, progress.impossible_at()
    if at <= morning.deadline_at - _WHILE_IT_HELPS:
        return "30 minutes before the deadline"
    if impossible_at is not None and at <= impossible_at + _AT_ONCE:
        return "within 2 minutes of becoming impossible"
    awake = morning.wakes_at if morning.off is None else max(morning.wakes_at, morning.off[1])
    if (morning.wakes_at > morning.due_at or morning.off is not None) and at <= awake + _AT_ONCE:
        return "within 2 minutes of waking"
    return None
