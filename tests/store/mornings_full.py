"""The model of many mornings in its full dose.

    python -m tests.store.mornings_full --examples 10000 --steps 50 --seed 1 [--lanes 2] [--minutes 10]

Prints one JSON value: examples and steps lived, what happened in them, what was broken (with the morning
that breaks it), seconds. ``--minutes`` ends it early, and the value says how far it came. Exit code 1 when
anything is broken.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from agent.store.tables import LEDGER
from tests.store.ground import opened
from tests.store.mornings import Mornings

BATCH = 50  # examples that share one seed
_MEMORY = Path("/dev/shm")  # what survives a power cut is not the question here


def batch(number: int, examples: int, steps: int, until: float) -> tuple[int, Counter[str], str]:
    """Live one batch; returns how many examples, what happened, and what was broken (or "").

    ``until`` is a moment of the clock after which no batch begins (seconds since 1970).
    """
    if time.time() > until:
        return 0, Counter(), ""
    lived = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=[Phase.generate],  # the morning as it was found: making it shorter may take an hour
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )

    class Seeded(Mornings):
        happened: ClassVar[Counter[str]] = Counter()

    broken = ""
    parent = _MEMORY if _MEMORY.is_dir() else None
    with (
        tempfile.TemporaryDirectory(prefix="predawn-mornings-", dir=parent) as folder,
        opened(Path(folder)),
        contextlib.redirect_stdout(sys.stderr),
    ):
        LEDGER.execute_sql("PRAGMA synchronous = off")
        try:
            run_state_machine_as_test(seed(number)(Seeded), settings=lived)
        except Exception as error:  # noqa: BLE001  # whatever breaks is what we look for
            broken = "".join(traceback.format_exception(error))[-4000:]
    return examples, Seeded.happened, broken


def main(arguments: list[str] | None = None) -> int:
    """Live them and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--examples", type=int, default=1000)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lanes", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=24 * 60)
    given = parser.parse_args(arguments)
    began = time.time()
    until = began + given.minutes * 60
    told: dict[str, Any] = {"seed": given.seed, "examples": 0, "steps": given.steps, "broken": []}
    happened: Counter[str] = Counter()
    with multiprocessing.get_context("spawn").Pool(given.lanes) as pool:
        numbers = range(-(-given.examples // BATCH))
        jobs = [
            pool.apply_async(batch, (given.seed * 100_000 + number, BATCH, given.steps, until))
            for number in numbers
        ]
        for job in jobs:
            lived, seen, broken = job.get()
            told["examples"] += lived
            happened.update(seen)
            if broken:
                told["broken"].append(broken)
    told |= {"happened": dict(happened.most_common()), "seconds": round(time.time() - began, 1)}
    print(json.dumps(told, indent=1))
    return 1 if told["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())
