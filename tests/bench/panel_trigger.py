"""How long it takes from “Run now” at the panel until the run has begun at the workstation.

    python -m tests.bench.panel_trigger [--times 20]

A real agent with practice systems, a real panel, one clock for both: from the moment the browser sends its
wish until the run's first worker was given its task. Each run is then stopped. Prints one JSON value.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from agent.store import runs
from agent.store.database import close_store
from resources.practice.server import Practice
from tests.bench.panel_load import at
from tests.morning import Morning, until
from tests.panel.serving import Face, Panel
from tests.panel.test_end_to_end import enrolled, wish


def _may_start(face: Face, automation: str) -> bool:
    """Tell whether the page would offer the button now."""
    targets = face.get("/api/targets")
    return any(one["allowed"] for one in targets if one["automation"] == automation)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--times", type=int, default=20)
    times = arguments.parse_args().times
    took: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        with Practice(root / "practice", export_seconds=0.1) as practice, Panel(root / "panel") as panel:
            morning = Morning(root / "home", practice)
            name, number = morning.small_sync(2), enrolled(panel, morning)
            face = panel.person("otto", north="operator")
            with morning.host() as host:
                for time in range(times):
                    until(lambda: _may_start(face, name), 120, host)
                    began = datetime.now(UTC)
                    number_of = wish(face, time, workstation=number, verb="run", automation=name)["id"]
                    run = until(lambda n=number_of: face.get(f"/api/commands/{n}")["run"], 30, host)
                    morning.open()
                    started = until(lambda run=run: runs.get(run).started_at, 30, host)
                    took.append((started - began).total_seconds())
                    close_store()
                    wish(face, 1000 + time, workstation=number, verb="cancel", run=run)
    told = {f"p{share}": at(took, share / 100) for share in (50, 95, 100)}
    print(json.dumps({"times": times, "ms": told, "load": os.getloadavg()}, indent=1))


if __name__ == "__main__":
    main()
