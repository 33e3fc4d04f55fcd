"""Is everything there that a task needs? "Not ready" is waiting with a reason, never failing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.core.failures import PasswordMissing
from agent.store import accounts
from agent.store import home as home_row
from agent.store.downloads import HANDED_IN
from agent.store.tables import RunRow, TaskRow
from agent.system.automations import book_url, find_site
from agent.system.browsers import find_browser
from agent.system.network import require_reachable
from agent.system.one_time import Seeds
from agent.system.paths import Home
from agent.system.settings import Settings
from agent.system.vault import Passwords, open_vault


def require_ready(home: Home, settings: Settings, run: RunRow, task: TaskRow) -> Mapping[str, Any]:
    """Return the browser and the account for a task; both are None for one that uses no site.

    Raises NotTakenOver, PasswordMissing, VaultLocked, BrowserMissing, Offline, DiskLow.
    """
    home_row.require_taken_over()
    home.prepare()
    if task.site is None or task.name in (run.options.get(HANDED_IN) or {}):
        return {"browser": None, "account": None}
    browser = browser_for(headed=wants_headed(run))
    account = accounts.find(run.office, task.site)
    if account is None:
        raise PasswordMissing(site=task.site, account="")
    password = Passwords(open_vault(home)).get(run.office, task.site, account.name)
    seed = Seeds(open_vault(home)).get(run.office, task.site, account.name)
    require_reachable(task.site, site_url(home, settings, task.site))
    return {
        "browser": browser,
        "account": {"site": task.site, "name": account.name, "password": password.value, "seed": seed},
    }


def wants_headed(run: RunRow) -> bool:
    """Tell whether somebody wants to watch a run."""
    return bool(run.options.get("headed"))


def browser_for(*, headed: bool) -> dict[str, Any]:
    """Return what a worker needs to start a browser; raises BrowserMissing."""
    browser = find_browser()
    return {
        "kind": browser.kind,
        "path": str(browser.path),
        "sandbox": browser.sandbox,
        "headed": headed,
    }


def site_url(home: Home, settings: Settings, site: str) -> str:
    """Return a site's address: the settings' if they name one, else its book's."""
    own = settings.sites.get(site)
    if own is not None and own.url is not None:
        return own.url
    return book_url(find_site(home, site))
