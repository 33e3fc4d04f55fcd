"""Visiting a site the evening before, in a worker of its own, while somebody can still do something."""

from __future__ import annotations

import time

from agent.core.failures import Failure, WorkerDied, WorkerHung
from agent.host.crew import Worker
from agent.host.keys import Keys
from agent.host.visits import SIGN_IN_SECONDS, what_it_needs
from agent.store import site_history
from agent.store.tables import AccountRow
from agent.system.paths import Home
from agent.system.seal import master_key
from agent.system.settings import Settings
from agent.system.vault import open_vault

_EVENT_SECONDS = 0.5


def wanted(settings: Settings, site: str) -> bool:
    """Tell whether the settings allow a site to be visited: each is asked for by name."""
    own = settings.sites.get(site)
    return own is not None and own.visit


def visit(home: Home, settings: Settings, account: AccountRow) -> list[Failure] | None:
    """Sign in once with an account and look at its site's pages; returns what is not as it should be.

    Returns None while a run is signed in there: a site may take one session only. Raises what is not ready.
    """
    if site_history.in_use(account.office, account.site) is not None:
        return None
    keys = Keys(master_key(open_vault(home)))
    told = what_it_needs(home, settings, keys, account.office, account.site, pages=True)
    worker = Worker(home, "visit")
    try:
        worker.assign(told)
        return _heard(worker)
    finally:
        worker.end()


def _heard(worker: Worker) -> list[Failure]:
    until = time.monotonic() + SIGN_IN_SECONDS
    while time.monotonic() < until:
        event = worker.event(_EVENT_SECONDS)
        if event is not None and event["event"] == "question":
            worker.answer(None)  # nobody is asked for a code by a check
        elif event is not None and event["event"] == "ended":
            told = [event["failure"]] if event["failure"] is not None else event["found"]
            return [Failure.from_json(each) for each in told]
        elif event is not None and event["event"] == "gone":
            return [WorkerDied(exit_code=None)]
    return [WorkerHung(step="signing_in", seconds=round(SIGN_IN_SECONDS))]
