"""Today in words: what each strip says, and the sentence on top. Made in the reading thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.core.states import OPEN_RUNS, RunState
from agent.faces import signs
from agent.faces.day import Day, Strip
from agent.faces.outlook_words import sentence as forecast_sentence
from agent.faces.wording import Wording, capitalised
from resources.i18n import texts
from resources.i18n.texts import RECORD, Noun
from ui.desktop.desk import Desk
from ui.desktop.speech import OfficeMoments

Values = Mapping[str, Any]

_WANTS_PERSON = frozenset({RunState.FAILED, RunState.NEEDS_REVIEW})


@dataclass(frozen=True)
class Told:
    """One strip in words. ``actions`` are codes in their order; ``progress`` is (entered, of)."""

    sign: str
    title: str
    standing: str
    details: str
    step: str = ""
    progress: tuple[int, int] | None = None
    actions: tuple[str, ...] = ()
    noun: Noun = RECORD
    questions: int = 0


@dataclass(frozen=True)
class DayTold:
    """The whole page: the sentence, each strip with its words, how many questions wait."""

    sentence: str
    strips: tuple[tuple[Strip, Told], ...] = field(repr=False)
    questions: int = 0


def tell(desk: Desk, day: Day) -> DayTold:
    """Say what today is like."""
    many = len({strip.office for strip in day.strips}) > 1
    told = []
    for strip in day.strips:
        moments = desk.moments(strip.office)
        asked = [item for item in day.questions if strip.run and item["run"] == strip.run["id"]]
        told.append((strip, _strip(desk, strip, moments, len(asked), many=many)))
    return DayTold(_sentence(desk, day), tuple(told), len(day.questions))


def _strip(desk: Desk, strip: Strip, moments: OfficeMoments, questions: int, *, many: bool) -> Told:
    title = texts.window("title_office", {"title": strip.title, "office": strip.office if many else None})
    run = strip.run
    if run is None:
        sign, standing = _without_run(strip, moments)
        details = " ".join(part for part in (_covers(strip, moments), _forecast(strip, moments)) if part)
        return Told(sign, title, standing, details, actions=_actions(strip))
    wording = desk.wording_for(run, moments, desk.site_titles())
    state = RunState(run["state"])
    sign = signs.RISK if strip.is_late and state in OPEN_RUNS else signs.of_run(run["state"])
    parts = (_covers(strip, moments), _forecast(strip, moments))
    counts = run["records"]
    uploading = state is RunState.UPLOADING and counts["total"]
    return Told(
        sign,
        title,
        wording.run(run),
        " ".join(part for part in parts if part),
        step=_step(run, wording),
        progress=(counts["confirmed"] + counts["verified"], counts["total"]) if uploading else None,
        actions=_actions(strip),
        noun=wording.noun,
        questions=questions,
    )


def _without_run(strip: Strip, moments: OfficeMoments) -> tuple[str, str]:
    if strip.paused is not None:
        until = moments.day(strip.paused.until) if strip.paused.until else None
        return signs.WAITING, texts.window("paused", {"who": strip.paused.who, "until": until})
    if strip.outcome == "missed":
        return signs.FAILED, texts.window("missed", {"why": _why(strip.why, moments)})
    if strip.outcome == "skipped" or strip.why is not None:
        return signs.WAITING, texts.window("not_due", {"why": _why(strip.why, moments)})
    if strip.outcome == "owed":
        return signs.WAITING, texts.window("owed", {"why": _why(strip.why, moments)})
    if strip.due_at is None:
        return signs.WAITING, texts.window("not_scheduled")
    at = moments.at(strip.due_at.isoformat())
    sign = signs.RISK if strip.is_late and strip.is_today else signs.WAITING
    return sign, texts.window("begins" if strip.is_today else "next_begins", {"at": at})


def _why(reason: Values | None, moments: OfficeMoments) -> str:
    if reason is None:
        return ""
    params = dict(reason.get("params") or {})
    for name in ("until", "day"):
        if params.get(name):
            params[name] = moments.day(str(params[name]))
    return texts.why(str(reason["code"]), params)


def _covers(strip: Strip, moments: OfficeMoments) -> str:
    if strip.period is None or strip.business_date is None:
        return ""
    first, last = strip.period
    if first == last:
        return texts.window("covers_day", {"day": moments.day(first)})
    params = {"day": moments.weekday(strip.business_date), "first": moments.weekday(first)}
    if (last - first).days < 7:
        return texts.window("covers_days", {**params, "last": moments.weekday(last)})
    return texts.window("covers_days", {**params, "first": moments.day(first), "last": moments.day(last)})


def _forecast(strip: Strip, moments: OfficeMoments) -> str:
    if strip.forecast is None or not (strip.is_today or strip.run):
        return ""
    return f"{forecast_sentence(strip.forecast, moments)}."


def _step(run: Values, wording: Wording) -> str:
    for task in run["tasks"]:
        if task["state"] == "running" and task["step"]:
            return capitalised(wording.step(task["step"]))
    return ""


def _actions(strip: Strip) -> tuple[str, ...]:
    """Return what can be done, the most likely first."""
    if strip.run is None:
        return ("run", "rehearse")
    state = RunState(strip.run["state"])
    if strip.run["options"].get("cancel") and state in OPEN_RUNS:
        return ("stopping", "open")
    if state is RunState.FAILED:
        return ("retry", "stop", "open")
    if state is RunState.NEEDS_REVIEW:
        return ("review", "resume", "stop", "open")
    if state in OPEN_RUNS:
        return ("stop_now", "open")
    return ("again", "rehearse", "open")


# ── the sentence on top ───────────────────────────────────────────────────────────────────────────────────
def _sentence(desk: Desk, day: Day) -> str:
    if not day.strips:
        return ""
    parts = [_needs(desk, day)] if day.questions else []
    for strip in day.strips:
        parts += _of_strip(desk, strip)
    states = [RunState(strip.run["state"]) for strip in day.strips if strip.run is not None]
    done = states.count(RunState.COMPLETED)
    if done and not any(state in OPEN_RUNS - _WANTS_PERSON for state in states):
        parts.append(texts.window("rest_arrived" if parts else "all_arrived"))
    following = _next(day.strips)
    if following is not None and not any(strip.at_work for strip in day.strips):
        at = desk.moments(following.office).at(following.due_at.isoformat() if following.due_at else None)
        parts.append(texts.window("next_is", {"title": following.title, "at": at}))
    return " ".join(parts)


def _needs(desk: Desk, day: Day) -> str:
    """Return ``3 claims need you before 08:00.``; questions that are about no record are counted as such."""
    asked = {item["run"] for item in day.questions}
    strips = [strip for strip in day.strips if strip.run is not None and strip.run["id"] in asked]
    deadlines = [strip.deadline_at for strip in strips if strip.deadline_at is not None]
    soonest = min((moment for moment in deadlines if moment > day.read_at), default=None)
    office = strips[0].office if strips else "main"
    before = desk.moments(office).at(soonest.isoformat()) if soonest else None
    records = {item["record"] for item in day.questions if item["record"] is not None}
    if len(records) < len(day.questions):
        return texts.window("questions_need_you", {"count": len(day.questions), "before": before})
    nouns = [strip.run["noun"] for strip in strips if strip.run is not None and strip.run["noun"]]
    params = {"count": len(records), "before": before}
    return texts.window("records_need_you", params, noun=nouns[0] if nouns else RECORD)


def _of_strip(desk: Desk, strip: Strip) -> list[str]:
    """Return what must be said of one strip on top; nothing where it is as it should be."""
    moments = desk.moments(strip.office)
    state = RunState(strip.run["state"]) if strip.run is not None else None
    if state is RunState.FAILED:
        return [texts.window("has_failed", {"title": strip.title})]
    if strip.run is None and strip.outcome == "missed":
        return [texts.window("was_missed", {"title": strip.title})]
    if strip.is_late and strip.is_today and strip.deadline_at is not None and state in {None, *OPEN_RUNS}:
        deadline = moments.at(strip.deadline_at.isoformat())
        return [texts.window("is_late", {"title": strip.title, "deadline": deadline})]
    if strip.at_work:
        return [texts.window("is_at_work", {"title": strip.title})]
    return []


def _next(strips: tuple[Strip, ...]) -> Strip | None:
    """Return what begins next; the strips stand in the order of their starts."""
    waiting = (
        strip
        for strip in strips
        if strip.run is None and strip.due_at is not None and strip.why is None and strip.outcome is None
    )
    return next(waiting, None)
