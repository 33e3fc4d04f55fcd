"""Questions for people as faces read them: plain values, and all that one needs to answer them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from typing import Any

from agent.core.answers import AT_THIS_COMPUTER, SHARED, needs
from agent.core.calendar import read_rules
from agent.core.occurrences import moment as moment_of
from agent.store import reviews
from agent.store.fields import utc_now
from agent.store.tables import EvidenceRow, OccurrenceRow, RecordRow, ReviewRow, RunRow

_MOST_EVIDENCE = 8

Zones = Mapping[str, tzinfo]


def open_questions(zones: Zones | None = None) -> list[dict[str, Any]]:
    """Return what waits for a person, the nearest deadline first, then the oldest; one value for each cause.

    ``zones`` by office: the clocks that deadlines go by; without, only the schedule's own runs have one.
    """
    asked: dict[Any, list[ReviewRow]] = {}
    for row in reviews.open_items():
        asked.setdefault(_cause(row), []).append(row)
    found = []
    for rows in asked.values():
        values = sorted((question(row, zones) for row in rows), key=_urgency)
        also = [{"item": value["id"], "run": value["run"], "title": value["title"]} for value in values[1:]]
        found.append({**values[0], "also": also})
    return sorted(found, key=_urgency)


def of_run(run_id: str, zones: Zones | None = None) -> list[dict[str, Any]]:
    """Return every question of a run, answered ones too, in the order they were asked."""
    rows = ReviewRow.select().where(ReviewRow.run == run_id).order_by(ReviewRow.id)
    return [question(row, zones) for row in rows]


def one(item_id: int, zones: Zones | None = None) -> dict[str, Any]:
    """Return one question, answered or not; raises UnknownItem."""
    return question(reviews.get(item_id), zones)


def question(row: ReviewRow, zones: Zones | None = None) -> dict[str, Any]:
    """Return a question: about what, until when, its evidence, and what each answer needs.

    ``here`` says that an answer is given at the workstation only: what it needs never travels.
    """
    run: RunRow = row.run
    record = None if row.record_id is None else RecordRow.get_by_id(row.record_id)
    deadline = _deadline(run, zones or {})
    return {
        "id": row.id,
        "version": row.version,
        "run": row.run_id,
        "automation": run.automation,
        "title": run.title,
        "office": run.office,
        "business_date": run.business_date.isoformat(),
        "deadline": None if deadline is None else deadline.isoformat(timespec="seconds"),
        "task": row.task.name if row.task else None,
        "site": row.task.site if row.task else None,
        "record": row.record_id,
        "ordinal": None if record is None else record.ordinal,
        "question": row.question,
        "params": row.params,
        "answers": [
            {"answer": given, "needs": needs(given).value, "here": needs(given) in AT_THIS_COMPUTER}
            for given in row.answers
        ],
        "evidence": _evidence(row),
        "answer": row.answer,
        "answered_by": row.actor,
        "answered_at": _iso(row.answered_at),
        "given": row.given,
        "created_at": _iso(row.created_at),
    }


def _cause(row: ReviewRow) -> Any:  # noqa: ANN401  # a key
    """What may be answered once for several runs is one question; everything else stands alone."""
    return row.cause if row.cause is not None and SHARED & set(row.answers) else row.id


def _urgency(value: Mapping[str, Any]) -> tuple[bool, str, int]:
    return (value["deadline"] is None, value["deadline"] or "", value["id"])


def _deadline(run: RunRow, zones: Zones) -> datetime | None:
    zone = zones.get(run.office)
    if zone is not None and "deadline" in run.manifest:
        return moment_of(run.business_date, read_rules(run.manifest).deadline_of(run.slot), zone)
    owed = OccurrenceRow.get_or_none(OccurrenceRow.run == run.id)
    return None if owed is None else owed.deadline_at


def _evidence(row: ReviewRow) -> list[str]:
    """Return the ids of what a question is to be judged by, the most telling first."""
    named: Iterable[str] = row.params.get("evidence") or ()
    if named or row.record_id is not None or row.task_id is None:
        return list(named)
    kept = (
        EvidenceRow.select(EvidenceRow.id)
        .where((EvidenceRow.task == row.task_id) & (EvidenceRow.created_at <= (row.answered_at or utc_now())))
        .order_by(EvidenceRow.created_at.desc(), EvidenceRow.id)
        .limit(_MOST_EVIDENCE)
    )
    return [each.id for each in kept]


def _iso(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat(timespec="seconds")
