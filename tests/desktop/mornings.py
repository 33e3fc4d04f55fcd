"""Runs as the agent writes them, with a title, a day and an end of one's choice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from agent.core.actors import Actor
from agent.core.failures import Failure
from agent.core.states import RunState, TaskKind
from agent.store import home as home_row
from agent.store import runs
from agent.store.runs import PlannedRun, PlannedTask
from agent.system.paths import Home
from agent.system.seal import master_key, new_key, wrap
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
        runs.plan(run_id, planned, TASKS, JO, wrap(self._master, new_key(), f"run/{run_id}"))
        return run_id

    def ended(self, state: RunState = RunState.COMPLETED, failure: Failure | None = None, **more: Any) -> str:
        """Store a run that has ended; returns its id."""
        run_id = self.plan(**more)
        runs.begin_task(run_id, runs.tasks_of(run_id)[0].id, {"pid": 1, "started_at": 1.0})
        runs.move_run(run_id, state, failure.as_json() if failure else None)
        return run_id
