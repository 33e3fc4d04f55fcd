"""Signing in once because a person wants to know whether it works: of no run, and nothing is kept of it."""

from __future__ import annotations

import logging
from pathlib import Path

from agent.core.failures import BrowserMissing, Failure
from agent.worker.site import OpenSite
from agent.worker.task import Workplace


def try_sign_in(workplace: Workplace, site: str) -> Failure | None:
    """Sign in with a fresh session, within the account's tries; returns what went wrong."""
    try:
        _sign_in(workplace, site)
    except Exception as error:  # the border: every error becomes a failure of our tree
        failure = workplace.translate(error)
        logging.getLogger("agent.worker").exception("sign_in_failed code=%s", failure)
        return failure
    return None


def _sign_in(workplace: Workplace, site: str) -> None:
    assignment, browser = workplace.assignment, workplace.assignment.browser
    if browser is None:
        raise BrowserMissing(looked="")
    workplace.engine.launch(Path(browser["path"]), sandbox=browser["sandbox"], headed=browser["headed"])
    workplace.site = OpenSite(
        site,
        workplace.engine,
        assignment,
        workplace.pipe,
        workplace.keep,
        workplace.witness,
        workplace.redactor,
    )
    workplace.witness.sightings.take_picture = None  # it belongs to no run that could keep it
    workplace.site.fresh()
