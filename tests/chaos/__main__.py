"""Kill workers and hosts at any instant, at scale, and look what became of every record.

    python -m tests.chaos --kills 10000 --seed 1 [--lanes 2] [--guard-off NAME]

Prints one JSON value: kills, lost, doubled, altered, kills by victim and by phase, how many landed between
INTENDED and CONFIRMED, what was broken (empty when every invariant held), seconds. A broken line names the
seed of its home: ``--only SEED`` lives that one again. Exit code 1 when anything is broken.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import sys
import time
from typing import Any

from tests.chaos.guards import GUARDS
from tests.chaos.living import live
from tests.chaos.mornings import Tally


def report(tally: Tally, seconds: float, **given: Any) -> dict[str, Any]:
    """Return the one value that is printed."""
    return {
        **given,
        "kills": tally.kills,
        "lost": tally.lost,
        "doubled": tally.doubled,
        "altered": tally.altered,
        "between_intended_and_confirmed": tally.between,
        "by_victim": dict(tally.by_victim.most_common()),
        "by_phase": dict(tally.by_phase.most_common()),
        "records": tally.records,
        "submits": dict(tally.submits.most_common()),
        "questions": dict(tally.questions.most_common()),
        "runs": dict(tally.runs.most_common()),
        "broken": tally.broken[:50],
        "seconds": round(seconds, 1),
    }


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lanes", type=int, default=2)
    parser.add_argument("--guard-off", choices=sorted(GUARDS), default="")
    parser.add_argument("--minutes", type=float, default=math.inf, help="end earlier, with what there is")
    parser.add_argument("--only", type=int, help="the seed of one home")
    given = parser.parse_args(arguments)
    began = time.monotonic()
    if given.only is not None or given.lanes == 1:
        tally = live(
            given.kills, given.seed, guard_off=given.guard_off, only=given.only, minutes=given.minutes
        )
    else:
        tally = Tally()
        share = -(-given.kills // given.lanes)
        context = multiprocessing.get_context("spawn")
        with context.Pool(given.lanes) as pool:
            jobs = [
                pool.apply_async(
                    live,
                    (share, given.seed * 1000 + lane),
                    {"guard_off": given.guard_off, "minutes": given.minutes},
                )
                for lane in range(given.lanes)
            ]
            for job in jobs:
                tally.add(job.get())
    print(json.dumps(report(tally, time.monotonic() - began, seed=given.seed), indent=1))
    return 1 if tally.broken else 0


if __name__ == "__main__":
    sys.exit(main())
