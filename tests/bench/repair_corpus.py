"""How well lost elements are found again: a corpus of mutated pages, half of it held out.

    python -m tests.bench.repair_corpus [--seed 1] [--fresh] [--half "held out"]

At the first call (or with ``--fresh``) the third-party packages are installed into ``build/repair-corpus``,
render their pages, and all cases are made in a real browser; later calls only rank. Prints one JSON value.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from agent.browser.engine import FLAGS
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


def main() -> None:
    """Make the corpus if need be, and tell its size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fresh", action="store_true")
    given = parser.parse_args()
    began = time.monotonic()
    corpus = cases(given.seed, fresh=given.fresh)
    told = {
        "pages": len(corpus),
        "third_party": sum(case["third_party"] for case in corpus),
        "targets": sum(len(case["targets"]) for case in corpus),
        "lost": sum(t["count"] != 1 for case in corpus for t in case["targets"]),
        "seconds": round(time.monotonic() - began, 1),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
