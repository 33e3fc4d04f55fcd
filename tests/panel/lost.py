"""A site that looks different this morning, told as a workstation tells it: the page today and last time."""

from __future__ import annotations

from datetime import timedelta

from agent.sync import wire
from tests.panel.seed import plain_picture
from tests.panel.serving import MERIDIAN, Station, agenda, line, now, review, run

RUN = "20261118-lost"
ABOUT = wire.About("win-7f3a", "1.0.0", pictures=True, zones={"main": "Pacific/Auckland"})
SIZE = (960, 600)


def lose(station: Station, today: bytes | None = None, before: bytes | None = None) -> None:
    """Tell of a run that waits because two things are not where they were."""
    began = now() - timedelta(minutes=6)
    for ident, kind, content in (
        ("1" * 32, "failure", today or plain_picture(*SIZE)),
        ("2" * 32, "before", before or plain_picture(480, 300)),
    ):
        at = now() if kind == "failure" else now() - timedelta(days=6)
        told = {"Run": RUN, "Days": "30", "At": at.isoformat(), "Kind": kind, "Task": "billing"}
        headers = {**station.headers, **{f"X-Predawn-{name}": value for name, value in told.items()}}
        answer = station.client.put(f"/wire/picture/{ident}", content=content, headers=headers)
        assert answer.status_code == 204, answer.text
    repair = wire.RepairTold(
        elements=("export", "from_day"),
        candidates=(
            wire.CandidateTold(1, "export", "read", (742, 92, 150, 34)),
            wire.CandidateTold(2, "export", "read", (742, 540, 150, 34)),
            wire.CandidateTold(3, "from_day", "fill", (128, 92, 170, 34)),
        ),
        best=(1, 3),
        picture="1" * 32,
        picture_size=SIZE,
        before="2" * 32,
        before_box=(128, 60, 150, 34),
    )
    question = review(
        1,
        run=RUN,
        task="billing",
        ordinal=None,
        question="site_looks_different",
        params={**MERIDIAN, "element": "export", "found": 0, "missing": 2, "of": 14},
        answers=("accept_repair", "retry", "stop"),
        repair=repair,
    )
    waits = run(
        RUN, "NEEDS_REVIEW", created_at=began, started_at=began, deadline_at=now() + timedelta(hours=2)
    )
    station.tell(agenda=agenda(), runs=(waits,), reviews=(question,), lines=(line("NEEDS_REVIEW", run=RUN),))
