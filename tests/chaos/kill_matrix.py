"""Every part of a worker's tree killed in every situation: nothing of it may be left, and the work goes on.

    python -m tests.chaos.kill_matrix --kills 1000 --seed 1 [--minutes M] [--lanes 2] [--rounds 3]
        [--situation mid-submit]

The host is the real program, the browser a real one. Victims: worker, driver, browser, renderer, host. Ways:
KILL, and STOP, then KILL. Situations: the page idles, a script on it never ends, in the middle of a download,
in the middle of a submit. After each kill: how long until no process of that tree exists, and until the next
worker is at work. Prints one JSON value; exit code 1 when something was left after 5 s, when a folder was
left after the next start, or when a claim was entered twice.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from agent.core.failures import Defect
from agent.store import commands, queries, reviews, runs
from agent.store.database import close_store
from agent.store.fields import utc_now
from agent.system.bell import ring
from agent.system.processes import MARK, become_reaper
from resources.practice.server import Practice
from tests.chaos.kill_situations import SITUATIONS, source_of
from tests.chaos.parts import kill, parts_of
from tests.chaos.parts import runs as part_runs
from tests.morning import FINAL, TESTER, WEDNESDAY, Morning, processes_of, until

VICTIMS = ("worker", "driver", "browser", "renderer", "host")
WAYS = ("kill", "stop, then kill")
GONE_SECONDS = 5.0
NEXT_SECONDS = 10.0
_STOPPED_SECONDS = 0.5
_LOOK_SECONDS = 0.2  # a lane that looks without pause takes a quarter of a core from what it measures
_GOES_ON_SECONDS = 400.0  # longer than any worker may stay in one step: beyond this the work stands still


@dataclass
class Tally:
    """What the kills came to; seconds are from the kill on."""

    kills: int = 0
    by_cell: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    gone: list[float] = field(default_factory=list)
    following: list[float] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    saved: int = 0  # claims in the targets: without any, that none is doubled says nothing
    doubled: int = 0

    def note(self, cell: str, gone: float, following: float) -> None:
        """Count one kill: seconds until its tree was gone, and from then on until the next worker."""
        self.kills += 1
        self.by_cell[cell] += 1
        self.gone.append(gone)
        self.following.append(following)
        print(f"{cell}: gone after {gone:.1f} s, next after {following:.1f} s", file=sys.stderr)
        if gone > GONE_SECONDS:
            self.left.append(f"{cell}: {gone:.1f} s")
        if following > NEXT_SECONDS:
            self.late.append(f"{cell}: {following:.1f} s")

    def add(self, other: Tally) -> None:
        """Take in another lane's."""
        self.kills += other.kills
        self.saved += other.saved
        self.doubled += other.doubled
        self.by_cell += other.by_cell
        self.told += other.told
        for name in ("gone", "following", "left", "late", "folders", "broken"):
            getattr(self, name).extend(getattr(other, name))

    @property
    def wrong(self) -> bool:
        """Whether anything is not as it must be, whatever the load."""
        return bool(self.left or self.folders or self.broken or self.doubled)

    def as_json(self, seconds: float, seed: int) -> dict[str, Any]:
        """Return the figures."""
        return {
            "seed": seed,
            "minutes": round(seconds / 60, 1),
            "load": [round(each, 1) for each in os.getloadavg()],
            "kills": self.kills,
            "cells": len(self.by_cell),
            "least_kills_in_a_cell": min(self.by_cell.values(), default=0),
            "what_the_host_said": dict(self.told.most_common()),
            "seconds_until_gone": _spread(self.gone),
            "seconds_until_the_next_works": _spread(self.following),
            "left_after_5_s": self.left,
            "next_later_than_10_s": self.late,
            "folders_after_the_next_start": self.folders,
            "broken": self.broken,
            "claims_saved": self.saved,
            "claims_doubled": self.doubled,
        }


