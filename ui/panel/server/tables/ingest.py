"""What a workstation tells, taken once: lines are added, how things stand is replaced by what is newer.

Everything here runs in one job of the writer, so a batch is stored whole or not at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from agent.sync import wire
from resources.i18n import texts
from ui.panel.server import wording
from ui.panel.server.models import Change, Counts
from ui.panel.server.tables import audit, commands
from ui.panel.server.tables.database import Store
from ui.panel.server.tables.fields import milliseconds, utc_now
from ui.panel.server.tables.schema import (
    PANEL,
    DutyRow,
    LineRow,
    OwnedRow,
    ReviewRow,
    RunRow,
    StreamRow,
    WorkstationRow,
)

_WORD = re.compile(r"[^\W_]+")
_AHEAD = timedelta(minutes=1)  # further ahead than this a workstation's clock is wrong
_LINE_SHIFT = 12
_RESTING = frozenset({"COMPLETED", "FAILED", "CANCELLED", "NEEDS_REVIEW"})


def office_token(office: str) -> str:
    """Return an office as one word of the index, whatever signs its name holds."""
    return f"o{office.encode().hex()}"


def run_token(run: str) -> str:
    """Return a run's id as one word of the index."""
    return f"r{''.join(_WORD.findall(run)).lower()}"


def words_of(text: str) -> list[str]:
    """Return the words of a text, or of what somebody looks for, as the index has them."""
    return _WORD.findall(text.lower())


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
        stream = self._stream()
        if batch.after != stream.through or batch.through < batch.after:
            return int(stream.through)
        if batch.through > batch.after:
            self._runs(stream.id)
            self._reviews(stream.id)
            self._duties(stream.id)
            self._outcomes()
            self._lines()
            StreamRow.update(through=batch.through).where(StreamRow.id == stream.id).execute()
        return batch.through

    def _stream(self) -> StreamRow:
        """Return the batch's stream; one that is new begins where the workstation is."""
        known = StreamRow.get_or_none(
            (StreamRow.workstation == self._workstation.id) & (StreamRow.name == self._batch.stream)
        )
        if known is not None:
            stream: StreamRow = known
        else:  # a restored backup, perhaps: its questions are told anew, it may be under other numbers
            stream = StreamRow.create(
                workstation=self._workstation.id, name=self._batch.stream, through=self._batch.after
            )
            ReviewRow.update(open=False, rev=self._store.next_rev()).where(
                (ReviewRow.workstation == self._workstation.id)
                & (ReviewRow.stream != stream.id)
                & ReviewRow.open
            ).execute()
        return stream

    def _heard(self) -> None:
        row, batch, about = self._workstation, self._batch, self._batch.about
        columns: dict[str, Any] = {"seen_at": self._now}
        told = {
            "machine": about.machine,
            "agent_version": about.agent_version,
            "site_words": about.site_words,
            "pictures": about.pictures,
        }
        columns |= {name: value for name, value in told.items() if getattr(row, name) != value}
        if batch.agenda is not None:
            self._agenda(batch.agenda)
        if batch.audit is not None:
            columns |= self._witness(batch.audit)
        if (
            len(columns) > 1
            or batch.agenda is not None
            or row.seen_at is None
            or row.seen_at + _AHEAD < self._now
        ):
            columns["rev"] = self._store.next_rev()
            self.changes.append(Change(kind="workstation", workstation=row.id))
        WorkstationRow.update(**columns).where(WorkstationRow.id == row.id).execute()

    def _witness(self, head: wire.AuditHead) -> dict[str, Any]:
        """Keep the head of the workstation's audit log; a log that was cut or rewritten is seen here."""
        row, known = self._workstation, self._workstation.audit_count
        problem: dict[str, Any] | None = None
        if known is not None and head.count < known:
            problem = {"code": "witness_shorter", "params": {"count": head.count, "known": known}}
        elif known == head.count and row.audit_head != head.head:
            problem = {"code": "witness_other", "params": {}}
        if problem is not None and row.audit_problem is None:
            audit.note("witness", row.name, office=row.office, params={"name": row.name, **problem["params"]})
        if problem is not None:
            return {"audit_problem": problem} if row.audit_problem != problem else {}
        if known == head.count:
            return {}
        return {"audit_count": head.count, "audit_head": head.head, "audit_at": self._now}

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
            told = json.loads(wire.write(run))
            told["records"] = _counts(run.records)
            row = RunRow.get_or_none((RunRow.workstation == self._workstation.id) & (RunRow.run == run.run))
            if row is not None and (row.stream, row.seq) > (stream, run.seq):
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
                key = {"workstation": self._workstation.id, "run": run.run}
                order = _free(
                    RunRow, RunRow.order, milliseconds(min(run.created_at, self._now)) << _LINE_SHIFT
                )
                row = RunRow.create(**key, order=order, **columns)
            else:
                if run.state not in _RESTING:
                    columns["looked_at"] = None
                RunRow.update(**columns).where(RunRow.id == row.id).execute()
                PANEL.execute_sql("DELETE FROM run_text WHERE rowid = ?", (row.order,))
            PANEL.execute_sql(
                "INSERT INTO run_text(rowid, words, place) VALUES (?, ?, ?)",
                (row.order, words, self._place(None)),
            )
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
                "told": json.loads(wire.write(item)),
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
                "reason": None if duty.reason is None else json.loads(wire.write(duty.reason)),
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
            ident = _free(LineRow, LineRow.id, milliseconds(at) << _LINE_SHIFT)
            LineRow.insert(
                id=ident,
                workstation=self._workstation.id,
                run=line.run,
                at=at,
                kind=line.kind,
                code=line.code,
                title=title,
                words=words,
                sign=sign.value,
            ).execute()
            text = " ".join(words_of(f"{words} {title} {self._workstation.name} {line.run or ''}"))
            PANEL.execute_sql(
                "INSERT INTO line_text(rowid, words, place) VALUES (?, ?, ?)",
                (ident, text, self._place(line.run)),
            )

    def _title(self, run: str) -> tuple[str, tuple[str, str]]:
        row = RunRow.get_or_none((RunRow.workstation == self._workstation.id) & (RunRow.run == run))
        return ("", texts.RECORD) if row is None else (row.title, wording.noun_of(row.told))

    def _place(self, run: str | None) -> str:
        parts: Iterator[str] = iter(
            (
                f"w{self._workstation.id}",
                office_token(self._workstation.office),
                run_token(run) if run else "",
            )
        )
        return " ".join(part for part in parts if part)


def _counts(told: Mapping[str, int]) -> dict[str, int]:
    """Return a run's counts with every name that is known, and none that isn't."""
    return {name: max(0, told.get(name, 0)) for name in Counts.model_fields}


def _free(table: Any, column: Any, wanted: int) -> int:  # noqa: ANN401  # a table and its column
    """Return the first free number from one on: two things may happen in the same millisecond."""
    while table.select().where(column == wanted).exists():
        wanted += 1
    return wanted


def moment_of(text: str | None) -> datetime | None:
    """Return a moment as it stands in what was told."""
    return None if text is None else datetime.fromisoformat(text)
