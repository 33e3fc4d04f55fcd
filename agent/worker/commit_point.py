"""The point of no return of one submit: the intention is on disk before anything can take effect."""

from __future__ import annotations

from dataclasses import dataclass

from agent.core.failures import BrokenAutomation
from agent.store.ledger import Entry, Ledger


class Rehearsed(BaseException):
    """Ends a rehearsed submit at its commit click; no ``except Exception`` of an author's may catch it."""


@dataclass
class CommitPoint:
    """Stands before the one click that may take effect; before the first key where the site saves early."""

    ledger: Ledger
    entry: Entry
    rehearse: bool
    saves_while_filling: bool = False
    sent: bool = False  # from here on the record may be in the target
    clicked: bool = False

    def begin(self) -> None:
        """Submit is about to be called; raises Rehearsed, FenceLost."""
        if self.saves_while_filling:
            self._intend()

    def before_commit(self) -> None:
        """Let the click happen, once; raises Rehearsed, FenceLost, BrokenAutomation."""
        if self.clicked:
            raise BrokenAutomation(file="", line=0, problem="one submit, one commit: this is the second")
        if not self.sent:
            self._intend()
        self.clicked = True

    def _intend(self) -> None:
        if self.rehearse:
            raise Rehearsed
        self.ledger.intend(self.entry)
        self.sent = True
