"""Spoil values silently on their way from file to target, and see whether the run still ends as COMPLETED.

    python -m tests.chaos.corruption --each 250 --seed 1 [--minutes 9]

Four places: the file's bytes after they were hashed; rows between reader and record; values between ledger
and form; rows in the target. Eight kinds at each (:mod:`tests.chaos.spoiling`), through the real task code,
reader, ledger and reckoning. Prints one JSON value: for each place how many were caught before COMPLETED, by
what, and how many with that place's own guard off (the control). What an automation's own ``process`` does to
values is told apart: ``author``. Exit code 1 unless everything at the four places was caught, every control
caught less, and every unspoiled morning was completed. ``--minutes`` ends it early, all places alike.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

from agent.core.calendar import Period
from agent.core.states import RunState, TaskKind, TaskState, outcome
from agent.sdk import Expect
from agent.sdk.run import Run
from agent.store import reviews, runs
from agent.store.runs import PlannedTask
from agent.worker import work
from agent.worker.assignment import Assignment
from tests.chaos import places, spoiling
from tests.chaos.paper_desk import Desk, ListedDesk, Paper, PaperWorkplace, Process, automation, every_row
from tests.chaos.places import GUARDS, PLACES, Morning
from tests.store.ground import DATA, INDEX, SOMEBODY, begin, opened, plan_run

TASKS = (
    PlannedTask("billing", TaskKind.DOWNLOAD, "paper", ()),
    PlannedTask("claims", TaskKind.PROCESS, None, ("billing",)),
    PlannedTask("Desk", TaskKind.UPLOAD, "paper", ("claims",)),
)
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
CONTROL_SHARE = 10  # so many times fewer mornings are lived with a place's guard off
_MEMORY = Path("/dev/shm")


@dataclass
class Tally:
    """What became of the mornings spoiled at one place."""

    spoiled: int = 0
    caught: int = 0
    entered_before: int = 0  # caught, but something had been entered already
    by: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        counters = {"by": dict(self.by.most_common()), "missed": dict(self.missed.most_common())}
        return {**vars(self), **counters}


class Mornings:
    """One home's mornings, one after the other, each with claims of its own."""

    def __init__(self, home: Path, seed: int) -> None:
        self._home, self._dice = home, random.Random(seed)  # replayable, not secret
        self._number = 0

    def live(self, place: str, kind: str, tally: Tally, *, guarded: bool = True) -> None:
        """Live one morning, spoiled at a place; count what became of it."""
        morning = self._morning()
        spoiled = spoiling.spoil(kind, morning.lines, self._dice)
        process: Process = every_row
        with ExitStack() as stack:
            if not guarded:
                stack.enter_context(GUARDS[place]())
            if place == "author":
                process = places.authored(morning, spoiled, self._dice)
            elif place:
                stack.enter_context(PLACES[place](morning, spoiled, self._dice))
            state, why = self._run(morning, process)
        tally.spoiled += 1
        if state is RunState.COMPLETED:
            tally.missed[kind] += 1
        else:
            tally.caught += 1
            tally.entered_before += bool(morning.paper.rows)
            tally.by[why] += 1

    def unspoiled(self) -> bool:
        """Live one morning without any harm; tell whether it was completed and the target is exact."""
        morning = self._morning()
        state, _ = self._run(morning, every_row)
        wanted = [line.shown() for line in morning.lines]
        return state is RunState.COMPLETED and morning.paper.rows == wanted

    def _morning(self) -> Morning:
        self._number += 1
        count = self._dice.choice((4, 4, 11))  # read back one by one, or in bulk where there is a list
        lines = spoiling.lines(count, self._dice, self._number * 20)
        file = spoiling.report(lines, sum(line.amount for line in lines))  # type: ignore[arg-type]
        return Morning(lines, Paper(file, expected=count))

    def _run(self, morning: Morning, process: Process) -> tuple[RunState, str]:
        """Do the three tasks as the host would; returns the run's end and, if it is another, why."""
        desk = self._dice.choice((Desk, ListedDesk))
        expect = Expect(dates=YEAR, stated_total="amount")
        tasks = {**automation(process, desk, expect)}
        tasks["Desk"] = tasks.pop(desk.__name__)
        run_id = plan_run(
            automation=f"paper-{self._number}",
            tasks=TASKS,
            options={"accepted": {"first_run": SOMEBODY.as_json()}},
            versions={"agent": "1", "automation": "1", "sites": {}},
        )
        morning.run_id = run_id
        for task in TASKS:
            if self._attempt(morning, run_id, task.name, mock.Mock(tasks=tasks, parameters=())) != work.DONE:
                row = next(row for row in runs.tasks_of(run_id) if row.name == task.name)
                questions = {item.question for item in reviews.open_items(run_id)}
                return RunState.NEEDS_REVIEW, ", ".join(sorted(questions)) or _told(row.failure)
        states = [TaskState(row.state) for row in runs.tasks_of(run_id)]
        ended = outcome(states)
        assert ended is not None
        return ended, ""

    def _attempt(self, morning: Morning, run_id: str, task: str, loaded: Any) -> str:
        lease = begin(run_id, task)
        assignment = Assignment(
            home=self._home,
            folder=self._home,
            site_folders={},
            site_urls={},
            lease=lease,
            task=task,
            run=Run(run_id, "paper", "main", "Europe/London", date(2026, 11, 23), YEAR),
            options=runs.get(run_id).options,
            versions={},
            build="1",
            browser=None,
            account=None,
            data_key=DATA,
            index_key=INDEX,
            session_key=DATA,
            epoch=1,
        )
        pipe: Any = SimpleNamespace(step=lambda _code, **_params: None)
        workplace = PaperWorkplace(assignment, None, pipe, mock.Mock(is_set=lambda: False))  # type: ignore[arg-type]
        workplace.paper = morning.paper
        with (
            mock.patch.object(work, "_require_pinned_code"),
            mock.patch.object(work, "load_automation", return_value=loaded),
            morning.during.get(task, nullcontext)(),
        ):
            done = work._attempt(workplace)
        morning.after.get(task, lambda: None)()
        return done


