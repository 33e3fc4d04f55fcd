"""Counts and control totals from file to target. Source: DESIGN.md, 6, "COMPLETED means".

Everything here is a value: counts are sums of ones, so one rule serves both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

COUNT = "count"


@dataclass(frozen=True)
class Totals:
    """One figure (the count, or one control total) at each place between file and target."""

    name: str
    source: Decimal
    left_out: Decimal
    processed: Decimal
    delivered: Decimal  # as we know it: read back equal
    target: Decimal | None  # as read back from the site; None where the site never shows the figure
    skipped: Decimal
    corrected: Decimal = Decimal(0)  # by how much people's corrections of records differ from the source

    def disagreements(self) -> list[str]:
        """Return which identities do not hold: empty when the figure is the same from file to target."""
        wrong = []
        if self.source + self.corrected != self.left_out + self.processed:
            wrong.append("source ≠ left out + processed")
        if self.processed != self.delivered + self.skipped:
            wrong.append("processed ≠ delivered + skipped")
        if self.target is not None and self.target != self.delivered:
            wrong.append("delivered ≠ target")
        return wrong

    def as_json(self) -> dict[str, str | None]:
        """Return plain values; figures are text, never floats."""
        return {
            "source": str(self.source),
            "left_out": str(self.left_out),
            "processed": str(self.processed),
            "delivered": str(self.delivered),
            "target": None if self.target is None else str(self.target),
            "skipped": str(self.skipped),
            **({"corrected": str(self.corrected)} if self.corrected else {}),
        }

    @staticmethod
    def from_json(name: str, value: Mapping[str, str | None]) -> Totals:
        """Rebuild from :meth:`as_json`."""
        figures = {place: None if text is None else Decimal(text) for place, text in value.items()}
        return Totals(name, **figures)  # type: ignore[arg-type]  # only "target" may be None


def add_up(amounts: Iterable[Mapping[str, Decimal]], names: Iterable[str]) -> dict[str, Decimal]:
    """Sum each named figure over records or rows; the count is one for each of them."""
    sums = dict.fromkeys(names, Decimal(0))
    sums[COUNT] = Decimal(0)
    for amount in amounts:
        sums[COUNT] += 1
        for name in sums:
            if name != COUNT:
                sums[name] += amount[name]
    return sums
