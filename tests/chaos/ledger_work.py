"""What a ledger does on a morning: runs, records through all their states, crashes, answers, evidence.

Which step comes next is thrown with dice; each is a call of the store's own functions.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from agent.core.states import SETTLED_RECORDS, RecordState, RunState, TaskState
from agent.store import commands, evidence, reviews, runs
from agent.store.lease import Lease
from agent.store.ledger import Entry, Ledger, Question
from tests.store.ground import DATA, SOMEBODY, begin, claim, crash, ledger_of, plan_run

UNSURE = Question("cannot_tell", {}, ("send_it", "it_is_there", "leave_out"))
REFUSED = Question("refused", {"words": "is not a valid claim"}, ("retry", "leave_out"))
_ANSWERED = {
    "leave_out": RecordState.SKIPPED,
    "send_it": RecordState.IN_DOUBT,
    "it_is_there": RecordState.IN_DOUBT,
    "retry": RecordState.PLANNED,
}
_RECORDS = 6
_PICTURE_BYTES = 1500


class Work:
    """One worker after the other, one run after the other."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._runs = 0
        self._lease: Lease | None = None

    def step(self) -> None:
        """Do one thing, as it comes in a morning."""
        if self._lease is None:
            self._begin()
            return
        at_hand = [e for e in self._ledger.entries() if e.state not in SETTLED_RECORDS]
        if not at_hand:
            self._end(self._lease, RunState.COMPLETED)
        elif self._dice.random() < 0.06:
            self._sometimes(self._lease)
        else:
            entry = self._dice.choice(at_hand)
            _NEXT[entry.state](self, entry)

    @property
    def _ledger(self) -> Ledger:
        assert self._lease is not None
        return ledger_of(self._lease)

    def _begin(self) -> None:
        self._runs += 1
        self._lease = begin(plan_run(automation=f"clinic-{self._runs}"))
        numbers = self._dice.sample(range(20), _RECORDS)
        claims = [claim(f"C{number}", f"{self._dice.randint(1, 2)}0.00") for number in numbers]
        self._ledger.plan(claims, [("billing.csv, row 9", "costs nothing")])

    def _end(self, lease: Lease, state: RunState) -> None:
        runs.record_totals(lease, {"enter": {"count": {"processed": str(_RECORDS)}}})
        runs.raise_fence(lease.run_id)
        runs.settle_task(lease.task_id, TaskState.FAILED)
        runs.move_run(lease.run_id, state)
        self._lease = None

    def _sometimes(self, lease: Lease) -> None:
        what = self._dice.choice(("crash", "picture", "command", "fail"))
        if what == "crash":
            self._lease = crash(lease)
            self._ledger.doubt_intended()
        elif what == "picture":
            content = self._dice.randbytes(_PICTURE_BYTES)
            evidence.keep(lease, DATA, content, kind="screenshot", name="p.png", media_type="image/png")
        elif what == "command":
            commands.give("resume", {"run": lease.run_id}, SOMEBODY)
        else:
            self._end(lease, RunState.FAILED)

    # ── one record ────────────────────────────────────────────────────────────────────────────────────
    def _planned(self, entry: Entry) -> None:
        if entry.reason and entry.reason["code"] == "delivered_before":
            self._ledger.verify(entry, None, ["amount"])
        else:
            self._ledger.intend(entry)

    def _intended(self, entry: Entry) -> None:
        if self._dice.random() < 0.7:
            self._ledger.confirm(entry, f"K{entry.id}", "hash")
        else:
            self._ledger.doubt(entry)

    def _confirmed(self, entry: Entry) -> None:
        if self._dice.random() < 0.9:
            self._ledger.verify(entry, None, ["amount"])
        else:
            self._ledger.review(entry, UNSURE)

    def _in_doubt(self, entry: Entry) -> None:
        how = self._dice.choice(("absent", "absent", "found", "refused", "unsure"))
        if how == "found":
            self._ledger.verify(entry, "K", ["amount"])
        elif how == "refused":
            self._ledger.reject(entry, REFUSED)
        elif how == "unsure":
            self._ledger.review(entry, UNSURE)
        elif self._ledger.note_absence(entry) >= 2:
            self._ledger.plan_again(entry)

    def _asked(self, entry: Entry) -> None:
        item = next(item for item in reviews.open_items() if item.record_id == entry.id)
        given = self._dice.choice(item.answers)
        reviews.answer(item.id, item.version, given, SOMEBODY)
        reviews.settle_record(entry.id, _ANSWERED[given], SOMEBODY, {"code": given, "params": {}})


_NEXT: dict[RecordState, Callable[[Work, Entry], None]] = {
    RecordState.PLANNED: Work._planned,
    RecordState.INTENDED: Work._intended,
    RecordState.CONFIRMED: Work._confirmed,
    RecordState.IN_DOUBT: Work._in_doubt,
    RecordState.IN_REVIEW: Work._asked,
    RecordState.REJECTED: Work._asked,
}
