"""A computer whose time is told by a script: the real agenda, calendar and store; the worker a timed script.

What is virtual: the wall clock, sleep, the surroundings (password, network), how long a run takes. The store
is told the virtual time wherever it would look at the computer's.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from agent.core.failures import Offline, PasswordMissing
from agent.core.states import RunState, TaskKind
from agent.host.agenda import Agenda, the_schedule
from agent.host.enrolment import Enrolled
from agent.store import occurrences, runs
from agent.store.lease import Lease
from agent.store.runs import PlannedRun, PlannedTask
from agent.store.tables import LEDGER, OccurrenceRow, RunRow
from tests.store.ground import opened

_TASK = PlannedTask("work", TaskKind.PROCESS, None, ())


class World:
    """One computer with its enrolled automations; a script moves its time and says when to look."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 5, tzinfo=UTC)
        self.enrolled: list[Enrolled] = []
        self.without_password: set[tuple[str, str]] = set()
        self.online = True
        self.at_work: Lease | None = None
        self.next_due: datetime | None = None
        self.planned: list[str] = []  # runs, in the order of their planning
        self.queued = True  # whether the queue may hold something to take
        self.windows: list[datetime] = []  # when what is owed or waiting is too late
        self.restart()

    def restart(self) -> None:
        """Begin anew, as a host that was started: nothing is remembered but the rows."""
        self._agenda = Agenda(lambda _now: self.enrolled, self.plan)

    def begin_at(self, moment: datetime) -> None:
        """Set the clock, and let what is enrolled be seen for the first time."""
        self.now = moment
        self.look()

    def look(self) -> None:
        """Let the agenda look, as its clock does."""
        self.next_due, changed = self._agenda.look(self.now)
        if changed:
            self.queued = True
            rows = OccurrenceRow.select(OccurrenceRow.until_at).where(
                OccurrenceRow.outcome.in_(("owed", "running"))
            )
            self.windows = [row.until_at for row in rows]

    def plan(self, row: OccurrenceRow) -> str:
        """Plan a run for an occurrence by the store's own function."""
        if (row.automation, row.office) in self.without_password:
            raise PasswordMissing(site="claimport", account="")
        run_id = f"{runs.new_run_id(row.business_date)}{runs.new_run_id(row.business_date)[-4:]}"
        day = row.business_date
        planned = PlannedRun(row.automation, "Simulated", row.office, day, day, day, "", row.slot, {}, {}, {})
        runs.plan(run_id, planned, [_TASK], the_schedule(), b"sealed", occurrences.duty_of(row))
        self.planned.append(run_id)
        return run_id

    # ── the supervisor's part, as a timed script ──────────────────────────────────────────────────────────
    def begin_next(self) -> bool:
        """Take the oldest run of the queue, as the supervisor does; one that waits says for what."""
        while self.queued and self.at_work is None and (run := next(iter(runs.pending()), None)) is not None:
            if run.options.get("cancel"):
                runs.cancel_tasks(run.id)
                runs.move_run(run.id, RunState.CANCELLED)
            elif not self.online:
                wanted = Offline(site="claimport", host="claimport.example").as_json()
                if run.reason != wanted:
                    runs.move_run(run.id, RunState.PENDING, wanted)
                return False
            else:
                self.at_work = runs.begin_task(run.id, runs.tasks_of(run.id)[0].id, {})
                return True
        self.queued = self.queued and self.at_work is not None
        return False

    def finish(self, state: RunState = RunState.COMPLETED) -> None:
        """End the run that is in work."""
        assert self.at_work is not None
        runs.finish_task(self.at_work, b"")
        runs.move_run(self.at_work.run_id, state)
        self.at_work, self.queued = None, True

    def finish_all(self) -> None:
        """Work through the queue in no time."""
        while self.begin_next():
            self.finish()


@contextmanager
def simulated() -> Iterator[World]:
    """Yield a world with a store of its own, in memory as far as the system allows."""
    memory = Path("/dev/shm")
    with ExitStack() as stack:
        folder = stack.enter_context(
            tempfile.TemporaryDirectory(prefix="predawn-", dir=memory if memory.is_dir() else None)
        )
        stack.enter_context(opened(Path(folder)))
        LEDGER.execute_sql("PRAGMA synchronous = OFF").fetchall()  # nobody pulls the plug in here
        world = World()
        for room in (runs, occurrences):
            stack.enter_context(patch.object(room, "utc_now", lambda: world.now))
        yield world


def runs_of(row: OccurrenceRow) -> list[RunRow]:
    """Return every run that was ever planned for an occurrence's duty."""
    return list(
        RunRow.select().where(
            (RunRow.automation == row.automation)
            & (RunRow.office == row.office)
            & (RunRow.business_date == row.business_date)
            & (RunRow.slot == row.slot)
        )
    )
