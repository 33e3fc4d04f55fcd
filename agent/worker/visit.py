"""A visit to a site, for no run: does the sign-in work? Or: let a person see it as the robot does."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any, NoReturn

from agent.browser.engine import Engine
from agent.browser.faults import is_gone
from agent.browser.signing_in import Account
from agent.browser.visiting import look_at
from agent.core.calendar import Period
from agent.core.failures import Defect, Failure
from agent.sdk import Session
from agent.sdk.run import Run
from agent.store.database import close_store, open_store
from agent.store.lease import Unleased
from agent.system.paths import Home
from agent.system.processes import become_reaper
from agent.system.seal import Key, new_key
from agent.worker.assignment import Assignment
from agent.worker.pipe import Pipe
from agent.worker.site import OpenSite
from agent.worker.witness import Witness

_LOOK_MILLISECONDS = 200


def visit(pipe: Pipe) -> int:
    """Take one line that says where and as whom; sign in, stay if wished, say how it went.

    With ``pages`` those that the book names are looked at; what is not as it says comes back as ``found``.
    """
    become_reaper()
    engine = Engine()
    told = pipe.told()
    if told is None:
        return 0
    ended = Event()
    pipe.watch(ended.set)
    assignment = _assignment(told)
    home = Home(assignment.home)
    open_store(home.database, home.evidence)
    site: OpenSite | None = None
    try:
        engine.launch(Path(told["browser"]["path"]), **_how(told["browser"]))
        witness = Witness(assignment, pipe)
        site = OpenSite(told["site"], engine, assignment, pipe, _keep_nothing, witness)
        session = site.open() if told["stay"] else site.fresh()
        found = [failure.as_json() for failure in look_at(session)] if told.get("pages") else []
        if told["stay"]:
            pipe.send("shown")
            _stay(session, ended)
    except Exception as error:  # noqa: BLE001  # the border: every error becomes a failure of our tree
        pipe.send("ended", failure=_translated(error, site).as_json())
    else:
        pipe.send("ended", failure=None, found=found)
    close_store()
    return 0


def _how(browser: Mapping[str, Any]) -> dict[str, bool]:
    return {"sandbox": bool(browser["sandbox"]), "headed": bool(browser["headed"])}


def _stay(session: Session, ended: Event) -> None:
    """Wait until the person has closed the window, or the host wants it closed."""
    page = session.page
    while not page.is_closed() and not ended.is_set():
        try:
            page.wait_for_timeout(_LOOK_MILLISECONDS)  # lets the browser's news in, as a plain wait would not
        except Exception as error:
            if not is_gone(error):
                raise
            return  # the person has closed it just now


def _translated(error: Exception, site: OpenSite | None) -> Failure:
    if isinstance(error, Failure):
        return error
    sys.stderr.write(f"visit failed: {type(error).__name__}\n")
    of_page = None if site is None else site.failure_of(error)
    return of_page or Defect(kind=type(error).__name__, file="", line=0)


def _keep_nothing(*_told: object) -> NoReturn:
    raise Defect(kind="visit", file="", line=0)  # nothing is downloaded on a visit


def _assignment(told: Mapping[str, Any]) -> Assignment:
    """Return what signing in needs, in the form in which tasks have it; there is no run, and no record."""
    today, nothing = datetime.now(UTC).date(), new_key()
    return Assignment(
        home=Path(told["home"]),
        folder=Path(told["site_folder"]),
        site_folders={told["site"]: Path(told["site_folder"])},
        site_urls={told["site"]: told["url"]},
        lease=Unleased(),
        task="",
        run=Run(
            id="",
            automation="",
            office=told["office"],
            zone="UTC",
            business_date=today,
            period=Period(today, today),
        ),
        options={},
        versions={},
        build="",
        browser=told["browser"],
        account=Account(**told["account"]),
        data_key=nothing,
        index_key=nothing,
        session_key=Key.from_text(told["session_key"]),
        epoch=0,
    )
