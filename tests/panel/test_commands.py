"""A command of the panel's has at most one effect, however it comes, and only what a click could mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.core.actors import Actor
from agent.core.failures import CommandLate, Failure, UnknownAutomation, UnknownRun, WrongState
from agent.store import commands, outbox
from agent.store.database import close_store, prepare_store
from agent.store.tables import CommandRow, OutboxRow, PanelCommandRow, ReviewRow, RunRow
from agent.sync import wire
from agent.sync.hearing import Hearing, checked
from agent.system.vault import MemoryVault
from tests.panel.serving import Panel, Station, agenda, review, run, seen
from tests.panel.test_outbox import plan

JO = Actor("person", "jo", "Jo", "cli", "test")
NOW = datetime(2026, 11, 18, 6, 0, tzinfo=UTC)
KNOWN = {"clinic-morning-sync", "claims-desk"}
RUN = "20261118-aaaa"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("home")
    prepare_store(folder / "ledger.db", folder / "evidence.db")
    plan(RUN)
    ReviewRow.create(run=RUN, question="refused", params={}, answers=["retry"], cause="c", created_at=NOW)
    outbox.enrol("http://localhost", 3, "FRONT-2", "north", "token", JO)
    yield folder
    close_store()


def order(number: int = 1, verb: wire.Verb = "run", **changes: object) -> wire.Order:
    told = wire.Order(
        id=f"command-{number}",
        workstation=3,
        verb=verb,
        person="jo",
        name="Jo",
        given_at=NOW,
        expires_at=NOW + timedelta(seconds=wire.COMMAND_SECONDS),
        automation="clinic-morning-sync" if verb == "run" else None,
        run=RUN if verb in {"retry", "resume", "cancel"} else None,
        item=1 if verb == "answer" else None,
        version=1,
        answer="retry" if verb == "answer" else None,
    )
    return replace(told, **changes)  # type: ignore[arg-type]


class Rung:
    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1


@given(
    sent=st.lists(
        st.tuples(
            st.integers(1, 6), st.sampled_from(["run", "retry", "cancel", "answer"]), st.integers(0, 400)
        ),
        min_size=1,
        max_size=30,
    ),
    cut=st.lists(st.integers(0, 30), max_size=4),
)
@settings(max_examples=60)
def test_delivered_reordered_and_replayed_it_counts_at_most_once(
    store: Path, sent: list[tuple[int, str, int]], cut: list[int]
) -> None:
    """Each number is one command of the panel's; it may come often, late, in any order, over broken lines."""
    for table in (CommandRow, PanelCommandRow, OutboxRow):
        table.delete().execute()
    hearing = Hearing(MemoryVault(), lambda: KNOWN, Rung())
    enrolment = outbox.enrolment()
    assert enrolment is not None
    first: dict[int, tuple[str, bool]] = {}
    verbs = {number: verb for number, verb, _late in reversed(sent)}
    for place, (number, _verb, late) in enumerate(sent):
        came = NOW + timedelta(seconds=late)
        told = order(number, verbs[number])  # type: ignore[arg-type]
        answer = wire.read(wire.Orders, wire.write(wire.Orders(1, came, (told,) * (1 + place % 5))))
        if place not in cut:  # else its answer never arrived here
            hearing.take(enrolment, answer)
            first.setdefault(number, (verbs[number], late < wire.COMMAND_SECONDS))
    carried = [row.verb for row in CommandRow.select().order_by(CommandRow.id)]
    assert sorted(carried) == sorted(verb for verb, in_time in first.values() if in_time)
    assert PanelCommandRow.select().count() == len(first)
    assert OutboxRow.select().where(OutboxRow.kind == "refused").count() == sum(
        not in_time for _verb, in_time in first.values()
    )


@pytest.mark.parametrize(
    ("wrong", "refused"),
    [
        (order(workstation=4), CommandLate),
        (order(expires_at=NOW), CommandLate),
        (order(automation="../../tmp/evil"), UnknownAutomation),
        (order(automation="/tmp"), UnknownAutomation),
        (order(automation=None), UnknownAutomation),
        (order(automation="unheard-of"), UnknownAutomation),
        (order(verb="retry", run="2026"), UnknownRun),  # a beginning is enough for a person, not here
        (order(verb="cancel", run=None), UnknownRun),
        (order(verb="answer", item=99), WrongState),
        (order(verb="answer", answer="correct"), WrongState),
        (order(verb="answer", answer="new_password"), WrongState),
        (order(verb="answer", answer="hand_in"), WrongState),
    ],
)
def test_what_no_click_could_mean_is_refused(store: Path, wrong: wire.Order, refused: type[Failure]) -> None:
    with pytest.raises(refused):
        checked(wrong, 3, NOW, KNOWN)


def test_a_wish_holds_nothing_but_a_verb_and_ids(store: Path) -> None:
    assert checked(order(), 3, NOW, KNOWN) == {
        "automation": "clinic-morning-sync",
        "business_date": None,
        "options": {},
    }
    assert checked(order(verb="retry"), 3, NOW, KNOWN) == {"run": RUN}
    assert checked(order(verb="answer"), 3, NOW, KNOWN) == {"item": 1, "version": 1, "answer": "retry"}
    assert RunRow.select().count() == 1
    assert commands.VERBS


# ── at the panel ──────────────────────────────────────────────────────────────────────────────────────────
def wanted(station: Station, number: int = 1, **changes: object) -> dict[str, object]:
    body = {"nonce": f"0123456789abcde-{number}", "workstation": station.number, "verb": "run"}
    return {**body, "automation": "clinic-morning-sync", **changes}


