"""What a workstation tells, taken once: lines are added, how things stand is replaced by what is newer.

Everything here runs in one job of the writer, so a batch is stored whole or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from agent.sync import wire
from resources.i18n import texts
from ui.panel.server import wording
from ui.panel.server.models.live import Change
from ui.panel.server.models.runs import Counts
from ui.panel.server.tables import audit, commands, index, quickly
from ui.panel.server.tables.database import Store
from ui.panel.server.tables.fields import is_zone, milliseconds, utc_now
from ui.panel.server.tables.schema import (
    DutyRow,
    LineRow,
    OwnedRow,
    ReviewRow,
    RunRow,
    StreamRow,
    WorkstationRow,
)

_AHEAD = timedelta(minutes=1)  # further ahead than this a workstation's clock is wrong
_LINE_SHIFT = 12
_FRESH = (
    "SELECT seen_at, audit_count, audit_head, audit_problem, machine, agent_version, site_words, pictures,"
    " zones, wire FROM workstation WHERE id = ?"
)
_FIND_STREAM = "SELECT id, through FROM stream WHERE workstation_id = ? AND name = ?"
_ABOUT = ("machine", "agent_version", "site_words", "pictures", "zones", "wire")
_SET_THROUGH = "UPDATE stream SET through = ? WHERE id = ?"
_FIND_RUN = 'SELECT id, stream, seq, "order" FROM run WHERE workstation_id = ? AND run = ?'
_ORDER_TAKEN = 'SELECT 1 FROM run WHERE "order" = ?'
_LINE_TAKEN = "SELECT 1 FROM line WHERE id = ?"
_RESTING = frozenset({"COMPLETED", "FAILED", "CANCELLED", "NEEDS_REVIEW"})


class Ingest:
    """One batch of one workstation on its way into the tables."""

    def __init__(self, store: Store, workstation: WorkstationRow, batch: wire.Batch) -> None:
        self._store, self._workstation, self._batch = store, workstation, batch
        self._now = utc_now()
        self.changes: list[Change] = []

    def take(self) -> int:
        """Store the batch if it follows what is known of its stream; returns how far the panel then is."""
        batch = self._batch
        self._heard()
        stream, through = self._stream()
        if batch.after != through or batch.through < batch.after:
            return through
        if batch.through > batch.after:
            self._runs(stream)
            self._reviews(stream)
            self._duties(stream)
            self._outcomes()
            self._lines()
            quickly.run(_SET_THROUGH, (batch.through, stream))
        return batch.through

    def _stream(self) -> tuple[int, int]:
        """Return the batch's stream and how far it is; one that is new begins where the workstation is."""
        known = quickly.one(_FIND_STREAM, (self._workstation.id, self._batch.stream))
        if known is not None:
            return int(known[0]), int(known[1])
        # A restored backup, perhaps: its questions are told anew, it may be under other numbers.
        made: StreamRow = StreamRow.create(
            workstation=self._workstation.id, name=self._batch.stream, through=self._batch.after
        )
        ReviewRow.update(open=False, rev=self._store.next_rev()).where(
            (ReviewRow.workstation == self._workstation.id) & (ReviewRow.stream != made.id) & ReviewRow.open
        ).execute()
        return int(made.id), self._batch.after

    def _heard(self) -> None:
        batch, about = self._batch, self._batch.about
        zones = {place: zone for place, zone in about.zones.items() if is_zone(zone)}
        told = (about.machine, about.agent_version, about.site_words, about.pictures, zones, batch.version)
        seen_at, count, head, problem, *known = quickly.one(_FRESH, (self._workstation.id,))
        known[4] = json.loads(known[4])
        columns: dict[str, Any] = {}
        if told != tuple(known):
            columns |= dict(zip(_ABOUT, told, strict=True))
        if batch.agenda is not None:
            self._agenda(batch.agenda)
        if batch.audit is not None:
            columns |= self._witness(batch.audit, count, head, problem)
        was_silent = seen_at is None or seen_at < milliseconds(self._now - _AHEAD)
        if columns or batch.agenda is not None or was_silent:
            columns["rev"] = self._store.next_rev()
            self.changes.append(Change(kind="workstation", workstation=self._workstation.id))
        quickly.update(WorkstationRow, self._workstation.id, {"seen_at": self._now, **columns})

    def _witness(
        self, told: wire.AuditHead, count: int | None, head: str | None, known_problem: str | None
    ) -> dict[str, Any]:
        """Keep the head of the workstation's audit log; a log that was cut or rewritten is seen here."""
        problem: dict[str, Any] | None = None
        if count is not None and told.count < count:
            problem = {"code": "witness_shorter", "params": {"count": told.count, "known": count}}
        elif count == told.count and head != told.head:
            problem = {"code": "witness_other", "params": {}}
        if problem is None:
            if count == told.count:
                return {}
            return {"audit_count": told.count, "audit_head": told.head, "audit_at": self._now}
        if known_problem is not None:
            return {}  # told already, and it does not go away
        name = self._workstation.name
        audit.note(
            "witness", name, office=self._workstation.office, params={"name": name, **problem["params"]}
        )
        return {"audit_problem": problem}

    def _agenda(self, agenda: wire.Agenda) -> None:
        OwnedRow.delete().where(OwnedRow.workstation == self._workstation.id).execute()
        for one in {(one.automation, one.place): one for one in agenda.owned}.values():
            upcoming = [
                {"due_at": each.due_at.isoformat(), "deadline_at": each.deadline_at.isoformat()}
                for each in one.upcoming
            ]
            OwnedRow.create(
                workstation=self._workstation.id,
                automation=one.automation,
                place=one.place,
                title=one.title,
                scheduled=one.scheduled,
                paused_by=one.paused_by,
                upcoming=upcoming,
            )

    # ── how things stand ──────────────────────────────────────────────────────────────────────────────────
    def _runs(self, stream: int) -> None:
        for run in self._batch.runs:
            told = wire.plain(run)
            told["records"] = _counts(run.records)
            row = quickly.one(_FIND_RUN, (self._workstation.id, run.run))
            if row is not None and (row[1], row[2]) > (stream, run.seq):
                continue
            named = (run.title, run.automation, run.run, self._workstation.name, self._workstation.office)
            stands = (wording.run_words(told), wording.why(told["reason"], wording.noun_of(told)))
            words = " ".join((*named, *stands))
            columns: dict[str, Any] = {
                "stream": stream,
                "seq": run.seq,
                "automation": run.automation,
                "title": run.title,
                "place": run.place,
                "business_date": run.business_date,
                "state": run.state,
                "created_at": run.created_at,
                "ended_at": run.ended_at,
                "deadline_at": run.deadline_at,
                "told": told,
                "words": words,
                "rev": self._store.next_rev(),
            }
            if row is None:
                order = _free(_ORDER_TAKEN, milliseconds(min(run.created_at, self._now)) << _LINE_SHIFT)
                key = {"workstation": self._workstation.id, "run": run.run, "order": order}
                quickly.insert(RunRow, {**key, **columns})
            else:
                order = row[3]
                if run.state not in _RESTING:
                    columns["looked_at"] = None
                quickly.update(RunRow, row[0], columns)
            index.put_run(order, words, self._place(run.run), known=row is not None)
            self.changes.append(Change(kind="run", workstation=self._workstation.id, run=run.run))

    def _reviews(self, stream: int) -> None:
        for item in self._batch.reviews:
            wanted = (
                (ReviewRow.workstation == self._workstation.id)
                & (ReviewRow.stream == stream)
                & (ReviewRow.item == item.item)
            )
            row = ReviewRow.get_or_none(wanted)
            if row is not None and row.seq > item.seq:
                continue
            columns: dict[str, Any] = {
                "seq": item.seq,
                "run": item.run,
                "told": wire.plain(item),
                "open": item.answer is None,
                "created_at": item.created_at,
                "answered_at": item.answered_at,
                "rev": self._store.next_rev(),
            }
            if row is None:
                key = {"workstation": self._workstation.id, "stream": stream, "item": item.item}
                row = ReviewRow.create(**key, **columns)
            else:
                ReviewRow.update(**columns).where(ReviewRow.id == row.id).execute()
            self.changes.append(
                Change(kind="review", workstation=self._workstation.id, run=item.run, id=row.id)
            )

    def _duties(self, stream: int) -> None:
        for duty in self._batch.duties:
            key: dict[str, Any] = {
                "workstation": self._workstation.id,
                "automation": duty.automation,
                "place": duty.place,
                "business_date": duty.business_date,
                "slot": duty.slot,
            }
            columns: dict[str, Any] = {
                "stream": stream,
                "seq": duty.seq,
                "due_at": duty.due_at,
                "deadline_at": duty.deadline_at,
                "outcome": duty.outcome,
                "reason": None if duty.reason is None else wire.plain(duty.reason),
                "run": duty.run,
                "rev": self._store.next_rev(),
            }
            row = self._known_duty(duty)
            if row is None:
                DutyRow.create(**key, **columns)
            elif (row.stream, row.seq) <= (stream, duty.seq):
                DutyRow.update(**columns).where(DutyRow.id == row.id).execute()
            self.changes.append(Change(kind="workstation", workstation=self._workstation.id))

    def _known_duty(self, duty: wire.DutyTold) -> DutyRow | None:
        found: DutyRow | None = DutyRow.get_or_none(
            (DutyRow.workstation == self._workstation.id)
            & (DutyRow.automation == duty.automation)
            & (DutyRow.place == duty.place)
            & (DutyRow.business_date == duty.business_date)
            & (DutyRow.slot == duty.slot)
        )
        return found

    def _outcomes(self) -> None:
        for outcome in self._batch.outcomes:
            changed = commands.end(self._workstation.id, outcome)
            if changed is not None:
                self.changes.append(Change(kind="command", workstation=self._workstation.id, id=changed))

    # ── what happened ─────────────────────────────────────────────────────────────────────────────────────
    def _lines(self) -> None:
        titles = {run.run: (run.title, wording.noun_of(vars(run))) for run in self._batch.runs}
        for line in self._batch.lines:
            if line.run is not None and line.run not in titles:
                titles[line.run] = self._title(line.run)
            title, noun = titles.get(line.run or "", (line.automation or "", texts.RECORD))
            params: Mapping[str, Any] = {**line.params, "workstation": self._workstation.name}
            sign, words = wording.line(line.kind, line.code, params, noun)
            at = min(line.at, self._now) if line.at > self._now + _AHEAD else line.at
            ident = _free(_LINE_TAKEN, milliseconds(at) << _LINE_SHIFT)
            columns = {
                "id": ident,
                "workstation": self._workstation.id,
                "run": line.run,
                "at": at,
                "kind": line.kind,
                "code": line.code,
                "title": title,
                "words": words,
                "sign": sign.value,
            }
            quickly.insert(LineRow, columns)
            text = f"{words} {title} {self._workstation.name} {line.run or ''}"
            index.add_line(ident, text, self._place(line.run))

    def _title(self, run: str) -> tuple[str, tuple[str, str]]:
        row = RunRow.get_or_none((RunRow.workstation == self._workstation.id) & (RunRow.run == run))
        return ("", texts.RECORD) if row is None else (row.title, wording.noun_of(row.told))

    def _place(self, run: str | None) -> str:
        return index.place_of(self._workstation.id, self._workstation.office, run)


def _counts(told: Mapping[str, int]) -> dict[str, int]:
    """Return a run's counts with every name that is known, and none that isn't."""
    return {name: max(0, told.get(name, 0)) for name in Counts.model_fields}


def _free(taken: str, wanted: int) -> int:
    """Return the first free number from one on: two things may happen in the same millisecond."""
    while quickly.one(taken, (wanted,)) is not None:
        wanted += 1
    return wanted
