"""How long it takes to find something in the panel's log.

    python -m tests.bench.panel_log [--lines 1000000] [--asked 400]

Fills a panel's file with lines as workstations tell them, then asks a served panel over HTTP, cold words and
warm ones: common, rare and unknown words, beginnings of words, several at once, at one office, of one
workstation, for a person who may see one office only. Prints one JSON value: milliseconds from asking to the
answer, and those of processor that browser's and server's side used together, whatever else the machine does.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from tests.bench.panel_load import at
from tests.panel.serving import Panel
from ui.panel.server.tables.database import close_store, open_store, write
from ui.panel.server.tables.fields import utc_now
from ui.panel.server.tables.index import add_line, place_of
from ui.panel.server.tables.schema import PANEL, WorkstationRow

_TITLES = ("Clinic morning sync", "Claims desk", "Supplier prices", "Insurance answers", "Month end")
_WORDS = (
    "ClaimPort: Entering {n} of 187", "appointments: Downloading from Meridian", "Done 187 claims arrived",
    "Failed ClaimPort did not answer in {n} seconds", "Needs you This claim was refused",
    "billing: Working", "Answered by Otto: Try again", "Waiting for its turn", "claims: Checking",
)  # fmt: skip
_ASKED = (
    "entering", "claimport", "failed", "ref", "needs claim", "meridian appoint", "done arr", "otto", "zebra",
    "month end failed", "187", "cl", "DESK-17", "supplier answered", "downl meri", "20261118", "2026",
    "entering meridian", "e", "appointments clinic", "202510", "answ cli desk", "insurance checking 20260",
)  # fmt: skip
_AT_ONCE = 20_000
_LAST_DAY = date(2026, 11, 26)


def fill(folder: Path, lines: int) -> None:
    """Write lines and their index as the ingest does, many in one transaction."""
    chance = random.Random(7)
    folder.mkdir(parents=True)
    open_store(folder / "panel.db")
    now = utc_now()

    def station(number: int) -> dict[str, object]:
        name = f"DESK-{number}"
        fixed = {"machine": "desk", "agent_version": "0.1.0", "home": name, "token_hash": name, "rev": number}
        told = {"token_at": now, "enrolled_at": now, "enrolled_by": "Ada", "seen_at": now}
        return {"id": number, "name": name, "office": f"office-{number % 10}", **fixed, **told}

    write(lambda: WorkstationRow.insert_many([station(number) for number in range(1, 201)]).execute())
    base = int(time.time() * 1000) - lines
    for start in range(0, lines, _AT_ONCE):
        part = range(start, min(lines, start + _AT_ONCE))

        def job(part: range = part) -> None:
            rows = []
            for number in part:
                desk = chance.randint(1, 200)
                title = chance.choice(_TITLES)
                day = _LAST_DAY - timedelta(days=chance.randrange(400))
                run = f"{day:%Y%m%d}-{chance.randrange(9999):04}"
                words, ident = chance.choice(_WORDS).format(n=chance.randint(1, 187)), (base + number) << 12
                rows.append((ident, desk, run, base + number, "step", "entering", title, words, "running"))
                place = place_of(desk, f"office-{desk % 10}", run)
                add_line(ident, f"{words} {title} DESK-{desk} {run}", place)
            PANEL.connection().executemany("INSERT INTO line VALUES (?,?,?,?,?,?,?,?,?)", rows)

        write(job)
    close_store()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--lines", type=int, default=1_000_000)
    arguments.add_argument("--asked", type=int, default=400)
    told = arguments.parse_args()
    chance = random.Random(3)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "panel"
        began = time.monotonic()
        fill(place, told.lines)
        filled = time.monotonic() - began
        took: dict[str, list[float]] = {}
        processor: list[float] = []
        with Panel(place) as panel:
            everywhere, one = (
                panel.person("ada", everywhere="viewer"),
                panel.person("jo", **{"office-3": "viewer"}),
            )
            for _ in range(told.asked):
                words, face = chance.choice(_ASKED), chance.choice([everywhere, everywhere, one])
                where = chance.choice([{}, {}, {"office": "office-3"}, {"workstation": 13}])
                began, used = time.perf_counter(), time.process_time()
                face.get("/api/log", q=words, limit=100, **where)
                took.setdefault(words, []).append(time.perf_counter() - began)
                processor.append(time.process_time() - used)
        size = sum(file.stat().st_size for file in place.glob("panel.db*"))
    every = [value for values in took.values() for value in values]
    slowest = sorted(((at(values, 1.0), words) for words, values in took.items()), reverse=True)[:3]
    print(
        json.dumps(
            {
                "at": utc_now().isoformat(timespec="seconds"),
                **vars(told),
                "filled_seconds": round(filled),
                "file_mb": round(size / 1e6),
                "ms": {f"p{share}": at(every, share / 100) for share in (50, 95, 99)},
                "processor_ms": {f"p{share}": at(processor, share / 100) for share in (50, 95, 99)},
                "slowest": slowest,
                "load": os.getloadavg(),
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
