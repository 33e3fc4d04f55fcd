"""One run as the window shows it: read and told in the reading thread, as plain rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from agent.core.states import OPEN_RUNS, RunState
from agent.core.totals import COUNT, Totals
from agent.faces import signs
from agent.faces.moments import duration
from agent.faces.outlook_words import sentence as forecast_sentence
from agent.faces.wording import Wording, capitalised
from agent.host.outlook import Outlook
from agent.store import queries, runs
from resources.i18n import texts
from ui.desktop.desk import Desk
from ui.desktop.models.rows import Row
from ui.desktop.speech import OfficeMoments

Values = Mapping[str, Any]

PLACES = ("source", "left_out", "processed", "delivered", "target", "skipped")


@dataclass(frozen=True)
class RunView:
    """Everything but records and log, which are read when their tab is shown."""

    id: str
    title: str
    standing: str
    sign: str
    details: str
    actions: tuple[str, ...]
    questions: tuple[str, ...]
    tasks: tuple[Row, ...]
    counts: tuple[Row, ...]
    totals: tuple[Row, ...]
    evidence: tuple[Row, ...]
    certifiable: bool
    open: bool
    noun: tuple[str, str]
    moments: OfficeMoments = field(repr=False)


def read(desk: Desk, run_id: str) -> RunView:
    """Read one run. Raises UnknownRun."""
    run = queries.run(run_id)
    wording = desk.wording(run["id"])
    moments = desk.moments(run["office"])
    state = RunState(run["state"])
    asked = [item for item in run["reviews"] if item["answer"] is None]
    return RunView(
        id=run["id"],
        title=f"{run['title']} · {moments.day(run['business_date'])}",
        standing=wording.run(run),
        sign=signs.of_run(run["state"]),
        details="\n".join(_details(desk, run, wording, moments)),
        actions=_actions(run, state),
        questions=tuple(wording.question(item) for item in asked),
        tasks=tuple(_task(task, run, wording) for task in run["tasks"]),
        counts=tuple(_counts(desk, run)),
        totals=tuple(_totals(desk, run, wording)),
        evidence=tuple(_evidence(desk, item, moments) for item in run["evidence"]),
        certifiable=state in {RunState.COMPLETED, RunState.CANCELLED} and not run["rehearsal"],
        open=state in OPEN_RUNS,
        noun=wording.noun,
        moments=moments,
    )


def _details(desk: Desk, run: Values, wording: Wording, moments: OfficeMoments) -> list[str]:
    """Return what stands below the sentence: days, times, what to do next."""
    first, last = run["period"]["first"], run["period"]["last"]
    days = texts.say("until").join(moments.day(day) for day in dict.fromkeys((first, last)))
    found = [texts.say("covers", {"days": days})]
    if run["started_at"]:
        span = {
            "began": moments.at(run["started_at"]),
            "ended": moments.at(run["ended_at"]) or None,
            "took": desk.took(run["started_at"], run["ended_at"]) or None,
        }
        found.append(texts.window("run_span", span))
    if desk.settings is not None and RunState(run["state"]) in OPEN_RUNS:
        forecast = Outlook(desk.settings).of(runs.get(run["id"]), desk.now())
        if forecast is not None:
            found.append(forecast_sentence(forecast, moments))
    if run["reason"] and run["state"] in {"FAILED", "PENDING"}:
        found.append(desk.next_of(run["reason"], wording.titles))
    return [line for line in found if line]


def _actions(run: Values, state: RunState) -> tuple[str, ...]:
    if run["options"].get("cancel") and state in OPEN_RUNS:
        return ("stopping",)
    if state is RunState.FAILED:
        return ("retry", "stop", "by_hand") if _has_records(run) else ("retry", "stop")
    if state is RunState.NEEDS_REVIEW:
        return ("review", "resume", "stop", "by_hand") if _has_records(run) else ("review", "resume", "stop")
    if state in OPEN_RUNS:
        return ("stop_now",)
    return ()


def _has_records(run: Values) -> bool:
    return bool(run["records"]["planned"] + run["records"]["in_review"] + run["records"]["rejected"])


def _task(task: Values, run: Values, wording: Wording) -> Row:
    took = duration(task["seconds"]) if task["seconds"] is not None else ""
    site = wording.titles.get(task["site"], task["site"]) if task["site"] else ""
    told = wording.task(task, run, took=False)
    cells = (told, task["name"], texts.task_kind(task["kind"]), site, str(task["attempts"] or ""), took)
    return Row(cells, signs.of_task(task["state"]), task)


def _counts(desk: Desk, run: Values) -> list[Row]:
    """Return how many records are in each state that holds any, and how many rows became none."""
    found = []
    for name, number in run["records"].items():
        if name in {"total", "left_out"} or not number:
            continue
        state = name.upper()
        told = texts.record_state(state, {"site": texts.say("the_site"), "who": texts.say("somebody")})
        found.append(Row((told, desk.speech.number(number)), signs.of_record(state), state))
    if run["records"]["left_out"]:
        left = desk.speech.number(run["records"]["left_out"])
        found.append(Row((texts.say("rows_left_out"), left), signs.WAITING, "LEFT_OUT"))
    return found


def _totals(desk: Desk, run: Values, wording: Wording) -> list[Row]:
    found = []
    for task, figures in run["totals"].items():
        for name, places in sorted(figures.items(), key=lambda item: item[0] != COUNT):
            label = capitalised(wording.noun[1] if name == COUNT else name.replace("_", " "))
            wrong = Totals.from_json(name, places).disagreements()
            told, sign = ("unequal", signs.FAILED) if wrong else ("equal", signs.DONE)
            if wrong and RunState(run["state"]) in OPEN_RUNS:
                told, sign = "not_equal_yet", signs.WAITING  # what is still to enter is missing, nothing else
            figures_told = (_figure(desk, places.get(place)) for place in PLACES)
            found.append(Row((texts.window(told), task, label, *figures_told), sign, name))
    return found


def _figure(desk: Desk, text: str | None) -> str:
    """Return a figure as the office writes it; words where the site never shows it."""
    if text is None:
        return texts.window("not_shown")
    value = Decimal(text)
    exponent = value.as_tuple().exponent
    digits = max(0, -exponent) if isinstance(exponent, int) else 0
    return desk.speech.decimal(value, digits)


def _evidence(desk: Desk, item: Values, moments: OfficeMoments) -> Row:
    kept = not item.get("removed")
    size = texts.window("kilobytes", {"size": desk.speech.number(max(1, round(item["size"] / 1000)))})
    name = item["name"] if kept else texts.window("removed", {"name": item["name"]})
    cells = (
        texts.evidence_kind(item["kind"]),
        name,
        size,
        moments.at(item["created_at"]),
        item["sha256"][:12],
    )
    return Row(cells, None, item)
