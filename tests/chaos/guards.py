"""Each guard of the protocol, turned off: what the kills must then find (DESIGN.md, 6)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

from agent.store.database import transaction
from agent.store.lease import Lease
from agent.store.ledger import Entry
from agent.worker.commit_point import CommitPoint
from agent.worker.delivery import Delivery
from agent.worker.looking import Looking

GUARDS = {
    "look_up": "blind retry: what is in doubt is sent again without looking",
    "settle": "look-up without settle: the look comes before a late save has landed",
    "control": "look-up without positive control: a broken screen's “not found” is believed",
    "intend": "INTENDED after the click: a kill between them leaves no trace",
    "fence": "no fence: an orphan's writes are taken",
}


@contextmanager
def guards_off(name: str) -> Iterator[None]:
    """Turn one guard off inside the block; "" leaves all of them on."""
    with ExitStack() as stack:
        for patch in _PATCHES.get(name, []):
            stack.enter_context(patch())
        yield


def _blind(self: Delivery, entry: Entry) -> bool:
    self._ledger.plan_again(entry)
    return True


def _no_settle(self: Delivery) -> None:
    """Nobody waits."""


def _always(self: Looking) -> bool:
    return True


def _only_note(self: CommitPoint) -> None:
    self.clicked = self.sent = True


_answered, _answer_lost = Delivery._answered, Delivery._answer_lost


def _intend_then_answered(self: Delivery, entry: Entry, *rest: Any) -> None:
    self._ledger.intend(entry)
    _answered(self, entry, *rest)


def _intend_then_lost(self: Delivery, entry: Entry, *rest: Any) -> None:
    self._ledger.intend(entry)
    _answer_lost(self, entry, *rest)


@contextmanager
def _unfenced(_self: Lease) -> Iterator[None]:
    with transaction():
        yield


_PATCHES: dict[str, list[Any]] = {
    "look_up": [lambda: mock.patch.object(Delivery, "_decide", _blind)],
    "settle": [lambda: mock.patch.object(Delivery, "_settle", _no_settle)],
    "control": [lambda: mock.patch.object(Looking, "absence_is_believable", _always)],
    "intend": [
        lambda: mock.patch.object(CommitPoint, "before_commit", _only_note),
        lambda: mock.patch.object(Delivery, "_answered", _intend_then_answered),
        lambda: mock.patch.object(Delivery, "_answer_lost", _intend_then_lost),
    ],
    "fence": [lambda: mock.patch.object(Lease, "transaction", _unfenced)],
}