def test_one_press_is_one_command_and_its_way_is_told(panel: Panel) -> None:
    station, face = panel.workstation("FRONT-2"), panel.person("otto", north="operator")
    station.tell(agenda=agenda())
    first, second = (face.send("POST", "/api/commands", wanted(station)).json() for _ in range(2))
    assert first["id"] == second["id"]
    assert first["state"] == "waiting"
    (told,) = station.orders()
    assert (told.verb, told.automation, told.person) == ("run", "clinic-morning-sync", "otto")
    assert face.get(f"/api/commands/{first['id']}")["state"] == "delivered"
    assert station.orders() == ()  # not again at once; later, if nothing is heard of it
    outcome = wire.Outcome(0, told.id, "done", run="20261118-bbbb")
    for _ in range(3):
        station.tell(outcomes=(outcome,))
    ended = face.get(f"/api/commands/{first['id']}")
    assert (ended["state"], ended["run"]) == ("done", "20261118-bbbb")


def test_an_order_is_handed_out_while_it_is_waited_for(panel: Panel) -> None:
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    station, face = panel.workstation("FRONT-2"), panel.person("otto", north="operator")
    station.tell(agenda=agenda())
    other = Station(panel.client(), station.number, station.token)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(other.orders, 20)
        assert face.send("POST", "/api/commands", wanted(station)).status_code == 202
        (told,) = waiting.result(15)
    assert told.verb == "run"


def test_what_nobody_took_in_time_is_given_up_and_never_delivered(panel: Panel) -> None:
    from ui.panel.server.tables import commands as table  # noqa: PLC0415
    from ui.panel.server.tables.database import write  # noqa: PLC0415
    from ui.panel.server.tables.fields import utc_now  # noqa: PLC0415

    station, face = panel.workstation("FRONT-2"), panel.person("otto", north="operator")
    station.tell(agenda=agenda())
    given_ = face.send("POST", "/api/commands", wanted(station)).json()
    write(lambda: table.expire(utc_now() + timedelta(minutes=6)))
    assert face.get(f"/api/commands/{given_['id']}")["state"] == "expired"
    assert station.orders() == ()


def test_several_questions_that_ask_the_same_are_answered_at_once(panel: Panel) -> None:
    station, face = panel.workstation("FRONT-2"), panel.person("otto", north="operator")
    other = review(3, question="cannot_tell", answers=("send_it", "leave_out"))
    local = review(4, answers=("correct",))
    station.tell(runs=(run(state="NEEDS_REVIEW"),), reviews=(review(1), review(2), other, local))
    items = {item["ordinal"] and item["question"]: item for item in face.get("/api/reviews")["items"]}
    shown = sorted(face.get("/api/reviews")["items"], key=itemgetter("id"))
    numbers, asked = [item["id"] for item in shown], [seen(item) for item in shown]
    assert items["refused"]["group"] != items["cannot_tell"]["group"]
    told = {"nonce": "0123456789abcdef", "answer": "leave_out"}

    def answer(**changes: object) -> tuple[int, str]:
        reply = face.send("POST", "/api/answers", {**told, **changes})
        return reply.status_code, reply.json().get("code", "")

    assert answer(items=asked[:3]) == (409, "not_alike")
    assert answer(items=asked[3:], answer="correct") == (409, "elsewhere")
    assert answer(items=asked[:2], answer="go_on") == (409, "not_offered")
    assert answer(items=asked[:2]) == (202, "")
    assert answer(items=asked[:2]) == (202, "")  # the same press of the button
    assert answer(items=asked[:2], nonce="0123456789abcdee") == (409, "on_its_way")
    assert [one.item for one in station.orders()] == [1, 2]
    assert face.get(f"/api/reviews/{numbers[3]}")["elsewhere"] == "Answer at FRONT-2"


def test_what_changed_since_it_was_seen_is_not_answered(panel: Panel) -> None:
    """A page that heard nothing for a while shows what was asked before; to answer may mean another thing."""
    station, face = panel.workstation("FRONT-2"), panel.person("otto", north="operator")
    station.tell(runs=(run(state="NEEDS_REVIEW"),), reviews=(review(1), review(2)))
    before = sorted((seen(item) for item in face.get("/api/reviews")["items"]), key=itemgetter("id"))
    station.tell(reviews=(review(1, version=2, ordinal=14),))
    told = {"answer": "leave_out", "nonce": "0123456789abcdef"}
    for items in before[:1], before:  # all or none
        refused = face.send("POST", "/api/answers", {**told, "items": items})
        assert (refused.status_code, refused.json()["code"]) == (409, "changed")
    assert station.orders() == ()
    (now_,) = (item for item in face.get("/api/reviews")["items"] if item["id"] == before[0]["id"])
    assert face.send("POST", "/api/answers", {**told, "items": [seen(now_)]}).status_code == 202
    (order,) = station.orders()
    assert (order.item, order.version) == (1, 2)


def test_a_silent_workstation_is_asked_for_nothing(panel: Panel) -> None:
    from ui.panel.server.tables.database import write  # noqa: PLC0415
    from ui.panel.server.tables.fields import utc_now  # noqa: PLC0415
    from ui.panel.server.tables.schema import WorkstationRow  # noqa: PLC0415

    station, face = panel.workstation("FRONT-2"), panel.person("otto", north="operator")
    station.tell(agenda=agenda())
    write(lambda: WorkstationRow.update(seen_at=utc_now() - timedelta(minutes=3)).execute())
    answer = face.send("POST", "/api/commands", wanted(station))
    assert (answer.status_code, answer.json()["code"]) == (409, "silent")
    (attention,) = face.get("/api/dashboard")["attention"]
    assert attention["kind"] == "silent"
    assert attention["deadline_at"] is not None
