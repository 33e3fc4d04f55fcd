"""Visiting a site the evening before, in a worker of its own, while somebody can still do something."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from agent.core.failures import Failure, WorkerDied, WorkerHung
from agent.host.crew import Worker
from agent.host.keys import Keys
from agent.host.planning import build
from agent.host.readiness import browser_for, site_url
from agent.store import home as home_row
from agent.store import runs
from agent.store.tables import AccountRow
from agent.system.automations import site_folders
from agent.system.paths import Home
from agent.system.seal import master_key, new_key
from agent.system.settings import Settings
from agent.system.vault import Passwords, open_vault

LIMIT_SECONDS = 120.0
_EVENT_SECONDS = 0.5


def wanted(settings: Settings, site: str) -> bool:
    """Tell whether the settings allow a site to be visited: each is asked for by name."""
    own = settings.sites.get(site)
    return own is not None and own.visit


def visit(home: Home, settings: Settings, account: AccountRow, now: datetime) -> list[Failure] | None:
    """Sign in once with an account and look at its site's pages; returns what is not as it should be.

    Returns None while a run is at work: a site may take one session only. Raises what is not ready.
    """
    if runs.at_work():
        return None
    worker = Worker(home)
    try:
        worker.assign({"visit": _told(home, settings, account, now)})
        return _heard(worker)
    finally:
        worker.end()


def _heard(worker: Worker) -> list[Failure]:
    until = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < until:
        event = worker.event(_EVENT_SECONDS)
        if event is not None and event["event"] == "visited":
            return [Failure.from_json(each) for each in event["found"]]
        if event is not None and event["event"] == "gone":
            return [WorkerDied(exit_code=None)]
    return [WorkerHung(step="signing_in", seconds=round(LIMIT_SECONDS))]


def _told(home: Home, settings: Settings, account: AccountRow, now: datetime) -> Mapping[str, Any]:
    """Return an assignment without a run: only the secrets of this account's site."""
    vault, day = open_vault(home), now.date().isoformat()
    password = Passwords(vault).get(account.office, account.site, account.name)
    keys = Keys(master_key(vault, make=False))
    return {
        "home": str(home.root),
        "folder": "",
        "site": account.site,
        "site_folders": {account.site: str(site_folders(home)[account.site])},
        "site_urls": {account.site: site_url(home, settings, account.site)},
        "lease": {"run_id": "", "task_id": 0, "fence": 0},
        "task": "",
        "run": {
            "id": "",
            "automation": "",
            "office": account.office,
            "zone": settings.offices[account.office].zone,
            "business_date": day,
            "period": [day, day],
        },
        "options": {},
        "versions": {"sites": {}},
        "build": build(),
        "browser": browser_for(headed=False),
        "account": {"site": account.site, "name": account.name, "password": password.value},
        "data_key": new_key().to_text(),
        "index_key": new_key().to_text(),
        "session_key": keys.sessions.to_text(),
        "epoch": home_row.epoch(),
    }
