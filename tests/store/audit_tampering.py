"""Random edits, deletions, reorderings and tail cuts of an audit log: each must be found.

``python -m tests.store.audit_tampering --trials 10000 --seed 1`` prints one JSON value. Exit code 1 if one
was missed, or if an untouched log was called changed.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from agent.core.actors import Actor
from agent.store import audit
from agent.store.audit import Head
from agent.store.tables import LEDGER
from agent.system.seal import Key
from agent.system.vault import MemoryVault
from tests.store.ground import opened

KEY = Key(b"a" * 32)
COLUMNS = ("position", "at", "actor", "verb", "params", "previous", "mac")
TEXTS = COLUMNS[2:]
Row = tuple[Any, ...]


def write_chain(rows: int) -> None:
    """Write a log of decisions by two people, and one look at evidence in three."""
    audit.use(KEY)
    for number in range(rows):
        who = ("ann", "bob")[number % 2]
        actor = Actor("person", who, who.title(), "cli", "FRONT-2")
        verb = ("answer", "evidence_opened", "retry")[number % 3]
        audit.append(actor, verb, {"run": f"20261123-{number:04}", "item": number})


def rows() -> list[Row]:
    """Every row as it lies in the file."""
    return list(LEDGER.execute_sql(f"SELECT {', '.join(COLUMNS)} FROM audit ORDER BY position"))


def put(wanted: list[Row]) -> None:
    """Make the table hold exactly these rows, as somebody with a database tool would."""
    with LEDGER.atomic():
        LEDGER.execute_sql("DELETE FROM audit").fetchall()
        marks = ", ".join("?" for _ in COLUMNS)
        for row in wanted:
            LEDGER.execute_sql(f"INSERT INTO audit VALUES ({marks})", row).fetchall()


def edit(rand: random.Random, chain: list[Row]) -> list[Row]:
    """Change one value of one row, by one sign or by one number."""
    place, column = rand.randrange(len(chain)), rand.randrange(1, len(COLUMNS))
    row = list(chain[place])
    if column == 1:
        row[1] += rand.choice((-86_400_000, -1, 1, 3_600_000))
    else:
        text = row[column]
        place_in, sign = rand.randrange(len(text)), chr(rand.randrange(32, 127))
        before, after = text[:place_in], text[place_in:]
        row[column] = before + rand.choice((sign + after, after[1:], sign + after[1:]))
    return [*chain[:place], tuple(row), *chain[place + 1 :]]


def delete(rand: random.Random, chain: list[Row]) -> list[Row]:
    """Take out some rows that are not the last ones; half of the time those behind move up."""
    first = rand.randrange(len(chain) - 1)
    gone = rand.randint(1, min(3, len(chain) - 1 - first))
    left, moved = chain[:first], chain[first + gone :]
    if rand.random() < 0.5:
        moved = [(row[0] - gone, *row[1:]) for row in moved]
    return [*left, *moved]


def reorder(rand: random.Random, chain: list[Row]) -> list[Row]:
    """Let two rows change places, with or without the HMACs that belong to the places."""
    one, other = sorted(rand.sample(range(len(chain)), 2))
    changed = list(chain)
    keep = rand.choice((1, 5))  # from this column on the values stay where they are
    end = len(COLUMNS) if keep == 1 else 5
    first, second = chain[one], chain[other]
    changed[one] = (first[0], *second[1:end], *first[end:])
    changed[other] = (second[0], *first[1:end], *second[end:])
    return changed


def cut(rand: random.Random, chain: list[Row]) -> list[Row]:
    """Take away the last rows, all of them perhaps."""
    return chain[: rand.randrange(len(chain))]


KINDS: dict[str, Callable[[random.Random, list[Row]], list[Row]]] = {
    "edit": edit, "delete": delete, "reorder": reorder, "cut": cut
}  # fmt: skip


def tamper(trials: int, seed: int, folder: Path, *, length: int = 40) -> dict[str, Any]:
    """Tamper so often with a log of ``length`` rows, look each time, put it right again; returns counts."""
    rand, tried, missed, false_alarms = random.Random(seed), Counter[str](), Counter[str](), 0
    vault = MemoryVault()
    with opened(folder):
        write_chain(length)
        assert audit.remember(vault)
        known = audit.witness(vault)
        whole = rows()
        for number in range(trials):
            kind = tuple(KINDS)[number % len(KINDS)]
            while (changed := KINDS[kind](rand, whole)) == whole:
                pass  # a sign replaced by itself: nothing was done
            put(changed)
            tried[kind] += 1
            missed[kind] += audit.verify(KEY, known).fault is None
            if number % 100 == 0:
                put(whole)
                false_alarms += audit.verify(KEY, known).fault is not None
    return {"tried": dict(tried), "missed": missed.total(), "false_alarms": false_alarms}


def without_guards(folder: Path) -> dict[str, bool]:
    """Show what each guard is for: whether a cut is found without a witness, an edit with another key."""
    with opened(folder):
        write_chain(10)
        head = audit.head()
        put(rows()[:-2])
        return {
            "cut_found": audit.verify(KEY, Head(head.count, head.mac)).fault is not None,
            "cut_found_without_witness": audit.verify(KEY, None).fault is not None,
            "whole_by_another_key": audit.verify(Key(b"b" * 32), None).fault is None,
        }


def main(arguments: list[str]) -> int:
    """Tamper as told and print the counts."""
    parser = argparse.ArgumentParser(prog="python -m tests.store.audit_tampering")
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args(arguments)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        found = tamper(told.trials, told.seed, Path(folder))
    print(json.dumps({**found, "seed": told.seed, "seconds": round(time.monotonic() - began, 1)}))
    return 1 if found["missed"] or found["false_alarms"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
