"""Review: the queue, each answer's command row, what an answer needs, keys, and who was quicker."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from agent.core.failures import AnsweredAlready, DownloadCut, SignInRefused
from agent.store import accounts, audit, commands, evidence, reviews, runs
from agent.store.tables import CommandRow
from agent.system.paths import Home
from agent.system.seal import Key
from agent.system.vault import Passwords, open_vault
from tests.desktop.mornings import Mornings
from tests.desktop.sealed import picture_bytes, run_key
from ui.desktop.models import proofs
from ui.desktop.pages import review_worklist
from ui.desktop.pages.base import Page
from ui.desktop.pages.review import ReviewPage

Show = Callable[[type[Page]], ReviewPage]

CANDIDATES = [
    {"number": 1, "element": "save", "kind": "commit", "box": [20, 20, 60, 20], "shown": "button “Save”"},
    {"number": 2, "element": "save", "kind": "commit", "box": [20, 80, 60, 20], "shown": "button “Send”"},
    {"number": 3, "element": "user", "kind": "fill", "box": [20, 120, 60, 20], "shown": "field “User”"},
]


class Desk:
    """A run with questions of every sort."""

    def __init__(self, home: Home, mornings: Mornings) -> None:
        self.home, self.asked = home, 0
        self.run = mornings.plan()
        self.tasks = runs.tasks_of(self.run)
        self.lease = runs.begin_task(self.run, self.tasks[0].id, {"pid": 1, "started_at": 1.0})
        self.key: Key = run_key(home, self.run)

    def keep(self, content: bytes, kind: str, media_type: str) -> str:
        return evidence.keep(self.lease, self.key, content, kind=kind, name=kind, media_type=media_type).id

    def ask(self, code: str, params: Mapping[str, Any], *answers: str, task: int = 0) -> int:
        self.asked += 1  # each is a cause of its own
        return reviews.ask(self.run, self.tasks[task].id, code, params, answers, cause=str(self.asked))

    def cut_file(self) -> int:
        failure = DownloadCut(file="billing.xls", expected="190 rows", found="112")
        return self.ask(
            "task_failed", {"task": "billing", "failure": failure.as_json()}, "retry", "hand_in", "stop"
        )

    def password(self) -> int:
        accounts.set_account("main", "claimport", "north-robot", 1)
        failure = SignInRefused(site="claimport", account="north-robot", words="Wrong")
        told = {"task": "ClaimPort", "failure": failure.as_json()}
        return self.ask("task_failed", told, "new_password", "retry", "stop", task=2)

    def bad_row(self) -> int:
        row = {
            "cells": {"claim_no": "C104233", "visit_date": "31/02/2026"},
            "problems": [
                {"field": "visit_date", "column": "Visit", "problem": "no_date", "expected": "a day"}
            ],
        }
        ident = self.keep(json.dumps(row).encode(), "invalid_row", "application/json")
        params = {"file": "billing.xls", "row": 17, "column": "Visit", "place": "x//17", "evidence": [ident]}
        return self.ask("row_invalid", params, "correct", "leave_out", "stop", task=1)

    def lost(self, *elements: str) -> int:
        picture = self.keep(picture_bytes(), "screenshot", "image/png")
        several = len(elements) > 1
        params = {
            "task": "billing", "site": "claimport", "element": elements[0],
            "missing": len(elements), "of": 23,
            "picture": picture, "before": None if several else picture, "before_box": [20, 20, 60, 20],
            "elements": [{"element": one, "best": 1 if one == "save" else 3} for one in elements],
            "candidates": [one for one in CANDIDATES if one["element"] in elements],
        }  # fmt: skip
        code = "site_looks_different" if several else "element_missing"
        return self.ask(code, params, "accept_repair", "retry", "stop")


@pytest.fixture
def asked(home: Home, mornings: Mornings) -> Desk:
    proofs.forget()
    return Desk(home, mornings)


def words(page: Page) -> str:
    return " ".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def open_page(shown: Show, qtbot: QtBot, number: int) -> ReviewPage:
    page = shown(ReviewPage)
    qtbot.waitUntil(lambda: len(page.rows.rows) == number and page.item is not None)
    return page


def given(qtbot: QtBot) -> dict[str, Any]:
    """The answer that was stored as a command."""
    qtbot.waitUntil(lambda: CommandRow.select().exists())
    (row,) = CommandRow.select()
    assert row.verb == "answer"
    assert row.actor["via"] == "window"
    return dict(row.args)


def test_nothing_needs_you(shown: Show, home: Home, qtbot: QtBot) -> None:
    page = shown(ReviewPage)
    qtbot.waitUntil(lambda: "Nothing needs you" in words(page))


def test_an_answer_is_a_command_with_the_version_that_was_seen(
    shown: Show, asked: Desk, qtbot: QtBot
) -> None:
    item = asked.cut_file()
    page = open_page(shown, qtbot, 1)
    assert [option.words for option in page.item.options] == ["Try again", "Hand in the file", "Stop the run"]
    assert "The file billing.xls ends too early" in words(page)
    page.question.buttons[1].click()
    assert given(qtbot) == {"item": item, "version": 1, "answer": "retry"}
    assert not page.question.isEnabled()  # no second answer while one is on its way
    page.press(3)
    assert CommandRow.select().count() == 1


def test_keys_go_through_the_queue_and_answer(shown: Show, asked: Desk, qtbot: QtBot) -> None:
    asked.cut_file()
    second = asked.password()
    page = open_page(shown, qtbot, 2)
    qtbot.keyClick(page, Qt.Key.Key_J)
    assert page.item.id == second
    qtbot.keyClick(page, Qt.Key.Key_K)
    qtbot.keyClick(page, Qt.Key.Key_J)
    qtbot.keyClick(page, Qt.Key.Key_2)
    assert given(qtbot)["answer"] == "retry"


def test_a_reason_is_asked_for_and_kept(shown: Show, asked: Desk, qtbot: QtBot) -> None:
    item = asked.bad_row()
    page = open_page(shown, qtbot, 1)
    page.press(2)
    assert page.question.line.isVisible()
    assert CommandRow.select().count() == 0
    qtbot.keyClicks(page.question.line, "not ours 12")  # digits are words here, and no answers
    qtbot.keyClick(page.question.line, Qt.Key.Key_Return)
    assert given(qtbot) == {"item": item, "version": 1, "answer": "leave_out", "reason": "not ours 12"}


def test_the_bad_cell_is_marked_and_corrected(shown: Show, asked: Desk, home: Home, qtbot: QtBot) -> None:
    asked.bad_row()
    page = open_page(shown, qtbot, 1)
    qtbot.waitUntil(lambda: "visit_date" in page.evidence.row.fields)
    fields = page.evidence.row.fields
    assert next(iter(fields)) == "visit_date"  # what is wrong comes first
    assert fields["visit_date"].property("wrong") is True
    assert fields["claim_no"].property("wrong") is False
    assert "expected: a day" in words(page)
    page.press(1)
    assert "Change the value here first" in words(page)
    fields["visit_date"].setText("28/02/2026")
    page.press(1)
    args = given(qtbot)
    assert args["answer"] == "correct"
    sealed = evidence.open_evidence(args["evidence"], asked.key)
    assert json.loads(sealed) == {"visit_date": "28/02/2026"}
    assert "28/02/2026" not in json.dumps(args)


def test_a_password_goes_to_the_vault_and_the_row_names_its_version(
    shown: Show, asked: Desk, home: Home, qtbot: QtBot
) -> None:
    asked.password()
    page = open_page(shown, qtbot, 1)
    page.press(1)
    assert page.question.line.echoMode() is QLineEdit.EchoMode.Password
    qtbot.keyClicks(page.question.line, "canary 4711")
    page.question.give.click()
    args = given(qtbot)
    assert (args["answer"], args["password_version"]) == ("new_password", 1)
    assert "canary" not in json.dumps(args)
    assert Passwords(open_vault(home)).get("main", "claimport", "north-robot").value == "canary 4711"
    assert page.question.line.text() == ""


def test_a_dropped_file_is_handed_in_sealed(shown: Show, asked: Desk, tmp_path: Path, qtbot: QtBot) -> None:
    asked.cut_file()
    page = open_page(shown, qtbot, 1)
    assert page.evidence.drop.isVisible()
    file = tmp_path / "billing.xls"
    file.write_bytes(b"rows")
    page.evidence.drop.take(file)
    page.press(2)
    args = given(qtbot)
    assert (args["answer"], args["name"]) == ("hand_in", "billing.xls")
    assert evidence.open_evidence(args["evidence"], asked.key) == b"rows"


def test_candidates_are_boxed_and_each_is_an_answer(shown: Show, asked: Desk, qtbot: QtBot) -> None:
    asked.lost("save")
    page = open_page(shown, qtbot, 1)
    assert [option.words for option in page.item.options][:2] == [
        "It is box 1: button “Save”",
        "It is box 2: button “Send”",
    ]
    qtbot.waitUntil(lambda: page.evidence.today.shows_picture and page.evidence.before.shows_picture)
    page.evidence.today.canvas.chosen.emit(2)
    assert page.question.buttons[2].hasFocus() or page.question.buttons[2] is page.focusWidget()
    page.press(2)
    args = given(qtbot)
    assert (args["answer"], args["candidate"]) == ("accept_repair", 2)
    assert "evidence_opened" in {entry.verb for entry in audit.entries()}


def test_many_lost_things_are_one_question_with_a_choice_each(shown: Show, asked: Desk, qtbot: QtBot) -> None:
    asked.lost("save", "user")
    page = open_page(shown, qtbot, 1)
    choices = page.evidence.repair.choices
    assert {name: box.currentData() for name, box in choices.items()} == {"save": 1, "user": 3}
    page.evidence.repair.choose(2)
    choices["user"].setCurrentIndex(choices["user"].count() - 1)
    page.press(1)
    args = given(qtbot)
    assert (args["answer"], args["candidates"]) == ("accept_repair", [2])


def test_who_was_quicker_is_told_and_the_queue_is_read_again(shown: Show, asked: Desk, qtbot: QtBot) -> None:
    item = asked.cut_file()
    page = open_page(shown, qtbot, 1)
    page.press(1)
    given(qtbot)
    refused = AnsweredAlready(item=item, who="Ann", answer="stop", at="2026-11-23T06:00:00+00:00")
    reviews.withdraw(asked.run)
    commands.end(CommandRow.get().id, done=False, result=refused.as_json())
    qtbot.waitUntil(lambda: "Ann" in words(page))
    qtbot.waitUntil(lambda: "Nothing needs you" in words(page))
    assert "Ann" in words(page)
    assert "1 question needs you" not in words(page), "the count goes with its questions"


def test_who_was_quicker_is_told_beside_the_next_question_in_this_computers_time(
    shown: Show, asked: Desk, qtbot: QtBot
) -> None:
    """Nobody has chosen the next question, so what came of the last answer stays until somebody does."""
    item, other, third = asked.cut_file(), asked.password(), asked.bad_row()
    page = open_page(shown, qtbot, 3)
    page.open(item)
    before = page.item
    assert before is not None
    page.press(1)
    given(qtbot)
    refused = AnsweredAlready(item=item, who="Ann", answer="stop", at="2026-11-23T06:00:00+00:00")
    reviews.ReviewRow.update(answer="stop").where(reviews.ReviewRow.id == item).execute()
    commands.end(CommandRow.get().id, done=False, result=refused.as_json())
    qtbot.waitUntil(lambda: len(page.rows.rows) == 2 and page.item is not None and page.item.id != item)
    told = page.question.outcome.text
    assert "Ann" in told
    assert before.question in told  # it is about that one
    assert "06:00" in told
    assert "+00:00" not in told
    page.open(other if page.item is not None and page.item.id == third else third)
    assert page.question.outcome.text == ""


def test_ten_thousand_questions_stay_fluent(shown: Show, asked: Desk, qtbot: QtBot) -> None:
    """The list asks for what it paints only; filling it takes no time to speak of."""
    asked.cut_file()
    page = open_page(shown, qtbot, 1)
    many = page.rows.rows * 10_000
    with qtbot.captureExceptions() as errors:
        page.rows.fill(many)
        page.queue.scrollToBottom()
        page.step(1)
    assert not errors
    assert page.rows.rowCount() == 10_000


def test_every_control_has_a_name(shown: Show, asked: Desk, qtbot: QtBot) -> None:
    asked.bad_row()
    page = open_page(shown, qtbot, 1)
    qtbot.waitUntil(lambda: "visit_date" in page.evidence.row.fields)
    for field in page.findChildren(QLineEdit):
        if field.isVisible():
            assert field.accessibleName()
    assert page.evidence.row.fields["visit_date"].accessibleDescription() == "no date; expected: a day"


def test_what_is_finished_by_hand_can_be_printed(
    shown: Show, asked: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    asked.ask("taken", {"count": 3, "who": "Ann"}, "done_by_hand", "give_back", "stop", task=2)
    page = open_page(shown, qtbot, 1)
    lists = page.evidence.worklist
    assert lists.isVisible()
    monkeypatch.setattr(review_worklist, "worklist_book", lambda _home, run, _actor: (run, b"xlsx"))
    target = tmp_path / "list.xlsx"
    lists.ask_for_file = lambda _name: str(target)
    lists.write.click()
    qtbot.waitUntil(lambda: "Written to" in lists.outcome.text)
    assert target.read_bytes() == b"xlsx"
    assert target.stat().st_mode & 0o777 == 0o600
    page.press(1)
    assert given(qtbot)["answer"] == "done_by_hand"
