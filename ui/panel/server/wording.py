"""How things stand, as sentences, from what workstations told (JSON of :mod:`agent.sync.wire`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from resources.i18n import texts
from resources.i18n.texts import Noun
from ui.panel.server.models.base import Sign

Values = Mapping[str, Any]

RUN_SIGNS: Mapping[str, Sign] = {
    "PENDING": Sign.WAITING,
    "DOWNLOADING": Sign.RUNNING,
    "PROCESSING": Sign.RUNNING,
    "UPLOADING": Sign.RUNNING,
    "COMPLETED": Sign.DONE,
    "NEEDS_REVIEW": Sign.NEEDS_YOU,
    "FAILED": Sign.FAILED,
    "CANCELLED": Sign.WAITING,
}
_TASK_SIGNS: Mapping[str, Sign] = {
    "running": Sign.RUNNING,
    "done": Sign.DONE,
    "failed": Sign.FAILED,
    "needs_review": Sign.NEEDS_YOU,
}
_DUTY_SIGNS: Mapping[str, Sign] = {"missed": Sign.FAILED, "ran": Sign.DONE, "running": Sign.RUNNING}


def say(code: str, params: Values | None = None) -> str:
    """Return one of the panel's own sentences."""
    return texts.standing("panel", code, params)


def noun_of(run: Values) -> Noun:
    """Return what a run's records are called."""
    told = [str(one) for one in run.get("noun") or ()]
    return (told[0], told[1]) if len(told) == 2 else texts.RECORD


def run_sign(run: Values) -> Sign:
    """Return a run's sign: one that is late by its forecast is at risk."""
    sign = RUN_SIGNS.get(str(run["state"]), Sign.WAITING)
    verdict = (run.get("forecast") or {}).get("verdict")
    if sign in {Sign.RUNNING, Sign.WAITING} and verdict in {"at_risk", "impossible"}:
        return Sign.AT_RISK
    return sign


def run_words(run: Values, questions: Sequence[Values] = ()) -> str:
    """Return where a run stands; ``questions`` are its open ones, where they are at hand."""
    state, noun, reason = str(run["state"]), noun_of(run), run.get("reason")
    counts: Values = run.get("records") or {}
    params: dict[str, Any] = {"noun": noun[0], "nouns": noun[1]}
    match state:
        case "PENDING":
            params["reason"] = why(reason, noun) or say("its_turn")
        case "DOWNLOADING":
            params["what"] = _downloads(run.get("tasks") or ()) or say("files")
        case "UPLOADING" if counts.get("total"):
            params |= {"entered": counts["confirmed"] + counts["verified"], "total": counts["total"]}
        case "COMPLETED":
            params["result"] = _result(run, counts, noun)
        case "NEEDS_REVIEW":
            params["question"] = _questions(questions, noun)
        case "FAILED":
            params |= {"reason": why(reason or {"code": "failure"}, noun), "counts": _unfinished(counts)}
        case "CANCELLED":
            params["who"] = _who(reason)
    return say(f"run_{state.lower()}", params)


def why(said: Values | None, noun: Noun = texts.RECORD) -> str:
    """Return a reason in one line; empty where there is none."""
    if not said:
        return ""
    return texts.why(str(said["code"]), said.get("params") or {}, noun=noun)


def advice(said: Values | None, noun: Noun = texts.RECORD) -> str:
    """Return what to do about a failure; nothing where that is a command to type at the workstation."""
    if not said or not texts.has("failures", str(said["code"])):
        return ""
    told = texts.failure(str(said["code"]), said.get("params") or {}, noun=noun).next
    return "" if "predawn" in told else told


def question(item: Values, noun: Noun = texts.RECORD) -> str:
    """Return what a person is asked."""
    return texts.question(str(item["question"]), item.get("params") or {}, noun=noun)


def answer(code: str) -> str:
    """Return what an answer does, as one reads it on its button."""
    return texts.answer(code)


def step(said: Values | None, noun: Noun = texts.RECORD) -> str:
    """Return what is being done; empty where it is not known."""
    return texts.step(str(said["code"]), said.get("params") or {}, noun=noun) if said else ""


def task_sign(state: str) -> Sign:
    """Return a task's sign."""
    return _TASK_SIGNS.get(state, Sign.WAITING)


def task_words(task: Values, noun: Noun = texts.RECORD) -> str:
    """Return where a task stands."""
    if task["state"] == "running" and task.get("step"):
        told = step(task["step"], noun)
        return told[:1].upper() + told[1:]
    return texts.task_state(str(task["state"]))


def duty_sign(outcome: str, reason: Values | None) -> Sign:
    """Return a duty's sign."""
    return Sign.FAILED if outcome == "ran" and reason else _DUTY_SIGNS.get(outcome, Sign.WAITING)


def duty_words(outcome: str, reason: Values | None) -> str:
    """Return what became of a business day's duty."""
    code = "failed" if outcome == "ran" and reason else outcome
    return texts.standing("panel", f"duty_{code}", {"why": why(reason)})


def line(kind: str, code: str, params: Values, noun: Noun = texts.RECORD) -> tuple[Sign, str]:  # noqa: PLR0911  # one line a kind
    """Return the sign and the words of one thing that happened."""
    match kind:
        case "run":
            told = {"state": code, "reason": params.get("reason"), "noun": list(noun)}
            return run_sign(told), run_words(told)
        case "task":
            words = texts.task_state(code)
            because = why(params.get("failure"), noun)
            words = texts.say("because", {"what": words, "why": because})
            return task_sign(code), say("task_line", {"task": params.get("task"), "words": words})
        case "step":
            return Sign.RUNNING, say(
                "task_line",
                {"task": params.get("task"), "words": step({"code": code, "params": params}, noun)},
            )
        case "review" if code == "asked":
            return Sign.NEEDS_YOU, say("review_asked", {"question": question(params, noun)})
        case "review":
            told = {"who": params.get("by"), "answer": answer(str(params.get("answer")))}
            return Sign.DONE, say("review_answered", told)
        case "duty":
            return duty_sign(code, params.get("reason")), duty_words(code, params.get("reason"))
        case "command":
            sign = Sign.FAILED if code == "refused" else Sign.DONE
            told = {"workstation": params.get("workstation"), "why": why(params.get("reason"), noun)}
            return sign, say(f"command_{code}", told)
    return Sign.WAITING, say(code, params)


def _downloads(tasks: Sequence[Values]) -> str:
    running = [task for task in tasks if task["state"] == "running"]
    return " · ".join(say("file_from", {"file": task["name"], "site": task.get("site")}) for task in running)


def _result(run: Values, counts: Values, noun: Noun) -> str:
    if not counts.get("total"):
        return ""
    if run.get("rehearsal"):
        return say("rehearsed", {"counted": texts.count(counts["total"], noun)})
    return say("arrived", {"counted": texts.count(counts["verified"], noun)})


def _questions(questions: Sequence[Values], noun: Noun) -> str:
    if len(questions) == 1:
        return question(questions[0], noun)
    return say("questions", {"count": len(questions)}) if questions else say("a_question")


def _unfinished(counts: Values) -> str:
    if not counts.get("total"):
        return ""
    return say(
        "unfinished",
        {
            "arrived": counts["verified"],
            "not_entered": counts["planned"],
            "unknown": counts["intended"] + counts["in_doubt"],
            "need": counts["in_review"] + counts["rejected"] + counts["invalid"] or None,
        },
    )


def _who(reason: Values | None) -> str | None:
    return None if not reason else (reason.get("params") or {}).get("who")
