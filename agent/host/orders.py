"""Carrying out commands: each row becomes done with a result, or refused with a failure."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from agent.core.actors import Actor
from agent.core.failures import ChangedCode, Defect, Failure, WrongState
from agent.core.states import RecordState, RunState
from agent.host import planning, repairs
from agent.host.keys import Keys
from agent.store import commands, pauses, reviews, runs
from agent.store.tables import RunRow
from agent.system.automations import automation_name, find_automation
from agent.system.paths import Home
from agent.system.settings import Settings

_log = logging.getLogger(__name__)

_MAY_RESUME = {RunState.FAILED, RunState.NEEDS_REVIEW}
_MAY_CANCEL = {
    RunState.PENDING,
    RunState.DOWNLOADING,
    RunState.PROCESSING,
    RunState.UPLOADING,
    RunState.NEEDS_REVIEW,
    RunState.FAILED,
}
# What an answer about a record makes of it. Whatever may be in the target already is looked up first.
_RECORD_ANSWERS = {
    "leave_out": RecordState.SKIPPED,
    "send_it": RecordState.IN_DOUBT,
    "it_is_there": RecordState.IN_DOUBT,
    "retry": RecordState.PLANNED,
}


class Orders:
    """The one path for wishes from window, command line, panel and schedule."""

    def __init__(self, home: Home, settings: Settings, keys: Keys) -> None:
        self._home, self._settings, self._keys = home, settings, keys
        self._verbs: Mapping[str, Callable[[Mapping[str, Any], Actor], Mapping[str, Any]]] = {
            "run": self._run,
            "resume": self._resume,
            "retry": self._resume,
            "cancel": self._cancel,
            "answer": self._answer,
            "pause": self._pause,
        }

    def carry_out(self) -> None:
        """Carry out every waiting command, oldest first."""
        for row in commands.waiting():
            try:
                result = self._verbs[row.verb](row.args, Actor(**row.actor))
            except Failure as failure:
                _log.info("command_refused verb=%s why=%s", row.verb, failure)
                commands.end(row.id, done=False, result=failure.as_json())
            except (KeyError, ValueError, TypeError) as error:
                # A row that cannot be understood must not stop the host, now and at every later start.
                _log.exception("command_not_understood verb=%s", row.verb)
                defect = Defect(kind=type(error).__name__, file="", line=0)
                commands.end(row.id, done=False, result=defect.as_json())
            else:
                commands.end(row.id, done=True, result=result)

    def _run(self, args: Mapping[str, Any], actor: Actor) -> Mapping[str, Any]:
        day = args.get("business_date")
        run_id = planning.plan(
            self._home,
            self._settings,
            self._keys,
            args["automation"],
            actor,
            business_date=date.fromisoformat(day) if day else None,
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
        _require(run, _MAY_RESUME, "failed or waiting for a person")
        reviews.withdraw_tasks(run.id)  # whoever resumes has answered them all
        _wake(run.id)
        return {"run": run.id}

    def _cancel(self, args: Mapping[str, Any], actor: Actor) -> Mapping[str, Any]:
        run = runs.get(args["run"])
        _require(run, _MAY_CANCEL, "not ended")
        if RunState(run.state) in _MAY_RESUME:
            _wake(run.id)  # the queue finds the wish, settles what is in doubt and ends the run
        runs.change_options(run.id, cancel=actor.as_json())
        return {"run": run.id}

    def _answer(self, args: Mapping[str, Any], actor: Actor) -> Mapping[str, Any]:
        given = args["answer"]
        if given == repairs.ACCEPT:
            item = repairs.accept(args, actor)
        else:
            item = reviews.answer(int(args["item"]), given, actor)
        if item.record_id is not None:
            reason = {"code": given, "params": {"question": item.question}}
            reviews.settle_record(item.record_id, _RECORD_ANSWERS[given], actor, reason)
        elif given == "stop":
            return self._cancel({"run": item.run_id}, actor)
        elif given not in {"retry", repairs.ACCEPT}:
            self._accept(runs.get(item.run_id), item.question, actor)
        run = runs.get(item.run_id)
        if RunState(run.state) in _MAY_RESUME and not reviews.open_items(run.id):
            _wake(run.id)
        return {"run": run.id}

    def _accept(self, run: RunRow, question: str, actor: Actor) -> None:
        """A person let the run go on: the same question is not asked again in it."""
        if question == ChangedCode.code:
            manifest = planning.describe(self._home, planning.folder_of(run))
            runs.pin_versions(run.id, {**manifest["versions"], "agent": planning.build()})
        runs.change_options(run.id, accepted={**run.options.get("accepted", {}), question: actor.as_json()})


def _wake(run_id: str) -> None:
    runs.move_run(run_id, RunState.PENDING)  # first: refused, nothing has changed
    runs.wake_tasks(run_id, reset_attempts=True)


def _require(run: RunRow, states: set[RunState], wanted: str) -> None:
    if RunState(run.state) not in states:
        raise WrongState(what=f"run {run.id}", state=run.state, wanted=wanted)
