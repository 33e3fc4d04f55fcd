"""How everything stands, kept in memory: read once, then only what has changed since (by ``rev``).

The dashboard is asked for by every browser at every bell. Rows are read, and their JSON parsed, once a
change, not once a look.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from peewee import fn

from ui.panel.server.tables.database import current
from ui.panel.server.tables.schema import DutyRow, OwnedRow, ReviewRow, RunRow, WorkstationRow

Owned = dict[tuple[int, str, str], OwnedRow]
_DUTIES_KEPT = timedelta(hours=36)


class Board:
    """The newest of everything, by its key; ``rev`` is the newest change that it holds."""

    def __init__(self) -> None:
        self.rev = -1
        self.places: dict[int, WorkstationRow] = {}
        self.owned: Owned = {}
        self.newest: dict[tuple[int, str], RunRow] = {}
        self.pending: dict[int, set[str]] = defaultdict(set)
        self.reviews: dict[tuple[int, str], dict[int, ReviewRow]] = defaultdict(dict)
        self.duties: dict[tuple[int, str, str], DutyRow] = {}

    def refresh(self, rev: int, now: datetime) -> None:
        """Read what has changed up to a revision that is on the disk."""
        if rev == self.rev:
            return
        for run in self._changed_runs():
            self._take_run(run)
        places = list(WorkstationRow.select().where(WorkstationRow.rev > self.rev))
        for place in places:
            self._take_place(place)
        self._take_owned([place.id for place in places])
        for review in self._changed_reviews():
            key = (review.workstation_id, review.run)
            if review.open:
                self.reviews[key][review.id] = review
            else:
                self.reviews[key].pop(review.id, None)
        for duty in self._changed_duties(now):
            key_of_duty = (duty.workstation_id, duty.automation, duty.place)
            known = self.duties.get(key_of_duty)
            if known is None or known.due_at <= duty.due_at:
                self.duties[key_of_duty] = duty
        self.rev = rev

    def _changed_runs(self) -> list[RunRow]:
        if self.rev >= 0:
            return list(RunRow.select().where(RunRow.rev > self.rev).order_by(RunRow.order))
        newest = RunRow.select(fn.MAX(RunRow.order)).group_by(RunRow.workstation, RunRow.automation)
        rows = RunRow.select().where(RunRow.order.in_(newest) | (RunRow.state == "PENDING"))
        return list(rows.order_by(RunRow.order))

    def _changed_reviews(self) -> list[ReviewRow]:
        first = self.rev < 0
        return list(ReviewRow.select().where(ReviewRow.open if first else ReviewRow.rev > self.rev))

    def _changed_duties(self, now: datetime) -> list[DutyRow]:
        query = DutyRow.select().order_by(DutyRow.due_at)
        if self.rev < 0:
            return list(query.where(DutyRow.due_at >= now - _DUTIES_KEPT))
        return list(query.where(DutyRow.rev > self.rev))

    def _take_run(self, run: RunRow) -> None:
        key = (run.workstation_id, run.automation)
        known = self.newest.get(key)
        if known is None or known.order <= run.order:
            self.newest[key] = run
        if run.state == "PENDING":
            self.pending[run.workstation_id].add(run.run)
        else:
            self.pending[run.workstation_id].discard(run.run)

    def _take_place(self, place: WorkstationRow) -> None:
        if place.revoked_at is None:
            self.places[place.id] = place
        else:
            self.places.pop(place.id, None)

    def _take_owned(self, places: list[int]) -> None:
        if not places:
            return
        gone = set(places)
        self.owned = {key: row for key, row in self.owned.items() if key[0] not in gone}
        for row in OwnedRow.select().where(OwnedRow.workstation.in_(places)).order_by(OwnedRow.title):
            self.owned[row.workstation_id, row.automation, row.place] = row

    def conflicts(self) -> dict[tuple[str, str, str], list[WorkstationRow]]:
        """Return who owns what more than one workstation of an office owns: by office, place, automation."""
        found: dict[tuple[str, str, str], list[WorkstationRow]] = defaultdict(list)
        for row in self.owned.values():
            place = self.places.get(row.workstation_id)
            if place is not None and row.scheduled:
                found[place.office, row.place, row.automation].append(place)
        return {key: owners for key, owners in found.items() if len(owners) > 1}


_guard = threading.Lock()
_boards: dict[int, Board] = {}  # by the open store: one


@contextmanager
def board(now: datetime) -> Iterator[Board]:
    """Lend the board as it stands on the disk now; nobody else changes it meanwhile."""
    store = current()
    with _guard:
        if id(store) not in _boards:
            _boards.clear()
            _boards[id(store)] = Board()
        found = _boards[id(store)]
        found.refresh(store.committed, now)
        yield found
