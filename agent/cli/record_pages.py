"""Records as pages: all of a run, or one with the source of each of its values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent.cli import signs
from agent.cli.console import out, print_table
from agent.faces.wording import Wording, heading, source_of
from resources.i18n import texts

Values = Mapping[str, Any]


def print_records(records: Sequence[Values], left_out: Sequence[Values], wording: Wording) -> None:
    """Print a run's records and what became of each, then the source rows that became none."""
    if not records and not left_out:
        out(texts.say("no_records"))
    if records:
        heads = heading("number", "key", "site", "standing", "confirmation", "since")
        print_table(["", *heads], [_row(record, wording) for record in records], numbers=[1])
    if left_out:
        print_table(heading("left_out", "why"), [(row["address"], row["reason"]) for row in left_out])


def _row(record: Values, wording: Wording) -> tuple[object, ...]:
    sign = signs.of_record(record["state"])
    return (
        (sign.icon, sign.style),
        record["ordinal"],
        record["key"] or "",
        wording.titles.get(record["site"], record["site"]),
        (wording.record(record), sign.style),
        record["confirmation"] or "",
        wording.moments.at(record["verified_at"] or record["confirmed_at"]),
    )


def print_record(record: Values, fields: Mapping[str, Values], wording: Wording) -> None:
    """Print one record: what became of it, each value and the cell of the file it came from."""
    print_records([record], [], wording)
    if fields:
        rows = [(name, field["value"], source_of(field)) for name, field in fields.items()]
        print_table(heading("field", "value", "source"), rows)
