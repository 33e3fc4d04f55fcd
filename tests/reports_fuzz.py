"""Damages good files at random, as long as asked: no other error than ours, no hang, no silent wrong value.

    python -m tests.reports_fuzz --minutes 60
    python -m tests.reports_fuzz --seed 5 --minutes 1

A damaged file must be refused, or its rows invalid, or every value that a good row holds must be one of the
original's (a changed letter inside a name cannot be known; amounts, days and numbers must agree with the
stated total, the period and their patterns). One row that stands there twice, each time with its total, is
told by its key when it is planned. Every file that fails is kept in the folder named by ``--keep``. A hang is
told by processor time, so that a busy machine is none.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from pathlib import Path

from agent.core.failures import Asked, Report
from agent.reports.attest import attest
from agent.reports.reading import read, typed_rows
from tests.reports_corpus import COLUMNS, EXPECT, WRITERS, records

SECONDS = 10.0


def damaged(content: bytes, chance: random.Random) -> bytes:
    """The file with a few bytes changed, cut out, doubled or moved."""
    for _ in range(chance.choice([1, 1, 1, 2, 4])):
        at, length = chance.randrange(len(content)), chance.choice([1, 1, 2, 8, 64, 512])
        piece = content[at : at + length]
        content = {
            "change": lambda c=content, a=at, p=piece: c[:a] + chance.randbytes(len(p)) + c[a + len(p) :],
            "cut out": lambda c=content, a=at, p=piece: c[:a] + c[a + len(p) :],
            "double": lambda c=content, a=at, p=piece: c[:a] + p + c[a:],
            "end": lambda c=content, a=at: c[: max(1, a)],
            "flip": lambda c=content, a=at: c[:a] + bytes([c[a] ^ 1 << chance.randrange(8)]) + c[a + 1 :],
        }[chance.choice(["change", "cut out", "double", "end", "flip", "flip"])]()
        if not content:
            return b"x"
    return content


def verdict(kind: str, chance: random.Random) -> tuple[str | None, bytes]:
    """Damage one file of a kind; say what went wrong, None when nothing did."""
    rows = records(chance, chance.randint(1, 40))
    content = damaged(WRITERS[kind](rows), chance)
    began = _processor_seconds()
    try:
        report = read(content, "report")
        typed = typed_rows(report, COLUMNS)
        attest(report, typed, EXPECT)
    except (Report, Asked):
        typed = None
    except Exception as error:  # noqa: BLE001 - any other error is what we look for
        return f"{type(error).__name__}: {error}", content
    if (taken := _processor_seconds() - began) > SECONDS:
        return f"took {taken:.0f} s", content
    if typed is None or typed.invalid:
        return None, content
    if len(rows) == 1 and len(typed.rows) == len(typed.breaks) == 2:
        return None, content  # two groups of one row each, as far as anybody can tell
    amounts = sorted(row.amount for row in typed.rows)
    if amounts != sorted(row[5] for row in rows) or len(typed.rows) != len(rows):
        return "other amounts or rows, and nothing said so", content
    return None, content


def _processor_seconds() -> float:
    """Of this process and of those it started and has waited for: old workbooks are read in another one."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def main() -> int:
    """Fuzz until the time is over."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path("build/fuzz"))
    given = parser.parse_args()
    chance, until = random.Random(given.seed), time.monotonic() + 60 * given.minutes
    done = failed = 0
    kinds = list(WRITERS)
    while time.monotonic() < until:
        kind = kinds[done % len(kinds)]
        problem, content = verdict(kind, chance)
        done += 1
        if problem is not None:
            failed += 1
            given.keep.mkdir(parents=True, exist_ok=True)
            (given.keep / f"{given.seed}-{done}").write_bytes(content)
            print(f"file {done}, {kind}: {problem}", flush=True)
    print(f"{done} damaged files, {failed} of them taken wrongly")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
