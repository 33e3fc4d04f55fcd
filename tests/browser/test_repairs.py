"""Elements that are not where their book says: proof, a question with candidates, one answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.host.agent import Host
from agent.host.keys import Keys
from agent.store import elements, queries, runs
from agent.store.evidence import open_evidence
from agent.system.seal import Key, master_key
from agent.system.vault import open_vault
from resources.practice.server import Practice
from tests.morning import SHIPPED, Morning, assert_exact

CLAIMS = 3


@pytest.fixture
def morning(tmp_path: Path, practice: Practice) -> Iterator[Morning]:
    stage = Morning(tmp_path / "home", practice)
    stage.small_sync(CLAIMS)
    return stage


def key_of(morning: Morning, run_id: str) -> Key:
    return Keys(master_key(open_vault(morning.home))).run_key(run_id, bytes(runs.get(run_id).sealed_key))


def opened(morning: Morning, run: dict[str, Any], name: str) -> bytes:
    """One piece of a run's evidence by its name, out of its seal."""
    (proof,) = [each for each in run["evidence"] if each["name"] == name]
    return open_evidence(proof["id"], key_of(morning, run["id"]))


def question(run_id: str) -> dict[str, Any]:
    (item,) = [each for each in queries.run(run_id)["reviews"] if each["answer"] is None]
    return item


def accept(morning: Morning, host: Host, item: dict[str, Any], *numbers: int) -> None:
    morning.give(
        host,
        "answer",
        item=item["id"],
        version=item["version"],
        answer="accept_repair",
        candidates=list(numbers),
    )


def test_a_doubled_button_is_a_question_with_candidates_and_one_answer_goes_on(morning: Morning) -> None:
    """Two save buttons: nothing is sent; a person points at one, and all arrives exactly once."""
    morning.practice.faults("claimport", "doubled", always=True, element="save", path="/claim/new.php")
    with morning.host() as host:
        run = morning.finished(host, morning.run(host, "small-sync"))
        assert run["state"] == "NEEDS_REVIEW"
        assert morning.practice.journal("claimport") == []
        item = question(run["id"])
        told = item["params"]
        assert (item["question"], told["element"], told["kind"], told["found"]) == (
            "element_ambiguous",
            "save",
            "commit",
            2,
        )
        first, second = told["candidates"][:2]
        assert (first["shown"], second["shown"]) == ("button “Save claim”",) * 2
        assert first["box"] != second["box"]
        assert not any(each["sure"] for each in told["candidates"])
        picture = opened(morning, run, "element_ambiguous.webp")
        assert picture[8:12] == b"WEBP"
        page = json.loads(opened(morning, run, "element_ambiguous.json"))
        assert page["sought"]["element"] == "save"
        assert 'value="Save claim"' in page["outline"] or "Save claim" in page["outline"]
        accept(morning, host, item, 2)
        assert_exact(morning, morning.finished(host, run["id"]), CLAIMS)
    (repair,) = elements.all_repairs("claimport")
    assert (repair["element"], repair["actor"]["kind"], repair["item"]) == ("save", "person", item["id"])
    assert repair["locator"] == second["locator"]


def next_day(morning: Morning, host: Host) -> str:
    return morning.give(host, "run", automation="small-sync", business_date="2026-11-19", options={})


def first_day(morning: Morning, host: Host) -> None:
    """A morning on which all is as the books say: how the elements look is remembered."""
    assert_exact(morning, morning.finished(host, morning.run(host, "small-sync")), CLAIMS)


def allowing(morning: Morning, **words: str) -> None:
    """Write the automation anew with more words in its declaration."""
    told = "".join(f', {name}="{word}"' for name, word in words.items())
    morning.small_sync(CLAIMS, **{'title="Clinic morning sync"': f'title="Clinic morning sync"{told}'})


@pytest.mark.long
def test_a_renamed_button_is_shown_beside_last_times_picture(morning: Morning) -> None:
    with morning.host() as host:
        first_day(morning, host)
        morning.practice.faults("meridian", "renamed", always=True, element="export", path="billing")
        run = morning.finished(host, next_day(morning, host))
        item = question(run["id"])
        told = item["params"]
        assert (item["question"], told["element"], told["missing"]) == ("element_missing", "export", 1)
        assert told["of"] == 3, "the two dates are where they were"
        assert told["before"] is not None
        assert told["before_run"] != run["id"]
        assert told["candidates"][0]["score"] > 0.6
        x, y, width, height = told["before_box"]
        assert (width > 20, height > 10, x > 0, y > 0) == (True,) * 4
        accept(morning, host, item, 1)
        again = morning.finished(host, run["id"])
        assert again["state"] == "COMPLETED", again["reason"]


