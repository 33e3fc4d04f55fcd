"""From rows to what the panel is told: how runs, questions and duties stand, and what happened."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agent.core.failures import UnknownRun
from agent.core.states import RunState
from agent.store import queries, runs
from agent.store.outbox import Waiting
from agent.store.tables import (
    CommandRow,
    OccurrenceRow,
    OutboxRow,
    PanelCommandRow,
    ReviewRow,
    RunRow,
    TaskRow,
)
from agent.sync import privacy, wire
from agent.system.site_books import titled

_RECORD = ("record", "records")


@dataclass(frozen=True)
class Foretold:
    """When a run must be done and when it will be, as the host reckons it."""

    deadline_at: datetime | None = None
    verdict: str | None = None
    earliest_at: datetime | None = None
    latest_at: datetime | None = None


Foretell = Callable[[RunRow], Foretold]


class Telling:
    """Makes what is told of rows; ``site_words`` and ``pictures`` are what the settings allow.

    ``titles`` are the sites' by their names: people know a site by its title.
    """

    def __init__(
        self, foretell: Foretell, titles: Mapping[str, str], *, site_words: bool, pictures: bool = False
    ) -> None:
        self._foretell, self._titles = foretell, titles
        self._site_words, self._pictures = site_words, pictures

    def told(self, waiting: Waiting, *, not_now: Iterable[str] = ()) -> dict[str, Any]:
        """Return the parts of a batch that these rows make; ``not_now`` are runs whose progress can wait."""
        held_back = frozenset(not_now)
        latest: dict[tuple[str, str], int] = {}
        lines = []
        for row in waiting.rows:
            if row.kind == "picture" or (row.kind == "run" and row.code is None and row.subject in held_back):
                continue
            kind = "run" if row.kind in {"task", "step"} else row.kind
            latest[kind, row.subject] = row.id
            line = self._line(row) if row.code is not None else None
            if line is not None:
                lines.append(line)
        found: dict[str, list[Any]] = {"runs": [], "reviews": [], "duties": [], "outcomes": []}
        makers: Mapping[str, tuple[str, Callable[[str, int], Any]]] = {
            "run": ("runs", self._run),
            "review": ("reviews", self._review),
            "duty": ("duties", self._duty),
            "command": ("outcomes", self._outcome),
            "refused": ("outcomes", self._refused),
        }
        for (kind, subject), seq in latest.items():
            place, make = makers[kind]
            made = make(subject, seq)
            if made is not None:  # else it was removed meanwhile
                found[place].append(made)
        return {"lines": tuple(lines), **{place: tuple(made) for place, made in found.items()}}

    # ── how things stand ──────────────────────────────────────────────────────────────────────────────────
    def _run(self, run_id: str, seq: int) -> wire.RunTold | None:
        try:
            row = runs.get(run_id)
        except UnknownRun:
            return None
        foretold = self._foretell(row)
        counts = queries.record_counts(row.id)
        forecast = None
        if foretold.verdict is not None:
            forecast = wire.ForecastTold(foretold.verdict, foretold.earliest_at, foretold.latest_at)
        return wire.RunTold(
            run=row.id,
            seq=seq,
            automation=row.automation,
            title=row.title,
            place=row.office,
            business_date=row.business_date,
            period_first=row.period_first,
            period_last=row.period_last,
            state=row.state,
            created_at=row.created_at,
            by=_who(row.actor) or "schedule",
            rehearsal=bool(row.options.get("rehearse")),
            reason=self._reason(row),
            started_at=row.started_at,
            ended_at=row.ended_at,
            deadline_at=foretold.deadline_at,
            noun=_noun(row.manifest),
            records=counts,
            totals=tuple(_figures(row.totals or {})),
            tasks=tuple(self._task(task) for task in runs.tasks_of(row.id)),
            versions=_versions(row.versions),
            forecast=forecast,
        )

    def _reason(self, row: RunRow) -> wire.Said | None:
        if row.state == RunState.CANCELLED:
            return wire.Said("cancelled", {"who": _who(row.options.get("cancel"))})
        return self._said(row.reason)

    def _task(self, row: TaskRow) -> wire.TaskTold:
        return wire.TaskTold(
            name=row.name,
            kind=row.kind,
            site=None if row.site is None else self._titles.get(row.site, row.site),
            state=row.state,
            attempts=row.attempts,
            failure=self._said(row.failure),
            step=self._said(row.step),
            started_at=row.started_at,
            ended_at=row.ended_at,
        )

    def _review(self, item: str, seq: int) -> wire.ReviewTold | None:
        row = ReviewRow.get_or_none(ReviewRow.id == int(item))
        if row is None:
            return None
        return wire.ReviewTold(
            item=row.id,
            seq=seq,
            run=row.run_id,
            question=row.question,
            params=self._params(row.params),
            answers=tuple(row.answers),
            created_at=row.created_at,
            version=row.version,
            task=row.task.name if row.task else None,
            ordinal=row.record.ordinal if row.record else None,
            answer=row.answer,
            by=_who(row.actor),
            answered_at=row.answered_at,
            repair=privacy.repair(row.params, site_words=self._site_words) if self._pictures else None,
        )

    def _duty(self, number: str, seq: int) -> wire.DutyTold | None:
        row = OccurrenceRow.get_or_none(OccurrenceRow.id == int(number))
        if row is None:
            return None
        return wire.DutyTold(
            seq=seq,
            automation=row.automation,
            place=row.office,
            business_date=row.business_date,
            slot=row.slot,
            due_at=row.due_at,
            deadline_at=row.deadline_at,
            outcome=row.outcome,
            reason=self._said(row.reason),
            run=row.run_id,
        )

    def _outcome(self, command: str, seq: int) -> wire.Outcome | None:
        row = CommandRow.get_or_none(CommandRow.id == int(command))
        known = PanelCommandRow.get_or_none(PanelCommandRow.command == int(command))
        if row is None or known is None or row.state == "waiting":
            return None
        done, result = row.state == "done", row.result or {}
        return wire.Outcome(
            seq=seq,
            command=known.ident,
            state="done" if done else "refused",
            run=result.get("run") if done else None,
            reason=None if done else self._said(result),
        )

    def _refused(self, number: str, seq: int) -> wire.Outcome | None:
        known = PanelCommandRow.get_or_none(PanelCommandRow.id == int(number))
        if known is None:
            return None
        return wire.Outcome(seq=seq, command=known.ident, state="refused", reason=self._said(known.reason))

    # ── what happened ─────────────────────────────────────────────────────────────────────────────────────
    def _line(self, row: OutboxRow) -> wire.Line | None:
        told: dict[str, Any] = {"seq": row.id, "at": row.at, "kind": row.kind, "code": row.code}
        match row.kind:
            case "run" | "task" | "step":
                return wire.Line(**told, run=row.subject, params=self._params(row.params or {}))
            case "review":
                return self._review_line(row, told)
            case "duty" if row.code in {"missed", "skipped"}:
                return self._duty_line(row, told)
            case "command":
                return self._command_line(row, told)
        return None

    def _review_line(self, row: OutboxRow, told: Mapping[str, Any]) -> wire.Line | None:
        item = self._review(row.subject, row.id)
        if item is None:
            return None
        params = {"question": item.question, "params": item.params, "ordinal": item.ordinal}
        if row.code == "answered":
            params = {"answer": item.answer, "by": item.by, "ordinal": item.ordinal}
        return wire.Line(**told, run=item.run, params=params)

    def _duty_line(self, row: OutboxRow, told: Mapping[str, Any]) -> wire.Line | None:
        duty = self._duty(row.subject, row.id)
        if duty is None:
            return None
        reason = None if duty.reason is None else {"code": duty.reason.code, "params": duty.reason.params}
        return wire.Line(**told, automation=duty.automation, params={"reason": reason})

    def _command_line(self, row: OutboxRow, told: Mapping[str, Any]) -> wire.Line | None:
        outcome = self._outcome(row.subject, row.id)
        if outcome is None:
            return None
        reason = None
        if outcome.reason is not None:
            reason = {"code": outcome.reason.code, "params": outcome.reason.params}
        return wire.Line(**told, run=outcome.run, params={"reason": reason})

    def _said(self, value: Mapping[str, Any] | None) -> wire.Said | None:
        if value is None:
            return None
        return wire.Said(str(value["code"]), self._params(value.get("params") or {}))

    def _params(self, value: Mapping[str, Any]) -> dict[str, Any]:
        return self._titled(privacy.params(value, site_words=self._site_words))

    def _titled(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Say sites by their titles, also those of a failure inside a question."""
        inside = {
            name: self._titled(value) if isinstance(value, Mapping) else value
            for name, value in params.items()
        }
        return titled(inside, self._titles)


def _who(actor: Mapping[str, Any] | None) -> str | None:
    return None if not actor else str(actor.get("name") or actor.get("kind"))


def _noun(manifest: Mapping[str, Any]) -> tuple[str, str]:
    for kind in (manifest.get("record_types") or {}).values():
        one, many = kind.get("noun") or _RECORD
        return str(one), str(many)
    return _RECORD


def _figures(totals: Mapping[str, Mapping[str, Mapping[str, str | None]]]) -> Iterable[wire.FigureTold]:
    for place, figures in totals.items():
        for name, value in figures.items():
            yield wire.FigureTold(
                place,
                name,
                value.get("source"),
                value.get("processed"),
                value.get("delivered"),
                value.get("target"),
                value.get("left_out"),
                value.get("skipped"),
            )


def _versions(told: Mapping[str, Any]) -> dict[str, str]:
    """Return versions as texts; the sites' are one text."""
    return {
        name: value if isinstance(value, str) else json.dumps(value, sort_keys=True)
        for name, value in told.items()
        if value is not None
    }
