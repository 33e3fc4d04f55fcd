"""The same question with real browsers: whatever of a worker's tree dies, when, and whoever started it.

    python -m tests.chaos.browser_kills --kills 300 --seed 1

The host is the real program, the sites are the practice systems with lost, late and false answers. Prints one
JSON value, as ``python -m tests.chaos`` does; exit code 1 when anything is broken.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from agent.store import commands, queries, reviews, runs
from agent.store.database import close_store
from agent.system.bell import ring
from agent.system.processes import become_reaper
from resources.practice.server import Practice
from tests.chaos.mornings import Tally
from tests.chaos.parts import parts_of
from tests.morning import FINAL, TESTER, WEDNESDAY, Morning, processes_of, until

CLAIMS = 15
_FAULTS = ("answer_lost", "commit_then_error", "commit_late")
_VICTIMS = ("worker", "worker, stopped", "driver", "browser", "renderer", "host")


class BrowserMorning:
    """One run of a small automation under kills."""

    def __init__(self, folder: Path, practice: Practice, seed: int, kills: int, tally: Tally) -> None:
        self.dice = random.Random(seed)  # replayable as far as a browser's own pace allows
        self.practice, self.kills_left, self.tally, self.seed = practice, kills, tally, seed
        self.morning = Morning(folder / "home", practice)
        for fault in _FAULTS:
            how = {"seconds": 0.5} if fault == "commit_late" else {}
            practice.faults("claimport", fault, chance=0.05, **how)
        self.name = self.morning.small_sync(CLAIMS)
        self.log = (folder / "host.log").open("w")

    def live(self) -> None:
        """Run, kill, start again; then look what became of every claim."""
        self.morning.open()
        commands.give(
            "run", {"automation": self.name, "business_date": WEDNESDAY.isoformat(), "options": {}}, TESTER
        )
        host = self._start_host()
        try:
            until(lambda: bool(queries.run_list()), 60)
            run_id = queries.run_list()[0]["id"]
            while not self._at_rest(run_id):
                host = self._next_kill(run_id, host)
        finally:
            host.terminate()
            host.wait()
            self.log.close()
        self._check(run_id)
        close_store()

    def _start_host(self) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PREDAWN_HOME": str(self.morning.home.root)}
        command = [sys.executable, "-P", "-m", "agent.cli.main", "agent"]
        return subprocess.Popen(command, env=environment, stdout=self.log, stderr=self.log)

    def _at_rest(self, run_id: str) -> bool:
        """Answer what stops a task, as a person would; what concerns a record stays open."""
        if queries.run(run_id)["state"] not in FINAL:
            return False
        stopped = [item for item in reviews.open_items(run_id) if item.record_id is None]
        for item in stopped:
            self.tally.questions[item.question] += 1
            told = {"item": item.id, "version": item.version, "answer": "retry"}
            commands.give("answer", told, TESTER)
        if stopped:
            ring(self.morning.home.bell, "command/0")
            until(lambda: queries.run(run_id)["state"] not in FINAL, 60)
        return not stopped

    def _next_kill(self, run_id: str, host: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
        """Wait for a random moment of the upload, and kill something; returns the host that works now."""
        moment = time.monotonic() + self.dice.uniform(0.2, 5)
        until(lambda: time.monotonic() > moment or queries.run(run_id)["state"] in FINAL, 60)
        if self.kills_left <= 0 or queries.run(run_id)["state"] != "UPLOADING":
            return host
        victim = self.dice.choice(_VICTIMS)
        process = psutil.Process(host.pid) if victim == "host" else _find(run_id, victim)
        if process is None:
            return host  # between two workers
        if victim == "worker, stopped":
            process.suspend()
        try:
            process.kill()
        except psutil.NoSuchProcess:
            return host
        if victim in {"worker", "worker, stopped", "host"}:
            psutil.wait_procs([process], timeout=10) if victim != "host" else host.wait()
        phase = self._phase(run_id)
        self.kills_left -= 1
        self.tally.kills += 1
        self.tally.by_victim[victim] += 1
        self.tally.by_phase[phase] += 1
        self.tally.between += phase == "INTENDED"
        if victim != "host":
            return host
        until(lambda: processes_of(self.morning.home) == [], 30, what="the orphans' end")
        return self._start_host()

    def _phase(self, run_id: str) -> str:
        states = self.morning.records(run_id)
        order = ("INTENDED", "IN_DOUBT", "CONFIRMED", "PLANNED")
        return next((state for state in order if states.get(state.lower())), "none")

    def _check(self, run_id: str) -> None:
        """At most once in the target, by its own journal; what is called arrived is there."""
        run, delivered = queries.run(run_id), self.morning.delivered()
        self.tally.runs[run["state"]] += 1
        self.tally.records += run["records"]["total"]
        open_records = {item.record_id for item in reviews.open_items(run_id)}
        for item in reviews.open_items(run_id):
            self.tally.questions[item.question] += 1
        for number, times in delivered.items():
            if times > 1:
                self._broken("doubled", f"{number} is there {times} times")
        if run["records"]["total"] != CLAIMS or run["records"]["verified"] + len(open_records) != CLAIMS:
            self._broken("lost", f"{CLAIMS} claims: {run['records']}")
        if len(delivered) < run["records"]["verified"]:
            self._broken("lost", f"{run['records']['verified']} arrived, {len(delivered)} are there")
        if processes_of(self.morning.home):
            self._broken("altered", "processes are left")

    def _broken(self, kind: str, what: str) -> None:
        setattr(self.tally, kind, getattr(self.tally, kind) + 1)
        self.tally.broken.append(f"seed {self.seed}: {kind}: {what}")


def _find(run_id: str, victim: str) -> psutil.Process | None:
    """Return the victim in the tree of the worker at work, or None while there is none."""
    tree = runs.get(run_id).tree
    if tree is None:
        return None
    try:
        worker = psutil.Process(tree["pid"])
    except psutil.NoSuchProcess:
        return None
    return next(iter(parts_of(worker, victim.split(",", maxsplit=1)[0])), None)


def live(kills: int, seed: int) -> Tally:
    """Live mornings until so many kills have landed."""
    become_reaper()
    tally, dice = Tally(), random.Random(seed)
    while tally.kills < kills:
        with (
            tempfile.TemporaryDirectory() as folder,
            Practice(Path(folder) / "practice", export_seconds=0.1) as practice,
        ):
            wanted = min(12, kills - tally.kills)
            BrowserMorning(Path(folder), practice, dice.randrange(10**9), wanted, tally).live()
        print(f"{tally.kills} kills, broken: {tally.broken}", file=sys.stderr)
    return tally


def main() -> int:
    """Measure and print."""
    from tests.chaos.__main__ import report  # noqa: PLC0415  # it names this command's twin

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends the hosts it has started
    began = time.monotonic()
    tally = live(given.kills, given.seed)
    value: dict[str, Any] = report(tally, time.monotonic() - began, seed=given.seed, browser=True)
    print(json.dumps(value, indent=1))
    return 1 if tally.broken else 0


if __name__ == "__main__":
    sys.exit(main())
