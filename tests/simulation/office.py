"""A computer whose mornings are told by a script: the real clock, supervisor, recovery, notices and store.

What is virtual: the time (:mod:`tests.simulation.virtual`), the surroundings (network, disk, the site), and
the worker, which is a timed script that writes to the ledger what a real one would.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from peewee import OperationalError

from agent.core.calendar import OfficeDays
from agent.core.failures import DiskLow, Failure, Offline, SignInRefused, SiteDown
from agent.core.notices import DESKTOP, EVERYBODY, TABLE
from agent.core.states import RecordState, TaskKind
from agent.core.totals import COUNT, Totals
from agent.host import recovery
from agent.host.agenda import the_schedule
from agent.host.clock import Clock
from agent.host.enrolment import Enrolled
from agent.host.keys import Keys
from agent.host.notices import Notices
from agent.host.supervisor import Supervisor
from agent.host.troubles import Troubles
from agent.store import occurrences, runs
from agent.store.fields import time_told_by
from agent.store.lease import Lease
from agent.store.runs import PlannedRun, PlannedTask
from agent.store.tables import LEDGER, OccurrenceRow
from agent.system.clock_gap import Reading
from agent.system.notify import FakeSender, Message
from agent.system.paths import Home
from agent.system.power import FakeAwake
from agent.system.seal import Key
from agent.system.settings import NoticeSettings, Office, Settings
from tests.simulation.faults import START, Morning, Progress
from tests.simulation.virtual import VirtualTime
from tests.store.ground import claim, ledger_of

RECORDS = 12
SHARES = {"billing": (0.03,) * 4, "claims": (0.01,), "Enter": (0.87 / RECORDS,) * RECORDS}
"""Of the day's work, part by part; what an interrupted upload has entered stays entered."""

_TASKS = (  # without a site: there is no browser to prepare
    PlannedTask("billing", TaskKind.DOWNLOAD, None, ()),
    PlannedTask("claims", TaskKind.PROCESS, None, ("billing",)),
    PlannedTask("Enter", TaskKind.UPLOAD, None, ("claims",)),
)
_POLL_SECONDS = 5.0  # the supervisor is answered so late instead of five times a second
_LONGEST_STEP_SECONDS = 60.0
_SIGN_IN_SECONDS, _TIME_OUT_SECONDS = 3.0, 30.0
_THREADS = {"clock", "supervisor", "notices"}


class Sender(FakeSender):
    """Remembers when what was shown."""

    def __init__(self, time: VirtualTime) -> None:
        super().__init__()
        self._time = time
        self.shown_at: list[tuple[datetime, Message]] = []

    def desktop(self, message: Message) -> None:
        """Show a notice."""
        self.shown_at.append((self._time.now(), message))


