"""One made-up morning at a panel, told over the wire as workstations tell it: for tests, for pictures.

Three offices, seven workstations: a run that enters, one that may be late, one that failed with a picture,
questions (three of them the same, one for the workstation), one workstation that is silent, two that own the
same automation, and twelve weeks behind it.
"""

from __future__ import annotations

import random
import struct
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from agent.sync import wire
from tests.panel.serving import CLAIMPORT, MERIDIAN, Face, Panel, Station, line, now, review, run
from ui.panel.server.tables.database import write
from ui.panel.server.tables.schema import WorkstationRow

CLAIMS, PRICES = ("claim", "claims"), ("price", "prices")
LIVE, LATE, ASKED, FAILED, DONE = "a1c0-live", "b2d1-late", "c3e2-asked", "d4f3-failed", "e5a4-done"
_TITLES = {
    "clinic-morning-sync": "Clinic morning sync",
    "claims-desk": "Claims desk",
    "supplier-prices": "Supplier prices",
    "stock-count": "Stock count",
}


@dataclass
class Morning:
    """Who is there; ``admin`` is signed in."""

    admin: Face
    stations: dict[str, Station]


def fill(panel: Panel, picture: bytes | None = None) -> Morning:
    """Tell a whole morning; ``picture`` is what the failed page looked like."""
    places = {
        "FRONT-2": "north",
        "Jo's desk": "north",
        "BACK-1": "north",
        "SOUTH-1": "south",
        "SOUTH-2": "south",
        "HARBOUR-1": "harbour",
        "HARBOUR-2": "harbour",
    }
    stations = {
        name: panel.workstation(name, office, about=_about(office)) for name, office in places.items()
    }
    _weeks(stations)
    _this_morning(stations)
    _send_picture(stations["SOUTH-1"], FAILED, "ClaimPort", picture or plain_picture())
    _send_picture(stations["Jo's desk"], ASKED, "ClaimPort", picture or plain_picture())
    silent_since = now() - timedelta(minutes=38)
    write(
        lambda: (
            WorkstationRow.update(seen_at=silent_since)
            .where(WorkstationRow.id == stations["HARBOUR-2"].number)
            .execute()
        )
    )
    admin = panel.person("ada", everywhere="admin")
    panel.person("jo", north="operator")
    panel.person("vera", north="viewer", south="operator")
    items = admin.get("/api/reviews")["items"]
    assert admin.send(
        "POST", f"/api/reviews/{items[0]['id']}/comments", {"text": "I ask the claims house."}
    ).is_success
    return Morning(admin, stations)


def _about(office: str) -> wire.About:
    """Say what a workstation is; those in the south have another clock than who looks (browsing.py)."""
    zone = "America/New_York" if office == "south" else "Europe/Vienna"
    return wire.About("win-7f3a", "1.0.0", site_words=False, pictures=True, zones={"main": zone})


def step(morning: Morning, entered: int) -> None:
    """The run that enters tells how far it is."""
    morning.stations["FRONT-2"].tell(runs=(_live(entered),))


def still_here(morning: Morning) -> None:
    """All but the silent one say so, as they do each half minute."""
    for name, station in morning.stations.items():
        if name != "HARBOUR-2":
            station.tell()


