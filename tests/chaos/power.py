"""Take the power away at any moment of a ledger's work, and look whether every commit is still there.

    python -m tests.chaos.power --images 100000 --seed 1 [--minutes 9]

The product's own store (schema, pragmas: WAL, synchronous FULL) works through realistic transitions while all
that SQLite hands to the system is written down. Each image is what a disk may hold after a power loss at one
moment (:mod:`tests.chaos.images`); SQLite opens it afresh. Prints one JSON value: images, lost (acknowledged
commits were not there), torn (rows as no commit left them), damaged (``quick_check``), dangling (evidence
named whose bytes are not there). With them two controls that must fail: synchronous NORMAL loses commits, OFF
damages files. ``--minutes`` ends it early; ``images`` says how far it came. Exit code 1 when one of these
expectations is not met.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import apsw

from agent.store import database
from agent.store.database import close_store, open_store, prepare_store
from agent.store.tables import EVIDENCE, EVIDENCE_TABLES, LEDGER, LEDGER_TABLES
from tests.chaos.images import Disk
from tests.chaos.ledger_work import Work
from tests.chaos.tape import Acknowledged, Sync, Tape, recorded

FILES = ("ledger.db", "evidence.db")
CONTROL_SHARE = 50  # so many times fewer images for each control
_IMAGES_A_TAPE = 1000
_STEPS = 60
_CHECKPOINTS = (15, 40, 1000)  # pages in the log; 1000 is SQLite's own, less lets more of them happen
_MEMORY = Path("/dev/shm")  # what a sync means is written down here, so no disk needs to take part
_TABLES = {
    "ledger.db": [model._meta.table_name for model in LEDGER_TABLES],
    "evidence.db": [model._meta.table_name for model in EVIDENCE_TABLES],
}


@dataclass
class Tally:
    """What was found."""

    images: int = 0
    commits: int = 0
    checkpoints: int = 0
    lost: int = 0
    torn: int = 0
    damaged: int = 0
    dangling: int = 0
    moments: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    def found(self, kind: str, what: str) -> None:
        """Count one image that is not as it must be."""
        setattr(self, kind, getattr(self, kind) + 1)
        if len(self.broken) < 20:
            self.broken.append(f"{kind}: {what}")

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**vars(self), "moments": dict(self.moments.most_common())}


# ── a tape ────────────────────────────────────────────────────────────────────────────────────────────────
def prepare(folder: Path) -> None:
    """Make the home's two files."""
    folder.mkdir()
    prepare_store(folder / FILES[0], folder / FILES[1])
    close_store()


def record(template: Path, folder: Path, dice: random.Random, synchronous: str) -> Tape:
    """Let the ledger work on a copy of the template; returns what became of its files."""
    shutil.copytree(template, folder)
    with recorded(folder) as tape, _noting_commits(tape):
        pages = dice.choice(_CHECKPOINTS)
        _open(folder, synchronous, pages)
        try:
            for proxy, name in zip((LEDGER, EVIDENCE), FILES, strict=True):  # what was there before is known
                tape.events.append(Acknowledged(name, _state(proxy.connection(), name)))
            work = Work(dice)
            for _ in range(_STEPS):
                if dice.random() < 0.02:  # the agent stops and starts: SQLite removes its log
                    close_store()
                    _open(folder, synchronous, pages)
                work.step()
        finally:
            close_store()
    shutil.rmtree(folder)
    return tape


def _open(folder: Path, synchronous: str, pages: int) -> None:
    open_store(folder / FILES[0], folder / FILES[1])
    for proxy in (LEDGER, EVIDENCE):
        if synchronous != "full":  # full is what the product itself asks for
            proxy.execute_sql(f"PRAGMA synchronous = {synchronous}")
        proxy.execute_sql(f"PRAGMA wal_autocheckpoint = {pages}").fetchall()


@contextmanager
def _noting_commits(tape: Tape) -> Iterator[None]:
    commit = database._Database.commit

    def noted(self: Any) -> bool:
        done = bool(commit(self))
        if done:
            name = Path(self.database).name
            tape.events.append(Acknowledged(name, _state(self.connection(), name)))
        return done

    with mock.patch.object(database._Database, "commit", noted):
        yield


def _state(connection: apsw.Connection, name: str) -> int:
    return hash(tuple(tuple(connection.execute(f"SELECT * FROM {table}")) for table in _TABLES[name]))