class ScriptedWorker:
    """Stands for agent.host.crew.Worker: works, fails, hangs and dies as the morning's script says."""

    def __init__(self, office: SimulatedOffice) -> None:
        self._office, self._time = office, office.time
        self.tree = SimpleNamespace(poll=lambda: None, wait=lambda _seconds: -9)
        self._never = threading.Event()
        self._due: float | None = None

    def as_json(self) -> dict[str, Any]:
        """There is no tree that a later host could find."""
        return {"pid": 0, "started_at": 0.0, "mark": "none"}

    def assign(self, assignment: Mapping[str, Any]) -> None:
        """Take the task up."""
        self._lease, self._task = Lease(**assignment["lease"]), assignment["task"]
        self._script = self._life()

    def event(self, _timeout_seconds: float) -> Mapping[str, Any] | None:
        """Return the next event, or None when none came in time."""
        while True:
            if self._due is not None:
                left = self._due - self._time.steady_seconds()
                if left > 0:
                    self._time.wait(self._never, min(left, _POLL_SECONDS))
                if self._time.steady_seconds() < self._due:
                    return None
                self._due = None
            told = next(self._script)
            if isinstance(told, Mapping):
                return told
            self._due = self._time.steady_seconds() + told

    def cancel(self) -> None:
        """A morning is over before it would matter."""

    def look(self) -> None:
        """Nobody watches."""

    def end(self) -> None:
        """It is gone."""

    def _life(self) -> Iterator[float | Mapping[str, Any]]:
        """Yield seconds of work, and events."""
        try:
            yield from self._work()
            yield {"event": "ended"}
        except Failure as failure:
            try:
                runs.fail_task(self._lease, failure)
            except DiskLow:
                yield {"event": "gone"}
            yield {"event": "ended"}

    def _work(self) -> Iterator[float | Mapping[str, Any]]:
        office, morning = self._office, self._office.morning
        uses_site = self._task != "claims"
        if uses_site:
            yield from self._step("signing_in")
            yield _SIGN_IN_SECONDS
            if morning.wrong_password:
                raise SignInRefused(site="claimport", account="robot", words="")
        done = self._entered() if self._task == "Enter" else 0
        office.note_left(self._task, done)
        for place in range(done, len(SHARES[self._task])):
            share = office.share_done(self._task, place)
            yield from self._accidents(share, SHARES[self._task][place])
            yield from self._busy(SHARES[self._task][place] * morning.work_seconds)
            if uses_site and office.site_is_down():
                yield _TIME_OUT_SECONDS
                raise SiteDown(site="claimport", status=503)
            if self._task == "Enter":
                self._enter(place)
            office.note_left(self._task, place + 1)
        self._finish()

    def _step(self, code: str) -> Iterator[Mapping[str, Any]]:
        yield {"event": "step", "code": code, "params": {}, "since": self._time.now().timestamp()}

    def _busy(self, seconds: float) -> Iterator[float | Mapping[str, Any]]:
        """Work for so long; its steps are no longer than a minute, as a real worker's are."""
        while seconds > 0:
            yield min(seconds, _LONGEST_STEP_SECONDS)
            yield from self._step("working")
            seconds -= _LONGEST_STEP_SECONDS

    def _accidents(self, done: float, coming: float) -> Iterator[float | Mapping[str, Any]]:
        """Hang or die within this part of the work, once a morning."""
        morning, had = self._office.morning, self._office.had
        for what, at in (("hung", morning.hangs_at), ("died", morning.dies_at)):
            if at is not None and at < done + coming and what not in had:
                had.add(what)
                yield from self._busy((at - done) * morning.work_seconds)
                if what == "died":
                    yield {"event": "gone"}
                while True:
                    yield 3600.0

    # ── what it writes ────────────────────────────────────────────────────────────────────────────────────
    def _entered(self) -> int:
        """Plan the records, once; settle what is in doubt; return how many are entered."""
        ledger = ledger_of(self._lease)
        if not ledger.is_planned():
            ledger.plan([claim(f"{self._lease.run_id}-{number}") for number in range(RECORDS)], [])
        ledger.doubt_intended()
        for entry in ledger.entries(RecordState.IN_DOUBT):
            ledger.verify(entry, "K", ["amount"])  # looked up, and found equal
        return RECORDS - len(ledger.entries(RecordState.PLANNED))

    def _enter(self, place: int) -> None:
        ledger = ledger_of(self._lease)
        entry = ledger.entries()[place]
        ledger.intend(entry)
        ledger.confirm(entry, f"K{place}", "hash")

    def _finish(self) -> None:
        if self._task != "Enter":
            runs.finish_task(self._lease, b"")
            return
        ledger = ledger_of(self._lease)
        for entry in ledger.entries(RecordState.CONFIRMED):
            ledger.verify(entry, None, ["amount"])
        count = Totals(COUNT, *(RECORDS, 0, RECORDS, RECORDS, RECORDS, 0)).as_json()  # type: ignore[arg-type]
        runs.finish_task(self._lease, b"", {"Enter": {COUNT: count}})


