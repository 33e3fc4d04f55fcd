"""Every route for every role: what is not granted is refused, at every route that there is.

The table says who may; a route that is new must be entered here, or the first test fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from tests.panel.serving import Face, Panel, agenda, line, review, run
from ui.panel.server.app import build
from ui.panel.server.config import Config

ROLES = ("nobody", "stranger", "viewer", "operator", "admin", "house")
NONCE = "0123456789abcdef"
ANYBODY, SIGNED_IN = "anybody", "signed in"


class Route(NamedTuple):
    """How a route is called, who may at least, and what it says to who may (``north`` is the office)."""

    least: str
    method: str
    path: str
    body: Any = None
    answers: int = 200


ROUTES = (
    Route(ANYBODY, "GET", "/api/setup"),
    Route(ANYBODY, "POST", "/api/session", {"login": "x", "password": "y"}, 401),
    Route(ANYBODY, "POST", "/api/invitation/state", {"token": "x" * 20}, 404),
    Route(ANYBODY, "POST", "/api/invitation", {"token": "x" * 20, "password": "y" * 12}, 404),
    Route(SIGNED_IN, "GET", "/api/session"),
    Route(SIGNED_IN, "POST", "/api/session/second-factor", None, 409),
    Route(SIGNED_IN, "POST", "/api/session/second-factor/confirm", {"code": "123456"}, 409),
    Route(SIGNED_IN, "POST", "/api/session/password", {"old": "x", "new": "y" * 12}, 403),
    Route("viewer", "GET", "/api/dashboard"),
    Route("viewer", "GET", "/api/runs"),
    Route("viewer", "GET", "/api/runs/{station}/20261118-aaaa"),
    Route("viewer", "GET", "/api/log"),
    Route("viewer", "GET", "/api/pictures/1", None, 404),
    Route("viewer", "GET", "/api/insights"),
    Route("house", "PUT", "/api/insights/settings", {"seconds_per_record": 60}, 204),
    Route("viewer", "GET", "/api/targets"),
    Route("operator", "POST", "/api/commands", {
        "nonce": NONCE, "workstation": "{station}", "verb": "cancel", "run": "20261118-aaaa"
    }, 202),
    Route("viewer", "GET", "/api/commands/1"),
    Route("viewer", "GET", "/api/reviews"),
    Route("viewer", "GET", "/api/reviews/1"),
    Route("operator", "POST", "/api/answers", {
        "nonce": NONCE, "items": [{"id": 1, "version": 1}], "answer": "leave_out"
    }, 202),
    Route("operator", "PUT", "/api/reviews/{review}/assignee", {"person": None}),
    Route("operator", "POST", "/api/reviews/{review}/comments", {"text": "I'll look"}, 201),
    Route("operator", "GET", "/api/colleagues"),
    Route("viewer", "GET", "/api/workstations"),
    Route("admin", "PATCH", "/api/workstations/{station}", {"name": "FRONT-3"}),
    Route("admin", "GET", "/api/enrolment-codes"),
    Route("admin", "POST", "/api/enrolment-codes", {"office": "north", "name": "NEW"}, 201),
    Route("admin", "DELETE", "/api/enrolment-codes/{code}", None, 204),
    Route("admin", "GET", "/api/people"),
    Route("admin", "POST", "/api/people", {"login": "new", "name": "New", "roles": {"north": "viewer"}}, 201),
    Route("admin", "PATCH", "/api/people/{person}", {"name": "Other"}),
    Route("admin", "POST", "/api/people/{person}/invitation", None, 201),
    Route("admin", "GET", "/api/audit"),
    Route("admin", "DELETE", "/api/workstations/{station}", None, 204),
    Route(SIGNED_IN, "DELETE", "/api/session", None, 204),
)  # fmt: skip
STREAM = ("GET", "/api/events")  # does not end: tried by itself
HIDDEN = {404}  # what a person may not even see does not exist for them


def served() -> Iterator[tuple[str, str]]:
    for path, methods in build(Config(Path())).openapi()["paths"].items():
        yield from ((method.upper(), path) for method in methods)


def shape(path: str) -> str:
    """A path with every parameter, or number in its place, as ``*``."""
    parts = path.split("/")
    return "/".join("*" if part.startswith("{") or part[:1].isdigit() else part for part in parts)


def test_the_table_holds_every_route() -> None:
    here = {(route.method, shape(route.path)) for route in ROUTES} | {STREAM}
    there = {(method, shape(path)) for method, path in served()}
    assert here == there


class House:
    """A panel with one of everything at the office north, and somebody in every role."""

    def __init__(self, panel: Panel) -> None:
        self.station = panel.workstation("FRONT-2")
        self.station.tell(
            agenda=agenda(),
            runs=(run(state="NEEDS_REVIEW"),),
            lines=(line(),),
            reviews=(review(1), review(2)),
        )
        self.house = panel.person("house", everywhere="admin")
        self.faces: dict[str, Face | None] = {
            "nobody": None,
            "stranger": panel.person("stranger", south="admin"),
            "viewer": panel.person("viewer", north="viewer"),
            "operator": panel.person("operator", north="operator"),
            "admin": panel.person("admin", north="admin"),
            "house": panel.person("other", everywhere="admin"),
        }
        self.client = panel.client()
        code = self.house.send("POST", "/api/enrolment-codes", {"office": "north", "name": "X"}).json()
        person = panel.person("somebody", north="viewer").person
        self.places = {"station": self.station.number, "review": 2, "code": code["id"], "person": person}
        wanted = {
            "nonce": "9" * 16,
            "workstation": self.station.number,
            "verb": "resume",
            "run": "20261118-aaaa",
        }
        assert self.house.send("POST", "/api/commands", wanted).status_code == 202

    def ask(self, role: str, route: Route) -> httpx.Response:
        path, face = route.path.format(**self.places), self.faces[role]
        body = {
            key: self.station.number if value == "{station}" else value
            for key, value in (route.body or {}).items()
        }
        sent = body if route.body is not None else None
        return (
            face.send(route.method, path, sent)
            if face
            else self.client.request(route.method, path, json=sent)
        )


def may(role: str, least: str) -> bool:
    if least == ANYBODY:
        return True
    if least == SIGNED_IN:
        return role != "nobody"
    return role in ROLES[ROLES.index(least) :]


# An admin of another office is admin: what is theirs alone (their own lists) is not refused, but empty.
OWN = {"GET /api/dashboard", "GET /api/runs", "GET /api/log", "GET /api/insights", "GET /api/targets",
       "GET /api/reviews", "GET /api/colleagues", "GET /api/workstations", "GET /api/enrolment-codes",
       "GET /api/people", "GET /api/audit"}  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
def test_every_route_for(role: str, panel: Panel) -> None:
    house, seen = House(panel), 0
    for route in ROUTES:
        answer, name = house.ask(role, route), f"{route.method} {route.path}"
        if may(role, route.least):
            assert answer.status_code == route.answers, (name, answer.text)
        elif role == "nobody":
            assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in"), name
        elif role == "stranger" and name in OWN:
            assert answer.status_code == 200, name
            assert "FRONT-2" not in answer.text, name
        elif role == "stranger":
            assert answer.status_code in {403, 404}, (name, answer.status_code)
        else:
            assert (answer.status_code, answer.json()["code"]) == (403, "denied"), name
        seen += 1
    assert seen == len(ROUTES)


def test_without_the_csrf_token_nothing_is_changed(panel: Panel) -> None:
    house = House(panel)
    face = house.faces["house"]
    assert face is not None
    for route in ROUTES:
        if route.method == "GET" or route.least == ANYBODY:
            continue
        for wrong in ("", "x" * 43, house.house.csrf):
            path = route.path.format(**house.places)
            answer = face.client.request(route.method, path, json=route.body, headers={"X-CSRF-Token": wrong})
            assert (answer.status_code, answer.json()["code"]) == (403, "wrong_csrf"), path


def test_who_has_not_set_up_the_second_factor_may_do_nothing_else(panel: Panel) -> None:
    from ui.panel.server.tables import people  # noqa: PLC0415
    from ui.panel.server.tables.database import write  # noqa: PLC0415

    house = House(panel)
    face = house.faces["operator"]
    assert face is not None
    write(lambda: people.change(face.person, totp_secret=None))
    free = {"/api/session", "/api/session/second-factor", "/api/session/second-factor/confirm"}
    for route in ROUTES:
        if route.least != ANYBODY and route.path not in free:
            answer = house.ask("operator", route)
            assert (answer.status_code, answer.json()["code"]) == (403, "second_factor_to_set_up"), route.path


def test_the_stream_tells_only_what_its_person_may_see(panel: Panel) -> None:
    house, south = House(panel), panel.workstation("SOUTH", "south")
    assert house.client.get("/api/events").status_code == 401
    viewer = house.faces["viewer"]
    assert viewer is not None
    with viewer.events() as lines:
        assert any('"all":true' in next(lines) for _ in range(4))
        south.tell(runs=(run("20261118-zzzz"),))
        house.station.tell(runs=(run("20261118-bbbb"),))
        told = next(text for text in lines if text.startswith("data:"))
    assert "20261118-bbbb" in told
    assert "20261118-zzzz" not in told
