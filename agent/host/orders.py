"""Carrying out commands: each row becomes done with a result, or refused with a failure."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Set
from datetime import date
from typing import Any

from agent.core.actors import Actor
from agent.core.failures import Defect, Failure, Parameter, WrongState
from agent.core.states import RunState
from agent.host import planning, repairs
from agent.host.answering import MAY_RESUME, Answers, wake
from agent.host.auditing import keep_witness
from agent.host.keys import Keys
from agent.store import audit, by_hand, commands, downloads, pauses, reviews, runs
from agent.store.database import transaction
from agent.store.tables import CommandRow, RunRow
from agent.system.automations import automation_name, find_automation
from agent.system.paths import Home
from agent.system.settings import Settings

_log = logging.getLogger(__name__)

_MAY_CANCEL = {
    RunState.PENDING,
    RunState.DOWNLOADING,
    RunState.PROCESSING,
    RunState.UPLOADING,
    RunState.NEEDS_REVIEW,
    RunState.FAILED,
}

_AUDITED = (
    "automation",
    "office",
    "business_date",
    "run",
    "item",
    "answer",
    "version",
    "candidate",
    "evidence",
    "sha256",
    "password_version",
    "until",
    "off",
    "at_once",
    "repair",
)


class Orders:
    """The one path for wishes from window, command line, panel and schedule."""

    def __init__(self, home: Home, settings: Settings, keys: Keys) -> None:
        self._home, self._settings, self._keys = home, settings, keys
        audit.use(keys.audit)
        self._verbs: Mapping[str, Callable[[Mapping[str, Any], Actor], Mapping[str, Any]]] = {
            "run": self._run,
            "resume": self._resume,
            "retry": self._resume,
            "cancel": self._cancel,
            "answer": Answers(home, self._stop).give,
            "finish_by_hand": self._finish_by_hand,
            "pause": self._pause,
            "forget_repair": repairs.forget,
        }

    def go_by(self, settings: Settings) -> None:
        """Go by these settings from now on."""
        self._settings = settings

    def carry_out(self) -> int:
        """Carry out every waiting command, oldest first; returns how many there were.

        Each stands in the audit log before anything is done for it: a crash in between leaves a wish that is
        carried out, and written down, once more, never a deed that nobody is known to have wished.
        """
        waiting = commands.waiting()
        for row in waiting:
            try:
                actor = Actor(**row.actor)
                audit.append(actor, row.verb, _told(row.id, row.args))
                result = self._verbs[row.verb](row.args, actor)
            except Failure as failure:
                _log.info("command_refused verb=%s why=%s", row.verb, failure)
                self._refuse(row, failure)
            except (KeyError, ValueError, TypeError) as error:
                # A row that cannot be understood must not stop the host, now and at every later start.
                _log.exception("command_not_understood verb=%s", row.verb)
                self._refuse(row, Defect(kind=type(error).__name__, file="", line=0))
            else:
                commands.end(row.id, done=True, result=result)
        if waiting and (why := keep_witness(self._home)):
            _log.warning("audit_head_not_kept why=%s", why)
        return len(waiting)

    def _refuse(self, row: CommandRow, failure: Failure) -> None:
        with transaction():
            audit.append(_who(row), "refused", {"command": row.id, "why": failure.code})
            commands.end(row.id, done=False, result=failure.as_json())

    def _run(self, args: Mapping[str, Any], actor: Actor) -> Mapping[str, Any]:
        day = args.get("business_date")
        run_id = planning.plan(
            self._home,
            self._settings,
            self._keys,
            args["automation"],
            actor,
            business_date=date.fromisoformat(day) if day else None,
            office=args.get("office"),
            options=args.get("options"),
        )
        return {"run": run_id}

    def _pause(self, args: Mapping[str, Any], actor: Actor) -> Mapping[str, Any]:
        """Skip an automation's days until one, or until somebody ends the pause; ``off`` ends it."""
        automation = automation_name(find_automation(self._home, args["automation"]))
        if args.get("off"):
            return {
                "automation": automation,
                "paused": False,
                "was_paused": pauses.end(automation),
            }
        until = date.fromisoformat(args["until"]) if args.get("until") else None
        pauses.pause(automation, until, actor)
        return {"automation": automation, "paused": True, "until": args.get("until")}

    def _resume(self, args: Mapping[str, Any], _actor: Actor) -> Mapping[str, Any]:
        """Resume and retry differ in words only: both go on with the first task that has no checkpoint."""
        run = runs.get(args["run"])
        _require(run, MAY_RESUME, "failed or waiting for a person")
        with transaction():
            for task in runs.tasks_of(run.id):
                downloads.fetch_again(task)
            reviews.withdraw_tasks(run.id)  # whoever resumes has answered them all
            wake(run.id)
        return {"run": run.id}

    def _cancel(self, args: Mapping[str, Any], actor: Actor) -> Mapping[str, Any]:
        run = runs.get(args["run"])
        self._stop(run.id, actor, at_once=bool(args.get("at_once")))
        return {"run": run.id}

    def _stop(self, run_id: str, actor: Actor, *, at_once: bool = False) -> None:
        """Stop a run after its current record; the queue settles what is in doubt before it ends."""
        run = runs.get(run_id)
        _require(run, _MAY_CANCEL, "not ended")
        if RunState(run.state) in MAY_RESUME:
            wake(run.id)  # the queue finds the wish
        runs.change_options(run.id, cancel=actor.as_json(), at_once=at_once)

    def _finish_by_hand(self, args: Mapping[str, Any], actor: Actor) -> Mapping[str, Any]:
        """The record at hand ends, a person enters the rest."""
        run = runs.get(args["run"])
        by_hand.take(run.id, actor)
        return {"run": run.id}


def _who(row: CommandRow) -> Actor:
    try:
        return Actor(**row.actor)
    except TypeError:  # written by hand
        return Actor("person", "unknown", "unknown", "unknown", "unknown")


def _told(command: int, args: Mapping[str, Any]) -> dict[str, Parameter]:
    """Return what the audit log may hold of a wish: names and numbers, never a value of a record."""
    return {"command": command, **{name: args[name] for name in _AUDITED if args.get(name) is not None}}


def _require(run: RunRow, states: Set[RunState], wanted: str) -> None:
    if RunState(run.state) not in states:
        raise WrongState(what=f"run {run.id}", state=run.state, wanted=wanted)