@pytest.mark.long
def test_many_lost_at_once_are_one_question(morning: Morning) -> None:
    """The whole form is renamed: one question a page, and the first candidate of each is right."""
    with morning.host() as host:
        first_day(morning, host)
        before = len(morning.practice.journal("claimport"))
        morning.practice.faults("claimport", "renamed", always=True, element="*", path="/claim/new.php")
        run = morning.finished(host, next_day(morning, host))
        asked = []
        while run["state"] == "NEEDS_REVIEW" and len(asked) < 3:
            item = question(run["id"])
            asked.append((item["question"], item["params"]["missing"]))
            accept(morning, host, item, *(each["best"] for each in item["params"]["elements"]))
            run = morning.finished(host, run["id"])
        assert asked == [("site_looks_different", 4), ("site_looks_different", 4)]
        assert run["state"] == "COMPLETED", run["reason"]
        entered = morning.practice.journal("claimport")[before:]
        assert len(entered) == CLAIMS
        assert run["records"]["verified"] == CLAIMS, (
            "each field went where it belongs: all was read back equal"
        )


@pytest.mark.long
def test_a_read_is_healed_at_once_where_the_automation_allows_it(morning: Morning) -> None:
    """What the list states stands elsewhere than the book says: nobody is asked, everybody can see it."""
    allowing(morning, repairs="reads")
    with morning.host() as host:
        first_day(morning, host)
        book = (SHIPPED / "sites" / "claimport" / "site.toml").read_text()
        folder = morning.home.automations / "sites" / "claimport"
        folder.mkdir(parents=True)
        (folder / "site.toml").write_text(
            book.replace('list_shown = { css = "#cp_x54" }', 'list_shown = { css = "#no" }')
        )
        run = morning.finished(host, next_day(morning, host), seconds=180)
        found = elements.all_repairs("claimport")
        assert [(each["element"], each["actor"]["kind"], each["locator"]) for each in found] == [
            ("list_shown", "automation", {"css": "#cp_x54"})
        ]
        assert (run["state"], run["reviews"]) == ("COMPLETED", []), run["reason"]
        assert "element_missing.webp" in [proof["name"] for proof in run["evidence"]]
        assert [task["failure"] for task in run["tasks"]] == [None] * 3


@pytest.mark.long
def test_a_commit_is_never_healed_whatever_the_automation_allows(morning: Morning) -> None:
    allowing(morning, repairs="reads and fills")
    with morning.host() as host:
        first_day(morning, host)
        before = len(morning.practice.journal("claimport"))
        morning.practice.faults("claimport", "moved", always=True, element="save")
        morning.practice.faults("claimport", "renamed", always=True, element="save", path="/claim/new.php")
        run = morning.finished(host, next_day(morning, host))
        item = question(run["id"])
        assert (run["state"], item["params"]["element"]) == ("NEEDS_REVIEW", "save")
        assert elements.all_repairs() == []
        assert len(morning.practice.journal("claimport")) == before


@pytest.mark.long
@pytest.mark.parametrize(("words", "least"), [("confirmations", CLAIMS), ("every step", 3 * CLAIMS)])
def test_proof_is_kept_as_the_automation_says(morning: Morning, words: str, least: int) -> None:
    allowing(morning, evidence=words)
    with morning.host() as host:
        run = morning.finished(host, morning.run(host, "small-sync"))
    assert_exact(morning, run, CLAIMS)
    kept = [proof["name"] for proof in run["evidence"] if proof["kind"] == "screenshot"]
    assert kept.count("confirmation.webp") == CLAIMS
    assert len(kept) >= least
    assert len([proof for proof in run["evidence"] if proof["kind"] == "page"]) == len(kept)


def test_who_begins_a_run_may_want_each_record_pictured(morning: Morning) -> None:
    """The automation says nothing of it; each record then knows the picture of its own answer."""
    morning.small_sync(CLAIMS)
    with morning.host() as host:
        run = morning.finished(host, morning.run(host, "small-sync", proof="confirmations"), 300)
        records = queries.records(run["id"])
    assert_exact(morning, run, CLAIMS)
    kept = {proof["id"] for proof in run["evidence"] if proof["name"] == "confirmation.webp"}
    assert {record["picture"] for record in records} == kept
    assert len(kept) == CLAIMS
