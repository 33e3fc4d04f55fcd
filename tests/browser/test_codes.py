"""A second step at the sign-in, the whole way: parked where nobody is, asked where somebody attends."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.host.questions import Question, attend
from agent.store import queries
from agent.system.one_time import Seeds
from agent.system.vault import open_vault
from resources.practice.server import Practice
from tests.morning import FINAL, Morning, assert_exact, until

CLAIMS = 2
SEED = "JBSWY3DPEHPK3PXP"


@pytest.fixture
def morning(tmp_path: Path, practice: Practice) -> Morning:
    stage = Morning(tmp_path / "home", practice)
    stage.small_sync(CLAIMS)
    return stage


@pytest.mark.long
def test_what_only_a_person_knows_is_parked_then_typed_and_kept_nowhere(morning: Morning) -> None:
    """Nobody there: a question, and no try used up. Somebody at the window: asked, and it goes on."""
    answer = "heron-canary-4711"
    morning.practice.faults("claimport", "second_factor", always=True, question="Which bird?", answer=answer)
    with morning.host() as host:
        run = morning.finished(host, morning.run(host, "small-sync"))
        (item,) = queries.open_reviews()
        assert (run["state"], item["params"]["failure"]["code"]) == ("NEEDS_REVIEW", "code_wanted")
        assert item["params"]["failure"]["params"]["words"] == "Which bird?"
        asked: list[Question] = []

        def type_it(question: Question) -> None:
            asked.append(question)
            attending.answer(question.id, answer)

        with attend(morning.home, type_it) as attending:
            morning.give(host, "answer", item=item["id"], answer="retry")
            assert_exact(morning, morning.finished(host, run["id"]), CLAIMS)
    assert [(one.site, one.account, one.words) for one in asked] == [
        ("claimport", "north-robot", "Which bird?")
    ]
    outcomes = [entry["outcome"] for entry in morning.practice.sign_ins("claimport")]
    assert outcomes == ["ok", "ok", "code_ok"]
    held = [file for file in morning.home.root.rglob("*") if file.is_file()]
    assert not [file for file in held if answer.encode() in file.read_bytes()]


@pytest.mark.long
def test_no_code_is_typed_twice_though_workers_change_within_its_half_minute(morning: Morning) -> None:
    """Both systems want codes by the clock, and ClaimPort signs the robot out in between."""
    seeds = Seeds(open_vault(morning.home))
    for site, account in (("claimport", "north-robot"), ("meridian", "frontdesk")):
        seeds.set("main", site, account, SEED)
        morning.practice.faults(site, "second_factor", always=True, seed=SEED)
    morning.practice.faults("claimport", "session_expired", at=[4], path="/claim/")
    with morning.host() as host:
        assert_exact(morning, morning.finished(host, morning.run(host, "small-sync"), 240), CLAIMS)
    outcomes = [entry["outcome"] for entry in morning.practice.sign_ins("claimport")]
    assert outcomes == ["ok", "code_ok", "ok", "code_ok"]


@pytest.mark.long
def test_other_runs_go_on_while_one_waits_for_what_a_person_knows(morning: Morning) -> None:
    morning.practice.faults("claimport", "second_factor", always=True, question="Which bird?", answer="heron")
    with morning.host() as host:
        parked = morning.finished(host, morning.run(host, "small-sync"), 240)
        assert parked["state"] == "NEEDS_REVIEW"
        morning.practice.clear_faults()
        other = morning.give(host, "run", automation="small-sync", business_date="2026-11-19", options={})
        until(lambda: queries.run(other)["state"] in FINAL, 240, host)
        assert queries.run(other)["state"] == "COMPLETED", queries.open_reviews()
        assert queries.run(parked["id"])["state"] == "NEEDS_REVIEW"


@pytest.mark.long
@pytest.mark.parametrize(
    ("fault", "code", "state", "tries"),
    [
        ("expired_password", "password_expired", "FAILED", 1),
        ("captcha", "captcha_shown", "NEEDS_REVIEW", 0),
    ],
)
def test_what_a_person_must_settle_at_the_site_is_tried_once(
    morning: Morning, fault: str, code: str, state: str, tries: int
) -> None:
    """A captcha is seen before a password is typed; an expired one is typed once, and neither is counted."""
    morning.practice.faults("claimport", fault, always=True)
    with morning.host() as host:
        run = morning.finished(host, morning.run(host, "small-sync"))
        failure = next(task["failure"] for task in run["tasks"] if task["failure"])
        assert (run["state"], failure["code"]) == (state, code)
        assert len(morning.practice.sign_ins("claimport")) == tries
        morning.practice.clear_faults()
        morning.give(host, "retry", run=run["id"])
        assert_exact(morning, morning.finished(host, run["id"]), CLAIMS)
