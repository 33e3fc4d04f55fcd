"""Carrying out what people answer. The answer and all that it changes are one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from agent.core.actors import Actor
from agent.core.answers import Needs, needs
from agent.core.failures import AnswerIncomplete, ChangedCode
from agent.core.states import OPEN_RUNS, RecordState, RunState
from agent.host import planning, repairs
from agent.host.describing import describe
from agent.host.handing_in import site_of
from agent.store import accounts, by_hand, corrections, downloads, evidence, reviews, runs
from agent.store.database import transaction
from agent.store.evidence import FILE_KIND, VALUES_KIND
from agent.store.tables import ReviewRow, RunRow
from agent.system.paths import Home

MAY_RESUME = frozenset({RunState.FAILED, RunState.NEEDS_REVIEW})

# What an answer about a record makes of it. Whatever may be in the target already is looked up first.
_RECORD_ANSWERS = {
    "leave_out": RecordState.SKIPPED,
    "send_it": RecordState.IN_DOUBT,
    "it_is_there": RecordState.IN_DOUBT,
    "retry": RecordState.PLANNED,
}

_AT_ONCE = frozenset({"done_by_hand", "give_back"})  # other questions of the run may stay open meanwhile

Args = Mapping[str, Any]


class Answers:
    """Takes answers; ``stop`` carries out the wish to stop a run."""

    def __init__(self, home: Home, stop: Callable[[str, Actor], None]) -> None:
        self._home, self._stop = home, stop
        self._about_tasks: Mapping[str, Callable[[ReviewRow, Args, Actor], None]] = {
            "retry": self._retry,
            "stop": lambda item, _args, actor: self._stop(item.run_id, actor),
            "hand_in": self._hand_in,
            "new_password": self._new_password,
            "correct": self._correct_row,
            "leave_out": self._leave_row_out,
            "finish_by_hand": lambda item, _args, actor: by_hand.take(item.run_id, actor),
            "accept_repair": repairs.accept,
            "done_by_hand": lambda item, _args, actor: by_hand.end(item.run_id, actor, "done_by_hand"),
            "give_back": lambda item, _args, actor: by_hand.end(item.run_id, actor, "give_back"),
        }

    def give(self, args: Args, actor: Actor) -> Mapping[str, Any]:
        """Carry out one answer: args ``item``, ``version``, ``answer`` and what the answer needs.

        Raises UnknownItem, AnsweredAlready, QuestionChanged, WrongState, AnswerIncomplete: then nothing has
        changed.
        """
        given = str(args["answer"])
        item = reviews.require_open(int(args["item"]), int(args["version"]), given)
        told = _told(item, given, args)
        # Only what is about to be accepted: asking a worker takes a second, and no transaction waits for it.
        versions = self._versions_now(item) if given == "continue" else None
        with transaction():
            answered = reviews.answer(item.id, item.version, given, actor, told)
            for each in answered:
                self._carry_out(each, given, args, actor, versions)
            for run_id in {each.run_id for each in answered}:
                ours = run_id == item.run_id or not runs.is_replaced(run_id)
                if ours and (given in _AT_ONCE or not reviews.open_items(run_id)):
                    wake_resting(run_id)
        return {"run": item.run_id, "answer": given, "items": [each.id for each in answered]}

    def _carry_out(
        self, item: ReviewRow, given: str, args: Args, actor: Actor, versions: Mapping[str, Any] | None
    ) -> None:
        if item.record_id is not None:
            self._about_record(item, given, args, actor)
        elif given in self._about_tasks:
            self._about_tasks[given](item, args, actor)
        else:
            _accept(runs.get(item.run_id), item.question, actor, versions)

    def _about_record(self, item: ReviewRow, given: str, args: Args, actor: Actor) -> None:
        assert item.record_id is not None
        if given == "correct":  # the record stays where it is until a worker has read the new values
            corrections.add(item.run_id, actor, record_id=item.record_id, values=args["evidence"])
            return
        params = {"question": item.question}
        if needs(given) is Needs.REASON:
            params["reason"] = str(args["reason"]).strip()
        reason = {"code": given, "params": params}
        reviews.settle_record(item.record_id, _RECORD_ANSWERS[given], actor, reason)

    def _retry(self, item: ReviewRow, _args: Args, _actor: Actor) -> None:
        if item.task is not None:
            downloads.fetch_again(item.task)

    def _hand_in(self, item: ReviewRow, args: Args, actor: Actor) -> None:
        """The file takes the place of a download; a worker attests it as it attests one."""
        file = {name: str(args[name]) for name in ("evidence", "sha256", "name")}
        downloads.hand_in(item, file, actor)

    def _new_password(self, item: ReviewRow, args: Args, _actor: Actor) -> None:
        site = site_of(item)
        account = accounts.find(item.run.office, site)
        if account is None:
            raise AnswerIncomplete(answer="new_password", needs="account")
        if account.password_version != args["password_version"]:
            accounts.set_account(item.run.office, site, account.name, int(args["password_version"]))

    def _correct_row(self, item: ReviewRow, args: Args, actor: Actor) -> None:
        corrections.add(item.run_id, actor, place=item.params["place"], values=args["evidence"])

    def _leave_row_out(self, item: ReviewRow, args: Args, actor: Actor) -> None:
        corrections.add(item.run_id, actor, place=item.params["place"], reason=args["reason"])

    def _versions_now(self, item: ReviewRow) -> Mapping[str, Any]:
        manifest = describe(self._home, planning.folder_of(item.run))
        return {**manifest["versions"], "agent": planning.build()}


def wake_resting(run_id: str) -> None:
    """Let a run go on from where it rests; in one that works or waits for its turn, the tasks that rest."""
    state = RunState(runs.get(run_id).state)
    if state in MAY_RESUME:
        wake(run_id)
    elif state in OPEN_RUNS:
        runs.wake_tasks(run_id, reset_attempts=True)


def wake(run_id: str) -> None:
    """Put a run that rests back into the queue."""
    runs.move_run(run_id, RunState.PENDING)  # first: refused, nothing has changed
    runs.wake_tasks(run_id, reset_attempts=True)


def _told(item: ReviewRow, given: str, args: Args) -> Mapping[str, Any]:
    """Return what came with an answer, as it is kept; raises AnswerIncomplete when it lacks what it needs."""
    wanted = needs(given)
    if wanted is Needs.REASON:
        reason = str(args.get("reason") or "").strip()
        if not reason:
            raise AnswerIncomplete(answer=given, needs=wanted)
        return {"reason": reason}
    if wanted in {Needs.FILE, Needs.VALUE}:
        kind = FILE_KIND if wanted is Needs.FILE else VALUES_KIND
        told = {name: str(args.get(name) or "") for name in ("evidence", "sha256")}
        if not evidence.was_handed_in(item.run_id, told["evidence"], told["sha256"], kind):
            raise AnswerIncomplete(answer=given, needs=wanted)
        return told
    if wanted is Needs.SECRET:
        if not isinstance(args.get("password_version"), int):
            raise AnswerIncomplete(answer=given, needs=wanted)
        return {"password_version": args["password_version"]}
    if wanted is Needs.CANDIDATE:
        return {"candidates": repairs.numbers(args)}
    return {}


def _accept(run: RunRow, question: str, actor: Actor, versions: Mapping[str, Any] | None) -> None:
    """A person let the run go on: the same question is not asked again in it."""
    if question == ChangedCode.code and versions is not None:
        runs.pin_versions(run.id, versions)
    runs.change_options(run.id, accepted={**run.options.get("accepted", {}), question: actor.as_json()})
