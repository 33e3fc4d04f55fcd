"""One home's two mornings under kills, a person's answers, and what must hold afterwards."""

from __future__ import annotations

import json
import mmap
import os
import random
import select
import shutil
import signal
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import apsw

from agent.core.actors import Actor
from agent.core.states import TaskKind
from agent.core.totals import Totals
from agent.host.keys import Keys
from agent.store import commands, queries, reviews, runs
from agent.store.database import close_store, open_store, prepare_store
from agent.store.runs import PlannedRun, PlannedTask
from agent.store.tables import AttemptRow, LeftOutRow, RecordRow, RunRow
from agent.system.paths import Home
from agent.system.seal import unseal
from tests.chaos.crew import MASTER, Scene, start_host
from tests.chaos.desk import request

PERSON = Actor("person", "ann", "Ann Lee", "cli", "front-desk")
DAY = date(2026, 11, 23)
ROWS = 8
_MOST_HOSTS = 60
_PATIENCE_SECONDS = 60.0

KILLS = {  # victim, signals, when
    ("worker", "kill", "received"): 18,
    ("worker", "kill", "decided"): 18,
    ("worker", "kill", "form"): 3,
    ("worker", "kill", "page"): 4,
    ("worker", "kill", "any"): 20,
    ("worker", "stop", "received"): 4,
    ("worker", "stop", "any"): 6,
    ("host", "kill", "received"): 8,
    ("host", "kill", "decided"): 5,
    ("host", "kill", "any"): 8,
    ("host", "orphan", "form"): 3,
    ("host", "orphan", "page"): 3,
}


class Stuck(AssertionError):
    """A morning does not come to rest."""


@dataclass
class Lane:
    """The target's process and the two pipes on which it tells of armed moments and is let go."""

    port: int
    events: int
    releases: int
    template: Path
    folder: Path
    listed_share: float = 0.4


@dataclass
class Tally:
    """What happened."""

    kills: int = 0
    between: int = 0  # landed between INTENDED and CONFIRMED
    orphans: int = 0
    by_victim: Counter[str] = field(default_factory=Counter)
    by_phase: Counter[str] = field(default_factory=Counter)
    submits: Counter[str] = field(default_factory=Counter)
    questions: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    lost: int = 0
    doubled: int = 0
    altered: int = 0
    records: int = 0
    runs: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Add another lane's."""
        for name, value in vars(other).items():
            if isinstance(value, Counter):
                getattr(self, name).update(value)
            else:
                setattr(self, name, getattr(self, name) + value)


def prepare_template(folder: Path) -> None:
    """Make the home that each morning starts from a copy of."""
    home = Home(folder)
    home.prepare()
    home.settings.write_text('[offices.main]\nzone = "Europe/London"\n')
    prepare_store(home.database, home.evidence)
    close_store()


