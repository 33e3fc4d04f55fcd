"""Answers that need something: a value, a file, a reason; and the rest entered by hand."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook

from agent.core.states import RecordState, RunState
from agent.store import audit, corrections, evidence, queries, reviews
from agent.store.ledger import Question
from agent.store.tables import CommandRow, RecordRow
from tests.unit.cli.conftest import Predawn, Written, value_of

Write = Callable[[], Written]

DIFFERS = Question(
    "fill_differs", {"site": "ClaimPort", "element": "amount"}, ("retry", "correct", "leave_out")
)
SEVERAL = Question("found_several", {"site": "ClaimPort", "found": 2}, ("leave_out",))


@pytest.fixture
def run(write: Write) -> Written:
    """One claim has arrived; of two others one question each is open."""
    made = write().plan().download().upload(3, verified=1)
    for entry, question in zip(made.ledger.entries()[1:], (DIFFERS, SEVERAL), strict=True):
        made.ledger.review(entry, question)
    return made.end(RunState.NEEDS_REVIEW)


def test_a_listing_says_what_each_answer_needs(run: Written, command: Predawn) -> None:
    differs, _several = value_of(command("review", "--json"))
    assert (differs["version"], differs["title"], differs["ordinal"]) == (1, "Clinic morning sync", 2)
    assert [(each["answer"], each["needs"], each["here"]) for each in differs["answers"]] == [
        ("retry", "nothing", False),
        ("correct", "value", True),
        ("leave_out", "reason", False),
    ]


def test_a_value_is_sealed_and_stands_in_no_command(run: Written, command: Predawn) -> None:
    item = reviews.open_items(run.id)[0]
    result = command("review", str(item.id), "--answer", "correct", "--from-stdin", input="amount=12.50\n")
    assert result.exit_code == 3, result.stderr
    (correction,) = corrections.of_records(run.id).values()
    assert json.loads(evidence.open_evidence(str(correction.values), run.key)) == {"amount": "12.50"}
    assert "12.50" not in json.dumps([row.args for row in CommandRow.select()])
    assert "12.50" not in json.dumps([dict(entry.params) for entry in audit.entries()])


@pytest.mark.parametrize("lines", ["nothing=1\n", "amount=20.00\n", "\n"])
def test_a_field_that_is_not_there_or_not_changed_changes_nothing(
    run: Written, command: Predawn, lines: str
) -> None:
    item = reviews.open_items(run.id)[0]
    result = command("review", str(item.id), "--answer", "correct", "--from-stdin", input=lines)
    assert result.exit_code == 2
    assert "claim_no, patient, amount, note" in result.stderr
    assert reviews.get(item.id).answer is None


def test_a_reason_is_asked_for_where_none_is_given(run: Written, command: Predawn) -> None:
    item = reviews.open_items(run.id)[1]
    assert command("review", str(item.id), "--answer", "1", input="entered by phone\n").exit_code == 3
    record = RecordRow.get_by_id(item.record_id)
    assert record.state == RecordState.SKIPPED
    assert record.reason["params"]["reason"] == "entered by phone"
    listed = command("records", run.id).stdout
    assert "left out by a person: entered by phone" in listed


def test_a_file_must_be_named_and_be_there(run: Written, command: Predawn, tmp_path: Path) -> None:
    reviews.ask(run.id, None, "task_failed", {"task": "billing"}, ("hand_in", "stop"))
    item = reviews.open_items(run.id)[-1]
    assert "--file FILE" in command("review", str(item.id), "--answer", "hand_in").stderr
    missing = command("review", str(item.id), "--answer", "hand_in", "--file", str(tmp_path / "none.xls"))
    assert missing.exit_code == 2
    assert reviews.get(item.id).answer is None


def test_the_rest_is_finished_by_hand_with_a_list_to_print(
    run: Written, command: Predawn, tmp_path: Path
) -> None:
    result = command("finish-by-hand", run.id)
    assert result.exit_code == 3, result.stderr
    assert f"predawn worklist {run.id}" in result.stderr
    (taken,) = value_of(command("review", "--json"))
    assert (taken["question"], taken["params"]["count"]) == ("taken", 2)
    assert [each["answer"] for each in taken["answers"]] == ["done_by_hand", "give_back", "stop"]
    assert queries.run(run.id)["state"] == "NEEDS_REVIEW"

    written = command("worklist", run.id, "--to", str(tmp_path))
    assert written.exit_code == 0, written.stderr
    head, first, second = load_workbook(written.stdout.strip()).active.iter_rows(values_only=True)
    assert head[:5] == ("No.", "claim_no", "patient", "amount", "note")
    assert (first[1], first[2], first[4]) == ("C000002", "002", "=1+1")  # text stays text
    assert first[-1] is None  # it was never sent
    assert "Look first" in second[-1]
    assert command("worklist", run.id, "--to", str(tmp_path)).exit_code == 2  # never over another file
    newest = audit.newest("worklist_opened")
    assert newest is not None


def test_there_is_no_worklist_where_nobody_took_anything_over(run: Written, command: Predawn) -> None:
    assert command("worklist", run.id).exit_code == 2
