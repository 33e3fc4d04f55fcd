"""The wire's versions: this one and the one before it are understood, others are told what to update."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from agent.core.failures import AgentTooOld, PanelTooOld
from agent.sync import panel as agents_panel
from agent.sync import privacy, wire
from agent.sync.hearing import checked
from agent.sync.strictly import NotUnderstood
from tests.panel.serving import Panel, Station, agenda, line, review, run
from tests.panel.wire_1 import BATCH, ENROL
from ui.panel.server.tables import workstations
from ui.panel.server.tables.database import write

ZONES = {"main": "Europe/Vienna", "annexe": "America/New_York", "odd": "Mars/Olympus"}
ABOUT = wire.About("desk", "0.2.0", pictures=True, zones=ZONES)
PNG = b"\x89PNG\r\n\x1a\n" + b"picture"
LOST = {
    "candidates": [
        {
            "number": number,
            "element": element,
            "kind": "commit",
            "box": [10.4, 20.0, 80.0, 24.0] if number == 1 else None,
            "shown": "button “Export for Miller”",
            "locator": {"css": "#secret-locator"},
            "base": "secret-base",
            "sends": True,
        }
        for number, element in ((1, "export"), (2, "export"), (3, "from"))
    ],
    "elements": [{"element": "export", "best": 1}, {"element": "from", "best": None}],
    "picture": "a" * 32,
    "picture_size": [1280, 900],
    "before": "b" * 32,
    "before_box": [12, 20, 80, 24],
    "page": "/secret/page",
}


def _old_station(panel: Panel) -> Station:
    _row, code = write(lambda: workstations.make_code("north", "OLD-1", "Test"))
    client = panel.client()
    answer = client.post("/wire/enrol", content=ENROL % code.encode())
    assert answer.status_code == 200, answer.text
    told = answer.json()
    return Station(client, told["workstation"], told["token"])


def test_the_version_before_this_one_is_understood_and_said_to_be_behind(panel: Panel) -> None:
    station, face = _old_station(panel), panel.person("otto", north="operator")
    answer = station.client.post("/wire/batch", content=BATCH, headers=station.headers)
    assert (answer.status_code, answer.json()["through"]) == (200, 4)
    (found,) = face.get("/api/runs")["items"]
    assert (found["run"], found["zone"]) == ("20261118-old", None)
    (item,) = face.get("/api/reviews")["items"]
    here = {one["code"]: one["here"] for one in item["answers"]}
    assert here == {"accept_repair": False, "retry": True, "stop": True}
    assert item["repair"] is None
    (place,) = face.get("/api/workstations")
    assert "OLD-1" in place["behind"]
    assert "pdate" in place["behind"]


def test_both_versions_work_side_by_side(panel: Panel) -> None:
    old, new = _old_station(panel), panel.workstation("NEW-1", about=ABOUT)
    old.client.post("/wire/batch", content=BATCH, headers=old.headers)
    new.tell(runs=(run(),), agenda=agenda("supplier-prices"))
    face = panel.person("jo", north="viewer")
    zones = {one["workstation_name"]: one["zone"] for one in face.get("/api/runs")["items"]}
    assert zones == {"OLD-1": None, "NEW-1": "Europe/Vienna"}
    behind = {one["name"]: bool(one["behind"]) for one in face.get("/api/workstations")}
    assert behind == {"OLD-1": True, "NEW-1": False}


@pytest.mark.parametrize(("version", "code"), [(0, "version_old"), (wire.VERSION + 1, "version_new")])
@pytest.mark.parametrize("path", ["/wire/batch", "/wire/enrol"])
def test_another_version_is_told_what_to_update_whatever_else_it_says(
    panel: Panel, path: str, version: int, code: str
) -> None:
    station = panel.workstation("FRONT-2")
    message = f'{{"version":{version},"shape":"of its own"}}'.encode()
    answer = station.client.post(path, content=message, headers=station.headers)
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert "Update" in answer.json()["words"]


@pytest.mark.parametrize(("accepted", "failure"), [((3, 4), AgentTooOld), ((0, 1), PanelTooOld)])
def test_the_workstation_says_which_is_to_be_updated(
    panel: Panel, monkeypatch: pytest.MonkeyPatch, accepted: tuple[int, ...], failure: type[Exception]
) -> None:
    station = panel.workstation("FRONT-2")
    line_to = agents_panel.Panel(panel.address, station.token)
    try:
        assert line_to.tell(station.batch()).through == 0
        monkeypatch.setattr(wire, "ACCEPTED", accepted)
        with pytest.raises(failure):
            line_to.tell(station.batch())
    finally:
        line_to.close()


def test_times_are_the_offices_by_its_zone(panel: Panel) -> None:
    station, face = panel.workstation("FRONT-2", about=ABOUT), panel.person("jo", north="viewer")
    told = (run(), run("20261118-bbbb", place="annexe"), run("20261118-cccc", place="odd"))
    reviews = (review(run="20261118-bbbb"),)
    station.tell(runs=told, lines=(line(run=None),), reviews=reviews, agenda=agenda())
    zones = {one["run"][-4:]: one["zone"] for one in face.get("/api/runs")["items"]}
    # A zone that there is not is not kept: its office has the first that there is.
    assert zones == {"aaaa": "Europe/Vienna", "bbbb": "America/New_York", "cccc": "Europe/Vienna"}
    assert face.get("/api/log")["items"][0]["zone"] == "Europe/Vienna"
    assert face.get("/api/reviews")["items"][0]["zone"] == "America/New_York"
    board = face.get("/api/dashboard")
    assert {one["zone"] for one in (*board["workstations"], *board["cells"])} <= set(ZONES.values())
    assert all(one["zone"] for one in (*board["workstations"], *board["cells"], *board["attention"]))


# ── what a site has lost ──────────────────────────────────────────────────────────────────────────────────
def _lost(panel: Panel, about: wire.About = ABOUT, *, site_words: bool = False, **changes: Any) -> Station:
    station = panel.workstation("FRONT-2", about=about)
    repair = privacy.repair({**LOST, **changes}, site_words=site_words)
    for ident, kind in (("a" * 32, "failure"), ("b" * 32, "before")):
        headers = {
            **station.headers,
            "X-Predawn-Run": "20261118-aaaa" if kind == "failure" else "20261111-zzzz",
            "X-Predawn-Days": "30",
            "X-Predawn-At": datetime.now(UTC).isoformat(),
            "X-Predawn-Kind": kind,
        }
        answer = station.client.put(f"/wire/picture/{ident}", content=PNG + kind.encode(), headers=headers)
        assert answer.status_code == 204, answer.text
    answers = ("accept_repair", "retry", "stop")
    item = review(question="element_missing", answers=answers, ordinal=None, repair=repair)
    station.tell(runs=(run(state="NEEDS_REVIEW"),), reviews=(item,))
    return station


def _answer(number: int, *candidates: int, answer: str = "accept_repair") -> dict[str, Any]:
    wanted = {"nonce": "0123456789abcdef", "items": [{"id": number, "version": 1}], "answer": answer}
    return {**wanted, "candidates": list(candidates)}


def test_a_lost_element_is_shown_beside_last_time_and_answered_by_its_number(panel: Panel) -> None:
    station, face = _lost(panel), panel.person("otto", north="operator")
    (item,) = face.get("/api/reviews")["items"]
    repair = item["repair"]
    assert [(one["number"], one["best"]) for one in repair["candidates"]] == [
        (1, True),
        (2, False),
        (3, False),
    ]
    assert repair["candidates"][0]["box"] == [10, 20, 80, 24]
    pictures = {
        name: face.client.get(f"/api/pictures/{repair[name]['id']}") for name in ("picture", "before")
    }
    assert pictures["before"].content.endswith(b"before")
    assert pictures["picture"].content.endswith(b"failure")
    # How it looked when all was well is no picture of a failure, of no run.
    assert [one["id"] for one in item["pictures"]] == [repair["picture"]["id"]]
    for wrong in ((), (9,), (1, 2)):
        assert (
            face.send("POST", "/api/answers", _answer(item["id"], *wrong)).json()["code"]
            == "choose_candidate"
        )
    assert face.send("POST", "/api/answers", _answer(item["id"], 2, 3)).status_code == 202
    (order,) = station.orders()
    assert (order.answer, order.candidates) == ("accept_repair", (2, 3))


def test_nothing_of_a_page_leaves_beside_what_the_settings_let(panel: Panel) -> None:
    _lost(panel)
    told = wire.write(privacy.repair(LOST, site_words=False)).decode()
    for secret in ("secret", "Miller", "Export for", "css"):
        assert secret not in told
    assert "Export for Miller" in wire.write(privacy.repair(LOST, site_words=True)).decode()
    assert privacy.repair({**LOST, "picture": None}, site_words=True) is None
    assert privacy.repair({"site": "meridian", "words": "x"}, site_words=True) is None
    words = panel.person("jo", north="viewer").get("/api/reviews")["items"][0]["repair"]["candidates"][0][
        "words"
    ]
    assert words == "Place 1"


def test_a_repair_is_accepted_only_where_its_picture_is_seen(panel: Panel) -> None:
    _lost(panel, picture=None)
    face = panel.person("otto", north="operator")
    (item,) = face.get("/api/reviews")["items"]
    assert [one["here"] for one in item["answers"]] == [False, True, True]
    refused = face.send("POST", "/api/answers", _answer(item["id"], 1))
    assert (refused.status_code, refused.json()["code"]) == (409, "elsewhere")


def test_a_home_takes_the_numbers_and_looks_at_them_where_they_are_carried_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order = wire.Order(
        "id", 1, "answer", "otto", "Otto", datetime.now(UTC), datetime.max.replace(tzinfo=UTC),
        item=5, version=2, answer="accept_repair", candidates=(2, 3),
    )  # fmt: skip
    monkeypatch.setattr("agent.sync.hearing.ReviewRow", _Known)
    args = checked(order, 1, datetime.now(UTC), set())
    assert args == {"item": 5, "version": 2, "answer": "accept_repair", "candidates": [2, 3]}


class _Known:
    """A table in which every question is."""

    id = 5

    @classmethod
    def select(cls) -> type[_Known]:
        return cls

    @classmethod
    def where(cls, _wanted: object) -> type[_Known]:
        return cls

    @staticmethod
    def exists() -> bool:
        return True


def test_what_names_no_version_is_not_understood() -> None:
    with pytest.raises(NotUnderstood):
        wire.spoken(b'{"hello": 1}')
