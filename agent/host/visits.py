"""Visits to sites that a person wished: a sign-in tried, a site shown as the robot sees it.

Each in a worker of its own, beside the run that is worked on; never at a site where that run is signed in.
The count of tries is the same as that of runs: a button locks no account either.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from agent.core.actors import Actor
from agent.core.asking import ANSWER_SECONDS
from agent.core.failures import AccountLocked, Failure, PasswordMissing, WorkerDied, WorkerHung, WrongState
from agent.host.auditing import keep_witness
from agent.host.crew import Worker
from agent.host.current_settings import CurrentSettings
from agent.host.keys import Keys
from agent.host.questions import Asker, Questions
from agent.host.readiness import browser_for, site_url
from agent.host.watchful import Watchful
from agent.store import accounts, audit, commands, site_history
from agent.store.tables import CommandRow
from agent.system.automations import find_site
from agent.system.network import require_reachable
from agent.system.one_time import Seeds
from agent.system.paths import Home
from agent.system.settings import Settings
from agent.system.vault import Passwords, open_vault

_log = logging.getLogger(__name__)

SIGN_IN_SECONDS = 120.0
"""Beyond this a sign-in hangs."""

STAY_SECONDS = 1800.0
"""A window that nobody closes is closed after half an hour: its session is the robot's."""

_EVENT_SECONDS = 0.2
_LAST_WORDS_SECONDS = 5.0


def what_it_needs(
    home: Home,
    settings: Settings,
    keys: Keys,
    office: str,
    site: str,
    *,
    stay: bool = False,
    pages: bool = False,
) -> Mapping[str, Any]:
    """Return a visiting worker's one line; raises PasswordMissing, AccountLocked, BrowserMissing, Offline, …

    ``stay``: a person wants to see the site; ``pages``: those that its book names are to be looked at.
    """
    account = accounts.find(office, site)
    if account is None:
        raise PasswordMissing(site=site, account="")
    if account.tries >= accounts.MOST_TRIES:
        raise AccountLocked(site=site, account=account.name)
    vault = open_vault(home)
    password = Passwords(vault).get(office, site, account.name)
    seed = Seeds(vault).get(office, site, account.name)
    folder, url = find_site(home, site), site_url(home, settings, site)
    require_reachable(site, url)
    return {
        "home": str(home.root),
        "site": site,
        "site_folder": str(folder),
        "url": url,
        "office": office,
        "account": {"site": site, "name": account.name, "password": password.value, "seed": seed},
        "browser": browser_for(headed=stay),
        "session_key": keys.sessions.to_text(),
        "stay": stay,
        "pages": pages,
    }


class Visits(Watchful):
    """The thread that carries out ``test_sign_in`` and ``open_site``, one after the other."""

    def __init__(
        self,
        home: Home,
        settings: Settings,
        keys: Keys,
        tell: Callable[[str], None],
        questions: Questions,
    ) -> None:
        super().__init__("visits")
        self._home, self._keys, self._tell, self._questions = home, keys, tell, questions
        self._current = CurrentSettings(home, settings)

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            for row in commands.waiting(visits=True):
                self._carry_out(row)
                self._tell(f"command/{row.id}")
            self._wake.wait()

    def _carry_out(self, row: CommandRow) -> None:
        try:
            site, office = str(row.args["site"]), str(row.args["office"])
            audit.append(Actor(**row.actor), row.verb, {"site": site, "office": office})
            keep_witness(self._home)
            self._visit(site, office, stay=row.verb == "open_site")
        except Failure as failure:
            _log.info("visit_failed why=%s", failure)
            commands.end(row.id, done=False, result=failure.as_json())
        except (KeyError, TypeError):
            commands.end(row.id, done=False, result=WrongState(what="visit", state="", wanted="").as_json())
        else:
            commands.end(row.id, done=True, result={"site": site, "office": office})

    def _visit(self, site: str, office: str, *, stay: bool) -> None:
        """Visit a site; raises why it could not be, or how it ended."""
        told = what_it_needs(self._home, self._current.now(), self._keys, office, site, stay=stay)
        busy = site_history.in_use(office, site)
        if busy is not None:  # most sites take one session of an account: we would sign that run out
            raise WrongState(what=f"run {busy}", state="UPLOADING", wanted="at rest, it is signed in there")
        worker = Worker(self._home, "visit")
        try:
            worker.assign(told)
            self._follow(worker, stay=stay)
        finally:
            self._questions.withdraw(Asker.VISIT)
            worker.end()

    def _follow(self, worker: Worker, *, stay: bool) -> None:
        """Wait for the worker's end; raises what it says, WorkerHung, WorkerDied."""
        until, limit = time.monotonic() + SIGN_IN_SECONDS, SIGN_IN_SECONDS
        while not self._stopping.is_set():
            event = worker.event(_EVENT_SECONDS)
            worker.tree.poll()
            if event is not None and event["event"] == "shown":
                until, limit = time.monotonic() + STAY_SECONDS, STAY_SECONDS
            elif event is not None and event["event"] == "question":
                until += ANSWER_SECONDS  # so long the worker waits; then it says that nobody answered
                self._questions.ask(run="", told=event, reply=worker.answer, asker=Asker.VISIT)
            elif event is not None and event["event"] == "question_over":
                until = time.monotonic() + SIGN_IN_SECONDS
                self._questions.withdraw(Asker.VISIT)
            elif event is not None and event["event"] == "ended":
                if event["failure"] is not None:
                    raise Failure.from_json(event["failure"])
                return
            elif event is not None and event["event"] == "gone":
                raise WorkerDied(exit_code=worker.tree.wait(_LAST_WORDS_SECONDS))
            if time.monotonic() > until:
                if stay and limit == STAY_SECONDS:
                    return  # it was shown long enough
                raise WorkerHung(step="signing_in", seconds=round(limit))
        raise WorkerDied(exit_code=None)  # the host ends
