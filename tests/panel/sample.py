"""``python -m tests.panel.sample [--port 8480]``: a panel with made-up workstations, to look at its pages.

It prints who may sign in. One run goes on all the time, so that there is something to watch.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyotp

from agent.sync import wire
from tests.panel.serving import CLAIMPORT, PASSWORD, SECRET, Panel, Station, agenda, line, now, review, run
from ui.panel.server import passwords, sealing
from ui.panel.server.tables import people
from ui.panel.server.tables.database import write

PEOPLE = {"ada": {"everywhere": "admin"}, "otto": {"north": "operator"}, "vera": {"north": "viewer"}}


def with_passwords(panel: Panel) -> None:
    for login, roles in PEOPLE.items():
        number, stored = panel.person(login, **roles).person, passwords.hashed(PASSWORD)
        secret = sealing.seal(number, SECRET) if login != "vera" else None
        write(
            lambda number=number, stored=stored, secret=secret: people.change(
                number, password_hash=stored, totp_secret=secret
            )
        )


def fill(panel: Panel) -> Station:
    """Tell what three workstations might tell in a week; returns the one that works on."""
    front = panel.workstation("FRONT-2")
    back = panel.workstation("BACK-1")
    south = panel.workstation("SOUTH-DESK", "south")
    for days in range(20, 0, -1):
        began = now() - timedelta(days=days)
        ident = f"{began:%Y%m%d}-done"
        failed = days % 7 == 3
        told: dict[str, Any] = {
            "created_at": began,
            "started_at": began + timedelta(seconds=2),
            "ended_at": began + timedelta(minutes=11, seconds=days),
            "deadline_at": began + timedelta(hours=3),
            "business_date": began.date(),
            "records": {"total": 180 + days, "verified": 180 + days},
            "reason": wire.Said("page_timeout", {**CLAIMPORT, "seconds": 30}) if failed else None,
        }
        done = run(ident, "FAILED" if failed else "COMPLETED", **told)
        front.tell(runs=(done,), lines=(line("COMPLETED", run=ident, at=began),))
    front.tell(agenda=agenda("clinic-morning-sync", "claims-desk"))
    back.tell(agenda=agenda("clinic-morning-sync", "supplier-prices"))
    south.tell(agenda=agenda("south-sync", scheduled=True))
    back.tell(
        runs=(run("20261118-quus", "NEEDS_REVIEW", automation="supplier-prices", title="Supplier prices"),),
        reviews=tuple(review(item, run="20261118-quus", ordinal=item * 7) for item in (1, 2, 3)),
        lines=(line("NEEDS_REVIEW", run="20261118-quus"),),
    )
    south.tell(
        runs=(
            run(
                "20261118-fail",
                "FAILED",
                automation="south-sync",
                title="South sync",
                ended_at=now(),
                reason=wire.Said("site_down", {**CLAIMPORT, "status": 503}),
            ),
        ),
        lines=(line("FAILED", run="20261118-fail", params={"reason": {"code": "site_down", "params": {}}}),),
    )
    return front


def work(station: Station, number: int) -> None:
    """Tell the next step of a run that never ends."""
    done = number % 187
    step = wire.Said("entering", {"number": done + 1, "of": 187})
    station.tell(
        runs=(
            run(
                "20261118-live",
                records={"total": 187, "verified": done, "planned": 187 - done},
                tasks=(wire.TaskTold("ClaimPort", "upload", "ClaimPort", "running", 1, step=step),),
                deadline_at=now() + timedelta(hours=2),
                forecast=wire.ForecastTold(
                    "on_track", now() + timedelta(minutes=8), now() + timedelta(minutes=12)
                ),
            ),
        )
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, default=8480)
    port = arguments.parse_args().port
    ended = threading.Event()
    with tempfile.TemporaryDirectory() as folder, Panel(Path(folder), port=port) as panel:
        with_passwords(panel)
        station = fill(panel)
        print(panel.address)
        print(f"{', '.join(PEOPLE)} with the password “{PASSWORD}”; second factor of ada and otto: {SECRET}")
        print(f"which shows now {pyotp.TOTP(SECRET).now()}. Stop with Ctrl-C.", flush=True)
        number = 0
        while not ended.wait(1.0):
            work(station, number)
            number += 1


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Stopped.")
