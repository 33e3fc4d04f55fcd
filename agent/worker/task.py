"""One task, from assignment to checkpoint: what each kind of task does."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from threading import Event
from typing import Any

from agent.browser.engine import Engine
from agent.core.failures import (
    BrokenAutomation,
    Failure,
    LimitReached,
    Parameter,
    RecordsNeedPerson,
    RowsInvalid,
    TotalsDisagree,
    UnusualCount,
)
from agent.core.states import SETTLED_RECORDS, RecordState, TaskKind
from agent.reports.attest import Expect
from agent.reports.reading import read
from agent.sdk import Batch, Destination, Download, Workbook
from agent.sdk.automation import Task
from agent.store import checkpoints, evidence, runs
from agent.store.ledger import Destination as Place
from agent.store.ledger import Ledger
from agent.system.log import Redactor
from agent.system.paths import Home
from agent.worker import batches, invalid_rows
from agent.worker.accepting import Accepting
from agent.worker.assignment import Assignment
from agent.worker.batches import StoredBatch
from agent.worker.correcting import Correcting
from agent.worker.delivery import Delivery
from agent.worker.duty import Duty, Wishes
from agent.worker.handed_in import FileInHand
from agent.worker.loading import defect
from agent.worker.parents import Link
from agent.worker.pipe import Pipe
from agent.worker.reckoning import reckon
from agent.worker.site import OpenSite
from agent.worker.witness import Witness


@dataclass
class Workplace:
    """All that a task works with; one per worker."""

    assignment: Assignment
    engine: Engine
    pipe: Pipe
    cancelled: Event
    tasks: Mapping[str, Task] = field(default_factory=dict)
    redactor: Redactor = field(default_factory=Redactor)
    site: OpenSite | None = None
    accepting: Accepting | None = None
    downloads: Sequence[Download] = ()
    of_records: frozenset[str] = frozenset()
    witness: Witness = field(init=False)

    def __post_init__(self) -> None:
        """See on behalf of this task."""
        self.witness = Witness(self.assignment, self.pipe)

    def work(self, task: Task) -> None:
        """Do the task and store its checkpoint; raises failures, FenceLost, Cancelled."""
        if task.kind is TaskKind.DOWNLOAD:
            self._download(task)
        elif task.kind is TaskKind.PROCESS:
            self._process(task)
        else:
            self._upload(task)

    # ── download ──────────────────────────────────────────────────────────────────────────────────────────
    def _download(self, task: Task) -> None:
        self.accepting = Accepting(self.assignment, task.name)
        handed = (self.assignment.options.get("handed_in") or {}).get(task.name)
        if handed:
            result = self._handed_in(task, handed)
        else:
            site = self._open_site(task)
            session = site.open()
            self.pipe.step("downloading", what=task.name, site=site.book.title)
            with session.watched():
                result = task.work(**_given(task, site=session, run=self.assignment.run))
        if not isinstance(result, Download):
            raise BrokenAutomation(
                file=task.file, line=task.line, problem=f"{task.name} returned no Download"
            )
        if not result.evidence:
            problem = f"{task.name} returned a file that no site.download(…) brought"
            raise BrokenAutomation(file=task.file, line=task.line, problem=problem)
        self.accepting.note(result.sha256)
        self._finish(
            {
                "name": result.name,
                "sha256": result.sha256,
                "evidence": result.evidence,
                "expect": result.expect.as_json() if result.expect else None,
            }
        )

    def _handed_in(self, task: Task, handed: Mapping[str, Any]) -> object:
        """Take a file that a person handed in; raises what the attestation of a download raises."""
        self.pipe.step("reading", file=handed["name"])
        content = evidence.open_evidence(handed["evidence"], self.assignment.data_key)

        def take(expect: Expect | None) -> Download:
            report = read(content, handed["name"], expect.widths if expect else None)
            if self.accepting is not None:
                self.accepting.check(report, content, expect)
            return Download(handed["name"], handed["sha256"], expect, handed["evidence"], lambda: content)

        try:
            return task.work(**_given(task, site=FileInHand(take), run=self.assignment.run))
        except Failure:
            raise
        except Exception as error:
            problem = f"{task.name} reads the pages before its file: no file can be handed in for it"
            raise BrokenAutomation(file=task.file, line=task.line, problem=problem) from error

    def _keep(self, name: str, content: bytes, expect: Expect | None) -> Download:
        """Attest a file and store it sealed; its suggested name is a label, never a path."""
        label = Path(name).name or "download"
        report = read(content, label, expect.widths if expect else None)
        if self.accepting is not None:
            self.accepting.check(report, content, expect)
        proof = self._prove(content, kind="download", name=label, media_type=f"report/{report.kind}")
        return Download(label, proof.sha256, expect, proof.id, lambda: content)

    # ── process ───────────────────────────────────────────────────────────────────────────────────────────
    def _process(self, task: Task) -> None:
        downloads = {name: self._downloaded(name) for name in task.inputs}
        self.downloads = tuple(downloads.values())
        self.pipe.step("working", task=task.name)
        try:
            result = task.work(**_given(task, run=self.assignment.run), **downloads)
        except RowsInvalid:
            invalid_rows.ask(self.assignment.lease, downloads.values(), self._prove_row)
            raise
        if isinstance(result, Workbook):
            self._finish({"workbook": str(self._write(result))})
        elif isinstance(result, Batch):
            told = batches.dump(result, result.account(downloads.values()), downloads.values())
            told["left_out"] = [[where, self._clean(reason)] for where, reason in told["left_out"]]
            self._finish(told)
        else:
            problem = f"{task.name} returned neither a Batch nor a Workbook"
            raise BrokenAutomation(file=task.file, line=task.line, problem=problem)

    def _downloaded(self, name: str) -> Download:
        stored = self._checkpoint(name)
        expect = Expect.from_json(stored["expect"]) if stored["expect"] else None

        def content() -> bytes:
            found = evidence.open_evidence(stored["evidence"], self.assignment.data_key)
            if hashlib.sha256(found).hexdigest() != stored["sha256"]:
                raise ValueError("the stored file is not the file that came")
            return found

        amendments = invalid_rows.amendments(
            self.assignment.lease.run_id, stored["sha256"], self.assignment.data_key
        )
        return Download(
            stored["name"], stored["sha256"], expect, stored["evidence"], content, amendments=amendments
        )

    def _prove_row(self, content: bytes, name: str) -> evidence.Proof:
        return self._prove(content, kind=evidence.ROW_KIND, name=name, media_type="application/json")

    def _write(self, workbook: Workbook) -> Path:
        buffer = BytesIO()
        workbook.save(buffer)
        content, name = buffer.getvalue(), Path(workbook.name).name
        self._prove(content, kind="workbook", name=name, media_type=workbook.media_type)
        folder = Home(self.assignment.home).workbooks / self.assignment.run.business_date.isoformat()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        part, whole = folder / f"{name}.part", folder / name
        part.write_bytes(content)
        part.replace(whole)
        return whole

    # ── upload ────────────────────────────────────────────────────────────────────────────────────────────
    def _upload(self, task: Task) -> None:
        batch = batches.load(self._checkpoint(task.inputs[0]))
        self.of_records = batch.personal_values()
        wishes = self._wishes()
        destination: Destination[Any] = task.work()
        ledger = Ledger(
            self.assignment.lease, self._place(task), self.assignment.data_key, self.assignment.index_key
        )
        if not ledger.is_planned():
            self._question_unusual(task, batch, wishes)
            fields = destination.compared() if destination.effect == "ensure" else None
            lines = batches.plan(batch.lines, batch.sources, fields, repeats=batch.repeats)
            ledger.plan(lines, batch.left_out)
        Correcting(destination, ledger, self.assignment.lease, self.assignment.data_key).apply()
        site = self._open_site(task)
        delivery = Delivery(
            destination,
            site,
            ledger,
            self.pipe,
            wishes,
            Duty(self.assignment.epoch, batch.repeats, self._link(task)),
            picture=self.witness.picture,
            translate=self.translate,
        )
        try:
            delivery.run()
        finally:
            totals = reckon(ledger.entries(), batch, can_look_up=not destination.cannot_look_up)
            runs.record_totals(self.assignment.lease, {task.name: {t.name: t.as_json() for t in totals}})
        entries = ledger.entries()
        if delivery.limited and not wishes.rehearse:
            raise LimitReached(entered=sum(entry.attempts > 0 for entry in entries), total=len(entries))
        if not wishes.rehearse:
            settled = SETTLED_RECORDS | ({RecordState.CONFIRMED} if destination.cannot_look_up else set())
            unsettled = sum(entry.state not in settled for entry in entries)
            if unsettled:
                raise RecordsNeedPerson(count=unsettled)
            for total in totals:
                if wrong := total.disagreements():
                    raise TotalsDisagree(
                        what=total.name, source=str(total.source), delivered=f"{total.delivered}: {wrong[0]}"
                    )
        self._finish({"rehearsed": delivery.rehearsed, "records": len(entries)})

    def _wishes(self) -> Wishes:
        options = self.assignment.options
        accepted = options.get("accepted", {})
        limit = None if LimitReached.code in accepted else options.get("limit")
        return Wishes(bool(options.get("rehearse")), limit, accepted, self.cancelled)

    def _link(self, task: Task) -> Link | None:
        if task.after is None:
            return None
        parent = self.tasks[task.after.task]
        return Link(task.after.task, self._place(parent), task.after.by)

    def _place(self, task: Task) -> Place:
        return Place(str(task.site), self.assignment.run.office, task.work.record_type.__name__)  # type: ignore[attr-defined]

    def _question_unusual(self, task: Task, batch: StoredBatch, wishes: Wishes) -> None:
        """Nothing at all, or less than half of a usual day, is a question (DESIGN.md, 6)."""
        if batch.may_be_few or UnusualCount.code in wishes.accepted_by:
            return
        found = len(batch.lines)
        usual = checkpoints.usual_count(self.assignment.run.automation, self.assignment.run.office, task.name)
        if found == 0 or (usual is not None and found * 2 < usual):
            raise UnusualCount(found=found, usual=usual)

    # ── what all kinds need ───────────────────────────────────────────────────────────────────────────────
    def _open_site(self, task: Task) -> OpenSite:
        browser = self.assignment.browser
        if browser is None or task.site is None:
            raise BrokenAutomation(file=task.file, line=task.line, problem=f"{task.name} names no site")
        version = self.engine.launch(
            Path(browser["path"]), sandbox=browser["sandbox"], headed=browser["headed"]
        )
        runs.note_versions(self.assignment.lease, {"browser": f"{browser['kind']} {version}"})
        if self.site is not None:
            self.site.close()
        self.site = OpenSite(
            task.site,
            self.engine,
            self.assignment,
            self.pipe,
            self._keep,
            self.witness,
            self.redactor,
            self.of_records,
        )
        return self.site

    def _checkpoint(self, task: str) -> Mapping[str, Any]:
        content = checkpoints.opened(self.assignment.lease.run_id, task, self.assignment.data_key)
        value: Mapping[str, Any] = json.loads(content)
        return value

    def _finish(self, value: Mapping[str, Any]) -> None:
        checkpoints.finish(self.assignment.lease, self.assignment.data_key, json.dumps(value).encode())

    def _prove(self, content: bytes, *, kind: str, name: str, media_type: str) -> evidence.Proof:
        return evidence.keep(
            self.assignment.lease,
            self.assignment.data_key,
            content,
            kind=kind,
            name=name,
            media_type=media_type,
        )

    def personal(self) -> list[str]:
        """Return the personal values of the record at hand, and of every row and record of this task."""
        at_hand = self.site.session.memory.personal if self.site and self.site.is_open else ()
        of_rows = (value for download in self.downloads for value in download.personal_values())
        return [*at_hand, *self.of_records, *of_rows]

    def translate(self, error: Exception) -> Failure:
        """Return an error of an author's code, or one of the browser's, as a failure of our tree.

        A site's or an author's words may hold what is personal or secret: it is struck out before it is kept.
        """
        if isinstance(error, Failure):
            self.witness.disprove(error)
            return self._cleaned(error)
        of_page = None if self.site is None else self.site.failure_of(error)
        return self._cleaned(of_page or defect(self.assignment.folder, error))

    def _cleaned(self, failure: Failure) -> Failure:
        told = {name: self._clean(value) for name, value in failure.params.items()}
        return failure if told == failure.params else type(failure)(**told)

    def _clean(self, value: Parameter) -> Parameter:
        return self.redactor.clean(value, self.personal()) if isinstance(value, str) else value


def _given(task: Task, **values: Any) -> dict[str, Any]:  # noqa: ANN401  # each is of its own type
    """Return those of the values that the author's function takes."""
    names = task.work.__code__.co_varnames[: task.work.__code__.co_argcount]
    return {name: value for name, value in values.items() if name in names}
