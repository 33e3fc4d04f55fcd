"""A certificate's facts as sheets for people: every figure side by side, every record, all in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from agent.core.totals import COUNT
from agent.faces.certifying import ordered
from agent.faces.explaining import Page
from agent.faces.wording import capitalised, heading, source_of
from resources.i18n import texts

Values = Mapping[str, Any]
Row = Sequence[Any]

_PLACES = ("source", "left_out", "processed", "delivered", "target", "skipped")


def sheets(facts: Values, page: Page, zone: tzinfo | None, *, key: str, file: str) -> dict[str, Any]:
    """Return the workbook that a worker writes; ``key`` is a fingerprint, ``file`` the signed file's name."""
    return {
        "sheets": [
            _sheet("sheet_summary", heading("fact", "told"), _summary(facts, page, zone, key=key, file=file)),
            _totals(facts, page),
            _records(facts, page, zone),
            _sheet(
                "sheet_left_out",
                heading("row", "why"),
                [[row["address"], row["reason"]] for row in facts["left_out"]],
            ),
        ]
    }


def _sheet(title: str, headers: Sequence[str], rows: Sequence[Row]) -> dict[str, Any]:
    return {"title": texts.say(title), "headers": list(headers), "rows": [list(row) for row in rows]}


def _summary(facts: Values, page: Page, zone: tzinfo | None, *, key: str, file: str) -> list[Row]:
    run, issued = facts["run"], facts["issued"]
    counts, by = facts["counts"], issued["by"]
    rows: list[Row] = [
        (texts.say("fact_automation"), run["title"]),
        (texts.say("fact_run"), run["id"]),
        (texts.say("fact_day"), run["business_date"]),
        (texts.say("fact_period"), texts.say("until").join(dict.fromkeys(run["period"].values()))),
        (texts.say("fact_standing"), page.wording.run({**run, "records": counts, "tasks": []})),
        (texts.say("fact_began"), _at(run["started_at"], zone)),
        (texts.say("fact_ended"), _at(run["ended_at"], zone)),
        (texts.say("fact_zone"), str(zone or datetime.now().astimezone().tzname())),
        (texts.say("fact_issued"), _at(issued["at"], zone)),
        (texts.say("fact_by"), texts.say("told_by", by)),
        (texts.say("fact_versions"), ", ".join(f"{name} {told}" for name, told in run["versions"].items())),
    ]
    rows += [(texts.say("fact_source"), _source(source, page, zone)) for source in facts["sources"]]
    for task, names in facts["never_shown"].items():
        site = texts.say("fact_never_shown", {"site": page.wording.titles.get(_site(task, facts), task)})
        rows.append((site, ", ".join(names) or texts.say("told_nothing")))
    shown = "told_shown" if facts["personal_shown"] else "told_masked"
    rows += [
        (texts.say("fact_personal"), texts.say(shown)),
        (texts.say("fact_key"), key),
        (texts.say("fact_file"), file),
    ]
    return rows


def _source(source: Values, page: Page, zone: tzinfo | None) -> str:
    site = source["site"]
    told = {"site": page.wording.titles.get(site, site), "at": _at(source["downloaded_at"], zone)}
    return texts.say("told_source", {**source, **told})


def _site(task: str, facts: Values) -> str:
    return next((str(record["site"]) for record in facts["records"] if record["task"] == task), task)


def _totals(facts: Values, page: Page) -> dict[str, Any]:
    """Put each figure's places side by side, unequal ones marked; what the source states stands beside."""
    rows = []
    for task, figures in facts["totals"].items():
        for name, figure in ordered(figures):
            label = capitalised(page.wording.noun[1] if name == COUNT else name.replace("_", " "))
            wrong = ", ".join(figure["disagreements"])
            agrees = texts.say("totals_differ", {"wrong": wrong}) if wrong else texts.say("totals_agree")
            places = [_place(place, figure) for place in _PLACES]
            rows.append([task, label, _stated(figure["stated"]), *places, agrees])
    places = [texts.say("place_stated"), *(texts.say(f"place_{place}") for place in _PLACES)]
    return _sheet("sheet_totals", [*heading("task", "total"), *places, texts.say("head_agrees")], rows)


def _place(place: str, figure: Values) -> Any:  # noqa: ANN401  # a cell
    amount = figure[place]
    return texts.say("not_shown_there") if amount is None else {"amount": amount}


def _stated(stated: Sequence[str | None]) -> Any:  # noqa: ANN401  # a cell
    if not stated:
        return None
    if None in stated:
        return texts.say("no_stated_total")
    return {"amount": stated[0]} if len(stated) == 1 else " + ".join(map(str, stated))


def _records(facts: Values, page: Page, zone: tzinfo | None) -> dict[str, Any]:
    """List every record: its values as text (leading zeros stay) and the cell that each was read from."""
    names = list(dict.fromkeys(name for record in facts["records"] for name in record["fields"]))
    headers = heading(
        "number", "site", "key", "standing", "confirmation", "entered", "read_back", "entered_by"
    )
    for name in names:
        headers += [name, texts.say("field_source", {"name": name})]
    rows = []
    for record, told in zip(facts["records"], page.records, strict=True):
        worker = record["entered_by"] or {}
        row: list[Any] = [
            record["ordinal"],
            page.wording.titles.get(record["site"], record["site"]),
            record["key"],
            page.wording.record(told),
            record["confirmation"],
            _at(worker and (record["confirmed_at"] or record["intended_at"]), zone),
            _at(record["verified_at"], zone),
            texts.say("told_by", {"name": worker["account"], **worker}) if worker.get("account") else None,
        ]
        for name in names:
            known = record["fields"].get(name)
            row += [None, None] if known is None else [known["value"], _origin(known, facts)]
        rows.append(row)
    return _sheet("sheet_records", headers, rows)


def _origin(known: Values, facts: Values) -> str:
    rows = [
        {"file": facts["sources"][place]["name"] if place is not None else None, "sheet": sheet, "row": row}
        for place, sheet, row in known["rows"]
    ]
    return source_of({**known, "rows": rows})


def _at(moment: Any, zone: tzinfo | None) -> str | None:  # noqa: ANN401  # ISO text or nothing
    if not moment:
        return None
    return f"{datetime.fromisoformat(moment).astimezone(zone):%Y-%m-%d %H:%M:%S}"
