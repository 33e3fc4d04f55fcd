"""The reckoning of one upload task: the count and each control total, from file to target."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from agent.core.states import RecordState
from agent.core.totals import COUNT, Totals
from agent.store.ledger import Entry
from agent.worker.batches import StoredBatch


def reckon(entries: Sequence[Entry], batch: StoredBatch, *, can_look_up: bool = True) -> list[Totals]:
    """Return the figures that the source allows to follow; source and rows left out come from the batch.

    Where the site cannot be read back, what it confirmed counts as delivered and no figure of the target is
    known.
    """
    return [_figure(name, entries, batch, can_look_up) for name in batch.source]


def _figure(name: str, entries: Sequence[Entry], batch: StoredBatch, can_look_up: bool) -> Totals:
    verified = [entry for entry in entries if entry.state is RecordState.VERIFIED]
    shown = [entry for entry in verified if name == COUNT or name in entry.read_back]
    unseen = [] if can_look_up else [entry for entry in entries if entry.state is RecordState.CONFIRMED]
    delivered = _sum(name, [*verified, *unseen])
    return Totals(
        name,
        source=batch.source[name],
        left_out=batch.left_out_sums[name],
        processed=_sum(name, entries),
        delivered=delivered,
        # A figure that the site never shows cannot be compared; one it showed for some is compared as it is.
        target=_sum(name, shown) if can_look_up and (shown or not verified) else None,
        skipped=_sum(name, (entry for entry in entries if entry.state is RecordState.SKIPPED)),
        corrected=_corrected(name, entries),
    )


def _corrected(name: str, entries: Iterable[Entry]) -> Decimal:
    """By how much people's corrections of records made a figure differ from what the source says."""
    return sum(
        (
            Decimal(entry.payload["totals"][name]) - Decimal(entry.payload["totals_before"][name])
            for entry in entries
            if name != COUNT and "totals_before" in entry.payload
        ),
        Decimal(0),
    )


def _sum(name: str, entries: Iterable[Entry]) -> Decimal:
    if name == COUNT:
        return Decimal(sum(entry.payload["rows"] for entry in entries))
    return sum((Decimal(entry.payload["totals"][name]) for entry in entries), Decimal(0))