def _this_morning(stations: dict[str, Station]) -> None:
    began = now() - timedelta(minutes=47)
    stations["FRONT-2"].tell(
        agenda=_agenda("clinic-morning-sync"),
        runs=(_live(143),),
        lines=(
            line("DOWNLOADING", run=LIVE, at=began),
            line(
                "done",
                kind="task",
                run=LIVE,
                at=began + timedelta(minutes=2),
                params={"task": "appointments"},
            ),
            line("done", kind="task", run=LIVE, at=began + timedelta(minutes=5), params={"task": "billing"}),
            line("PROCESSING", run=LIVE, at=began + timedelta(minutes=5)),
            line("UPLOADING", run=LIVE, at=began + timedelta(minutes=6)),
        ),
    )
    stations["Jo's desk"].tell(
        agenda=_agenda("claims-desk", "supplier-prices"),
        runs=(
            _run(
                ASKED,
                "NEEDS_REVIEW",
                "claims-desk",
                began,
                records={"total": 64, "verified": 60, "in_review": 4},
                tasks=_tasks(began, "needs_review"),
                deadline_at=now() + timedelta(minutes=50),
            ),
        ),
        reviews=(
            *(review(number, run=ASKED, ordinal=number * 9) for number in (1, 2, 3)),
            review(
                4,
                run=ASKED,
                ordinal=52,
                question="no_look_up",
                answers=("it_is_there", "send_it", "leave_out"),
                created_at=now() - timedelta(minutes=9),
            ),
            review(
                5,
                run=ASKED,
                task="billing",
                ordinal=None,
                question="download_missing",
                params={**MERIDIAN, "seconds": 60, "element": "export"},
                answers=("hand_in",),
                created_at=now() - timedelta(minutes=4),
            ),
        ),
        lines=(
            line("UPLOADING", run=ASKED, at=began),
            line("asked", kind="review", run=ASKED, params={"question": "refused"}),
            line("NEEDS_REVIEW", run=ASKED),
        ),
    )
    stations["BACK-1"].tell(
        agenda=_agenda("stock-count"),
        runs=(
            _run(
                LATE,
                "UPLOADING",
                "stock-count",
                began,
                records={"total": 410, "verified": 96, "planned": 314},
                tasks=_tasks(began, "running", wire.Said("entering", {"number": 97, "of": 410})),
                deadline_at=now() + timedelta(minutes=70),
                forecast=wire.ForecastTold(
                    "at_risk", now() + timedelta(minutes=55), now() + timedelta(minutes=95)
                ),
            ),
        ),
    )
    stations["SOUTH-1"].tell(
        agenda=_agenda("clinic-morning-sync"),
        runs=(
            _run(
                FAILED,
                "FAILED",
                "clinic-morning-sync",
                began,
                ended_at=began + timedelta(minutes=21),
                reason=wire.Said("site_down", {**CLAIMPORT, "status": 503}),
                records={
                    "total": 187,
                    "verified": 141,
                    "planned": 44,
                    "in_doubt": 1,
                    "left_out": 2,
                    "confirmed": 1,
                },
                tasks=_tasks(began, "failed", failure=wire.Said("site_down", {**CLAIMPORT, "status": 503})),
                totals=(
                    wire.FigureTold("claims", "claims", "189", "187", "142", "141"),
                    wire.FigureTold("claims", "amount", "28,411.50", "28,090.00", "21,322.75", "21,180.25"),
                ),
                deadline_at=now() + timedelta(hours=2),
            ),
        ),
        lines=(
            line("DOWNLOADING", run=FAILED, at=began),
            line("UPLOADING", run=FAILED, at=began + timedelta(minutes=6)),
            line(
                "FAILED",
                run=FAILED,
                at=began + timedelta(minutes=21),
                params={"reason": {"code": "site_down", "params": {**CLAIMPORT, "status": 503}}},
            ),
        ),
    )
    stations["SOUTH-2"].tell(
        agenda=_agenda("supplier-prices"),
        runs=(
            _run(
                DONE,
                "COMPLETED",
                "supplier-prices",
                began,
                noun=PRICES,
                ended_at=began + timedelta(minutes=12),
                records={"total": 1_204, "verified": 1_198, "skipped": 6},
                tasks=_tasks(began, "done"),
                totals=(wire.FigureTold("prices", "prices", "1,204", "1,204", "1,198", "1,198"),),
                deadline_at=now() + timedelta(hours=1),
            ),
        ),
        lines=(line("COMPLETED", run=DONE, at=began + timedelta(minutes=12)),),
        audit=wire.AuditHead(418, "5e1f0c27ab94d8e36a20fb7d11c9e6485a7d30b2c4f8e91d6b05a3f7e2c8d914"),
    )
    for name in ("HARBOUR-1", "HARBOUR-2"):
        stations[name].tell(agenda=_agenda("supplier-prices"))


def _live(entered: int) -> wire.RunTold:
    began = now() - timedelta(minutes=14)
    return _run(
        LIVE,
        "UPLOADING",
        "clinic-morning-sync",
        began,
        records={"total": 187, "verified": entered, "planned": 187 - entered, "left_out": 2},
        tasks=_tasks(began, "running", wire.Said("entering", {"number": entered + 1, "of": 187})),
        deadline_at=now() + timedelta(minutes=95),
        forecast=wire.ForecastTold("on_track", now() + timedelta(minutes=22), now() + timedelta(minutes=34)),
    )


