"""Each row of the handling table that first light has, provoked by its switch, ends as the table says."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.host import handing_in, supervisor
from agent.store import queries
from agent.system.browsers import find_browser
from resources.practice.server import Practice
from tests.morning import FINAL, Morning, assert_exact, processes_of, until

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
        item = queries.open_reviews()[0]
        assert [each["answer"] for each in item["answers"]][:1] == ["new_password"]
        told = handing_in.new_password(morning.home, item["id"], "claimport-2024")
        morning.give(host, "answer", item=item["id"], answer="new_password", **told)
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
def test_a_page_that_never_comes_is_tried_again(morning: Morning) -> None:
    """Before the commit click a page may hang: given up after its time, tried again, entered once."""
    morning.practice.faults("claimport", "hang", at=[1], path="/claim/new.php")
    with morning.host() as host:
        run = morning.finished(host, morning.run(host, "small-sync"), seconds=240)
    assert_exact(morning, run, CLAIMS)
    assert run["tasks"][-1]["attempts"] == 2


@pytest.mark.long
@pytest.mark.parametrize("fault", ["busy_script", "dialog"])
def test_a_page_that_does_nothing_else_any_more_is_ended_within_its_limit(
    morning: Morning, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A script that never ends takes the whole worker with it; a dialog that nobody answers takes nothing."""
    limit = 20.0
    monkeypatch.setattr(supervisor, "STEP_SECONDS", limit)
    monkeypatch.setattr(supervisor, "_LIMITS", {})
    morning.practice.faults("claimport", fault, at=[1], path="/claim/new.php")
    with morning.host() as host:
        run_id = morning.run(host, "small-sync")
        until(lambda: queries.run(run_id)["tasks"][-1]["state"] == "running", 120, host)
        run = morning.finished(host, run_id, seconds=240)
    assert_exact(morning, run, CLAIMS)
    assert run["tasks"][-1]["attempts"] == (2 if fault == "busy_script" else 1)
    assert run["tasks"][-1]["seconds"] < 2 * (limit + 5 + 10) + 30


@pytest.fixture
def small_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The browser that is installed, whose pages may take 64 MB: they die of memory in a second."""
    program = tmp_path / "chromium"
    found = find_browser()
    program.write_text(f'#!/bin/sh\nexec "{found.path}" --js-flags=--max-old-space-size=64 "$@"\n')
    program.chmod(0o700)
    monkeypatch.setenv("PREDAWN_BROWSER", str(program))


@pytest.mark.parametrize(
    ("times", "state", "attempts"),
    [(1, "COMPLETED", 2), pytest.param(4, "FAILED", 4, marks=pytest.mark.long)],
)
def test_a_page_that_dies_of_memory_is_tried_again_then_a_person_is_asked(
    morning: Morning, small_browser: None, times: int, state: str, attempts: int
) -> None:
    """Seen at once, not at the end of a limit; each try has a fresh browser, and none of the dead is left."""
    if times == 1:
        morning.practice.faults("claimport", "memory_eater", at=[1], path="/claim/new.php")
    else:
        morning.practice.faults("claimport", "memory_eater", always=True, path="/claim/new.php")
    with morning.host() as host:
        run_id = morning.run(host, "small-sync")
        seen: set[str] = set()

        def rests() -> bool:
            run = queries.run(run_id)
            seen.update(task["failure"]["code"] for task in run["tasks"] if task["failure"])
            return run["state"] in FINAL

        until(rests, 240, host)
        run = queries.run(run_id)
        assert (run["state"], run["tasks"][-1]["attempts"]) == (state, attempts), run["tasks"]
        assert seen == {"page_crashed"}
        until(lambda: processes_of(morning.home) == [], 5, host, what="nothing of the run is left")
        if state == "COMPLETED":
            assert_exact(morning, run, CLAIMS)
            return
        item = queries.open_reviews()[0]
        assert [each["answer"] for each in item["answers"]] == ["retry", "finish_by_hand", "stop"]
        morning.practice.clear_faults()
        morning.give(host, "answer", item=item["id"], answer="retry")
        assert_exact(morning, morning.finished(host, run_id), CLAIMS)


OFFLINE_WORK = '''"""Work that needs no site."""
from agent.sdk import Automation, Workbook

it = Automation("offline-work", title="Offline work", schedule="05:00 mon-fri", deadline="08:00",
    covers="previous business day")


@it.process
def sheet() -> Workbook:
    """Write one."""
    book = Workbook("sheet.xlsx")
    book.sheet("One", ["a"], [["b"]])
    return book
'''


def test_what_one_run_waits_for_holds_no_other_up(morning: Morning, tmp_path: Path) -> None:
    """A site that cannot be reached is waited for with a reason; the next run in the queue goes first."""
    folder = morning.home.automations / "offline_work"
    folder.mkdir(parents=True)
    (folder / "automation.py").write_text(OFFLINE_WORK)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = morning.home.settings.read_text()
    away = settings.replace(morning.practice.meridian_url, f"http://127.0.0.1:{port}")
    morning.home.settings.write_text(away)
    with morning.host() as host:
        waits = morning.run(host, "small-sync")
        until(lambda: (queries.run(waits)["reason"] or {}).get("code") == "offline", 30, host)
        assert queries.run(waits)["state"] == "PENDING"
        assert queries.open_reviews() == []
        other = morning.finished(host, morning.run(host, "offline-work"), seconds=60)
        assert other["state"] == "COMPLETED", other
        assert queries.run(waits)["state"] == "PENDING"
        with Practice(tmp_path / "late", meridian_port=port, export_seconds=0.1):  # the site is there again
            assert_exact(morning, morning.finished(host, waits), CLAIMS)


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