def _spread(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    if not ordered:
        return {}
    return {
        "median": round(ordered[len(ordered) // 2], 2),
        "p95": round(ordered[int(len(ordered) * 0.95)], 2),
        "most": round(ordered[-1], 2),
    }


class Stage:
    """One home and one situation, in which one thing after the other is killed."""

    def __init__(
        self, folder: Path, practice: Practice, situation: str, dice: random.Random, tally: Tally
    ) -> None:
        self.practice, self.situation, self.dice, self.tally = practice, situation, dice, tally
        self.morning = Morning(folder / "home", practice)
        code = self.morning.home.automations / "kill_matrix"
        code.mkdir(parents=True)
        (code / "automation.py").write_text(source_of(situation))
        practice.clear_faults()
        practice.faults("meridian", "cut_download", always=True, style="stalls")
        practice.faults("claimport", "commit_then_hang", always=True)
        self.log = (folder / "host.log").open("w")
        self.environment = {**os.environ, "PREDAWN_HOME": str(self.morning.home.root)}
        self.host = self._start()
        self._paused = 0.0  # seconds that the rule of the handling table lets a task rest before its next try
        self._seen: set[str] = set()  # what was said of the task since the last kill
        self._saved = 0  # claims that the target had when the last kill landed

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-P", "-m", "agent.cli.main", "agent"]
        return subprocess.Popen(command, env=self.environment, stdout=self.log, stderr=self.log)

    def close(self) -> None:
        """End the host in good order."""
        self.host.terminate()
        self.host.wait()
        self.log.close()
        close_store()

    def begin(self) -> None:
        """Ask for the run, and wait until it is in its situation."""
        self.morning.open()
        day = WEDNESDAY.isoformat()
        commands.give("run", {"automation": "kill-matrix", "business_date": day, "options": {}}, TESTER)
        ring(self.morning.home.bell, "command/0")
        until(lambda: bool(queries.run_list()), _GOES_ON_SECONDS, what="a run")
        self.run_id = queries.run_list()[0]["id"]

    def kill(self, victim: str, way: str) -> None:
        """Kill one thing once the situation is there; measure, and see to it that the work goes on."""
        worker = self._in_situation()
        victims = [psutil.Process(self.host.pid)] if victim == "host" else parts_of(worker, victim)
        assert victims, f"there is no {victim}"
        # A page that dies while a submit is answered puts that record in doubt; its worker goes on with the
        # next in a fresh page. Everything else ends the worker and with it the whole tree.
        goes_on = victim == "renderer" and self.situation == "mid-submit"
        whole = (worker, *worker.children(recursive=True))
        tree = [each for each in (victims if goes_on else whole) if part_runs(each)]
        self._saved = len(self.practice.journal("claimport"))
        if way == "stop, then kill":
            for process in victims:
                process.suspend()
            time.sleep(_STOPPED_SECONDS)  # that it stands still for a while is the case to be tried
        kill(victims)
        if victim == "host":
            self.host.wait()
        gone = _until_gone(tree, 4 * GONE_SECONDS)
        ended = time.monotonic()
        if victim == "host":
            until(lambda: processes_of(self.morning.home) == [], 60, what="the orphans' end")
            self.host, ended = self._start(), time.monotonic()
        self._paused, self._seen = 0.0, set()
        if goes_on:
            self._in_situation()
        else:
            self._in_situation(any_step=True, other_than=worker.pid)
        self.tally.told.update(f"{victim}: {code}" for code in self._seen)
        cell = f"{victim} · {way} · {self.situation}"
        self.tally.note(cell, gone, time.monotonic() - ended - self._paused)
        self._look_for_folders(cell)

    def _in_situation(self, *, any_step: bool = False, other_than: int = 0) -> psutil.Process:
        """Return the worker at work, once it is where it shall be killed."""

        def there() -> psutil.Process | None:
            self._answer()
            run, task = queries.run(self.run_id), runs.tasks_of(self.run_id)[-1]
            code = str((task.failure or {}).get("code"))
            assert code != Defect.code, "a kill is no mistake in the automation"
            self._seen.add(code)
            if task.not_before_at is not None:  # the pause of the handling table is no lateness
                self._paused = max(self._paused, (task.not_before_at - utc_now()).total_seconds())
            tree, step = runs.get(self.run_id).tree, run["tasks"][-1]["step"]
            if tree is None or tree["pid"] == other_than or not psutil.pid_exists(tree["pid"]):
                return None
            if any_step or self._is_there(step):
                return psutil.Process(tree["pid"])
            return None

        try:
            found = until(there, _GOES_ON_SECONDS, every=_LOOK_SECONDS)
        except AssertionError:
            run = queries.run(self.run_id)
            raise AssertionError(f"no worker in {self.situation}: {run['state']} {run['tasks']}") from None
        assert isinstance(found, psutil.Process)
        if not any_step:
            time.sleep(self.dice.uniform(0.1, 0.6))  # the script, the click or the bytes have begun by then
        return found

    def _is_there(self, step: dict[str, Any] | None) -> bool:
        code = (step or {}).get("code")
        if self.situation == "mid-submit":
            under_way = code == "entering" and queries.record_counts(self.run_id)["intended"] > 0
            return under_way and len(self.practice.journal("claimport")) > self._saved  # saved, not answered
        if self.situation == "mid-download":
            return code in {"receiving", "receiving_of"}
        return code == "downloading"

    def _answer(self) -> None:
        """After too many kills in a row a person is asked; they say: try again (or: all of it is new)."""
        if queries.run(self.run_id)["state"] not in FINAL:
            return
        for item in reviews.open_items(self.run_id):
            if item.record_id is None:
                given = "retry" if "retry" in item.answers else item.answers[0]
                told = {"item": item.id, "version": item.version, "answer": given}
                commands.give("answer", told, TESTER)
        ring(self.morning.home.bell, "command/0")
        until(lambda: queries.run(self.run_id)["state"] not in FINAL, _GOES_ON_SECONDS, what="it goes on")

    def _look_for_folders(self, cell: str) -> None:
        """Of temporary folders only those of living workers may be there."""

        def surplus() -> set[str]:
            folders = {folder.name for folder in self.morning.home.work.iterdir()}
            return folders - _marks(self.morning)

        try:
            until(lambda: not surplus(), GONE_SECONDS)
        except AssertionError:
            self.tally.folders.append(f"{cell}: {surplus()}")


def _marks(morning: Morning) -> set[str]:
    return {_mark(pid) for pid in processes_of(morning.home)}


def _mark(pid: int) -> str:
    try:
        return str(psutil.Process(pid).environ().get(MARK))
    except psutil.Error:
        return ""


def _until_gone(tree: list[psutil.Process], seconds: float) -> float:
    """Return the seconds until none of these processes runs any more (a zombie does not run)."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if not any(part_runs(process) for process in tree):
            return time.monotonic() - began
        time.sleep(0.02)  # there is no event for the end of somebody else's child
    return math.inf


@contextmanager
def stage(situation: str, dice: random.Random, tally: Tally) -> Iterator[Stage]:
    """A home in a situation; its practice systems end with it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Practice(Path(folder) / "practice", export_seconds=0.1) as practice,
    ):
        made = Stage(Path(folder), practice, situation, dice, tally)
        try:
            made.begin()
            yield made
        finally:
            made.close()
        counts = Counter(claim["claim_no"] for claim in practice.journal("claimport"))
        tally.saved += len(counts)
        tally.doubled += sum(times > 1 for times in counts.values())


def live(
    kills: int,
    seed: int,
    minutes: float = math.inf,
    rounds: int = 3,
    situations: Sequence[str] = SITUATIONS,
) -> Tally:
    """Walk through the matrix, cell by cell, until so many kills have landed or the time is over."""
    become_reaper()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends the host that this lane has started
    until_at, tally, dice = time.monotonic() + minutes * 60, Tally(), random.Random(seed)
    while tally.kills < kills and time.monotonic() < until_at:
        for situation in dice.sample(situations, len(situations)):
            cells = list(itertools.product(VICTIMS, WAYS)) * rounds
            _walk(situation, dice.sample(cells, len(cells)), dice, tally, kills, until_at)
            print(f"{tally.kills} kills, {tally.left + tally.late + tally.broken}", file=sys.stderr)
    return tally


def _walk(
    situation: str,
    cells: list[tuple[str, str]],
    dice: random.Random,
    tally: Tally,
    kills: int,
    until_at: float,
) -> None:
    """Kill in one home, cell by cell; a home in which the work does not go on is told and given up."""
    cell = ("nobody", "not yet")
    try:
        with stage(situation, dice, tally) as made:
            for cell in cells:
                if tally.kills >= kills or time.monotonic() > until_at:
                    return
                made.kill(*cell)
    except (AssertionError, psutil.Error) as error:
        tally.broken.append(f"{' · '.join(cell)} · {situation}: {error!r}")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=math.inf)
    parser.add_argument("--rounds", type=int, default=3, help="how often a home sees each of its cells")
    parser.add_argument("--lanes", type=int, default=2)
    parser.add_argument("--situation", choices=SITUATIONS, action="append", help="only this one (repeatable)")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends the lanes
    began, tally, share = time.monotonic(), Tally(), -(-given.kills // given.lanes)
    with multiprocessing.get_context("spawn").Pool(given.lanes) as pool:
        lanes = [
            pool.apply_async(
                live,
                (share, given.seed * 1000 + lane, given.minutes, given.rounds, given.situation or SITUATIONS),
            )
            for lane in range(given.lanes)
        ]
        for lane in lanes:
            tally.add(lane.get())
    print(json.dumps(tally.as_json(time.monotonic() - began, given.seed), indent=1))
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
