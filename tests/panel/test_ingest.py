"""What workstations tell is taken once, in order, whatever the network does with it."""

from __future__ import annotations

import random
from dataclasses import replace

from agent.sync import wire
from tests.panel.serving import Panel, agenda, line, now, review, run
from ui.panel.server.tables.schema import LineRow, StreamRow


def test_a_batch_counts_once_however_often_it_is_sent(panel: Panel) -> None:
    station = panel.workstation("FRONT-2")
    batches = [station.batch(lines=(line("FAILED"), line("PENDING"))) for _ in range(20)]
    chance = random.Random(7)
    sent = [batch for batch in batches for _ in range(chance.randint(1, 5))]
    chance.shuffle(sent)
    for batch in [batches[0], *sent, *batches]:  # out of order at first: only what follows is taken
        answer = station.send(batch)
        assert answer.status_code == 200
    assert wire.read(wire.Taken, station.send(batches[-1]).content).through == 40
    assert LineRow.select().count() == 40
    assert StreamRow.get().through == 40


def test_a_gap_is_not_taken_and_the_panel_says_where_it_is(panel: Panel) -> None:
    station = panel.workstation("FRONT-2")
    first, lost, third = (station.batch(lines=(line(),)) for _ in range(3))
    station.send(first)
    answer = wire.read(wire.Taken, station.send(third).content)
    assert answer.through == first.through
    for batch in (lost, third):
        station.send(batch)
    assert LineRow.select().count() == 3


def test_an_older_word_never_wins(panel: Panel) -> None:
    station, face = panel.workstation("FRONT-2"), panel.person("jo", north="viewer")
    station.tell(runs=(run(state="COMPLETED"),))
    # A restored backup begins another stream, whose numbers are smaller: what it says is newer all the same.
    station.stream, station.seq = "home/2", 0
    station.tell(runs=(run(state="FAILED"),))
    assert face.get("/api/runs")["items"][0]["state"] == "FAILED"
    stale = replace(station.batch(runs=(run(state="PENDING"),)))
    runs = (replace(stale.runs[0], seq=0),)
    station.send(replace(stale, runs=runs))
    assert face.get("/api/runs")["items"][0]["state"] == "FAILED"


def test_a_revoked_workstation_is_heard_no_more_and_neither_are_its_orders_given(panel: Panel) -> None:
    station, admin = panel.workstation("FRONT-2"), panel.person("ada", north="admin")
    assert admin.send("DELETE", f"/api/workstations/{station.number}").status_code == 204
    assert station.send(station.batch()).status_code == 401
    assert station.client.get("/wire/orders", headers=station.headers).status_code == 401


def test_a_token_is_changed_and_the_old_one_holds_until_the_new_one_is_used(panel: Panel) -> None:
    station = panel.workstation("FRONT-2")
    answer = station.client.post("/wire/token", headers=station.headers)
    new = wire.read(wire.Token, answer.content).token
    station.tell()  # the answer may have been lost: the old one still speaks
    old, station.token = station.token, new
    station.tell()
    station.token = old
    assert station.send(station.batch()).status_code == 401


def test_a_code_is_good_once(panel: Panel) -> None:
    admin = panel.person("ada", north="admin")
    made = admin.send("POST", "/api/enrolment-codes", {"office": "north", "name": "BACK-1"}).json()
    asked = wire.write(wire.Enrol(wire.VERSION, made["code"], "home", "m", "v"))
    assert made["command"].endswith(made["code"])
    client = panel.client()
    assert client.post("/wire/enrol", content=asked).status_code == 200
    assert client.post("/wire/enrol", content=asked).status_code == 403
    assert admin.get("/api/enrolment-codes") == []


def test_another_version_is_refused_in_words(panel: Panel) -> None:
    station = panel.workstation("FRONT-2")
    for version in (0, wire.VERSION + 1):
        answer = station.send(replace(station.batch(), version=version))
        assert answer.status_code == 409
        assert "Update" in answer.json()["words"]


def test_a_witness_notices_an_audit_log_that_was_cut(panel: Panel) -> None:
    station, face = panel.workstation("FRONT-2"), panel.person("jo", north="viewer")
    station.tell(audit=wire.AuditHead(9, "a" * 64))
    assert face.get("/api/workstations")[0]["witness"]["problem"] == ""
    station.tell(audit=wire.AuditHead(8, "b" * 64))
    witness = face.get("/api/workstations")[0]["witness"]
    assert (witness["count"], witness["head"][0]) == (9, "a")
    assert "8" in witness["problem"]


def test_two_workstations_that_own_the_same_are_red_and_trigger_refuses(panel: Panel) -> None:
    first, second = panel.workstation("FRONT-2"), panel.workstation("BACK-1")
    elsewhere = panel.workstation("SOUTH", "south")
    face = panel.person("otto", everywhere="operator")
    for station in (first, second, elsewhere):
        station.tell(agenda=agenda("clinic-morning-sync"))
    board = face.get("/api/dashboard")
    assert {cell["workstation"] for cell in board["cells"] if cell["conflict"]} == {
        first.number,
        second.number,
    }
    assert [one["kind"] for one in board["attention"]] == ["conflict"]
    wanted = {"workstation": first.number, "verb": "run", "automation": "clinic-morning-sync"}
    refused = face.send("POST", "/api/commands", {"nonce": "0123456789abcdef", **wanted})
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    south = {**wanted, "workstation": elsewhere.number, "nonce": "0123456789abcdee"}
    assert face.send("POST", "/api/commands", south).status_code == 202


def test_a_line_of_a_clock_that_is_ahead_stands_where_it_was_heard(panel: Panel) -> None:
    station, face = panel.workstation("FRONT-2"), panel.person("jo", north="viewer")
    station.tell(lines=(line("FAILED", at=now().replace(year=2031)),))
    station.tell(lines=(line("PENDING"),))
    assert [one["code"] for one in face.get("/api/log")["items"]] == ["PENDING", "FAILED"]


def test_questions_of_a_home_that_was_restored_are_told_anew(panel: Panel) -> None:
    station, face = panel.workstation("FRONT-2"), panel.person("jo", north="viewer")
    station.tell(runs=(run(state="NEEDS_REVIEW"),), reviews=(review(5),))
    station.stream, station.seq = "home/2", 0
    station.tell(reviews=(review(5, question="cannot_tell"),))
    (item,) = face.get("/api/reviews")["items"]
    assert item["question"] == "cannot_tell"
