"""Runs as the agent writes them, with a title, a day and an end of one's choice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from agent.core.actors import Actor
from agent.core.failures import Failure
from agent.core.states import RunState, TaskKind
from agent.host.keys import Keys
from agent.store import evidence, runs
from agent.store import home as home_row
from agent.store.database import transaction
from agent.store.lease import Lease
from agent.store.ledger import Destination, Ledger, Planned
from agent.store.runs import PlannedRun, PlannedTask
from agent.store.tables import RecordRow
from agent.system.paths import Home
from agent.system.seal import Key, master_key, new_key, seal, wrap
from agent.system.vault import open_vault

DAY = date(2026, 11, 23)
JO = Actor("person", "jo", "Jo", "window", "FRONT-2")
MANIFEST = {
    "name": "clinic-morning-sync",
    "schedule": "05:00 mon-fri",
    "deadline": "08:00",
    "record_types": {"Claim": {"noun": ["claim", "claims"]}},
    "tasks": [{"name": "billing"}, {"name": "claims"}, {"name": "ClaimPort"}],
}
TASKS = (
    PlannedTask("billing", TaskKind.DOWNLOAD, "meridian", ()),
    PlannedTask("claims", TaskKind.PROCESS, None, ("billing",)),
    PlannedTask("ClaimPort", TaskKind.UPLOAD, "claimport", ("claims",)),
)


class Mornings:
    """Writes runs into a home."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._master = master_key(open_vault(home), make=True)
        home_row.know_key(self._master)
        self._keys: dict[str, Key] = {}
        self._planned = 0  # keys are never used twice: the ledger would refuse to send them again

    def plan(
        self,
        *,
        title: str = "Clinic morning sync",
        automation: str = "clinic-morning-sync",
        day: date = DAY,
        slot: str = "05:00",
        options: Mapping[str, Any] | None = None,
    ) -> str:
        """Store a PENDING run with three tasks; returns its id."""
        run_id = runs.new_run_id(day)
        planned = PlannedRun(
            automation=automation,
            title=title,
            office="main",
            business_date=day,
            period_first=day - timedelta(days=3),
            period_last=day - timedelta(days=1),
            folder=str(Path("automations/clinic_morning_sync").resolve()),
            slot=slot,
            options=dict(options or {}),
            manifest={**MANIFEST, "name": automation, "title": title},
            versions={"agent": "1", "automation": "2", "sites": {}},
        )
        key = self._keys[run_id] = new_key()
        runs.plan(run_id, planned, TASKS, JO, wrap(self._master, key, f"run/{run_id}"))
        return run_id

    def ended(self, state: RunState = RunState.COMPLETED, failure: Failure | None = None, **more: Any) -> str:
        """Store a run that has ended; returns its id."""
        run_id = self.plan(**more)
        runs.begin_task(run_id, runs.tasks_of(run_id)[0].id, {"pid": 1, "started_at": 1.0})
        runs.move_run(run_id, state, failure.as_json() if failure else None)
        return run_id

    def entered(self, number: int = 3, *, verified: int = 2, **more: Any) -> str:
        """Store a run at work whose upload has planned so many records, the first ones verified."""
        run_id = self.plan(**more)
        key = self._keys[run_id]
        billing, claims, upload = runs.tasks_of(run_id)
        lease = self._begin(run_id, billing.id)
        kept = evidence.keep(
            lease, key, b"row", kind="download", name="billing.xls", media_type="report/html"
        )
        runs.finish_task(lease, b"")
        runs.finish_task(self._begin(run_id, claims.id), b"")
        lease = self._begin(run_id, upload.id)
        ledger = Ledger(lease, Destination("claimport", "main", "Claim"), key, Keys(self._master).index)
        source = {"name": kept.name, "sha256": kept.sha256, "evidence": kept.id, "stated": {}}
        lines = [_claim(self._planned + place, source, row=place) for place in range(1, number + 1)]
        self._planned += number
        ledger.plan(lines, [("billing.xls, row 9", "cancelled visit")])
        for entry in ledger.entries()[:verified]:
            ledger.intend(entry)
            ledger.confirm(entry, f"CP-{entry.ordinal}", "0" * 64)
            ledger.verify(entry, None, ("claim_no", "amount"))
        figures = {"source": f"{number + 1}", "left_out": "1", "processed": f"{number}", "skipped": "0"}
        figures |= {"delivered": f"{verified}", "target": f"{verified}"}
        runs.record_totals(lease, {"ClaimPort": {"count": figures}})
        self.lease = lease
        return run_id

    def many(self, number: int) -> str:
        """Store a run at work with so many planned records, written at once."""
        run_id = self.entered(1, verified=0)
        upload = runs.tasks_of(run_id)[2]
        source = {"name": "billing.xls", "sha256": "0" * 64, "evidence": "", "stated": {}}
        rows = []
        for place in range(2, number + 1):
            planned = _claim(place, source, row=place)
            bound_to = f"record/{run_id}/{upload.id}/{place}"
            payload = seal(self._keys[run_id], json.dumps(planned.payload).encode(), bound_to)
            rows.append(
                {
                    "run": run_id,
                    "task": upload.id,
                    "ordinal": place,
                    "site": "claimport",
                    "office": "main",
                    "record_type": "Claim",
                    "key_hash": planned.key,
                    "payload_hash": planned.key,
                    "payload": payload,
                    "state": "PLANNED",
                }
            )
        with transaction():
            for first in range(0, len(rows), 500):
                RecordRow.insert_many(rows[first : first + 500]).execute()
        return run_id

    def done(self, number: int = 3, **more: Any) -> str:
        """Store a run that has entered all of its records and is done."""
        run_id = self.entered(number, verified=number, **more)
        runs.finish_task(self.lease, b"")
        runs.move_run(run_id, RunState.COMPLETED)
        return run_id

    @staticmethod
    def _begin(run_id: str, task_id: int) -> Lease:
        who = {"machine": "FRONT-2", "account": "north-robot"}
        return runs.begin_task(run_id, task_id, {"pid": 1, "started_at": 1.0}, who)


def _claim(place: int, source: Mapping[str, Any], *, row: int) -> Planned:
    key = f"C{100000 + place}"
    payload = {
        "key": key,
        "fields": {"claim_no": key, "patient_no": "000123", "amount": "12.50"},
        "personal": ["patient_no"],
        "rows": 1,
        "totals": {},
        "sources": [source],
        "lineage": {"rows": [[0, None, row + 1]], "columns": {"claim_no": "Claim", "amount": "Amount (€)"}},
    }
    return Planned(key, 0, payload, json.dumps(payload["fields"]))