class Mornings:
    """Two days of one home: the second report repeats some rows of the first, some with another amount."""

    def __init__(self, lane: Lane, seed: int, kills: int, tally: Tally, *, guard_off: str = "") -> None:
        self.lane, self.seed, self.kills_left, self.tally = lane, seed, kills, tally
        self.dice = random.Random(seed)  # replayable, not secret
        root = lane.folder / f"home-{seed}"
        shutil.copytree(lane.template, root)
        pids = mmap.mmap(-1, 8)
        listed = self.dice.random() < lane.listed_share
        self.scene = Scene(Home(root), lane.port, listed, guard_off, deaf=False, pids=pids)
        self.rows: dict[str, dict[str, str]] = {}
        self.orphans: list[int] = []

    def live(self) -> None:
        """Live both days and check; the home is removed afterwards."""
        try:
            for number in range(2):
                self._day(number)
            self._check()
        except Stuck as error:
            self.tally.broken.append(f"seed {self.seed}: {error}")
        finally:
            self._end_orphans()
            self.scene.pids.close()
            shutil.rmtree(self.scene.home.root)

    # ── one day ───────────────────────────────────────────────────────────────────────────────────────
    def _day(self, number: int) -> None:
        day = DAY + timedelta(days=number)
        report = self._report(number, day)
        if number == 0:
            self._target("/begin", seed=str(self.seed), report=report)
        else:
            self._target("/next", report=report)
        run_id = self._plan(day)
        for _ in range(_MOST_HOSTS):
            self._host()
            if not self._answer(run_id):
                return
        raise Stuck(f"run {run_id} does not come to rest")

    def _report(self, number: int, day: date) -> str:
        kept = [key for key in self.rows if self.dice.random() < 0.3]
        rows = {key: dict(self.rows[key]) for key in kept}
        for key in kept:
            if self.dice.random() < 0.3:
                rows[key]["amount"] = f"{self.dice.randint(1, 99)}.50"
        for place in range(ROWS - len(rows)):
            key = f"C{number}{self.dice.randint(0, 99):02d}{place:03d}"
            rows[key] = {
                "claim_no": key,
                "patient_no": f"{self.dice.randint(0, 999999):06d}",
                "visit_date": f"{day:%d/%m/%Y}",
                "amount": f"{self.dice.randint(0, 40)}.00",
            }
        lines = list(rows.values())
        self.dice.shuffle(lines)
        self.rows.update(rows)
        total = sum(Decimal(row["amount"]) for row in lines)
        head = "Claim no;Patient no;Visit date;Amount"
        body = [";".join(row.values()) for row in lines]
        return "\r\n".join([head, *body, f"Total;;;{total}"]) + "\r\n"

    def _plan(self, day: date) -> str:
        self._open()
        run_id = runs.new_run_id(day)
        tasks = [
            PlannedTask("billing", TaskKind.DOWNLOAD, "desk", ()),
            PlannedTask("claims", TaskKind.PROCESS, None, ("billing",)),
            PlannedTask("Desk", TaskKind.UPLOAD, "desk", ("claims",)),
        ]
        run = PlannedRun(
            automation="chaos",
            title="Chaos",
            office="main",
            business_date=day,
            period_first=DAY,
            period_last=day,
            folder="chaos",
            slot="05:00 mon-fri",
            options={"accepted": {"first_run": PERSON.as_json(), "unusual_count": PERSON.as_json()}},
            manifest={},
            versions={"agent": "1", "automation": "1", "sites": {}},
        )
        runs.plan(run_id, run, tasks, PERSON, Keys(MASTER).new_run_key(run_id))
        close_store()
        return run_id

    # ── kills ─────────────────────────────────────────────────────────────────────────────────────────
    def _host(self) -> None:
        """Start a host and let it work until it is at rest or has been killed, with kills on the way."""
        self.scene.note_worker(0)  # the last one's is gone, or an orphan
        host = start_host(self.scene)
        pidfd = os.pidfd_open(host)
        try:
            while self._work_until_kill(host, pidfd):
                pass
        finally:
            os.close(pidfd)
            self._target("/disarm")

    def _work_until_kill(self, host: int, pidfd: int) -> bool:
        """Let one kill land; returns whether the host still works."""
        if self.kills_left <= 0:
            return self._wait_for_rest(host, pidfd, None)
        victim, how, when = self.dice.choices(list(KILLS), list(KILLS.values()))[0]
        if when == "any":
            return self._wait_for_rest(host, pidfd, (self.dice.uniform(0.005, 0.25), victim, how))
        self._target("/arm", stage=when, after=str(self.dice.randint(1, 4)))
        return self._wait_for_rest(host, pidfd, (_PATIENCE_SECONDS, victim, how))

    def _wait_for_rest(self, host: int, pidfd: int, plan: tuple[float, str, str] | None) -> bool:
        seconds = plan[0] if plan else _PATIENCE_SECONDS
        ready, _, _ = select.select([pidfd, self.lane.events], [], [], seconds)
        if self.lane.events in ready:
            worker = int.from_bytes(os.read(self.lane.events, 8), "big")
            assert plan is not None
            try:
                return self._kill(host, worker, plan[1], plan[2], held=True)
            finally:
                os.write(self.lane.releases, b".")
        if pidfd in ready:
            _, status = os.waitpid(host, 0)
            if status:
                raise Stuck(f"the host ended with {os.waitstatus_to_exitcode(status)}")
            return False
        if plan is None or seconds == _PATIENCE_SECONDS:
            os.kill(host, signal.SIGKILL)
            os.waitpid(host, 0)
            raise Stuck("nothing happens any more")
        worker = self.scene.worker()
        if worker == 0 and plan[1] == "worker":
            return True  # between two workers: throw again
        return self._kill(host, worker, plan[1], plan[2], held=False)

    def _kill(self, host: int, worker: int, victim: str, how: str, *, held: bool) -> bool:
        self.kills_left -= 1
        if victim == "worker":
            os.kill(host, signal.SIGSTOP)  # so that it starts no successor before we have looked
            if how == "stop":
                _signal(worker, signal.SIGSTOP)
            _signal(worker, signal.SIGKILL)
            _until_dead(worker)
            self._note(victim, how, held)
            os.kill(host, signal.SIGCONT)
            return True
        orphan = how == "orphan" and worker and self._phase() != "INTENDED"
        if orphan:
            _signal(worker, signal.SIGSTOP)
        os.kill(host, signal.SIGKILL)
        os.waitpid(host, 0)
        self._note("orphan" if orphan else victim, how, held)
        if orphan:
            self.orphans.append(worker)
            self._mark_forgotten()
        elif worker:
            _until_dead(worker)  # its pipe has closed: it ends itself
            _reap(worker)
        return False

    def _mark_forgotten(self) -> None:
        """The orphan is not found at the next start, as when its host died before it had noted the tree."""
        self._open()
        RunRow.update(tree=None).execute()
        close_store()

    def _note(self, victim: str, how: str, held: bool) -> None:
        phase = self._phase()
        self.tally.kills += 1
        self.tally.between += phase == "INTENDED"
        self.tally.by_victim[f"{victim}, {how}"] += 1
        self.tally.by_phase[phase] += 1
        self.tally.orphans += victim == "orphan"
        del held

    def _phase(self) -> str:
        """Where the run at work stands, as the rows on disk say."""
        database = apsw.Connection(str(self.scene.home.database), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            states = [row[0] for row in database.execute("SELECT DISTINCT state FROM record")]
            run = database.execute("SELECT state FROM run ORDER BY created_at DESC LIMIT 1").fetchone()
        except (apsw.ProtocolError, apsw.BusyError):
            return "not readable"  # the halted host holds a lock that a reader needs
        finally:
            database.close()
        order = ("INTENDED", "IN_DOUBT", "CONFIRMED", "PLANNED")
        at_work = [state for state in order if state in states]
        return at_work[0] if at_work and run[0] == "UPLOADING" else str(run[0])

    def _end_orphans(self) -> None:
        """Let the orphans go on: under the fence they can write nothing and click nothing."""
        while self.orphans:
            orphan = self.orphans.pop()
            _signal(orphan, signal.SIGCONT)
            _until_dead(orphan)
            _reap(orphan)

    # ── a person ──────────────────────────────────────────────────────────────────────────────────────
    def _answer(self, run_id: str) -> bool:
        """Answer what is open, once in a while; returns whether the run goes on."""
        self._open()
        try:
            run = queries.run(run_id)
            if run["state"] not in {"NEEDS_REVIEW", "FAILED"}:
                return run["state"] not in {"COMPLETED", "CANCELLED"}  # else its host was killed
            items = reviews.open_items(run_id)
            if not items:
                raise Stuck(f"{run['state']} without a question: {run['reason']}")
            about_tasks = [item for item in items if item.record_id is None]
            for item in items:
                self.tally.questions[item.question] += 1
            for item in about_tasks:
                told = {"item": item.id, "version": item.version, "answer": "retry"}
                commands.give("answer", told, PERSON)
            if not about_tasks and self.dice.random() < 0.4:
                return False  # nobody is there: the questions stay open
            there = {row["claim_no"] for row in self._journal()["rows"]}
            for item in items:
                if item.record_id is not None:
                    key = self._payload(RecordRow.get_by_id(item.record_id))["key"]
                    # A person has looked: nobody says "send it" of what is there.
                    unfit = {"correct", *({"send_it"} if key in there else ())}
                    answers = [one for one in item.answers if one not in unfit]
                    given = self.dice.choice(answers)
                    told = {"item": item.id, "version": item.version, "answer": given, "reason": "by chance"}
                    commands.give("answer", told, PERSON)
            return True
        finally:
            close_store()

    # ── what must hold ────────────────────────────────────────────────────────────────────────────────
    def _check(self) -> None:
        self._target("/calm")
        self._end_orphans()
        journal = self._journal()
        self._open()
        try:
            self._check_target(journal)
            self._check_runs()
        finally:
            close_store()

    def _check_target(self, journal: Mapping[str, Any]) -> None:
        tally = self.tally
        tally.submits.update(Counter(submit["how"] for submit in journal["submits"]))
        there: dict[str, list[Mapping[str, str]]] = defaultdict(list)
        for row in journal["rows"]:
            there[row["claim_no"]].append(row)
        by_key: dict[str, list[tuple[RecordRow, Mapping[str, str]]]] = defaultdict(list)
        for record in RecordRow.select().order_by(RecordRow.id):
            payload = self._payload(record)
            by_key[payload["key"]].append((record, payload["fields"]))
        clicks = Counter(submit["claim_no"] for submit in journal["submits"])
        for key, records in by_key.items():
            tally.records += 1
            found = there.pop(key, [])
            if len(found) > 1:
                self._broken("doubled", f"{key} is there {len(found)} times")
            attempts = (
                AttemptRow.select().where(AttemptRow.record.in_([record.id for record, _ in records])).count()
            )
            if clicks[key] > attempts:
                self._broken("altered", f"{key}: {clicks[key]} submits, {attempts} attempts noted")
            for record, fields in records:
                self._check_record(key, record, fields, found)
        if there:
            self._broken("altered", f"nobody knows {sorted(there)}")

    def _check_record(
        self, key: str, record: RecordRow, fields: Mapping[str, str], found: Sequence[Mapping[str, str]]
    ) -> None:
        open_question = any(item.record_id == record.id for item in reviews.open_items())
        if record.state == "VERIFIED":
            if not found:
                self._broken("lost", f"{key} is called arrived and is not there")
            elif len(found) == 1 and any(found[0][name] != value for name, value in fields.items()):
                self._broken("altered", f"{key} is called arrived with other values")
        elif record.state in {"IN_REVIEW", "REJECTED"}:
            if not open_question:
                self._broken("lost", f"{key} is {record.state} and nobody is asked")
        elif record.state == "SKIPPED":
            if record.actor is None:
                self._broken("lost", f"{key} was left out by nobody")
        else:
            self._broken("lost", f"{key} is {record.state} at rest")

    def _check_runs(self) -> None:
        for run in RunRow.select():
            self.tally.runs[run.state] += 1
            counted = RecordRow.select().where(RecordRow.run == run.id).count()
            left = LeftOutRow.select().where(LeftOutRow.run == run.id).count()
            if counted + left != ROWS:
                self._broken("lost", f"{run.id}: {ROWS} rows, {counted} records, {left} left out")
            asked = reviews.open_items(run.id)
            if run.state not in {"COMPLETED", "NEEDS_REVIEW"} or (run.state == "NEEDS_REVIEW") != bool(asked):
                self._broken("broken", f"{run.id} rests as {run.state} with {len(asked)} questions")
            if run.state == "COMPLETED":
                for name, value in run.totals["Desk"].items():
                    wrong = Totals.from_json(name, value).disagreements()
                    if wrong:
                        self._broken("broken", f"{run.id}: {name}: {wrong}")

    def _payload(self, record: RecordRow) -> Mapping[str, Any]:
        run = record.run
        key = Keys(MASTER).run_key(run.id, bytes(run.sealed_key))
        bound = f"record/{run.id}/{record.task_id}/{record.ordinal}"
        payload: Mapping[str, Any] = json.loads(unseal(key, bytes(record.payload), bound))
        return payload

    def _journal(self) -> Mapping[str, Any]:
        """What the target holds once everything that is on its way has landed."""
        journal: Mapping[str, Any] = json.loads(request(self.lane.port, "GET", "/journal?x=1")[1])
        return journal

    def _broken(self, kind: str, what: str) -> None:
        if kind in {"lost", "doubled", "altered"}:
            setattr(self.tally, kind, getattr(self.tally, kind) + 1)
        self.tally.broken.append(f"seed {self.seed}: {kind}: {what}")

    def _open(self) -> None:
        open_store(self.scene.home.database, self.scene.home.evidence)

    def _target(self, path: str, **values: str) -> None:
        request(self.lane.port, "POST", path, values)


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return  # it had just ended by itself


def _until_dead(pid: int) -> None:
    """Wait until a process runs no more (a zombie does not)."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        if not select.select([fd], [], [], _PATIENCE_SECONDS)[0]:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
            raise Stuck(f"process {pid} does not end, its state is {state}")
    finally:
        os.close(fd)


def _reap(pid: int) -> None:
    try:
        os.waitpid(pid, 0)
    except ChildProcessError:
        return  # init had it