class SimulatedOffice:
    """The office: its computer, its one automation, and the script of the present morning."""

    def __init__(self, folder: Path, zone: str, began: datetime, morning: Morning) -> None:
        self.time = VirtualTime(began)
        self.zone, self.morning = zone, morning
        deadline = morning.deadline_at.astimezone(ZoneInfo(zone))
        self._words = {"schedule": f"{START:%H:%M} mon-fri", "deadline": f"{deadline:%H:%M}"}
        self.begin(morning)
        self._home, self._keys = Home(folder), Keys(Key(b"m" * 32))
        loud = {event.value: (DESKTOP,) for event, rule in TABLE.items() if EVERYBODY in rule.to}
        self._settings = Settings(
            MappingProxyType({"main": Office("main", zone)}),
            notices=NoticeSettings(tell=MappingProxyType(loud)),
        )
        self.sender = Sender(self.time)
        self.wishes: dict[str, Any] = {}  # what a negative control puts in the place of a part
        self.parts: list[Clock | Supervisor | Notices] = []

    def begin(self, morning: Morning) -> None:
        """Go over to another morning's script."""
        self.morning, self.progress = morning, Progress(morning)
        self.had: set[str] = set()

    # ── the agent ─────────────────────────────────────────────────────────────────────────────────────────
    def start(self) -> None:
        """Start the agent as agent.host.agent does, once the store is open."""
        recovery.recover()
        notices = self.wishes.get("notices", Notices)(
            self._home,
            self._settings,
            sender=self.sender,
            sources=[Troubles(lambda: (clock, supervisor))],
            time=self.time,
        )
        supervisor = Supervisor(
            self._home,
            self._settings,
            self._keys,
            lambda _ident: notices.wake(),
            FakeAwake(),
            crew=self,  # type: ignore[arg-type]
            ready=self._ready,
            time=self.time,
        )
        clock = Clock(
            SimpleNamespace(look=self._enrolled),  # type: ignore[arg-type]
            self._plan,
            supervisor.wake,
            clocks=self._clocks,
            timer=self.time,
            time=self.time,
        )
        self.parts = [notices, supervisor, clock]
        for part in self.parts:
            part.start()

    def stop(self) -> None:
        """Stop the agent in good order."""
        for part in reversed(self.parts):
            part.stop()

    def die(self) -> None:
        """The agent's process is killed."""
        self.time.kill(_THREADS)

    def defects(self) -> list[BaseException]:
        """What a thread of the agent died of, if one did."""
        return [part.defect for part in self.parts if part.defect is not None]

    # ── its surroundings ──────────────────────────────────────────────────────────────────────────────────
    def prepare(self, _browser: object) -> None:
        """No worker is prepared: a script begins at once."""

    def take(self) -> ScriptedWorker:
        """Start a worker."""
        return ScriptedWorker(self)

    def dismiss(self) -> None:
        """There is none to dismiss."""

    def site_is_down(self) -> bool:
        """Whether the site is down at this moment."""
        return _inside(self.morning.site_down, self.time.now())

    def disk_is_full(self) -> bool:
        """Whether the disk is full at this moment."""
        return _inside(self.morning.disk_full, self.time.now())

    def share_done(self, task: str, place: int) -> float:
        """Return the share of the day's work that lies before a part of a task."""
        before = list(SHARES)[: list(SHARES).index(task)]
        return sum(sum(SHARES[name]) for name in before) + sum(SHARES[task][:place])

    def note_left(self, task: str, place: int) -> None:
        """Note for the judge what is left of the day's work."""
        left = (1 - self.share_done(task, place)) * self.morning.work_seconds
        self.progress.note(self.time.now(), left)

    def _ready(self, _home: Home, _settings: Settings, _run: object, task: Any) -> Mapping[str, Any]:
        if self.disk_is_full():
            raise DiskLow(free_mb=0 if self.morning.writes_fail else 120, wanted_mb=200)
        if task.name != "claims" and self.morning.unreachable and self.site_is_down():
            raise Offline(site="claimport", host="claimport.example")
        return {"browser": None, "account": None}

    def _enrolled(self, _now: datetime) -> tuple[list[Enrolled], list[Any]]:
        return [Enrolled("clinic", "Clinic", "main", self.zone, self._words, OfficeDays())], []

    def _plan(self, owed: OccurrenceRow) -> str:
        day = owed.business_date
        run_id = runs.new_run_id(day)
        manifest = {**self._words, "tasks": [{"name": task.name} for task in _TASKS]}
        run = PlannedRun(
            "clinic", "Clinic", "main", day, day, day, "", owed.slot, {}, manifest, {"sites": {}}
        )
        key = self._keys.new_run_key(run_id)
        runs.plan(run_id, run, _TASKS, the_schedule(), key, occurrences.duty_of(owed))
        return run_id

    def _clocks(self) -> Reading:
        return Reading(self.time.now().timestamp(), self.time.steady_seconds(), 0)


@contextmanager
def with_its_time_and_disk(office: SimulatedOffice) -> Iterator[None]:
    """Let the store have the office's time, and its disk: full, nothing can be written."""
    database: Any = LEDGER.obj
    execute = database.execute_sql

    def execute_sql(sql: str, *params: Any) -> Any:
        writes = sql.split(maxsplit=1)[0].upper() in {"INSERT", "UPDATE", "DELETE"}
        if writes and office.morning.writes_fail and office.disk_is_full():
            raise OperationalError("database or disk is full")
        return execute(sql, *params)

    database.execute_sql = execute_sql
    try:
        with time_told_by(office.time.now):
            yield
    finally:
        del database.execute_sql


def _inside(span: tuple[datetime, datetime] | None, now: datetime) -> bool:
    return span is not None and span[0] <= now < span[1]


LONG_AFTER = timedelta(hours=1)
"""So long after a deadline a person comes, sees what there is, and mends it."""
