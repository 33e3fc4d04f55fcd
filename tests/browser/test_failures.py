"""Each row of the handling table that first light has, provoked by its switch, ends as the table says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.store import queries
from resources.practice.server import Practice
from tests.morning import Morning, assert_exact, processes_of, until

CLAIMS = 3


@pytest.fixture
def morning(tmp_path: Path, practice: Practice) -> Iterator[Morning]:
    stage = Morning(tmp_path / "home", practice)
    stage.small_sync(CLAIMS)
    return stage


def _failure(run: dict[str, Any]) -> str:
    return next(task["failure"]["code"] for task in run["tasks"] if task["failure"])


@pytest.mark.long
def test_a_refused_sign_in_is_tried_once_more_in_a_fresh_session(morning: Morning) -> None:
    """One refusal is survived."""
    morning.practice.faults("meridian", "wrong_password")
    with morning.host() as host:
        assert_exact(morning, morning.finished(host, morning.run(host, "small-sync")), CLAIMS)


def test_a_wrong_password_locks_nobody_out(morning: Morning) -> None:
    """Two tries in all, however often the run is retried; a new password begins a new count."""
    morning.set_password("claimport", "north-robot", "not-the-password")
    with morning.host() as host:
        run = morning.finished(host, morning.run(host, "small-sync"))
        assert (run["state"], _failure(run)) == ("FAILED", "sign_in_refused")
        morning.give(host, "retry", run=run["id"])
        until(lambda: queries.run(run["id"])["state"] == "FAILED", 60, host)
        assert _failure(queries.run(run["id"])) == "account_locked"
        tries = [entry["outcome"] for entry in morning.practice.sign_ins("claimport")]
        assert tries == ["refused", "refused"]
        morning.set_password("claimport", "north-robot", "claimport-2024")
        morning.give(host, "retry", run=run["id"])
        assert_exact(morning, morning.finished(host, run["id"]), CLAIMS)


def test_a_locked_account_is_not_knocked_at_again(morning: Morning) -> None:
    """The site's own words for a locked account stop the run at the first try."""
    morning.practice.faults("meridian", "locked_account", always=True)
    with morning.host() as host:
        run = morning.finished(host, morning.run(host, "small-sync"))
    assert (run["state"], _failure(run)) == ("FAILED", "account_locked")
    assert len(morning.practice.sign_ins("meridian")) == 1


def test_a_site_that_is_down_for_a_while_is_waited_for(morning: Morning) -> None:
    """Error pages before the commit click change nothing and are tried again."""
    morning.practice.faults("claimport", "server_error", times=1, path="/claim/new.php")
    with morning.host() as host:
        run = morning.finished(host, morning.run(host, "small-sync"))
    assert_exact(morning, run, CLAIMS)
    assert [task["attempts"] for task in run["tasks"]] == [1, 1, 2]


def test_an_expired_session_is_signed_in_again(morning: Morning) -> None:
    """In the middle of the upload the site forgets us; the record is entered after a new sign-in."""
    morning.practice.faults("claimport", "session_expired", at=[4], path="/claim/")
    with morning.host() as host:
        assert_exact(morning, morning.finished(host, morning.run(host, "small-sync")), CLAIMS)


def test_a_bad_download_is_fetched_again_then_a_person_is_asked(morning: Morning) -> None:
    """Cut, stale, of a wrong type: three fresh tries; nothing of them is entered; then it goes on."""
    code = "download_wrong_type"
    for number, fault in enumerate(("cut_download", "stale_download", "wrong_type_download"), start=1):
        morning.practice.faults("meridian", fault, at=[number], path="billing")
    with morning.host() as host:
        run = morning.finished(host, morning.run(host, "small-sync"))
        assert (run["state"], _failure(run)) == ("NEEDS_REVIEW", code)
        assert [task["state"] for task in run["tasks"]] == ["needs_review", "blocked", "blocked"]
        assert run["tasks"][0]["attempts"] == 3
        assert morning.practice.journal("claimport") == []
        until(lambda: processes_of(morning.home) == [], 20, host, what="no worker idles")
        morning.practice.clear_faults()
        item = queries.open_reviews()[0]
        assert (item["question"], item["params"]["failure"]["code"]) == ("task_failed", code)
        morning.give(host, "answer", item=item["id"], answer="retry")
        assert_exact(morning, morning.finished(host, run["id"]), CLAIMS)


@pytest.mark.long
def test_other_code_than_the_run_was_planned_with_is_a_question(morning: Morning) -> None:
    """A resume under a changed automation asks first, and goes on when a person says so."""
    morning.practice.faults("meridian", "wrong_type_download", always=True, path="billing")
    with morning.host() as host:
        run = morning.finished(host, morning.run(host, "small-sync"))
        assert run["state"] == "NEEDS_REVIEW"
        morning.practice.clear_faults()
        file = morning.home.automations / "small_sync" / "automation.py"
        file.write_text(file.read_text() + "\n# a new version\n")
        morning.give(host, "answer", item=queries.open_reviews()[0]["id"], answer="retry")
        until(lambda: [item["question"] for item in queries.open_reviews()] == ["changed_code"], 60, host)
        until(lambda: queries.run(run["id"])["state"] == "NEEDS_REVIEW", 30, host)
        morning.give(host, "answer", item=queries.open_reviews()[0]["id"], answer="continue")
        assert_exact(morning, morning.finished(host, run["id"]), CLAIMS)


def test_a_defect_in_the_automation_stops_without_a_retry(morning: Morning) -> None:
    """An author's error names its kind and line, once."""
    morning.small_sync(CLAIMS, **{"batch = Batch(Claim)": 'batch = Batch(Claim)\n    {}["nothing"]'})
    with morning.host() as host:
        run = morning.finished(host, morning.run(host, "small-sync"))
    assert (run["state"], _failure(run)) == ("FAILED", "defect")
    assert run["tasks"][1]["attempts"] == 1
    assert run["tasks"][1]["failure"]["params"]["kind"] == "KeyError"