# ── its images ────────────────────────────────────────────────────────────────────────────────────────────
class Looker:
    """Opens one image after the other and compares it with what had been acknowledged."""

    def __init__(self, tape: Tape, folder: Path, tally: Tally) -> None:
        self._tape, self._folder, self._tally = tape, folder, tally
        self._states: dict[str, list[int]] = defaultdict(list)
        for event in tape.events:
            if isinstance(event, Acknowledged):
                self._states[event.name].append(event.state)
        tally.commits += sum(len(states) - 1 for states in self._states.values())
        lives = tape.first_lives()
        tally.checkpoints += sum(isinstance(e, Sync) and e.file in lives.values() for e in tape.events)

    def look(self, images: int, dice: random.Random) -> None:
        """Take the power away at so many moments after the first commit."""
        events = self._tape.events
        known = [place for place, event in enumerate(events) if isinstance(event, Acknowledged)]
        moments = sorted(dice.randint(known[len(FILES) - 1] + 1, len(events)) for _ in range(images))
        disk, played = Disk(self._tape), 0
        acknowledged: Counter[str] = Counter()
        for moment in moments:
            for event in events[played:moment]:
                disk.play(event)
                if isinstance(event, Acknowledged):
                    acknowledged[event.name] += 1
            played = moment
            self._tally.images += 1
            self._tally.moments[type(events[moment - 1]).__name__] += 1
            self._check(disk.crash(dice), acknowledged, f"event {moment} of {len(events)}")

    def _check(self, image: dict[str, bytes], acknowledged: Counter[str], where: str) -> None:
        for name, content in image.items():
            (self._folder / name).write_bytes(content)
        blobs: set[str] = set()
        for name in reversed(FILES):  # evidence first: the ledger names it
            try:
                connection = apsw.Connection(str(self._folder / name))
                try:
                    if connection.execute("PRAGMA quick_check").fetchall() != [("ok",)]:
                        self._tally.found("damaged", f"{name}: {where}")
                        break
                    self._compare(name, _state(connection, name), acknowledged[name], where)
                    if name == "evidence.db":
                        blobs = {row[0] for row in connection.execute("SELECT id FROM blob")}
                    elif {row[0] for row in connection.execute("SELECT id FROM evidence")} - blobs:
                        self._tally.found("dangling", where)
                finally:
                    connection.close()
            except apsw.Error as error:
                self._tally.found("damaged", f"{name}: {where}: {error}")
                break
        for path in self._folder.iterdir():
            path.unlink()

    def _compare(self, name: str, state: int, acknowledged: int, where: str) -> None:
        states = self._states[name]
        # The commit under way may have arrived although nobody was told so yet.
        if state not in states[acknowledged - 1 : acknowledged + 1]:
            kind = "lost" if state in states else "torn"
            self._tally.found(kind, f"{name}: {where}, {acknowledged - 1} commits acknowledged")


def crash(images: int, seed: int, synchronous: str = "full", *, until: float = math.inf) -> Tally:
    """Return what so many power losses did under a setting of ``PRAGMA synchronous``.

    ``until`` is the moment of the monotonic clock (seconds) after which no tape is begun.
    """
    tally, dice = Tally(), random.Random(seed)  # replayable, not secret
    parent = _MEMORY if _MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="predawn-power-", dir=parent) as root:
        template, folder, bench = Path(root) / "template", Path(root) / "home", Path(root) / "image"
        prepare(template)
        bench.mkdir()
        while tally.images < images and time.monotonic() < until:
            tape = record(template, folder, dice, synchronous)
            Looker(tape, bench, tally).look(min(_IMAGES_A_TAPE, images - tally.images), dice)
    return tally


def report(images: int, seed: int, minutes: float = math.inf) -> dict[str, Any]:
    """Return the one value that is printed."""
    began = time.monotonic()
    until, share = began + minutes * 60, max(images // CONTROL_SHARE, 100)
    normal, off = crash(share, seed, "normal", until=until), crash(share, seed, "off", until=until)
    full = crash(images, seed, until=until)
    as_expected = {
        "full_keeps_every_commit": not (full.lost or full.torn or full.damaged or full.dangling),
        "normal_loses_commits": normal.lost > 0,
        "normal_damages_nothing": not normal.damaged,
        "off_damages": off.damaged > 0,
    }
    controls = {name: {**tally.as_json(), "broken": []} for name, tally in (("normal", normal), ("off", off))}
    seconds = round(time.monotonic() - began, 1)
    return {"seed": seed, **full.as_json(), "controls": controls, **as_expected, "seconds": seconds}


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--images", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=math.inf)
    given = parser.parse_args(arguments)
    told = report(given.images, given.seed, given.minutes)
    print(json.dumps(told, indent=1))
    return 0 if all(told[name] for name in told if name.startswith(("full_", "normal_", "off_"))) else 1


if __name__ == "__main__":
    sys.exit(main())
