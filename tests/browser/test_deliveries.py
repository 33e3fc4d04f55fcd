"""Real Chromium against ClaimPort with its faults on: never two, never lost, the rest to a person."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from agent.store import queries
from resources.practice.data import BillingRow, clinic_day, previous_business_day
from resources.practice.server import SEED, Practice
from tests.morning import WEDNESDAY, Morning, assert_exact, until

CLAIMS = 6


@pytest.fixture
def morning(tmp_path: Path, practice: Practice) -> Iterator[Morning]:
    stage = Morning(tmp_path / "home", practice)
    stage.small_sync(CLAIMS)
    return stage


def _questions(run_id: str) -> dict[str, dict[str, Any]]:
    return {item["question"]: item for item in queries.open_reviews() if item["run"] == run_id}


def test_lost_and_late_answers_are_looked_up_never_sent_again(morning: Morning) -> None:
    """Saved before an error page, before an answer that never comes, and so on: each is found, once."""
    morning.practice.faults("claimport", "commit_then_hang", at=[1])
    morning.practice.faults("claimport", "commit_then_error", at=[2])
    morning.practice.faults("claimport", "answer_lost", at=[4])
    morning.practice.faults("claimport", "commit_late", at=[5], seconds=0.5)
    with morning.host() as host:
        run = morning.finished(host, morning.run(host, "small-sync"))
    assert_exact(morning, run, CLAIMS)
    assert run["tasks"][-1]["attempts"] == 1, "its worker had to be ended"
    assert [claim["fault"] for claim in morning.practice.journal("claimport") if claim["fault"]] == [
        "commit_then_hang",
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
            "refused.webp"
        ]
        morning.give(host, "answer", item=asked["gone_after_confirm"]["id"], answer="send_it")
        morning.give(
            host,
            "answer",
            item=asked["found_different"]["id"],
            answer="leave_out",
            reason="another one is there",
        )
        morning.give(host, "answer", item=asked["refused"]["id"], answer="retry")
        until(lambda: queries.run(run["id"])["state"] != "NEEDS_REVIEW", 30, host)
        run = morning.finished(host, run["id"])
    assert (run["state"], run["records"]["verified"], run["records"]["skipped"]) == ("COMPLETED", 5, 1)
    assert max(morning.delivered().values()) == 1


@pytest.mark.long
def test_a_browser_that_sends_twice_is_found_out(morning: Morning) -> None:
    """Chromium may repeat a POST by itself; two in the target are never called arrived."""
    morning.practice.faults("claimport", "answer_lost", at=[3], resend="yes")
    with morning.host() as host:
        run = morning.finished(host, morning.run(host, "small-sync"))
    assert run["state"] == "NEEDS_REVIEW"
    assert set(_questions(run["id"])) == {"found_several"}
    assert run["records"]["verified"] == CLAIMS - 1


def test_rehearsed_then_limited_then_all_then_once_more(morning: Morning) -> None:
    """A rehearsal saves nothing; two go in as asked; the rest follows; a second run types nothing again."""
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


def _as_a_clerk_would(row: BillingRow, amount: Decimal) -> dict[str, str]:
    return {
        "claim_no": row.claim_no,
        "patient_no": row.patient_no,
        "patient_name": row.patient_name,
        "visit_date": f"{row.visit_date:%d/%m/%Y}",
        "service_code": row.service_code,
        "amount": f"{amount:.2f}",
    }


def test_a_claim_entered_by_hand_is_recognised_and_with_another_amount_is_a_question(
    morning: Morning,
) -> None:
    """Equal: arrived, never typed again. Other values: never overwritten and never entered beside."""
    day = clinic_day(previous_business_day(WEDNESDAY), SEED)
    first, second = day.billing[:2]
    morning.practice.enter_claim(_as_a_clerk_would(first, first.amount))
    morning.practice.enter_claim(_as_a_clerk_would(second, second.amount + 1))
    with morning.host() as host:
        run = morning.finished(host, morning.run(host, "small-sync"))
    assert run["state"] == "NEEDS_REVIEW"
    assert set(_questions(run["id"])) == {"found_different"}
    assert run["records"]["verified"] == CLAIMS - 1
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


def test_nothing_secret_or_personal_lies_about_in_the_clear(morning: Morning) -> None:
    """No password and no patient's name or number stands readable in any file of the home."""
    shouting = 'print(claim.patient_name, claim.patient_no)\n        site.open("claim/new.php")'
    morning.small_sync(CLAIMS, **{'site.open("claim/new.php")': shouting})
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
