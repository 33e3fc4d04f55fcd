"""The places at which a value may be spoiled on its way, and the guard of each, off for the control."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from unittest import mock

from agent.reports.reading import read, typed_rows
from agent.reports.table import Row
from agent.sdk import Batch, Download, Found, Record
from agent.store import evidence
from agent.store.ledger import Entry
from agent.store.tables import BlobRow, EvidenceRow
from agent.system.seal import seal
from agent.worker import task
from agent.worker.delivery import Delivery
from tests.chaos.paper_desk import Claim, Paper, Process
from tests.chaos.spoiling import Line, Spoiled, all_of, report
from tests.store.ground import DATA


@dataclass
class Morning:
    """One run's rows, its target, and what happens during and after its tasks."""

    lines: list[Line]
    paper: Paper
    run_id: str = ""
    during: dict[str, Callable[[], AbstractContextManager[None]]] = field(default_factory=dict)
    after: dict[str, Callable[[], None]] = field(default_factory=dict)

    def place_of(self, fields: Mapping[str, str]) -> int:
        """Which of the morning's rows these fields belong to."""
        return next(n for n, line in enumerate(self.lines) if line.claim_no == fields["claim_no"])


# ── the file, after it was hashed ─────────────────────────────────────────────────────────────────────────
@contextmanager
def file_bytes(morning: Morning, spoiled: Spoiled, dice: random.Random) -> Iterator[None]:
    """Other bytes under a sound seal, other bytes as they are opened, or one bit of the sealed bytes."""
    content = report(all_of(spoiled), sum(line.amount for line in morning.lines))  # type: ignore[arg-type]
    way = dice.choice(("resealed", "resealed", "opened", "opened", "bit"))
    if way == "opened":
        with mock.patch.object(evidence, "open_evidence", return_value=content):
            yield
        return

    def rewrite() -> None:
        ident = EvidenceRow.get(EvidenceRow.run == morning.run_id).id
        sealed = seal(DATA, content, ident)
        if way == "bit":
            stored = bytearray(BlobRow.get_by_id(ident).sealed)
            place = dice.randrange(len(stored))
            stored[place] ^= 1 << dice.randrange(8)
            sealed = bytes(stored)
        BlobRow.update(sealed=sealed).where(BlobRow.id == ident).execute()

    morning.after["billing"] = rewrite
    yield


# ── between reader and record ─────────────────────────────────────────────────────────────────────────────
@contextmanager
def rows(morning: Morning, spoiled: Spoiled, dice: random.Random) -> Iterator[None]:
    """Rows change where they are kept, on their way to the author, or as the records made of them."""
    way = dice.choice(("kept", "handed", "record"))
    read_rows, account = Download.rows, Batch.account

    def spoiled_rows(self: Download, record_type: type[Record]) -> list[Row]:
        given = read_rows(self, record_type)
        changed = _typed(given, spoiled, record_type)
        if way == "kept":
            self._given[:] = changed
        return changed

    def spoiled_account(self: Batch[Claim], downloads: Any) -> Any:
        self.records = [
            _set(record, line) for record, lines in zip(self.records, spoiled, strict=True) for line in lines
        ]
        return account(self, downloads)

    if way == "record":
        with mock.patch.object(Batch, "account", spoiled_account):
            yield
    else:
        with mock.patch.object(Download, "rows", spoiled_rows):
            yield


def _typed(given: list[Row], spoiled: Spoiled, record_type: type[Record]) -> list[Row]:
    """The rows as they would be had the file been spoiled, each in the place of its true one."""
    present = [lines[0] for lines in spoiled if lines]
    read_anew = typed_rows(read(report(present, present[0].amount), "billing.csv"), record_type.columns).rows
    changed: list[Row] = []
    anew = iter(read_anew)
    for row, lines in zip(given, spoiled, strict=True):
        if lines:
            found = next(anew)
            found.number = row.number
            changed += [row if dict(found.values) == dict(row.values) else found] * len(lines)
    return changed


def _set(record: Claim, line: Line) -> Claim:
    for name in Claim.columns:
        setattr(record, name, getattr(line, name))
    return record


# ── between ledger and form ───────────────────────────────────────────────────────────────────────────────
@contextmanager
def form(morning: Morning, spoiled: Spoiled, dice: random.Random) -> Iterator[None]:
    """What the ledger hands out changes on its way to the form, or the page saves something else."""
    if dice.random() < 0.5:
        morning.paper.on_form = lambda fields: [line.shown() for line in spoiled[morning.place_of(fields)]]
        yield
        return
    enter = Delivery._enter

    def spoiled_enter(self: Delivery, entry: Entry, **how: Any) -> None:
        lines = spoiled[morning.place_of(entry.payload["fields"])]
        for line in lines:
            entry.payload["fields"].update(line.shown())
            enter(self, entry, **how)

    with mock.patch.object(Delivery, "_enter", spoiled_enter):
        yield


# ── in the target ─────────────────────────────────────────────────────────────────────────────────────────
@contextmanager
def target(morning: Morning, spoiled: Spoiled, _dice: random.Random) -> Iterator[None]:
    """Stored rows change after the last was saved and before they are read back."""
    morning.paper.on_full = lambda _rows: [line.shown() for line in all_of(spoiled)]
    yield


Place = Callable[[Morning, Spoiled, random.Random], AbstractContextManager[None]]
PLACES: dict[str, Place] = {"file": file_bytes, "rows": rows, "form": form, "target": target}


# ── an author's own process: told apart ───────────────────────────────────────────────────────────────────
def authored(_morning: Morning, spoiled: Spoiled, dice: random.Random) -> Process:
    """An automation that spoils values itself: as it makes a record, or by setting a field afterwards."""
    says = dice.random() < 0.5

    def process(billing: Download) -> Batch[Claim]:
        batch = Batch(Claim)
        for row, lines in zip(billing.rows(Claim), spoiled, strict=True):
            for line in lines:
                changes = {n: getattr(line, n) for n in Claim.columns if getattr(line, n) != row.values[n]}
                batch.add(Claim.of(row, **changes) if says else _set(Claim.of(row), line))
        return batch

    return process


# ── the controls ──────────────────────────────────────────────────────────────────────────────────────────
class _Same(str):
    """A hash that equals any other."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, _other: object) -> bool:
        return True

    def __ne__(self, _other: object) -> bool:
        return False


@contextmanager
def _no_hash() -> Iterator[None]:
    hashing = SimpleNamespace(sha256=lambda _content: SimpleNamespace(hexdigest=lambda: _Same("")))
    with mock.patch.object(task, "hashlib", hashing):
        yield


@contextmanager
def _no_comparison_of_rows() -> Iterator[None]:
    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(Download, "require_unaltered"))
        stack.enter_context(mock.patch.object(Record, "_altered", return_value=None))
        yield


@contextmanager
def _no_comparison_with_the_site() -> Iterator[None]:
    with mock.patch.object(Found, "differences", return_value=[]):
        yield


GUARDS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "file": _no_hash,
    "rows": _no_comparison_of_rows,
    "form": _no_comparison_with_the_site,
    "target": _no_comparison_with_the_site,
}
