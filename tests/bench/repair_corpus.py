"""How well lost elements are found again: a corpus of mutated pages, half of it held out.

    python -m tests.bench.repair_corpus [--seed 1] [--fresh]

At the first call (or with ``--fresh``) third-party packages are installed into ``build/repair-corpus``, they
render their pages, and cases are made in a real browser; later calls only rank. Prints one JSON value: for
each half how often the right element is ranked first, how often the engine abstains (nothing is unambiguous),
how often what it held for unambiguous was wrong, how many commits it would have healed (each target is also
tried as a commit). Exit code 1 when the held-out half has less than 90 %, or when a commit was healed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from agent.browser.engine import FLAGS
from agent.core.likeness import rank, unambiguous
from agent.core.repair import COMMIT, Policy, Trace, may_heal
from agent.system.browsers import find_browser
from tests.bench import repair_cases
from tests.bench.repair_sources import BUILD, sources


def cases(seed: int, *, fresh: bool) -> list[dict[str, Any]]:
    """Return the corpus of a seed, made if it is not there yet."""
    file = BUILD / f"cases-{seed}.jsonl.gz"
    if fresh or not file.exists():
        _generate(seed, file)
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _generate(seed: int, file: Path) -> None:
    browser = find_browser()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=browser.path, chromium_sandbox=browser.sandbox, args=FLAGS
        )
        pages = sources(chromium)
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        half = dict(repair_cases.halves(list(pages)))
        part = file.with_suffix(".part")
        with gzip.open(part, "wt", encoding="utf-8") as out:
            for case in repair_cases.plan(list(pages), seed):
                made = repair_cases.make(page, case, pages)
                if made is not None:
                    out.write(json.dumps({**made, "half": half[case.source]}) + "\n")
        part.replace(file)
        chromium.close()


class Tally:
    """What became of the lost elements of one half."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.by_change: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def add(self, case: Mapping[str, Any]) -> None:
        today = [Trace.from_json(each) for each in case["candidates"]]
        lost = [target for target in case["targets"] if target["count"] != 1]
        taken = {hit for target in case["targets"] if target["count"] == 1 for hit in target["hits"]}
        self.counts["pages"] += 1
        self.counts["third_party_pages"] += case["third_party"]
        self.counts["found_but_another"] += sum(
            target["count"] == 1 and bool(target["truth"]) and not set(target["hits"]) & set(target["truth"])
            for target in case["targets"]
        )
        traces = [Trace.from_json(target["before"]) for target in lost]
        for number, target in enumerate(lost):
            others = [*traces[:number], *traces[number + 1 :]]
            self._judge(case, target, today, rank(traces[number], today, taken=taken, others=others))

    def _judge(
        self, case: Mapping[str, Any], target: Mapping[str, Any], today: Sequence[Trace], ranked: Any
    ) -> None:
        truth, sought = set(target["truth"]), Trace.from_json(target["before"])
        sure = unambiguous(sought, today, ranked)
        for policy in Policy:
            sends = sure is not None and today[sure.index].sends
            self.counts["commits_healed"] += sure is not None and may_heal(COMMIT, policy, sends=sends)
        if not truth:
            if "reskinned" in case["changes"]:
                return  # what it became in another skin is not known
            self.counts["gone"] += 1
            self.counts["gone_but_sure"] += sure is not None
            return
        first = bool(ranked) and ranked[0].index in truth
        for counts in (self.counts, self.by_change[case["changes"][-1]]):
            counts["lost"] += 1
            counts["first"] += first
        if case["third_party"]:
            self.counts["third_party_lost"] += 1
            self.counts["third_party_first"] += first
        self.counts["abstained"] += sure is None
        self.counts["sure_but_wrong"] += sure is not None and sure.index not in truth

    def told(self) -> dict[str, Any]:
        return {
            **self.counts,
            "share_first": round(self.counts["first"] / max(1, self.counts["lost"]), 4),
            "by_change": {
                name: f"{each['first']}/{each['lost']}" for name, each in sorted(self.by_change.items())
            },
        }


def main() -> int:
    """Make the corpus if need be, rank, and tell both halves."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fresh", action="store_true")
    given = parser.parse_args()
    began = time.monotonic()
    tallies: defaultdict[str, Tally] = defaultdict(Tally)
    for case in cases(given.seed, fresh=given.fresh):
        tallies[case["half"]].add(case)
    told = {half: tally.told() for half, tally in sorted(tallies.items())}
    print(json.dumps({**told, "seed": given.seed, "seconds": round(time.monotonic() - began, 1)}))
    held_out = told["held out"]
    return int(held_out["share_first"] < 0.9 or any(half["commits_healed"] for half in told.values()))


if __name__ == "__main__":
    sys.exit(main())
