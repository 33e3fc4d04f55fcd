"""The facts of a delivery certificate, gathered from the ledger and one run's sealed records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from agent.core.actors import Actor
from agent.core.certificate import VERSION, disagreements
from agent.core.failures import WrongState
from agent.core.keys import normalise_key
from agent.core.lineage import personal_fields
from agent.core.states import RecordState, RunState
from agent.core.totals import COUNT
from agent.faces.explaining import Page

Values = Mapping[str, Any]

_FINISHED = {RunState.COMPLETED, RunState.CANCELLED}
_OF_RUN = (
    "id", "automation", "title", "office", "business_date", "period", "state", "started_at", "ended_at",
)  # fmt: skip
_OF_RECORD = (
    "ordinal", "task", "site", "type", "copy", "state", "reason", "key", "attempts", "confirmation",
    "intended_at", "confirmed_at", "verified_at", "entered_by", "settled_by",
)  # fmt: skip


def require_finished(run: Values) -> None:
    """A certificate is about what nobody will change any more: raises WrongState for any other run."""
    what = f"run {run['id']}"
    if run["state"] not in _FINISHED:
        raise WrongState(what=what, state=run["state"], wanted="done or stopped")
    if run["rehearsal"]:
        raise WrongState(what=what, state="a rehearsal", wanted="a run that enters something")


def gather(run: Values, page: Page, actor: Actor, *, with_personal: bool) -> dict[str, Any]:
    """Return all that a certificate states of a run, issued by ``actor``; personal values masked or not."""
    from agent.store import home as home_row  # noqa: PLC0415

    sources = _sources(page)
    return {
        "predawn_certificate": VERSION,
        "issued": {"at": datetime.now(UTC).isoformat(timespec="seconds"), "by": actor.as_json()},
        "home": {"id": home_row.home_id(), "epoch": home_row.epoch()},
        "run": {name: run[name] for name in _OF_RUN} | {"versions": run["versions"]},
        "personal_shown": with_personal,
        "sources": sources,
        "totals": {task: _figures(task, found, page) for task, found in run["totals"].items()},
        "never_shown": {task: _never_shown(task, page) for task in run["totals"]},
        "counts": run["records"],
        "left_out": page.left_out(),
        "records": [_record(record, page, sources, with_personal=with_personal) for record in page.records],
    }


def _sources(page: Page) -> list[dict[str, Any]]:
    """Return each downloaded file once, with what it states of itself where its rows were read."""
    stated: dict[str, Values] = {
        source["evidence"]: source.get("stated") or {}
        for payload in page.held.values()
        for source in payload.get("sources") or ()
    }
    return [
        {"evidence": ident, **known, "stated": dict(stated.get(ident, {}))}
        for ident, known in page.downloads.items()
    ]


def _figures(task: str, figures: Values, page: Page) -> dict[str, Any]:
    """Return a task's figures, what the files say of each, and which do not agree."""
    used = _used_sources(task, page)
    told = {}
    for name, places in figures.items():
        stated = [source.get("stated", {}).get(name) for source in used]
        figure = {**places, "stated": stated}
        told[name] = {**figure, "disagreements": disagreements(name, figure)}
    return told


def _used_sources(task: str, page: Page) -> list[Values]:
    """Return the files of which this task's records used rows: the others served for checking only."""
    payloads = [page.held[record["id"]] for record in page.records if record["task"] == task]
    used = {
        reference[0]: payload["sources"][reference[0]]
        for payload in payloads
        for reference in (payload.get("lineage") or {}).get("rows") or ()
        if reference[0] is not None and payload.get("sources")
    }
    return [used[place] for place in sorted(used)]


def _never_shown(task: str, page: Page) -> list[str]:
    """Return the fields that the site showed for no record: what they hold there, nobody has compared."""
    arrived = [
        record
        for record in page.records
        if record["task"] == task and record["state"] == RecordState.VERIFIED
    ]
    shown = {name for record in arrived for name in record["read_back"]}
    fields = dict.fromkeys(name for record in arrived for name in page.held[record["id"]]["fields"])
    return [name for name in fields if name not in shown]


def _record(record: Values, page: Page, sources: Sequence[Values], *, with_personal: bool) -> dict[str, Any]:
    payload = page.held[record["id"]]
    hidden = frozenset() if with_personal else personal_fields(payload)
    places = {source["evidence"]: place for place, source in enumerate(sources)}
    fields = page.fields(record, with_personal=with_personal)
    for known in fields.values():
        known["rows"] = [[places.get(row["evidence"]), row["sheet"], row["row"]] for row in known["rows"]]
    key = record["key"]
    if any(name in hidden and normalise_key(value) == key for name, value in payload["fields"].items()):
        key = None  # the key itself is personal
    return {
        **{name: record[name] for name in _OF_RECORD},
        "key": key,
        "rows": payload.get("rows", 0),
        "totals": {
            name: amount for name, amount in (payload.get("totals") or {}).items() if name not in hidden
        },
        "fields": fields,
    }


def has_unequal(facts: Values) -> bool:
    """Tell whether any figure of a certificate does not agree from file to target."""
    return any(figure["disagreements"] for figures in facts["totals"].values() for figure in figures.values())


def ordered(figures: Values) -> list[tuple[str, Values]]:
    """Return figures with the count first."""
    return sorted(figures.items(), key=lambda item: (item[0] != COUNT, item[0]))
