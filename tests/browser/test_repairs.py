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
from tests.morning import Morning, assert_exact

CLAIMS = 3
RENAMED = ("renamed", "/claim/new.php")


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
