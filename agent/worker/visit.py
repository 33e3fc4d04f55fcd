"""Visiting a site the evening before: one sign-in within the account's tries, and a look at some pages.

There is no run and nothing to deliver. The host sends one line with ``visit``; what is not as it should be
comes back as one event.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from agent.browser.engine import Engine
from agent.browser.visiting import look_at
from agent.core.failures import Failure, PageCrashed
from agent.store.database import close_store, open_store
from agent.store.lease import Unbound
from agent.system.paths import Home
from agent.worker.assignment import from_json
from agent.worker.pipe import LogStream, Pipe
from agent.worker.site import OpenSite


def visit(engine: Engine, pipe: Pipe, told: Mapping[str, Any]) -> int:
    """Sign in at the site of the told account and look; the host reads the event ``visited``."""
    assignment = replace(from_json(told), lease=Unbound("", 0, 0))
    pipe.watch(lambda: None)
    sys.stdout = LogStream("author")
    home = Home(assignment.home)
    open_store(home.database, home.evidence)
    found: list[Failure] = []
    try:
        browser = assignment.browser
        assert browser is not None
        engine.launch(Path(browser["path"]), sandbox=browser["sandbox"], headed=False)
        site = OpenSite(told["site"], engine, assignment, pipe, _keep_nothing)
        found += look_at(site.open())
    except Failure as failure:
        found.append(failure)
    except Exception:  # the border: whatever it is, the evening's look must say so
        logging.getLogger("agent.worker").exception("visit_failed")
        found.append(PageCrashed(site=told["site"]))
    close_store()
    pipe.send("visited", found=[failure.as_json() for failure in found])
    return 0


def _keep_nothing(*_given: object, **_named: object) -> NoReturn:
    raise RuntimeError("a visit downloads nothing")
