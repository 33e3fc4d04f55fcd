"""The full doses: ``python -m tests.simulation zones|zones-lived|jumps|mornings|countries``, from a seed.

Exits 1 when anything was wrong. Figures of the last full dose stand in docs/testing.md.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import multiprocessing
import sys
import time
from collections import Counter
from functools import partial

from tests.quick_sql import quicken
from tests.simulation import countries, jumps, mornings, zones
from tests.simulation.world import simulated

JUMPS_A_LIFE = 200
"""After so many jumps a new computer begins, with the next seed: a finding is then quickly replayed."""


def main(arguments: list[str]) -> int:
    """Run one dose, or one part of it; print its figures and what was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("dose", choices=("zones", "zones-lived", "jumps", "mornings", "countries"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--number", type=int, help="jumps: how many (10,000)", default=10_000)
    parser.add_argument("--mornings", type=int, help="mornings: how many (10,000)", default=10_000)
    parser.add_argument("--lanes", type=int, default=2, help="mornings: so many processes")
    parser.add_argument("--minutes", type=float, default=math.inf, help="mornings: end earlier")
    parser.add_argument("--life", type=int, help="jumps, mornings: only the life of this seed")
    parser.add_argument("--part", default="1/1", help="the first of six: 1/6")
    options = parser.parse_args(arguments)
    logging.getLogger("agent").setLevel(logging.ERROR)
    quicken()
    part, parts = (int(word) for word in options.part.split("/"))
    began = time.monotonic()
    match options.dose:
        case "countries":
            print(countries.report())
            return 0
        case "mornings":
            return _mornings(options)
        case "jumps" if options.life is not None:
            figures, wrong = _jumps_of_life(options.life, options.number)
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
    return _told(done), wrong


def _jumps_of_life(seed: int, number: int) -> tuple[str, list[str]]:
    with simulated() as world:
        script = jumps.play(world, seed, min(number, JUMPS_A_LIFE))
    return _told(script.done), script.wrong


def _told(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items()))


def _mornings(options: argparse.Namespace) -> int:
    """Print one JSON value; 1 when a promise was broken, or too few of what could be met was met."""
    began = time.monotonic()
    judged = mornings.Judged()
    first, number = options.seed * 100_000, options.mornings
    whole = range(first, first - (-number // mornings.A_LIFE))
    lives = whole if options.life is None else [options.life]
    until = time.time() + options.minutes * 60
    live = partial(mornings.live_in_time, number=min(number, mornings.A_LIFE), until=until)
    with multiprocessing.get_context("spawn").Pool(options.lanes, mornings.prepare) as pool:
        for one in pool.imap_unordered(live, lives):
            judged.add(one)
            print(f"{judged.mornings:,} mornings, {len(judged.wrong)} wrong", file=sys.stderr, flush=True)
    value = {
        **vars(judged),
        "seed": options.seed,
        "share_met": round(judged.share_met, 5),
        "silent": sum("nobody was told" in line for line in judged.wrong),
        "seconds": round(time.monotonic() - began),
    }
    print(json.dumps(value, indent=1))
    return 1 if judged.wrong or judged.share_met < mornings.WANTED_SHARE else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
