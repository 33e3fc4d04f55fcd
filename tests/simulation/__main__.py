"""The full doses: ``python -m tests.simulation zones|zones-lived|jumps|countries``, each from a seed.

Exits 1 when anything was wrong. Figures of the last full dose stand in docs/testing.md.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections import Counter

from tests.simulation import countries, jumps, zones
from tests.simulation.world import simulated

JUMPS_A_LIFE = 200
"""After so many jumps a new computer begins, with the next seed: a finding is then quickly replayed."""


def main(arguments: list[str]) -> int:
    """Run one dose, or one part of it; print its figures and what was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("dose", choices=("zones", "zones-lived", "jumps", "countries"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--number", type=int, help="jumps: how many (10,000)", default=10_000)
    parser.add_argument("--part", default="1/1", help="the first of six: 1/6")
    options = parser.parse_args(arguments)
    logging.getLogger("agent").setLevel(logging.ERROR)
    part, parts = (int(word) for word in options.part.split("/"))
    began = time.monotonic()
    match options.dose:
        case "countries":
            print(countries.report())
            return 0
        case "jumps":
            figures, wrong = _jumps(options.seed, options.number // parts, (part - 1) * 1000)
        case dose:
            figures, wrong = _zones(options.seed, part, parts, lived=dose == "zones-lived")
    print(f"{options.dose} seed {options.seed} part {options.part}: {figures}")
    print(f"{len(wrong)} wrong, {time.monotonic() - began:.0f} s")
    for line in wrong[:50]:
        print(f"  {line}")
    return 1 if wrong else 0


def _zones(seed: int, part: int, parts: int, *, lived: bool) -> tuple[str, list[str]]:
    changes = zones.all_changes()
    names = len({change.zone for change in changes})
    if lived:
        changes = zones.different(changes)
    changes = changes[part - 1 :: parts]
    wrong: list[str] = []
    if lived:
        with simulated() as world:
            for change in changes:
                wrong += zones.live(world, change, seed)
    else:
        for change in changes:
            wrong += zones.walk(change, seed)
    cases = len(changes) * len(zones.HALF_HOURS)
    return f"{cases:,} cases, {len(changes):,} changes, {names} zones that have any", wrong


def _jumps(seed: int, number: int, first: int) -> tuple[str, list[str]]:
    done: Counter[str] = Counter()
    wrong: list[str] = []
    for life in range(-(-number // JUMPS_A_LIFE)):
        with simulated() as world:
            script = jumps.play(world, seed * 100_000 + first + life, min(number, JUMPS_A_LIFE))
        done += script.done
        wrong += script.wrong
    told = ", ".join(f"{name} {count:,}" for name, count in sorted(done.items()))
    return told, wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