def _told(failure: Any) -> str:
    kind = failure["params"].get("kind")
    return f"{failure['code']} {kind}" if kind else str(failure["code"])


@contextmanager
def at_home(seed: int) -> Iterator[Mornings]:
    """A home in memory for many mornings."""
    parent = _MEMORY if _MEMORY.is_dir() else None
    before = logging.root.manager.disable
    logging.disable()  # hundreds of expected failures, each with its trace
    try:
        with (
            tempfile.TemporaryDirectory(prefix="predawn-spoiled-", dir=parent) as folder,
            opened(Path(folder)),
        ):
            yield Mornings(Path(folder), seed)
    finally:
        logging.disable(before)


def spoil_at(place: str, each: int, mornings: Mornings, *, guarded: bool = True) -> Tally:
    """Spoil so many mornings at a place, all kinds in turn."""
    tally = Tally()
    for number in range(each):
        kind = spoiling.KINDS[number % len(spoiling.KINDS)]
        mornings.live(place, kind, tally, guarded=guarded)
    return tally


def report(each: int, seed: int, minutes: float = math.inf) -> dict[str, Any]:
    """Return the one value that is printed."""
    began = time.monotonic()
    share = max(each // CONTROL_SHARE, len(spoiling.KINDS))
    told: dict[str, Any] = {"seed": seed}
    tallies = {place: Tally() for place in (*PLACES, "author")}
    with at_home(seed) as mornings:
        told["unspoiled"] = share
        told["unspoiled_completed"] = sum(mornings.unspoiled() for _ in range(share))
        without = {place: spoil_at(place, share, mornings, guarded=False) for place in PLACES}
        for number in range(each):
            if time.monotonic() > began + minutes * 60:
                break
            for place, tally in tallies.items():
                mornings.live(place, spoiling.KINDS[number % len(spoiling.KINDS)], tally)
    author = tallies.pop("author")
    told["spoiled"] = sum(tally.spoiled for tally in tallies.values())
    told["caught"] = sum(tally.caught for tally in tallies.values())
    told["places"] = {place: tally.as_json() for place, tally in tallies.items()}
    told["without_guard"] = {place: tally.as_json() for place, tally in without.items()}
    return told | {"author": author.as_json(), "seconds": round(time.monotonic() - began, 1)}


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--each", type=int, default=250)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=math.inf)
    given = parser.parse_args(arguments)
    told = report(given.each, given.seed, given.minutes)
    print(json.dumps(told, indent=1, ensure_ascii=False))
    seen = all(tally["caught"] < tally["spoiled"] for tally in told["without_guard"].values())
    sound = told["unspoiled_completed"] == told["unspoiled"]
    return 0 if told["caught"] == told["spoiled"] and seen and sound else 1


if __name__ == "__main__":
    sys.exit(main())
