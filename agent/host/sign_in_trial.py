"""Trying a sign-in because a person asks for it: in a worker like a run's, within the same count of tries."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from agent.core.actors import Actor
from agent.core.failures import Failure, PasswordMissing, WorkerDied, WorkerHung, WrongState
from agent.host.auditing import keep_witness, open_keys
from agent.host.crew import Worker
from agent.host.readiness import browser_for, site_url
from agent.store import accounts, audit, runs
from agent.store.tables import AccountRow
from agent.system.automations import find_site
from agent.system.network import require_reachable
from agent.system.one_time import Seeds
from agent.system.paths import Home
from agent.system.processes import become_reaper
from agent.system.seal import Key, new_key
from agent.system.settings import load_settings
from agent.system.vault import Passwords, open_vault

LIMIT_SECONDS = 300.0
"""How long it may take in all, with a person's answer."""

_EVENT_SECONDS = 0.2

Ask = Callable[[Mapping[str, Any]], str | None]
"""Gets what a site asks (``site``, ``account``, ``words``), returns what a person types, None for nobody."""


def try_sign_in(home: Home, office: str, site: str, actor: Actor, ask: Ask) -> Failure | None:
    """Sign in once with a fresh session; returns what went wrong, None if the site lets us in.

    The store is open. The try counts like a run's. Raises UnknownSite, PasswordMissing, WrongState while a
    run uses the site, BrowserMissing, Offline, and what the vault raises.
    """
    become_reaper()  # what the browser leaves behind comes to us, and is ended
    keys = open_keys(home)
    folder = find_site(home, site)
    account = accounts.find(office, site)
    if account is None:
        raise PasswordMissing(site=site, account="")
    if runs.uses_site(site):
        raise WrongState(what=site, state="in use by a run", wanted="not in use")
    settings = load_settings(home)
    url = site_url(home, settings, site)
    require_reachable(site, url)
    assignment = {
        "home": str(home.root),
        "folder": str(folder),
        "site_folders": {site: str(folder)},
        "site_urls": {site: url},
        "browser": browser_for(headed=False),
        "account": _account(home, account),
        **_no_run(office, settings.offices[office].zone, keys.sessions),
    }
    audit.append(actor, "sign_in_tried", {"office": office, "site": site, "account": account.name})
    keep_witness(home)
    return _watched(Worker(home), {"sign_in": site, "assignment": assignment}, ask)


def _account(home: Home, account: AccountRow) -> dict[str, str | None]:
    vault = open_vault(home)
    office, site, name = account.office, account.site, account.name
    password = Passwords(vault).get(office, site, name)
    return {
        "site": site, "name": name, "password": password.value, "seed": Seeds(vault).get(office, site, name)
    }  # fmt: skip


def _no_run(office: str, zone: str, session_key: Key) -> dict[str, Any]:
    """Return what an assignment holds of a run, for one that is about none."""
    today = date.today().isoformat()  # noqa: DTZ011  # of no run: nobody reads it
    run = {"id": "", "automation": "", "office": office, "zone": zone, "business_date": today}
    return {
        "lease": None,
        "task": "",
        "run": {**run, "period": [today, today]},
        "options": {},
        "versions": {},
        "build": "",
        "data_key": new_key().to_text(),
        "index_key": new_key().to_text(),
        "session_key": session_key.to_text(),
        "epoch": 0,
    }


def _watched(worker: Worker, told: Mapping[str, Any], ask: Ask) -> Failure | None:
    """Follow the worker to its end; its tree is ended whatever happens."""
    until = time.monotonic() + LIMIT_SECONDS
    try:
        worker.assign(told)
        while time.monotonic() < until:
            event = worker.event(_EVENT_SECONDS)
            if event is None:
                continue
            if event["event"] == "question":
                worker.answer(ask(event))
            elif event["event"] == "failed":
                return Failure.from_json(event["failure"])
            elif event["event"] == "ended":
                return None
            elif event["event"] == "gone":
                return WorkerDied(exit_code=worker.tree.wait(_EVENT_SECONDS))
    finally:
        worker.end()
    return WorkerHung(step="signing_in", seconds=round(LIMIT_SECONDS))
