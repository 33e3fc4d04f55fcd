"""Real Chromium against ClaimPort with its faults on: never two, never lost, the rest to a person."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.store import queries
from resources.practice.server import Practice
from tests.morning import TESTER, Morning, assert_exact, until

CLAIMS = 6


@pytest.fixture
def morning(tmp_path: Path, practice: Practice) -> Iterator[Morning]:
    stage = Morning(tmp_path / "home", practice)
    stage.small_sync(CLAIMS)
    return stage


def _questions(run_id: str) -> dict[str, dict[str, Any]]:
    return {item["question"]: item for item in queries.open_reviews() if item["run"] == run_id}


def test_lost_and_late_answers_are_looked_up_never_sent_again(morning: Morning) -> None:
    """Saved before an error page, saved without an answer, saved late: each is found and counted once."""
    morning.practice.faults("claimport", "commit_then_error", at=[2])
    morning.practice.faults("claimport", "answer_lost", at=[4])
    morning.practice.faults("claimport", "commit_late", at=[5], seconds=0.5)
    with morning.host() as host:
        run = morning.finished(host, morning.run(host, "small-sync"))
    assert_exact(morning, run, CLAIMS)
    assert [claim["fault"] for claim in morning.practice.journal("claimport") if claim["fault"]] == [
        "commit_then_error",
        "answer_lost",
        "commit_late",
    ]


def test_what_cannot_be_known_goes_to_a_person(morning: Morning) -> None:
    """Said "saved" without saving, saved altered, refused: three questions; answered, the run completes."""
    morning.practice.faults("claimport", "saved_without_saving", at=[2])
    morning.practice.faults("claimport", "altered", at=[4])
    morning.practice.faults("claimport", "refuse", at=[5], text="Service code is not a valid service code")
    with morning.host() as host:
        run = morning.finished(host, morning.run(host, "small-sync"))
        assert run["state"] == "NEEDS_REVIEW"
        asked = _questions(run["id"])
        assert set(asked) == {"gone_after_confirm", "found_different", "refused"}
        assert "amount" in asked["found_different"]["params"]["fields"]
        assert "not a valid service code" in asked["refused"]["params"]["words"]
        assert [proof["name"] for proof in run["evidence"] if proof["kind"] == "screenshot"] == [
            "refused.png"
        ]
        morning.give(host, "answer", item=asked["gone_after_confirm"]["id"], answer="send_it")
        morning.give(host, "answer", item=asked["found_different"]["id"], answer="leave_out")
        morning.give(host, "answer", item=asked["refused"]["id"], answer="retry")
        until(lambda: queries.run(run["id"])["state"] != "NEEDS_REVIEW", 30, host)
        run = morning.finished(host, run["id"])
    assert (run["state"], run["records"]["verified"], run["records"]["skipped"]) == ("COMPLETED", 5, 1)
    assert max(morning.delivered().values()) == 1


def test_a_browser_that_sends_twice_is_found_out(morning: Morning) -> None:
    """Chromium may repeat a POST by itself; two in the target are never called arrived."""
    morning.practice.faults("claimport", "answer_lost", at=[3], resend="yes")
    with morning.host() as host:
        run = morning.finished(host, morning.run(host, "small-sync"))
    assert run["state"] == "NEEDS_REVIEW"
    assert set(_questions(run["id"])) == {"found_several"}
    assert run["records"]["verified"] == CLAIMS - 1


def test_what_people_entered_is_recognised_before_anything_is_typed(morning: Morning) -> None:
    """A first run elsewhere shows the claims; a person enters one of them, and one with another amount."""
    with morning.host() as host:
        rehearsal = morning.finished(host, morning.run(host, "small-sync", rehearse=True))
        assert rehearsal["state"] == "COMPLETED"
        assert morning.practice.journal("claimport") == []
        first = morning.finished(host, morning.run(host, "small-sync", limit=2))
        assert (first["state"], set(_questions(first["id"]))) == ("NEEDS_REVIEW", {"limit_reached"})
        entered = morning.practice.journal("claimport")
        assert len(entered) == 2
        item = _questions(first["id"])["limit_reached"]["id"]
        morning.give(host, "answer", item=item, answer="go_on")
        run = morning.finished(host, first["id"])
        assert_exact(morning, run, CLAIMS)
        again = morning.finished(host, morning.run(host, "small-sync"))
        assert_exact(morning, again, CLAIMS)  # looked up and recognised: nothing was typed a second time


def test_a_claim_entered_by_hand_with_another_amount_is_a_question(morning: Morning, tmp_path: Path) -> None:
    """The same key with other values is never overwritten and never entered beside."""
    with Practice(tmp_path / "elsewhere", export_seconds=0.1) as elsewhere:
        other = Morning(tmp_path / "other", elsewhere)
        other.small_sync(CLAIMS)
        with other.host() as host:
            other.finished(host, other.run(host, "small-sync"))
        claims = elsewhere.journal("claimport")
    fields = ("claim_no", "patient_no", "patient_name", "visit_date", "service_code", "amount")
    equal = {name: claims[0][name] for name in fields}
    morning.practice.enter_claim(equal)
    morning.practice.enter_claim({**{name: claims[1][name] for name in fields}, "amount": "1.00"})
    morning.open()
    with morning.host() as host:
        run = morning.finished(host, morning.run(host, "small-sync"))
    assert run["state"] == "NEEDS_REVIEW"
    assert set(_questions(run["id"])) == {"found_different"}
    assert len(morning.practice.journal("claimport")) == CLAIMS
    assert max(morning.delivered().values()) == 1


def test_stopped_after_the_current_claim(morning: Morning) -> None:
    """A stop ends between two claims, reads back what was entered; a new run enters only the rest."""
    with morning.host() as host:
        run_id = morning.run(host, "small-sync")
        until(lambda: len(morning.practice.journal("claimport")) >= 2, 60, host)
        morning.give(host, "cancel", run=run_id)
        run = morning.finished(host, run_id)
        assert run["state"] == "CANCELLED"
        assert run["records"]["verified"] == len(morning.practice.journal("claimport")) < CLAIMS
        assert run["records"]["intended"] == run["records"]["confirmed"] == run["records"]["in_doubt"] == 0
        assert_exact(morning, morning.finished(host, morning.run(host, "small-sync")), CLAIMS)
    assert TESTER.kind == "person"


def test_nothing_secret_or_personal_lies_about_in_the_clear(morning: Morning) -> None:
    """No password and no patient's name or number stands readable in any file of the home."""
    morning.practice.faults("claimport", "renamed", at=[9], element="visit_date", path="/claim/new.php")
    with morning.host() as host:
        run = morning.finished(host, morning.run(host, "small-sync"))
    assert run["state"] in {"COMPLETED", "NEEDS_REVIEW"}
    claims = morning.practice.journal("claimport")
    secrets = {"meridian-2024", "claimport-2024"}
    personal = {claim[field] for claim in claims for field in ("patient_name", "patient_no")}
    keys = {claim["claim_no"] for claim in claims}
    searched = 0
    for path in morning.home.root.rglob("*"):
        if not path.is_file() or path == morning.home.vault_file:
            continue
        content = path.read_bytes()
        searched += 1
        for value in secrets | personal | keys:
            assert value.encode() not in content, (path.name, value)
    assert searched >= 4
