"""What a person settles in one go: a file handed in, a value corrected, the rest entered by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from agent.core.lineage import trace
from agent.faces import workbooks
from agent.host import handing_in
from agent.host.agent import Host
from agent.host.proofs import run_key
from agent.store import audit, lineage, queries
from agent.system.seal import unseal
from resources.practice.exports import EVERY_DOCTOR, ExportJob, make_file
from resources.practice.faults import Switchboard
from resources.practice.server import SEED, Practice
from tests.morning import TESTER, Morning, assert_exact, until

TUESDAY = date(2026, 11, 17)
CLAIMS = 5


def billing(day: date = TUESDAY) -> bytes:
    """The clinic's true billing report, as somebody saves it from their own browser."""
    job = ExportJob("billing", day, day, EVERY_DOCTOR, "", 0)
    return make_file(job, Switchboard("meridian", SEED), SEED).content


def answer(morning: Morning, host: Host, given: str, item: Mapping[str, Any], **told: Any) -> None:
    """Give an answer, and wait until it was carried out."""
    morning.give(host, "answer", item=item["id"], version=item["version"], answer=given, **told)


def asked(host: Host, question: str) -> dict[str, Any]:
    """The one open question of this sort, as soon as it is asked and the run rests."""
    found = until(
        lambda: [
            item
            for item in queries.open_reviews()
            if item["question"] == question
            and queries.run(item["run"])["state"] in {"NEEDS_REVIEW", "FAILED"}
        ],
        90,
        host,
        what=question,
    )
    assert len(found) == 1
    return dict(found[0])


def give_values(morning: Morning, host: Host, item: Mapping[str, Any], **values: str) -> None:
    """Correct a row's or a record's values."""
    answer(morning, host, "correct", item, **handing_in.hand_in_values(morning.home, item["id"], values))


def give_file(morning: Morning, host: Host, item: Mapping[str, Any], content: bytes) -> None:
    """Hand in the missing file."""
    told = handing_in.hand_in_file(morning.home, item["id"], "billing.xls", content)
    answer(morning, host, "hand_in", item, **told)


def test_a_file_is_handed_in_and_a_refused_value_corrected(tmp_path: Path, practice: Practice) -> None:
    """Two answers in one morning; in the end each claim is there once, and its history names the person."""
    morning = Morning(tmp_path / "home", practice)
    practice.faults("meridian", "locked_account", always=True)  # a colleague downloads it with their own
    practice.faults("claimport", "refuse", at=[2])
    with morning.host() as host:
        run_id = morning.run(host, morning.small_sync(CLAIMS))
        give_file(morning, host, asked(host, "task_failed"), billing())
        refused = asked(host, "refused")
        assert queries.record_counts(run_id)["verified"] == CLAIMS - 1
        assert refused["evidence"]
        assert {each["answer"]: each["needs"] for each in refused["answers"]} == {
            "retry": "nothing",
            "correct": "value",
            "leave_out": "reason",
        }
        give_values(morning, host, refused, amount="12.50")
        run = morning.finished(host, run_id)
    assert_exact(morning, run, CLAIMS)
    assert run["totals"]["ClaimPort"]["amount"]["corrected"] != "0"
    assert_lineage(morning, run_id)


@pytest.mark.long
def test_a_wrong_file_a_wrong_value_and_the_rest_by_hand(tmp_path: Path, practice: Practice) -> None:
    """What a person hands in or types is attested and checked as a site's own; the rest they enter."""
    morning = Morning(tmp_path / "home", practice)
    practice.faults("meridian", "wrong_type_download", always=True, path="billing")
    practice.faults("claimport", "refuse", at=[2, 4])
    with morning.host() as host:
        run_id = morning.run(host, morning.small_sync(CLAIMS))
        give_file(morning, host, asked(host, "task_failed"), billing(date(2026, 11, 16)))
        item = asked(host, "task_failed")
        assert item["params"]["failure"]["code"] == "download_stale"
        give_file(morning, host, item, billing())
        until(lambda: queries.run(run_id)["state"] in {"NEEDS_REVIEW", "FAILED"}, 90, host)
        first, second = queries.open_reviews()
        practice.faults("claimport", "refuse", at=[1])
        give_values(morning, host, first, amount="about ten")
        answer(morning, host, "retry", second)
        again = asked(host, "correction_invalid")
        assert again["params"]["column"] == "amount"
        practice.faults("claimport", "refuse", at=[2])
        give_values(morning, host, again, amount="12.50")
        answer(morning, host, "retry", asked(host, "refused"))
        asked(host, "refused")
        assert queries.record_counts(run_id)["verified"] == CLAIMS - 1
        morning.give(host, "finish_by_hand", run=run_id)
        taken = asked(host, "taken")
        enter_by_hand(morning, run_id)
        answer(morning, host, "done_by_hand", taken)
        run = morning.finished(host, run_id)
    assert_exact(morning, run, CLAIMS)


def enter_by_hand(morning: Morning, run_id: str) -> None:
    """Print the worklist, and type what stands there at the claims house."""
    _name, content = workbooks.worklist_book(morning.home, run_id, TESTER)
    head, *rows = load_workbook(BytesIO(content)).active.iter_rows(values_only=True)
    for row in rows:
        values = {str(name): str(value) for name, value in zip(head, row, strict=True) if value is not None}
        day = date.fromisoformat(values["visit_date"][:10])
        morning.practice.enter_claim({**values, "visit_date": f"{day:%d/%m/%Y}"})
    newest = audit.newest("worklist_opened")
    assert newest is not None
    assert newest.params["count"] == len(rows)


def assert_lineage(morning: Morning, run_id: str) -> None:
    """The corrected value names who changed it and keeps what stood there; the file, who handed it in."""
    key = run_key(morning.home, run_id)
    payloads = [
        json.loads(unseal(key, sealed, bound)) for _record, sealed, bound in queries.sealed_records(run_id)
    ]
    (corrected,) = [payload for payload in payloads if "edited" in payload]
    assert corrected["fields"]["amount"] == "12.50"
    assert corrected["before"]["amount"] != "12.50"
    told = trace(corrected, lineage.downloads(run_id))
    assert told["amount"]["changed_by"]["by"] == TESTER.as_json()
    assert told["claim_no"]["changed_by"] is None
    assert told["claim_no"]["rows"][0]["handed_in_by"] == TESTER.as_json()


@pytest.mark.long
def test_a_row_that_cannot_be_right_is_corrected_or_left_out(tmp_path: Path, practice: Practice) -> None:
    """Nothing is entered before; the corrected row arrives like any other, the other is accounted for."""
    morning = Morning(tmp_path / "home", practice)
    practice.faults("meridian", "bad_cell", always=True, path="billing", row=2, text="ten pounds")
    with morning.host() as host:
        run_id = morning.run(host, morning.small_sync(CLAIMS))
        item = asked(host, "row_invalid")
        assert practice.journal("claimport") == []
        assert (item["params"]["column"], item["params"]["problem"]) == ("Amount (£)", "not_money")
        told = handing_in.hand_in_values(morning.home, item["id"], {"amount": "eleven"})
        answer(morning, host, "correct", item, **told)
        item = asked(host, "row_invalid")
        wrong_total = handing_in.hand_in_values(morning.home, item["id"], {"amount": "1.00"})
        answer(morning, host, "correct", item, **wrong_total)
        item = asked(host, "task_failed")
        assert item["params"]["failure"]["code"] == "stated_total_differs"
        morning.practice.clear_faults()
        answer(morning, host, "retry", item)  # fetched afresh: the file is right now
        run = morning.finished(host, run_id)
    assert_exact(morning, run, CLAIMS)
