"""Where each value came from and who entered it: as JSON, as a sentence, and by key over all runs."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from agent.cli.person import at_terminal
from agent.core.lineage import currency_of, trace
from agent.core.states import RecordState, RunState, TaskState
from agent.store import lineage, reviews, runs
from agent.store.ledger import Question
from agent.store.tables import RunRow
from agent.system.vault import open_vault

from .conftest import Predawn, Written, value_of

Write = Callable[[], Written]


def delivered(write: Write, **more: Any) -> Written:
    return write().plan(**more).download().upload(verified=2, records=3).end(RunState.COMPLETED)


def test_json_carries_the_lineage_of_every_field(write: Write, command: Predawn) -> None:
    run = delivered(write)
    third, _second, first = value_of(command("records", run.id, "--json"))
    assert (first["run"], first["key"], first["read_back"]) == (
        run.id,
        "C000001",
        ["amount", "claim_no", "note"],
    )
    assert first["entered_by"] == {
        "machine": "FRONT-2", "account": "north-robot", "fence": 3,
        "versions": {"agent": "1", "automation": "2", "sites": {}},
    }  # fmt: skip
    assert third["entered_by"] is None  # never sent
    amount = first["fields"]["amount"]
    assert amount["origin"] == "read"
    assert (amount["value"], amount["column"], amount["read_back"]) == ("10.00", "Amount (£)", True)
    (row,) = amount["rows"]
    assert (row["file"], row["row"], row["site"], row["sheet"]) == ("billing.xls", 2, "meridian", None)
    assert len(row["sha256"]) == 64
    assert row["evidence"] in {item["id"] for item in value_of(command("evidence", run.id, "--json"))}
    assert row["downloaded_at"].endswith("+00:00")
    assert first["fields"]["note"]["origin"] == "computed"
    assert first["fields"]["patient"] | {"rows": []} == {
        "value": "▇▇▇", "origin": "read", "column": "Patient", "rows": [], "changed_by": None,
        "read_back": False,
    }  # fmt: skip


def test_personal_values_are_shown_only_when_asked_for(write: Write, command: Predawn) -> None:
    run = delivered(write)
    assert '"001"' not in command("records", run.id, "--json").stdout
    shown = value_of(command("records", run.id, "--json", "--with-personal"))
    assert shown[-1]["fields"]["patient"]["value"] == "001"


def test_a_sentence_tells_the_whole_way_of_a_value(write: Write, command: Predawn) -> None:
    told = command("records", delivered(write).id, "--key", "C000001", "--why").stdout
    day, clock = r"\d+ \w+( \d{4})? \d\d:\d\d", r"\d\d:\d\d"
    assert re.search(
        rf"  amount: £10\.00 was read from billing\.xls \(row 2, column Amount \(£\)\), downloaded"
        rf" from Meridian[^;]* on {day}; entered in ClaimPort[^;]* at {clock} by Predawn on FRONT-2 as"
        rf" north-robot; confirmation 88001; read back equal at {clock}; no person changed it\.",
        told,
    ), told
    assert "  note: =1+1 was computed by the automation from billing.xls (row 2), downloaded from" in told
    assert re.search(
        r"  patient: ▇▇▇ was read .*; ClaimPort[^;]* never shows it, so it was not read back;", told
    )
    assert re.search(r"  claim_no: C000001 was read", told)  # no currency sign where the heading has none


def test_what_was_not_sent_or_lost_its_answer_is_told_so(write: Write, command: Predawn) -> None:
    run = write().plan().download().upload(records=2, doubted=1)
    told = command("records", run.id, "--why").stdout
    assert re.search(
        r"claim_no: C000001 .*; sent to ClaimPort[^;]* at .* as north-robot, answer not known; not read", told
    )
    assert re.search(r"claim_no: C000002 .*; not entered; not read back; no person changed it\.", told)


def test_a_key_is_found_in_every_run_by_its_hash(write: Write, command: Predawn) -> None:
    older, newer = delivered(write, day=date(2026, 11, 20)), delivered(write)
    found = value_of(command("records", "--key", " C000002 ", "--json"))
    assert [(record["run"], record["key"]) for record in found] == [
        (newer.id, "C000002"),
        (older.id, "C000002"),
    ]
    assert f"Run {older.id}:" in command("records", "--key", "C000002").stdout
    assert value_of(command("records", "--key", "c000002", "--json")) == []  # never case
    assert "No run has a record with the key C9" in command("records", "--key", "C9").stdout
    assert command("records").exit_code == 2


def test_a_key_is_not_looked_for_with_another_homes_master(write: Write, command: Predawn) -> None:
    """With a foreign key every search would find nothing, and "nothing" would be believed."""
    run = delivered(write)
    open_vault(run.home).set("master-key", "A" * 43 + "=")
    result = command("records", "--key", "C000001")
    assert result.exit_code == 4
    assert "keyring does not hold the key" in result.stderr


def test_a_person_who_decided_is_named(write: Write, command: Predawn) -> None:
    run = write().plan().download().upload(verified=1, records=2)
    run.ask(Question("found_different", {}, ("leave_out",))).end(RunState.NEEDS_REVIEW)
    first = run.ledger.entries()[0]
    reviews.settle_record(first.id, RecordState.SKIPPED, at_terminal(), {"code": "leave_out", "params": {}})
    record = value_of(command("records", run.id, "--key", "C000001", "--json"))[0]
    assert record["settled_by"]["kind"] == "person"
    assert "decided about this claim." in command("records", run.id, "--key", "C000001", "--why").stdout


def test_who_entered_goes_by_the_fence_of_the_click(write: Write) -> None:
    """Another machine, account or version takes over: what was entered before stays as it was."""
    run = write().plan().download().upload(records=2, verified=1)
    runs.raise_fence(run.id)
    runs.settle_task(run.lease.task_id, TaskState.WAITING)
    runs.pin_versions(run.id, {"automation": "3"})
    again = runs.begin_task(run.id, run.lease.task_id, {}, {"machine": "FRONT-3", "account": "other"})
    run.ledger._lease = again
    second = run.ledger.entries()[1]
    run.ledger.intend(second)
    who = [lineage.entered(run.id)[entry.id] for entry in run.ledger.entries()]
    assert [(each["machine"], each["versions"]["automation"]) for each in who] == [
        ("FRONT-2", "2"),
        ("FRONT-3", "3"),
    ]


def test_the_same_worker_again_adds_no_line(write: Write) -> None:
    run = write().plan().download().upload()
    for _ in range(3):
        runs.settle_task(run.lease.task_id, TaskState.WAITING)
        run.begin("ClaimPort")
    assert len(runs.task(run.lease.task_id).workers) == 1
    assert RunRow.get_by_id(run.id).fence == 6


def test_a_value_that_a_person_changed_names_them() -> None:
    change = {"by": {"name": "Ann Lee"}, "at": "2026-03-03T06:00:00+00:00"}
    payload = {"fields": {"amount": "1.00"}, "edited": {"amount": change}}
    assert trace(payload, {})["amount"] == {
        "value": "1.00", "origin": "given", "column": None, "rows": [], "changed_by": change
    }  # fmt: skip


def test_a_currency_is_never_invented() -> None:
    assert [currency_of(heading) for heading in ("Amount", "Amount (£)", None, "EUR", "€ net")] == [
        "",
        "£",
        "",
        "",
        "€",
    ]
