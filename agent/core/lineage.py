"""Where each value of a record came from. Plain values in, plain values out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Values = Mapping[str, Any]

READ, COMPUTED, GIVEN = "read", "computed", "given"
"""Read from one cell; computed by the automation from rows; given by the automation without any row."""

MASK = "▇▇▇"


def trace(payload: Values, downloads: Mapping[str, Values]) -> dict[str, dict[str, Any]]:
    """Return, for each field of a stored record: its value, origin, column and rows, and who changed it.

    ``payload`` is what :mod:`agent.worker.batches` stored; ``downloads`` tells of each file, by its evidence,
    from which site it came and when. A value that a person changed is named in the payload's ``edited``
    (by field: actor and moment); its origin is still that of the value it replaced.
    """
    lineage = payload.get("lineage") or {}
    columns: Mapping[str, str] = lineage.get("columns") or {}
    rows = [
        _row(reference, payload.get("sources") or (), downloads) for reference in lineage.get("rows") or ()
    ]
    edited = payload.get("edited") or {}
    return {
        name: {
            "value": value,
            "origin": READ if name in columns else COMPUTED if rows else GIVEN,
            "column": columns.get(name),
            "rows": rows[:1] if name in columns else rows,
            "changed_by": edited.get(name),
        }
        for name, value in payload["fields"].items()
    }


def _row(reference: Any, sources: Any, downloads: Mapping[str, Values]) -> dict[str, Any]:  # noqa: ANN401  # JSON
    place, sheet, number = reference
    source: Values = sources[place] if place is not None and place < len(sources) else {}
    known = downloads.get(source.get("evidence", ""), {})
    return {
        "file": source.get("name"),
        "sha256": source.get("sha256"),
        "evidence": source.get("evidence"),
        "site": known.get("site"),
        "downloaded_at": known.get("downloaded_at"),
        **({"handed_in_by": known["handed_in_by"]} if known.get("handed_in_by") else {}),
        "sheet": sheet,
        "row": number,
    }


def personal_fields(payload: Values) -> frozenset[str]:
    """Return the fields to mask; where an older version did not store which, all of them."""
    return frozenset(payload.get("personal", payload["fields"]))


def masked(payload: Values) -> dict[str, Any]:
    """Return a stored record whose personal values are not readable; an empty one stays empty."""
    hidden = personal_fields(payload)
    fields = {name: MASK if name in hidden and value else value for name, value in payload["fields"].items()}
    return {**payload, "fields": fields}


def currency_of(column: str | None) -> str:
    """Return the currency sign that a column's own heading states, or nothing: none is ever invented."""
    return next((sign for sign in column or "" if sign in "£€$¥₹₩₺₽"), "")
