"""A home of its own for every test, and runs written into it as the agent itself writes them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from agent.cli.main import predawn
from agent.cli.person import at_terminal
from agent.core.failures import Failure
from agent.core.states import RunState, TaskKind, TaskState
from agent.host.keys import Keys
from agent.store import evidence, reviews, runs
from agent.store import home as home_row
from agent.store.database import close_store, prepare_store
from agent.store.ledger import Destination, Ledger, Planned, Question
from agent.store.runs import PlannedRun, PlannedTask
from agent.store.tables import CommandRow
from agent.system.paths import Home
from agent.system.seal import Key, master_key, new_key, wrap
from agent.system.vault import open_vault

DAY = date(2026, 11, 23)
SHOWN = ("claim_no", "amount", "note")  # the site never shows the patient
MANIFEST = {"record_types": {"Claim": {"noun": ["claim", "claims"]}}}
TASKS = (
    PlannedTask("billing", TaskKind.DOWNLOAD, "meridian", ()),
    PlannedTask("claims", TaskKind.PROCESS, None, ("billing",)),
    PlannedTask("ClaimPort", TaskKind.UPLOAD, "claimport", ("claims",)),
)

Predawn = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """An empty home, not made yet."""
    found = Home(tmp_path / "home")
    monkeypatch.setenv("PREDAWN_HOME", str(found.root))
    yield found
    close_store()


@pytest.fixture
def demo_home(home: Home) -> Home:
    """A home without a store, whose vault is a file."""
    home.mark_demo()
    return home


@pytest.fixture
def stored(home: Home) -> Home:
    """A home with a store; its vault is the demo's file, so that no keyring is needed."""
    home.mark_demo()
    home.prepare()
    prepare_store(home.database, home.evidence)
    return home


@pytest.fixture
def command() -> Predawn:
    """The command line as a function: ``command("runs", "--json")``."""

    def call(*words: str, **more: Any) -> Result:
        return CliRunner().invoke(predawn, list(words), **more)

    return call


def commands_given() -> int:
    """How many wishes the store holds."""
    return int(CommandRow.select().count())


def value_of(result: Result) -> Any:
    """The one JSON value on standard output; fails if there is anything else."""
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


@dataclass
class Written:
    """A run in the making: walks it through its states by the store's own functions."""

    home: Home
    id: str = ""
    key: Key = field(default_factory=new_key)
    sources: list[dict[str, Any]] = field(default_factory=list)

    def plan(self, *, day: date = DAY, run_id: str | None = None) -> "Written":
        """Store a PENDING run with three tasks."""
        self.id = run_id or runs.new_run_id(day)
        planned = PlannedRun(
            automation="clinic-morning-sync",
            title="Clinic morning sync",
            office="main",
            business_date=day,
            period_first=date(2026, 11, 20),
            period_last=date(2026, 11, 22),
            folder=str(Path("automations/clinic_morning_sync").resolve()),
            slot="05:00 mon-fri",
            options={},
            manifest=MANIFEST,
            versions={"agent": "1", "automation": "2", "sites": {}},
        )
        master = master_key(open_vault(self.home), make=True)
        home_row.know_key(master)
        sealed = wrap(master, self.key, f"run/{self.id}")
        runs.plan(self.id, planned, TASKS, at_terminal(), sealed)
        return self

    def begin(self, name: str) -> runs.Lease:
        """Give a task to a worker."""
        task = next(task for task in runs.tasks_of(self.id) if task.name == name)
        who = {"machine": "FRONT-2", "account": None if task.site is None else "north-robot"}
        return runs.begin_task(self.id, task.id, {"pid": 1, "started_at": 1.0}, who)

    def download(self) -> "Written":
        """Do the two tasks before the upload, keeping one file."""
        lease = self.begin("billing")
        kept = evidence.keep(
            lease, self.key, b"row", kind="download", name="billing.xls", media_type="report/html"
        )
        stated = {"count": None, "amount": None}
        self.sources = [{"name": kept.name, "sha256": kept.sha256, "evidence": kept.id, "stated": stated}]
        runs.finish_task(lease, b"")
        runs.finish_task(self.begin("claims"), b"")
        return self

    def upload(
        self, records: int = 3, *, verified: int = 0, confirmed: int = 0, doubted: int = 0
    ) -> "Written":
        """Plan records and bring the first ones to their states; one row is left out."""
        self.lease = self.begin("ClaimPort")
        index = Keys(master_key(open_vault(self.home))).index
        self.ledger = Ledger(self.lease, Destination("claimport", "main", "Claim"), self.key, index)
        self.ledger.plan(
            [self.claim(number) for number in range(1, records + 1)],
            [("billing.xls, row 9", "cancelled visit")],
        )
        for place, entry in enumerate(self.ledger.entries()):
            if place >= verified + confirmed + doubted:
                break
            if entry.reason is not None:  # delivered by an earlier run: found there, never sent again
                self.ledger.verify(entry, None, SHOWN)
                continue
            self.ledger.intend(entry)
            if place >= verified + confirmed:
                self.ledger.doubt(entry)
                continue
            self.ledger.confirm(entry, str(88000 + entry.ordinal), "hash")
            if place < verified:
                self.ledger.verify(entry, None, SHOWN)
        return self

    def claim(self, number: int) -> Planned:
        """A claim of row ``number + 1``; its note is computed, its patient personal."""
        fields = {
            "claim_no": f"C{number:06}", "patient": f"00{number}", "amount": f"{number}0.00", "note": "=1+1"
        }  # fmt: skip
        line = {
            "key": fields["claim_no"],
            "fields": fields,
            "personal": ["patient"],
            "rows": 1,
            "lineage": {
                "rows": [[0 if self.sources else None, None, number + 1]],
                "columns": {"claim_no": "Claim", "patient": "Patient", "amount": "Amount (£)"},
            },
            "totals": {"amount": fields["amount"]},
            "sources": self.sources,
        }
        return Planned(fields["claim_no"], 0, line, json.dumps(fields))

    def ask(self, *questions: Question) -> "Written":
        """Put one record after another before a person."""
        for entry, question in zip(self.ledger.entries(), questions, strict=False):
            self.ledger.review(entry, question)
        return self

    def end(self, state: RunState, failure: Failure | None = None, *, task: str = "ClaimPort") -> "Written":
        """End the task at work and the run."""
        row = next(row for row in runs.tasks_of(self.id) if row.name == task)
        ends = {RunState.COMPLETED: TaskState.DONE, RunState.FAILED: TaskState.FAILED}
        runs.settle_task(row.id, ends.get(state, TaskState.NEEDS_REVIEW), failure=failure)
        if failure is not None:
            told = {"task": row.name, "failure": failure.as_json()}
            reviews.ask(self.id, row.id, "task_failed", told, ("retry", "stop"))
        runs.move_run(self.id, state, failure.as_json() if failure else None)
        return self


@pytest.fixture
def write(stored: Home) -> Callable[[], Written]:
    """Begin a run in the store."""
    return lambda: Written(stored)
