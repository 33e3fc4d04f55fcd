"""A worker's life: prepare, wait for the assignment, do one task, say how it ended."""

from __future__ import annotations

import logging
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

from agent.browser.engine import Engine
from agent.core.failures import (
    Asked,
    BrowserMissing,
    ChangedCode,
    ElementAmbiguous,
    ElementMissing,
    Failure,
    FenceLost,
    RecordsNeedPerson,
)
from agent.core.repair import Proof
from agent.store import runs
from agent.store.database import close_store, open_store
from agent.system.fingerprint import agent_fingerprint, fingerprint
from agent.system.log import open_log
from agent.system.paths import Home
from agent.system.processes import become_reaper
from agent.worker.assignment import Assignment, from_json
from agent.worker.duty import Cancelled
from agent.worker.loading import load_automation
from agent.worker.pipe import LogStream, Pipe
from agent.worker.task import Workplace

_MOST_HEALED = 5  # lost elements that one worker finds again by itself; more is another site

DONE, FAILED, CANCELLED, FENCED = "done", "failed", "cancelled", "fenced"


def work(pipe: Pipe) -> int:
    """Make ready as told, then take one assignment and do it. The host reads the outcome from the rows."""
    become_reaper()
    engine = Engine()
    told = pipe.told()
    if told is not None and "prepare" in told:
        _prepare(engine, told["prepare"])
        pipe.send("prepared")
        told = pipe.told()
    if told is None:
        return 0
    assignment = from_json(told)
    cancelled = Event()
    if assignment.options.get("cancel") or assignment.options.get("by_hand"):
        cancelled.set()  # it was woken only to settle what is in doubt: nothing new may be entered
    pipe.watch(cancelled.set)
    workplace = Workplace(assignment, engine, pipe, cancelled)
    pipe.show_with(workplace.witness.live)
    _open_log(workplace)
    home = Home(assignment.home)
    open_store(home.database, home.evidence)
    outcome = _attempt(workplace)
    close_store()
    logging.shutdown()
    pipe.send("ended", outcome=outcome)  # the host ends the tree: closing a browser in good order takes long
    return 0


def _prepare(engine: Engine, browser: Mapping[str, Any] | None) -> None:
    """Start the browser before its task is known; whether it must start is decided when the task wants it."""
    if browser is None:
        return  # the next task uses no site
    try:
        engine.launch(Path(browser["path"]), sandbox=browser["sandbox"], headed=browser["headed"])
    except BrowserMissing as failure:
        sys.stderr.write(f"not prepared: {failure}\n")


def _attempt(workplace: Workplace) -> str:
    """Do the task; a failure is stored under the fence, with proof of the page where there is one."""
    log = logging.getLogger("agent.worker")
    try:
        _require_pinned_code(workplace.assignment)
        _take_up(workplace)
        _work_healing(workplace)
        workplace.witness.note()
    except FenceLost:
        log.warning("fence_lost task=%s", workplace.assignment.task)
        return FENCED
    except Cancelled:
        return CANCELLED
    except Exception as error:  # noqa: BLE001  # the border: every error becomes a failure of our tree
        try:
            _fail(workplace, error)
        except FenceLost:
            return FENCED
        return FAILED
    return DONE


def _take_up(workplace: Workplace) -> None:
    automation = load_automation(workplace.assignment.folder)
    workplace.tasks = automation.tasks
    assignment = workplace.assignment
    given = assignment.options.get("parameters") or {}
    values = {each.name: each.read(given.get(each.name, each.default)) for each in automation.parameters}
    workplace.assignment = replace(assignment, run=replace(assignment.run, parameters=values))
    proof = assignment.options.get("proof")  # whoever began this run may want to see more of it
    workplace.witness.proof = Proof(proof) if proof else automation.evidence
    workplace.witness.policy = automation.repairs


def _work_healing(workplace: Workplace) -> None:
    """Do the task; begin it again with each lost element that the automation lets the engine find again.

    What was done before is known: a task begins from what its ledger or the site holds.
    """
    for _ in range(_MOST_HEALED):
        try:
            workplace.work(workplace.tasks[workplace.assignment.task])
        except (FenceLost, Cancelled):
            raise
        except Exception as error:
            failure = workplace.translate(error)
            if not isinstance(failure, ElementMissing | ElementAmbiguous):
                raise
            _keep_proof(workplace, failure)
            if not workplace.witness.heals(failure):
                raise failure from error
        else:
            return
    workplace.work(workplace.tasks[workplace.assignment.task])


def _fail(workplace: Workplace, error: Exception) -> None:
    """Store a failure first, then what proves it: looking at a page that hangs may be this worker's end."""
    failure = workplace.translate(error)
    logging.getLogger("agent.worker").exception("task_failed code=%s", failure)
    runs.fail_task(workplace.assignment.lease, failure)
    if isinstance(failure, Asked | RecordsNeedPerson):
        return  # those are about no page
    _keep_proof(workplace, failure)
    workplace.witness.note()


def _keep_proof(workplace: Workplace, failure: Failure) -> None:
    if failure is not workplace.witness.seen:
        workplace.witness.failed(failure)


def _require_pinned_code(assignment: Assignment) -> None:
    """A resume under other code than the run was planned with is a person's decision; raises ChangedCode."""
    if agent_fingerprint() != assignment.build:
        raise ChangedCode(what="Predawn")
    if fingerprint(assignment.folder) != assignment.versions["automation"]:
        raise ChangedCode(what=assignment.run.automation)
    for name, planned in assignment.versions["sites"].items():
        if fingerprint(assignment.site_folders[name]) != planned:
            raise ChangedCode(what=name)


def _open_log(workplace: Workplace) -> None:
    """Whatever is logged or printed from here on goes to the run's log: secrets struck out, and what is
    personal in the record at hand.
    """
    assignment = workplace.assignment
    redactor = workplace.redactor
    if assignment.account is not None:
        redactor.add(assignment.account.password)
        redactor.add(assignment.account.seed or "")
    path = Home(assignment.home).logs / f"{assignment.lease.run_id}.log"
    root = logging.getLogger()
    root.addHandler(open_log(path, secrets=workplace.personal, redactor=redactor))
    root.setLevel(logging.INFO)
    sys.stdout = LogStream("author")
    sys.stderr = LogStream("author.error")
    tempfile.tempdir = None  # TMPDIR is the worker's own folder; whoever asked earlier must ask again
