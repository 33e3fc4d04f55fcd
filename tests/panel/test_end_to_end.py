"""A real agent and the real panel: enrolled by a code, triggered from the panel, broken, reviewed, green."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent.core.actors import Actor
from agent.host import joining
from agent.store.database import close_store
from resources.practice.server import Practice
from tests.morning import Morning, assert_exact, until
from tests.panel.serving import Face, Panel, seen
from ui.panel.server.tables import workstations
from ui.panel.server.tables.database import write

TESTER = Actor("person", "tester", "Test", "cli", "test")
NONCE = "0123456789abcdef-{}"


def enrolled(panel: Panel, morning: Morning, name: str = "FRONT-2") -> int:
    """Join a morning's home to the panel as ``predawn panel enrol`` does."""
    _row, code = write(lambda: workstations.make_code("north", name, "Test"))
    joined = joining.join(morning.home, panel.address, code, TESTER)
    close_store()
    return joined.workstation


def wish(face: Face, number: int, **wanted: Any) -> Any:
    body = {"nonce": NONCE.format(number), **wanted}
    answer = face.send("POST", "/api/commands", body)
    assert answer.status_code == 202, answer.text
    return answer.json()


def test_a_run_is_triggered_watched_broken_reviewed_and_green(
    tmp_path: Path, panel: Panel, practice: Practice
) -> None:
    morning = Morning(tmp_path / "home", practice)
    name = morning.small_sync(2)
    number = enrolled(panel, morning)
    face = panel.person("otto", north="operator")
    practice.faults("claimport", "refuse", times=1)
    with morning.host() as host:
        until(
            lambda: [one for one in face.get("/api/targets") if one["automation"] == name and one["allowed"]],
            90,
            host,
            "the agenda is told",
        )
        command = wish(face, 1, workstation=number, verb="run", automation=name)
        found = until(
            lambda: (told := face.get(f"/api/commands/{command['id']}"))["run"] and told, 30, host, "begun"
        )
        path = f"/api/runs/{number}/{found['run']}"
        until(lambda: face.client.get(path).status_code == 200, 10, host, "the run is told")
        (item,) = until(lambda: face.get("/api/reviews")["items"], 90, host, "the question is told")
        assert "refused" in item["words"]
        answer = face.send(
            "POST",
            "/api/answers",
            {"nonce": NONCE.format(2), "items": [seen(item)], "answer": "retry"},
        )
        assert answer.status_code == 202, answer.text
        until(lambda: face.get(path)["run"]["state"] == "COMPLETED", 90, host, "green")
        detail = face.get(path)
        assert detail["run"]["records"]["verified"] == 2
        assert all(figure["equal"] for figure in detail["totals"])
        morning.open()
        assert_exact(morning, morning.finished(host, found["run"]), 2)
        close_store()


# The same story by clicking is in the stage (test_by_hand.py); this one says which side it breaks on.
pytestmark = [pytest.mark.timeout(240), pytest.mark.long]
