"""Linked records: a child waits until its parent has arrived (DESIGN.md, 6).

A parent that a person must decide on is one question, about the parent; its children simply wait. What is
asked about children is asked once for all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from agent.core.failures import ParentsLeftOut, ParentsUnknown
from agent.core.keys import normalise_key
from agent.core.states import DELIVERED_RECORDS, RecordState
from agent.store.ledger import Destination, Entry, Ledger


@dataclass(frozen=True)
class Link:
    """The upload task of the parents, where they go, and the child's field that holds a parent's key."""

    task: str
    place: Destination
    by: str


class _Parent(Enum):
    ARRIVED = "arrived"
    OPEN = "open"
    LEFT_OUT = "left out"
    UNKNOWN = "unknown"


@dataclass
class Parents:
    """Knows of each record whether it may be entered as far as its parent goes."""

    ledger: Ledger
    link: Link | None
    accepted_by: Mapping[str, Mapping[str, Any]]  # what a person has agreed to, and who
    _missing: dict[_Parent, int] = field(default_factory=dict)

    def begin(self) -> None:
        """Count anew how many records wait for what."""
        self._missing = {}

    def let(self, entry: Entry) -> bool:
        """Tell whether a record may be entered now; one whose parent was left out may be left out here."""
        if self.link is None:
            return True
        parent = self._parent(entry, self.link)
        if parent is _Parent.ARRIVED or (
            parent is _Parent.UNKNOWN and ParentsUnknown.code in self.accepted_by
        ):
            return True
        if parent is _Parent.LEFT_OUT and ParentsLeftOut.code in self.accepted_by:
            self.ledger.leave_out(entry, "parent_left_out", self.accepted_by[ParentsLeftOut.code])
        else:
            self._missing[parent] = self._missing.get(parent, 0) + 1
        return False

    def ask(self) -> None:
        """Ask once about all records whose parents will not come; raises ParentsLeftOut, ParentsUnknown."""
        if number := self._missing.get(_Parent.LEFT_OUT):
            raise ParentsLeftOut(count=number, task=self.link.task if self.link else "")
        if number := self._missing.get(_Parent.UNKNOWN):
            raise ParentsUnknown(count=number, task=self.link.task if self.link else "")

    def _parent(self, entry: Entry, link: Link) -> _Parent:
        key = normalise_key(entry.payload["fields"][link.by])
        state = self.ledger.state_elsewhere(link.task, link.place, key)
        if state is None:
            return _Parent.UNKNOWN
        if state in DELIVERED_RECORDS:
            return _Parent.ARRIVED
        return _Parent.LEFT_OUT if state is RecordState.SKIPPED else _Parent.OPEN
