"""The stored form of a process task's batch: what it planned, and its account of every source row."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from agent.reports.table import Row
from agent.sdk.batch import Account, Batch
from agent.sdk.download import Download
from agent.sdk.record import Record
from agent.store.ledger import Planned


@dataclass(frozen=True)
class StoredBatch:
    """A batch as an upload task finds it: plain lines, rows left out, sums of source and of rows left out."""

    lines: Sequence[Mapping[str, Any]]
    left_out: Sequence[tuple[str, str]]
    source: Mapping[str, Decimal]
    left_out_sums: Mapping[str, Decimal]
    may_be_few: bool
    repeats: bool
    sources: Sequence[Mapping[str, Any]] = ()

    def personal_values(self) -> frozenset[str]:
        """Return the personal values of all its records: struck out of every log line of its upload."""
        return frozenset(
            line["fields"][name] for line in self.lines for name in line["personal"] if line["fields"][name]
        )


def dump(batch: Batch[Any], account: Account, downloads: Iterable[Download] = ()) -> dict[str, Any]:
    """Return plain values: each record's fields, how many source rows it stands for, and its lineage.

    ``sources`` lists each file once (name, SHA-256, evidence, what it states of itself); a line names its
    rows as ``[place in sources, sheet, row]``, and the column that each field was read from.
    """
    downloads = list(downloads)
    return {
        "sources": [_source(download) for download in downloads],
        "lines": [_line(record, [download.gave() for download in downloads]) for record in batch.records],
        "left_out": [[left.where, left.reason] for left in batch.left_out],
        "source": {name: str(total) for name, total in account.source.items()},
        "left_out_sums": {name: str(total) for name, total in account.left_out.items()},
        "may_be_few": batch.may_be_few,
        "repeats": batch.repeats,
    }


def load(value: Mapping[str, Any]) -> StoredBatch:
    """Rebuild what :func:`dump` returned."""
    return StoredBatch(
        value["lines"],
        [(address, reason) for address, reason in value["left_out"]],
        {name: Decimal(total) for name, total in value["source"].items()},
        {name: Decimal(total) for name, total in value["left_out_sums"].items()},
        value["may_be_few"],
        value["repeats"],
        value.get("sources", ()),
    )


def _source(download: Download) -> dict[str, Any]:
    return {
        "name": download.name,
        "sha256": download.sha256,
        "evidence": download.evidence,
        "stated": dict(download.stated),
    }


def _line(record: Record, given: Sequence[frozenset[int]]) -> dict[str, Any]:
    told = record.edited()
    edited = {name: {"by": one["by"], "at": one["at"]} for name, one in told.items()}
    before = {name: one["before"] for name, one in told.items()}
    return {
        **({"edited": edited, "before": before} if told else {}),
        "key": record.key(),
        "fields": record.shown(),
        "personal": [name for name, column in record.columns.items() if column.personal],
        "rows": len(record.source_rows),
        "lineage": {
            "rows": [_reference(row, given) for row in record.source_rows],
            "columns": record.read_from_row(),
        },
        "totals": {name: str(amount) for name, amount in record.control_totals().items()},
    }


def _reference(row: Row, given: Sequence[frozenset[int]]) -> list[Any]:
    """Name a row by its file's place in the list of sources: two files may have the same name."""
    _file, sheet, number = row.place
    return [next((place for place, rows in enumerate(given) if id(row) in rows), None), sheet, number]


def plan(
    lines: Iterable[Mapping[str, Any]],
    sources: Sequence[Mapping[str, Any]] = (),
    fields: Collection[str] | None = None,
    *,
    repeats: bool = False,
) -> list[Planned]:
    """Return the records to plan; each carries its sources, so that it explains itself.

    ``fields`` are those by which a record counts as changed (all of them if None).

    Of equal lines the first is planned and the others are questions, or copies where the batch ``repeats``;
    where lines of one key differ, nobody can know which is right, so all of them are questions.
    """
    lines = list(lines)
    by_key: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        by_key[line["key"]].append(_compared(line, None))
    copies: Counter[str] = Counter()
    planned = []
    for line in lines:
        key = line["key"]
        differ = len(set(by_key[key])) > 1
        doubled = differ or (copies[key] > 0 and not repeats)
        copy = copies[key] if repeats else 0
        payload = {**line, "sources": list(sources)} if sources else line
        planned.append(Planned(key, copy, payload, _compared(line, fields), doubled=doubled))
        copies[key] += 1
    return planned


def _compared(line: Mapping[str, Any], fields: Collection[str] | None) -> str:
    values = {name: value for name, value in line["fields"].items() if fields is None or name in fields}
    return json.dumps(values, ensure_ascii=False, sort_keys=True)
