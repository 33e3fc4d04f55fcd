"""One run as a page: what a person who was not there needs to see."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from agent.cli import signs
from agent.cli.console import out, print_table
from agent.core.totals import COUNT, Totals
from agent.faces.moments import duration
from agent.faces.wording import Wording, capitalised
from resources.i18n import texts

Values = Mapping[str, Any]

_PLACES = ("source", "left_out", "processed", "delivered", "target", "skipped")


def print_run(run: Values, wording: Wording) -> None:
    """Print a run's state, why it rests, tasks, records, totals, questions and where its proof is."""
    sign = signs.of_run(run["state"])
    days = run["period"]
    out(f"{run['title']} · {wording.moments.day(run['business_date'])} · {run['id']}")
    out(f"{sign.icon} {wording.run(run)}")
    covered = [wording.moments.day(day) for day in dict.fromkeys((days["first"], days["last"]))]
    out(texts.say("covers", {"days": texts.say("until").join(covered)}))
    if run["reason"] and run["state"] in {"FAILED", "PENDING"}:
        out(wording.failure(run["reason"], run["id"]).next)
    _print_tasks(run, wording)
    _print_records(run["records"], wording)
    print_totals(run["totals"], wording)
    _print_questions(run, wording)
    if run["evidence"]:
        out(texts.say("evidence_there", {"count": len(run["evidence"]), "run": run["id"]}))


def _print_tasks(run: Values, wording: Wording) -> None:
    rows = []
    for task in run["tasks"]:
        sign = signs.of_task(task["state"])
        took = duration(task["seconds"]) if task["seconds"] is not None else ""
        rows.append(
            (
                (sign.icon, sign.style),
                task["name"],
                texts.task_kind(task["kind"]),
                (wording.task(task, run, took=False), sign.style),
                task["attempts"],
                took,
            )
        )
    heads = [texts.say(f"head_{name}") for name in ("task", "kind", "standing", "tries", "took")]
    print_table(["", *heads], rows, numbers=[4, 5])


def _print_records(counts: Values, wording: Wording) -> None:
    """Print how many records are in each state that holds any, and how many rows became none."""
    rows: list[tuple[object, ...]] = []
    for name, number in counts.items():
        if name in {"total", "left_out"} or not number:
            continue
        sign = signs.of_record(name.upper())
        told = texts.record_state(name.upper(), {"site": texts.say("the_site"), "who": texts.say("somebody")})
        rows.append(((sign.icon, sign.style), (told, sign.style), f"{number:,}"))
    if counts["left_out"]:
        rows.append(("", texts.say("rows_left_out"), f"{counts['left_out']:,}"))
    if rows:
        print_table(["", texts.count(counts["total"], wording.noun), ""], rows, numbers=[2])


def print_totals(totals: Values, wording: Wording) -> None:
    """Print each task's figures at every place from file to target, side by side; unequal ones are marked."""
    rows = []
    for figures in totals.values():
        for name, places in sorted(figures.items(), key=lambda item: item[0] != COUNT):
            label = capitalised(wording.noun[1] if name == COUNT else name.replace("_", " "))
            mark = signs.DONE if _agrees(places) else signs.FAILED
            rows.append(((mark.icon, mark.style), label, *(figure(places.get(place)) for place in _PLACES)))
    if rows:
        heads = [texts.say(f"place_{place}") for place in _PLACES]
        print_table(["", texts.say("head_total"), *heads], rows, numbers=range(2, 2 + len(_PLACES)))


def _agrees(places: Mapping[str, str | None]) -> bool:
    return not Totals.from_json("", places).disagreements()


def figure(text: str | None) -> str:
    """Return a figure as people read it: ``12,345.60``; nothing where it is not known."""
    return "" if text is None else f"{Decimal(text):,}"


def _print_questions(run: Values, wording: Wording) -> None:
    unanswered = [item for item in run["reviews"] if item["answer"] is None]
    if not unanswered:
        return
    rows = [(item["id"], wording.question(item), item["task"] or "") for item in unanswered]
    print_table([texts.say(f"head_{name}") for name in ("item", "question", "task")], rows, numbers=[0])
    out(texts.say("review_next"))
