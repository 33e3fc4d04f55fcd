"""The one line that tells a worker what to do: only the secrets of its task's site, this run's key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.host.keys import Keys
from agent.host.planning import build
from agent.store import home as home_row
from agent.store.lease import Lease
from agent.store.tables import RunRow, TaskRow
from agent.system.automations import site_folders
from agent.system.paths import Home
from agent.system.settings import Settings


def assignment(
    home: Home,
    settings: Settings,
    keys: Keys,
    run: RunRow,
    task: TaskRow,
    lease: Lease,
    told: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the assignment's plain values, as :mod:`agent.worker.assignment` reads them."""
    folders = site_folders(home)
    return {
        "home": str(home.root),
        "folder": run.folder,
        "site_folders": {name: str(folders[name]) for name in run.versions["sites"] if name in folders},
        "site_urls": {name: site.url for name, site in settings.sites.items() if site.url},
        "lease": vars(lease),
        "task": task.name,
        "run": {
            "id": run.id,
            "automation": run.automation,
            "office": run.office,
            "zone": settings.offices[run.office].zone,
            "business_date": run.business_date.isoformat(),
            "period": [run.period_first.isoformat(), run.period_last.isoformat()],
        },
        "options": run.options,
        "versions": run.versions,
        "build": build(),
        "browser": told["browser"],
        "account": told["account"],
        "data_key": keys.run_key(run.id, bytes(run.sealed_key)).to_text(),
        "index_key": keys.index.to_text(),
        "session_key": keys.sessions.to_text(),
        "epoch": home_row.epoch(),
    }