def _tasks(
    began: datetime, upload: str, doing: wire.Said | None = None, failure: wire.Said | None = None
) -> tuple[wire.TaskTold, ...]:
    """Downloads, preparation, and the upload as it stands."""

    def task(name: str, kind: str, site: str | None, first: float, last: float) -> wire.TaskTold:
        start, end = began + timedelta(minutes=first), began + timedelta(minutes=last)
        return wire.TaskTold(name, kind, site, "done", 1, started_at=start, ended_at=end)

    start = began + timedelta(minutes=4)
    ended = None if upload == "running" else began + timedelta(minutes=12)
    return (
        task("appointments", "download", "Meridian", 0, 1.2),
        task("billing", "download", "Meridian", 1.2, 3.4),
        task("prepare", "process", None, 3.4, 4),
        wire.TaskTold(
            "ClaimPort",
            "upload",
            "ClaimPort",
            upload,
            1 if failure is None else 3,
            failure,
            doing,
            start,
            ended,
        ),
    )


def _weeks(stations: dict[str, Station]) -> None:
    """Twelve weeks of business days; seeded, so that every picture shows the same weeks."""
    chance = random.Random(7)
    reasons = (
        wire.Said("page_timeout", {**CLAIMPORT, "what": "menu", "seconds": 30}),
        wire.Said("site_down", {**MERIDIAN, "status": 503}),
        wire.Said("columns_changed", {"file": "billing.xls"}),
    )
    for name, automation, most in (
        ("FRONT-2", "clinic-morning-sync", 190),
        ("Jo's desk", "claims-desk", 70),
        ("SOUTH-2", "supplier-prices", 1_250),
    ):
        told = []
        for days in range(84, 0, -1):
            began = now() - timedelta(days=days)
            if began.weekday() >= 5:
                continue
            failed = chance.random() < 0.02 + 0.1 * (days > 50)
            late = chance.random() < 0.03 + 0.08 * (days > 60)
            records = chance.randint(most * 3 // 4, most)
            told.append(
                _run(
                    f"{days}-{name.lower().replace(' ', '-').replace(chr(39), '')}",
                    "FAILED" if failed else "COMPLETED",
                    automation,
                    began,
                    business_date=began.date(),
                    ended_at=began + timedelta(minutes=chance.randint(9, 21)),
                    deadline_at=began + timedelta(minutes=5 if late else 180),
                    reason=chance.choice(reasons) if failed else None,
                    records={"total": records, "verified": records},
                )
            )
        stations[name].tell(
            runs=tuple(told), lines=tuple(line(one.state, run=one.run, at=one.ended_at) for one in told)
        )


def _run(ident: str, state: str, automation: str, began: datetime, **more: Any) -> wire.RunTold:
    today = now().date()
    told: dict[str, Any] = {
        "automation": automation,
        "title": _TITLES[automation],
        "business_date": today,
        "period_first": today - timedelta(days=1),
        "period_last": today - timedelta(days=1),
        "created_at": began,
        "started_at": began,
        "noun": CLAIMS,
        "tasks": (),
        "versions": {"agent": "1.0.0", "automation": "9f2c41d0", "browser": "Chromium 156"},
    }
    return run(ident, state, **{**told, **more})


def _agenda(*automations: str) -> wire.Agenda:
    soon = wire.Upcoming(now() + timedelta(hours=1), now() + timedelta(hours=4))
    return wire.Agenda(
        tuple(wire.Owned(name, "main", _TITLES[name], True, upcoming=(soon,)) for name in automations)
    )


def _send_picture(station: Station, ident: str, task: str, content: bytes) -> None:
    told = {"Run": ident, "Task": task, "Days": "30", "At": now().isoformat()}
    headers = {**station.headers, **{f"X-Predawn-{name}": value for name, value in told.items()}}
    answer = station.client.put(f"/wire/picture/p{station.number}", content=content, headers=headers)
    assert answer.status_code == 204, answer.text


def plain_picture(width: int = 320, height: int = 200) -> bytes:
    """A PNG of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = (b"\0" + b"\xd8\xde\xe4" * width) * height
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
