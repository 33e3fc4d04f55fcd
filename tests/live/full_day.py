"""A whole business day's claims in Request Tracker: `python -m tests.live.full_day` (Debian, root).

Prints one JSON value: how many claims, how many tickets, how many are exact, and the seconds of each task.
The exit code is 1 where a claim is missing, doubled or altered. It takes minutes, and no test runs it.
"""

import json
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from resources.practice.server import Practice
from tests.live.clinic_desk import TUESDAY, WEDNESDAY, ClinicDesk, billed, contents, wanted
from tests.live.installation import why_not
from tests.live.request_tracker import RequestTracker

LONGEST_SECONDS = 3600


def full_day(folder: Path) -> dict[str, Any]:
    """Run the shipped automation for one day and compare what arrived with what the clinic billed."""
    with RequestTracker() as desk, Practice(folder / "practice") as practice:
        morning = ClinicDesk(folder / "home", practice, desk)
        with morning.host() as host:
            run_id = morning.enter(host, "claims-desk", WEDNESDAY)
            run = morning.finished(host, run_id, LONGEST_SECONDS)
        entered = Counter(map(repr, map(contents, desk.tickets(by=desk.user))))
    owed = Counter(repr(wanted(row)) for row in billed(TUESDAY))
    return {
        "state": run["state"],
        "claims": owed.total(),
        "tickets": entered.total(),
        "exact": (owed & entered).total(),
        "seconds": {task["name"]: round(task["seconds"], 1) for task in run["tasks"] if task["seconds"]},
    }


def main() -> int:
    """Print the figures; 0 where every claim is there once and equal, 4 where the machine can't have it."""
    reason = why_not()
    if reason is not None:
        print(reason, file=sys.stderr)
        return 4
    with tempfile.TemporaryDirectory() as folder:
        figures = full_day(Path(folder))
    print(json.dumps(figures))
    return 0 if figures["claims"] == figures["tickets"] == figures["exact"] else 1


if __name__ == "__main__":
    sys.exit(main())
