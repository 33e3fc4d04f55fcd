"""What reading back costs: one look-up for each record, or one walk through the site's list.

    python -m tests.bench.read_back [--claims 200]

Real Chromium against the practice system ClaimPort, by the shipped destination's own methods. Prints one JSON
value: seconds of one look-up (median), of one walk, and from how many records the walk is cheaper.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from agent.browser.elements import load_book
from agent.browser.engine import Engine
from agent.browser.signing_in import Account, sign_in
from agent.sdk import Session
from agent.system.browsers import find_browser
from agent.worker.loading import load_automation
from resources.practice.data import clinic_range
from resources.practice.server import SEED, Practice
from tests.morning import SHIPPED, WEDNESDAY

_LOOKS = 30


def measure(claims: int) -> dict[str, Any]:
    """Fill ClaimPort with so many claims, then look up some of them and walk through all."""
    engine, browser = Engine(), find_browser()
    automation = load_automation(SHIPPED / "clinic_morning_sync")
    destination = automation.tasks["ClaimPort"].work()
    kind = destination.record_type
    with tempfile.TemporaryDirectory() as folder, Practice(Path(folder)) as practice:
        rows = clinic_range(WEDNESDAY, WEDNESDAY, SEED).billing
        records = []
        for number in range(claims):
            row = rows[number % len(rows)]
            values = {
                "claim_no": f"C{number:06d}",
                "patient_no": row.patient_no,
                "patient_name": row.patient_name,
                "visit_date": f"{row.visit_date:%d/%m/%Y}",
                "service_code": row.service_code,
                "amount": f"{row.amount:.2f}",
            }
            practice.enter_claim(values)
            records.append(kind(**{**values, "visit_date": row.visit_date, "amount": row.amount}))
        engine.launch(browser.path, sandbox=browser.sandbox)
        book = load_book(SHIPPED / "sites" / "claimport", practice.claimport_url)
        session = Session(engine.new_page(), book, lambda *_: None)  # type: ignore[arg-type,return-value]
        session.open()
        sign_in(session, Account("claimport", "north-robot", "claimport-2024"))
        looks = [_timed(lambda one=one: destination.look_up(session, one)) for one in records[:_LOOKS]]
        walk = _timed(lambda: destination.list_all(session))
        engine.close()
    look = median(looks)
    return {
        "claims": claims,
        "look_up_seconds": round(look, 3),
        "walk_seconds": round(walk, 3),
        "walk_is_cheaper_from": math.ceil(walk / look),
    }


def _timed(action: Any) -> float:
    began = time.perf_counter()
    assert action()
    return time.perf_counter() - began


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--claims", type=int, default=200)
    print(json.dumps(measure(parser.parse_args().claims)))


if __name__ == "__main__":
    main()
