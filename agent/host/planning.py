"""From a wish ("run the clinic sync for Monday") to a stored run with its tasks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from agent.core.actors import Actor
from agent.core.calendar import parse_schedule, period_covered
from agent.core.failures import Defect, Failure, PasswordMissing
from agent.core.states import TaskKind
from agent.host.keys import Keys
from agent.store import accounts, runs
from agent.store import home as home_row
from agent.store.runs import PlannedRun, PlannedTask
from agent.store.tables import RunRow
from agent.system.automations import find_automation
from agent.system.browsers import find_browser
from agent.system.fingerprint import agent_fingerprint
from agent.system.paths import Home
from agent.system.settings import Office, Settings

_DESCRIBE_SECONDS = 60


def describe(home: Home, folder: Path) -> Mapping[str, Any]:
    """Ask a worker what an automation is: the host never imports an author's code. Raises its failures."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "agent.worker", "describe", str(folder)],
        env={**os.environ, "PREDAWN_HOME": str(home.root)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=_DESCRIBE_SECONDS,
        check=False,
    )
    try:
        value: Mapping[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        raise Defect(kind="describe", file=str(folder), line=0) from error
    if "failure" in value:
        raise Failure.from_json(value["failure"])
    return value


def plan(
    home: Home,
    settings: Settings,
    keys: Keys,
    name: str,
    actor: Actor,
    *,
    business_date: date | None = None,
    options: Mapping[str, Any] | None = None,
) -> str:
    """Plan a run and return its id; ``business_date`` is today in the office's zone when none is given.

    Raises NotTakenOver, UnknownAutomation, BrokenAutomation, PasswordMissing, BrowserMissing, DutyIsOpen:
    then nothing is stored.
    """
    home_row.require_taken_over()
    folder = find_automation(home, name)
    manifest = describe(home, folder)
    office = settings.offices.get("main") or next(iter(settings.offices.values()))
    _require_accounts(manifest, office)
    find_browser()
    day = business_date or datetime.now(UTC).astimezone(ZoneInfo(office.zone)).date()
    weekdays = parse_schedule(manifest["schedule"]).weekdays
    period = period_covered(day, manifest["covers"], weekdays, office.closed)
    run_id = runs.new_run_id(day)
    run = PlannedRun(
        automation=manifest["name"],
        title=manifest["title"],
        office=office.name,
        business_date=day,
        period_first=period.first,
        period_last=period.last,
        folder=str(folder),
        slot=manifest["schedule"],
        options=dict(options or {}),
        manifest=manifest,
        versions={**manifest["versions"], "agent": build()},
    )
    tasks = [
        PlannedTask(task["name"], TaskKind(task["kind"]), task["site"], tuple(task["inputs"]))
        for task in manifest["tasks"]
    ]
    runs.plan(run_id, run, tasks, actor, keys.new_run_key(run_id))
    return run_id


def folder_of(run: RunRow) -> Path:
    """Return the folder of the automation that a run was planned with."""
    return Path(run.folder)


def _require_accounts(manifest: Mapping[str, Any], office: Office) -> None:
    for site in manifest["versions"]["sites"]:
        if accounts.find(office.name, site) is None:
            raise PasswordMissing(site=site, account="")


@cache
def build() -> str:
    """Return the fingerprint of the agent's own code as this process found it at its start.

    After an update under a running host its workers are of another build; they ask before they go on.
    """
    return agent_fingerprint()
