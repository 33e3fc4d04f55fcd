"""A model of many mornings on one ledger: runs, crashes, lost answers, people's answers, and a target.

The target is the truth. Looks at it are truthful or refused; the site's answers may be lost. People take
records by hand and give them back; an old backup comes back. Whatever comes, the machine enters a key once.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, ClassVar

import apsw
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from peewee import Model

from agent.core.failures import FenceLost
from agent.core.states import (
    DELIVERED_RECORDS,
    OPEN_RUNS,
    SETTLED_RECORDS,
    NotAllowedError,
    RecordState,
    RunState,
    TaskState,
)
from agent.store import holders, home, reviews, runs
from agent.store.fields import utc_now
from agent.store.holders import Standing
from agent.store.lease import Lease
from agent.store.ledger import Entry, Ledger, Planned, Question
from agent.store.tables import LEDGER, LEDGER_TABLES, HomeRow, LedgerKeyRow, RecordRow, ReviewRow, RunRow
from tests.store.ground import SOMEBODY, begin, claim, crash, ledger_of, plan_run

PLANNED, IN_DOUBT = RecordState.PLANNED, RecordState.IN_DOUBT
UNSURE = ("send_it", "it_is_there", "leave_out")
ROWS = st.lists(
    st.tuples(st.sampled_from(["C1", "C2"]), st.sampled_from(["10.00", "20.00"])), min_size=1, max_size=3
)
PICKS = st.integers(0, 5)
# As agent.host.orders carries out answers about records.
ANSWERED = {
    "leave_out": RecordState.SKIPPED,
    "send_it": IN_DOUBT,
    "it_is_there": IN_DOUBT,
    "retry": PLANNED,
}


def batch(rows: list[tuple[str, str]]) -> list[Planned]:
    """The records of a batch; of equal keys only the first may be sent."""
    keys = [key for key, _ in rows]
    return [claim(key, paid, doubled=key in keys[:place]) for place, (key, paid) in enumerate(rows)]


def rows_of(table: type[Model], columns: str = "*", where: str = "") -> list[tuple[Any, ...]]:
    """Rows as plain values: so many are read here that building each query by objects would take minutes."""
    return list(LEDGER.execute_sql(f"SELECT {columns} FROM {table._meta.table_name} {where}"))


@dataclass
class Backup:
    """The ledger as it was, and what the model knew of it."""

    ledger: apsw.Connection
    records: dict[int, tuple[str, str]]
    lease: Lease | None
    made_at: int  # after so many steps


def copy_over(source: apsw.Connection, target: apsw.Connection) -> None:
    """Make one database the copy of another."""
    with target.backup("main", source, "main") as backup:
        backup.step()


class Mornings(RuleBasedStateMachine):
    """One worker at a time, as the host has it; runs of several automations enter into one destination."""

    happened: ClassVar[Counter[str]] = Counter()
    distrusts: ClassVar[bool] = True  # a restored home looks before it types, each time
    steps = 0

    def __init__(self) -> None:
        super().__init__()
        with LEDGER.atomic():
            for table in reversed(LEDGER_TABLES):
                table.delete().execute()
            HomeRow.create(home_id="home", epoch=1, created_at=utc_now())
        self.backup: Backup | None = None
        self.target: list[tuple[str, str]] = []
        self.records: dict[int, tuple[str, str]] = {}  # each record's key and payload in the clear
        self.lease: Lease | None = None
        self.lost: list[Lease] = []

    @property
    def ledger(self) -> Ledger:
        """The ledger in the hands of the worker that is at work."""
        assert self.lease is not None
        return ledger_of(self.lease)

    def in_state(self, *states: RecordState) -> list[int]:
        """The records of the run at work that are in these states."""
        if self.lease is None:
            return []
        found = rows_of(RecordRow, "id, state", f"WHERE task_id = {self.lease.task_id}")
        return [record for record, state in found if state in states]

    def picked(self, pick: int, state: RecordState) -> Entry:
        """One of the records that are in a state."""
        found = self.in_state(state)
        return self.ledger.entry(found[pick % len(found)])

    def found(self, record: int) -> list[str]:
        """What a truthful look-up finds under a record's key."""
        return [paid for key, paid in self.target if key == self.records[record][0]]

    def is_there(self, record: int) -> bool:
        """Whether the target holds exactly this record."""
        return self.found(record) == [self.records[record][1]]

    # ── runs ──────────────────────────────────────────────────────────────────────────────────────────
    @initialize(rows=ROWS)
    def first_run(self, rows: list[tuple[str, str]]) -> None:
        self.new_run(rows)

    @precondition(lambda self: self.lease is None)
    @rule(rows=ROWS)
    def new_run(self, rows: list[tuple[str, str]]) -> None:
        """Plan a run; each record is free, or known as delivered, or a question."""
        before = {row.key_hash: row.record for row in LedgerKeyRow.select()}
        self.lease = begin(plan_run(automation=f"clinic-{RunRow.select().count()}"))
        self.ledger.plan(batch(rows), [])
        planned = RecordRow.select().where(RecordRow.run == self.lease.run_id).order_by(RecordRow.ordinal)
        for row, claimed in zip(planned, rows, strict=True):
            self.records[row.id] = claimed
            question = ReviewRow.get_or_none(ReviewRow.record == row.id)
            code = question.question if question else row.reason["code"] if row.reason else "free"
            holder = before.get(row.key_hash)
            assert code == "doubled_in_batch" or code in expected(row, holder)
        self.look_first()

    @precondition(lambda self: self.lease)
    @rule(state=st.sampled_from([RunState.NEEDS_REVIEW, RunState.FAILED, RunState.CANCELLED]))
    def end_run(self, state: RunState) -> None:
        """The worker ends; its run waits for a person, has failed or is cancelled, or is complete."""
        assert self.lease is not None
        if len(self.in_state(*SETTLED_RECORDS)) == len(self.in_state(*RecordState)):
            state = RunState.COMPLETED
        runs.raise_fence(self.lease.run_id)
        runs.settle_task(self.lease.task_id, TaskState.FAILED)
        runs.move_run(self.lease.run_id, state)
        if state is RunState.CANCELLED:
            reviews.withdraw(self.lease.run_id)
        self.lost.append(self.lease)
        self.lease = None

    @precondition(lambda self: self.lease is None)
    @rule(pick=PICKS)
    def resume(self, pick: int) -> None:
        """Take up a run that failed or waits; what its last worker clicked is in doubt."""
        again = RunRow.state.in_((RunState.NEEDS_REVIEW, RunState.FAILED))
        waiting = list(RunRow.select().where(again).order_by(RunRow.created_at))
        if waiting:
            run = waiting[pick % len(waiting)]
            runs.move_run(run.id, RunState.PENDING)
            runs.wake_tasks(run.id, reset_attempts=True)
            self.lease = begin(run.id)
            self.ledger.doubt_intended()
            self.look_first()

    def die(self) -> None:
        """The worker dies; the next one puts its clicks in doubt."""
        assert self.lease is not None
        self.lost.append(self.lease)
        self.lease = crash(self.lease)
        self.ledger.doubt_intended()
        self.look_first()
        self.happened["died"] += 1

    # ── an old backup comes back ──────────────────────────────────────────────────────────────────────
    @precondition(lambda self: self.backup is None or self.steps - self.backup.made_at > 15)
    @rule()
    def back_up(self) -> None:
        """Copy the ledger aside, as it stands."""
        if self.backup is not None:
            self.backup.ledger.close()
        self.backup = Backup(apsw.Connection(":memory:"), dict(self.records), self.lease, self.steps)
        copy_over(LEDGER.connection(), self.backup.ledger)

    @precondition(lambda self: self.backup and self.steps - self.backup.made_at > 7)
    @rule()
    def restore(self) -> None:
        """No worker lives, the old ledger takes the place of the newer one, and its epoch rises.

        What has been entered since is in the target, and the ledger does not know it.
        """
        assert self.backup is not None
        copy_over(self.backup.ledger, LEDGER.connection())
        home.begin_again({"made_at": "2026-11-23", "machine": "front-desk"}, SOMEBODY)
        self.records, self.lease, self.lost = dict(self.backup.records), self.backup.lease, []
        if self.lease is not None:  # the host recovers what was at work
            self.die()
        self.backup.made_at = self.steps  # it may come back once more, not at once
        self.happened["restored"] += 1

    def teardown(self) -> None:
        """Give the copy back."""
        if self.backup is not None:
            self.backup.ledger.close()

    @precondition(lambda self: self.lost)
    @rule(pick=PICKS)
    def write_without_a_lease(self, pick: int) -> None:
        """A worker that was thought dead wakes up: nothing it writes is taken."""
        lease = self.lost[pick % len(self.lost)]
        ledger = ledger_of(lease)
        entries = ledger.entries()
        entry = entries[pick % len(entries)]
        before = rows_of(RecordRow), rows_of(LedgerKeyRow), rows_of(ReviewRow)
        for write in (ledger.intend, ledger.doubt, ledger.plan_again):
            try:
                write(entry)
            except FenceLost:
                continue
            raise AssertionError("a lost lease was good enough")
        assert (rows_of(RecordRow), rows_of(LedgerKeyRow), rows_of(ReviewRow)) == before

    # ── by hand ───────────────────────────────────────────────────────────────────────────────────────
    @precondition(lambda self: self.in_state(PLANNED))
    @rule()
    def take(self) -> None:
        """A person enters the rest of a run by hand."""
        for record in self.in_state(PLANNED):
            reviews.settle_record(record, RecordState.TAKEN, SOMEBODY, {"code": "taken", "params": {}})
        self.happened["taken"] += 1

    @precondition(lambda self: self.taken())
    @rule(pick=PICKS)
    def enter_by_hand(self, pick: int) -> None:
        """A person enters a record of their list, unless it is there."""
        record = self.taken()[pick % len(self.taken())]
        if not self.found(record):
            self.target.append(self.records[record])

    @precondition(lambda self: self.taken())
    @rule(pick=PICKS)
    def give_back(self, pick: int) -> None:
        """A person gives a record back, entered or not: it is looked up before anything else."""
        record = self.taken()[pick % len(self.taken())]
        reviews.settle_record(record, IN_DOUBT, SOMEBODY, {"code": "given_back", "params": {}})
        self.happened["given back"] += 1

    def taken(self) -> list[int]:
        """Every record that a person enters by hand, of any run."""
        return [record for (record,) in rows_of(RecordRow, "id", "WHERE state = 'TAKEN' ORDER BY id")]

    # ── sending and looking, as agent.worker.delivery does it ─────────────────────────────────────────
    def look_first(self) -> None:
        """Before anything is typed: what is known as delivered; in a new or restored home every record."""
        entries = self.ledger.entries(PLANNED)
        trusted = self.ledger.is_trusted(home.epoch())
        for entry in entries:
            known = entry.reason is not None and entry.reason["code"] == "delivered_before"
            if known or (not trusted and self.found(entry.id)):
                self.recognise(entry)
        if entries:
            self.ledger.trust(home.epoch())

    @precondition(lambda self: self.in_state(PLANNED))
    @rule(
        pick=PICKS,
        arrives=st.sampled_from([True, True, False]),
        answer=st.sampled_from(["saved", "lost", "refused", "none"]),
    )
    def enter(self, pick: int, arrives: bool, answer: str) -> None:
        """Try to send a record; one that does not hold its key cannot be sent and is looked up instead."""
        entry = self.picked(pick, PLANNED)
        known = entry.reason is not None and entry.reason["code"] == "delivered_before"
        if self.distrusts and home.epoch() > 1 and self.found(entry.id):
            self.recognise(entry)
            return
        try:
            self.ledger.intend(entry)
        except NotAllowedError:
            assert known
            self.recognise(entry)
            return
        if arrives:
            self.target.append(self.records[entry.id])
        if answer == "none":  # the worker dies on the spot
            self.die()
        elif answer == "saved" and arrives:
            self.ledger.confirm(entry, None, "hash")
        else:
            self.ledger.doubt(entry, {"code": "refused", "params": {}} if answer == "refused" else None)

    def recognise(self, entry: Entry) -> None:
        if self.found(entry.id):
            self.judge(entry)
        else:
            self.ledger.review(entry, Question("gone_after_confirm", {}, ("send_it", "leave_out")))

    @precondition(lambda self: self.in_state(IN_DOUBT))
    @rule(pick=PICKS, tells=st.booleans())
    def look_up(self, pick: int, tells: bool) -> None:
        """Look a doubt up: what is found is judged, absence is believed twice, no answer goes to a person."""
        entry = self.picked(pick, IN_DOUBT)
        if not tells:
            self.ledger.review(entry, Question("cannot_tell", {}, UNSURE))
        elif self.found(entry.id):
            self.judge(entry)
        elif entry.reason and entry.reason["code"] == "refused":
            self.ledger.reject(entry, Question("refused", {}, ("retry", "leave_out")))
        elif self.ledger.note_absence(entry) >= 2:
            if entry.attempts < 2:
                self.ledger.plan_again(entry)
            else:
                self.ledger.review(entry, Question("attempts_used_up", {}, ("send_it", "leave_out")))

    @precondition(lambda self: self.in_state(RecordState.CONFIRMED))
    @rule(pick=PICKS)
    def read_back(self, pick: int) -> None:
        self.judge(self.picked(pick, RecordState.CONFIRMED))

    def judge(self, entry: Entry) -> None:
        if self.is_there(entry.id):
            self.ledger.verify(entry, None, ["amount"])
        else:
            self.ledger.review(entry, Question("found_different", {}, ("leave_out",)))

    @precondition(lambda self: bool(reviews.open_items()))
    @rule(pick=PICKS, choice=PICKS)
    def answer(self, pick: int, choice: int) -> None:
        """A person answers a question of any run, at any time."""
        items = reviews.open_items()
        item = items[pick % len(items)]
        given = item.answers[choice % len(item.answers)]
        reviews.answer(item.id, item.version, given, SOMEBODY)
        assert item.record_id is not None
        reviews.settle_record(item.record_id, ANSWERED[given], SOMEBODY, {"code": given, "params": {}})

    # ── what always holds ─────────────────────────────────────────────────────────────────────────────
    @invariant()
    def step_done(self) -> None:
        self.steps += 1
        self.happened["steps"] += 1

    @invariant()
    def nothing_is_in_the_target_twice(self) -> None:
        times = Counter(key for key, _ in self.target)
        assert max(times.values(), default=0) <= 1, f"entered twice: {times}"

    @invariant()
    def nothing_is_verified_that_is_not_there(self) -> None:
        records = rows_of(RecordRow, "id, state")
        vouched = [record for record, state in records if state in DELIVERED_RECORDS]
        assert [record for record in vouched if not self.is_there(record)] == []

    @invariant()
    def whoever_clicked_holds_the_key(self) -> None:
        clicked = [record for record, state in rows_of(RecordRow, "id, state") if state == "INTENDED"]
        assert [record for record in clicked if not holders.holds(record)] == []

    @invariant()
    def each_key_is_held_by_one_record_of_that_key(self) -> None:
        keys = rows_of(LedgerKeyRow, "key_hash, record_id")
        held = [(key_hash, self.records[record][0]) for key_hash, record in keys]
        assert len({key_hash for key_hash, _ in held}) == len({key for _, key in held}) == len(held)

    @precondition(lambda self: self.lease is None and home.epoch() == 1)
    @invariant()
    def what_is_in_the_target_is_free_for_nobody(self) -> None:
        for (record,) in rows_of(LedgerKeyRow, "record_id"):
            if self.found(record):
                row = RecordRow.get_by_id(record)
                assert holders.standing(row, row.payload_hash) is not Standing.FREE


def expected(row: RecordRow, holder: RecordRow | None) -> set[str]:
    """What may become of a new record, by the record that holds its key (DESIGN.md, 6)."""
    if holder is None:
        return {"free"}
    known = "delivered_before" if holder.payload_hash == row.payload_hash else "changed_since_delivered"
    if holder.state in DELIVERED_RECORDS:
        return {known}
    if holder.state == RecordState.SKIPPED:
        return {"free", "open_elsewhere", known}  # by what it was left out for: the target decides below
    if holder.run.state in OPEN_RUNS:
        return {"open_elsewhere"}
    if holder.state in {PLANNED, RecordState.REJECTED}:
        return {"free"}
    return {known} if holder.run.state == RunState.CANCELLED else {"open_elsewhere"}
