"""One question, or one state, for each section of docs/when-it-breaks.md, as the agent writes them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from agent.core.failures import (
    AnsweredAlready,
    Defect,
    DownloadCut,
    Failure,
    Offline,
    SignInRefused,
    SiteDown,
    WorkerHung,
)
from agent.core.states import RecordState, RunState, TaskState
from agent.host.keys import Keys
from agent.host.questions import Question as Asked
from agent.store import accounts, by_hand, occurrences, reviews, runs
from agent.store.ledger import Destination, Ledger, Question
from agent.store.tables import EvidenceRow, ReviewRow
from agent.system.paths import Home
from agent.system.seal import master_key
from agent.system.vault import open_vault
from tests.desktop.mornings import JO, Mornings
from tests.desktop.page_scenes import SEEN, keep_proof, lost_save
from ui.desktop.window import Window

ASKED_AT = datetime(2026, 11, 23, 5, 12, tzinfo=UTC)
REFUSED = SEEN.with_name("claimport_refused.png")
CLINIC = "Clinic morning sync"
Act = Callable[[Window], object]


@dataclass
class Scenes:
    """Writes one scene after the other into the home; what the last one asked is withdrawn first."""

    home: Home
    mornings: Mornings = field(init=False)
    run: str = ""

    def __post_init__(self) -> None:
        """Begin with a home that knows its sites' accounts and one automation."""
        self.mornings = Mornings(self.home)
        for site, user in (("meridian", "frontdesk"), ("claimport", "north-robot")):
            accounts.set_account("main", site, user, 1)
        words = {"schedule": "05:00 mon-fri", "deadline": "08:00", "covers": "previous business day"}
        since = ASKED_AT - timedelta(days=30)
        occurrences.enrol("clinic-morning-sync", "main", CLINIC, words, "UTC", since)

    # ── what is asked about a task ────────────────────────────────────────────────────────────────────────
    def failed(self, failure: Failure, *answers: str, task: int = 0) -> None:
        """A task that could not go on, and its question."""
        self._fresh(task)
        row = runs.tasks_of(self.run)[task]
        runs.settle_task(row.id, TaskState.FAILED, failure=failure)
        runs.move_run(self.run, RunState.FAILED, failure.as_json())
        told = {"task": row.name, "failure": failure.as_json()}
        reviews.ask(self.run, row.id, "task_failed", told, answers)

    def lost(self) -> None:
        """A button that is not where it was, with two candidates."""
        self._fresh()
        params = lost_save(keep_proof(self.home, self.run, "element_missing"))
        answers = ("accept_repair", "retry", "stop")
        reviews.ask(self.run, runs.tasks_of(self.run)[2].id, "element_missing", params, answers)

    def bad_row(self) -> None:
        """A row whose day does not exist."""
        self._fresh()
        problem = {"field": "visit_date", "column": "Visit date", "problem": "no_date", "expected": "a day"}
        cells = {
            "visit_date": "31/02/2026", "claim_no": "C104233", "patient_no": "007712", "amount": "48.00",
        }  # fmt: skip
        told = json.dumps({"cells": cells, "problems": [problem]}).encode()
        row = keep_proof(self.home, self.run, "row 17", told, "invalid_row")
        params = {"file": "billing.xls", "row": 17, "column": "Visit date", "place": "", "evidence": [row]}
        answers = ("correct", "leave_out", "stop")
        reviews.ask(self.run, runs.tasks_of(self.run)[1].id, "row_invalid", params, answers)

    def asks_first(self) -> None:
        """Far fewer claims than usual."""
        self._fresh()
        told = {"found": 3, "usual": 187}
        reviews.ask(self.run, runs.tasks_of(self.run)[2].id, "unusual_count", told, ("go_on", "stop"))

    def two(self) -> None:
        """Two questions of one run."""
        cut = DownloadCut(file="billing.xls", expected="190 rows", found="112")
        self.failed(cut, "retry", "hand_in", "stop")
        told = {"found": 3, "usual": 187}
        task = runs.tasks_of(self.run)[2]
        reviews.ask(self.run, task.id, "unusual_count", told, ("go_on", "stop"), cause="2")

    # ── what is asked about a record ──────────────────────────────────────────────────────────────────────
    def refused(self) -> None:
        """A claim that the site does not take."""
        words = "Patient number is not a valid patient number"
        self._about_record(RecordState.REJECTED, "refused", {"words": words}, "retry", "correct", "leave_out")

    def differs(self) -> None:
        """A claim that is in the target with another amount."""
        self._about_record(RecordState.IN_REVIEW, "found_different", {"fields": "amount"}, "leave_out")

    def taken(self) -> None:
        """The rest of a run, which a person enters by hand."""
        self._entered()
        for task in runs.tasks_of(self.run):
            if task.state == TaskState.RUNNING:
                runs.settle_task(task.id, TaskState.FAILED, failure=SiteDown(site="claimport", status=503))
        runs.move_run(self.run, RunState.FAILED, SiteDown(site="claimport", status=503).as_json())
        by_hand.take(self.run, JO)

    # ── what waits ────────────────────────────────────────────────────────────────────────────────────────
    def offline(self) -> None:
        """A site that cannot be reached: nothing failed, and nothing is asked."""
        self._fresh()
        runs.move_run(self.run, RunState.PENDING, Offline(site="meridian", host="meridian.example").as_json())

    # ── parts ─────────────────────────────────────────────────────────────────────────────────────────────
    def _fresh(self, at: int = 0) -> None:
        """A new run, whose task at this place is at work; those before it are done."""
        self._withdraw()
        self.run = self.mornings.plan()
        for task in runs.tasks_of(self.run)[:at]:
            runs.finish_task(self.mornings._begin(self.run, task.id), b"")
        self.mornings._begin(self.run, runs.tasks_of(self.run)[at].id)

    def _entered(self) -> Ledger:
        self._withdraw()
        self.run = self.mornings.entered(12, verified=8)
        index = Keys(master_key(open_vault(self.home))).index
        place = Destination("claimport", "main", "Claim")
        return Ledger(self.mornings.lease, place, self.mornings._keys[self.run], index)

    def _about_record(self, state: RecordState, code: str, params: Mapping[str, Any], *answers: str) -> None:
        ledger = self._entered()
        entry = ledger.entries(RecordState.PLANNED)[0]
        ledger.intend(entry)
        (doubted,) = ledger.entries(RecordState.INTENDED)
        ledger.doubt(doubted)
        (doubted,) = ledger.entries(RecordState.IN_DOUBT)
        seen = REFUSED.read_bytes() if state is RecordState.REJECTED else SEEN.read_bytes()
        picture = keep_proof(self.home, self.run, f"{code}.png", seen, media="image/png")
        question = Question(code, {"site": "ClaimPort", **params, "evidence": [picture]}, answers)
        (ledger.reject if state is RecordState.REJECTED else ledger.review)(doubted, question)

    def _withdraw(self) -> None:
        """Let nothing be asked any more, and let the run before rest."""
        if self.run:
            reviews.withdraw(self.run)
            runs.move_run(self.run, RunState.CANCELLED)

    def date(self) -> None:
        """All of it was asked and seen that morning, by the task that it is about."""
        for item in ReviewRow.select().where(ReviewRow.answer.is_null()):
            ReviewRow.update(created_at=ASKED_AT).where(ReviewRow.id == item.id).execute()
            proofs = (EvidenceRow.run == item.run) & (EvidenceRow.kind == "screenshot")
            EvidenceRow.update(created_at=ASKED_AT, task=item.task).where(proofs).execute()


def _nothing(_window: Window) -> None:
    """Show the page as it is."""


def _quicker(window: Window) -> None:
    """The one in view was answered by Ann; the next comes, and that is told beside it."""
    page = window.page
    item = page.item.id
    ReviewRow.update(answer="retry").where(ReviewRow.id == item).execute()
    page.refused(AnsweredAlready(item=item, who="Ann", answer="retry", at="2026-11-23T06:10:00+00:00"))


def _asked_for_code(window: Window) -> None:
    question = Asked(
        "1", "r", "claimport", "north-robot", "Code from your phone", datetime.now(UTC) + 3 * _MINUTE
    )
    window.asking.asked.emit(question)


_MINUTE = timedelta(minutes=1)
_HUNG = WorkerHung(step="entering", seconds=180)
_DEFECT = Defect(kind="KeyError", file="automation.py", line=31)

PICTURES: tuple[tuple[str, str, Callable[[Scenes], object], Act], ...] = (
    ("password", "review",
     lambda s: s.failed(SignInRefused(site="claimport", account="north-robot", words="User name or password "
                                      "is wrong"), "new_password", "retry", "stop", task=2),
     lambda window: window.page.press(1)),
    ("site-down", "review",
     lambda s: s.failed(SiteDown(site="claimport", status=503), "retry", "finish_by_hand", "stop", task=2),
     _nothing),
    ("looks-different", "review", Scenes.lost, _nothing),
    ("file", "review",
     lambda s: s.failed(DownloadCut(file="billing.xls", expected="190 rows", found="112"), "retry", "hand_in",
                        "stop"), _nothing),
    ("row", "review", Scenes.bad_row, _nothing),
    ("refused", "review", Scenes.refused, _nothing),
    ("differs", "review", Scenes.differs, _nothing),
    ("hung", "review", lambda s: s.failed(_HUNG, "retry", "finish_by_hand", "stop", task=2), _nothing),
    ("code", "review", Scenes.asks_first, _asked_for_code),
    ("asks", "review", Scenes.asks_first, _nothing),
    ("quicker", "review", Scenes.two, _quicker),
    ("defect", "review", lambda s: s.failed(_DEFECT, "retry", "stop", task=1), _nothing),
    ("by-hand", "review", Scenes.taken, _nothing),
    ("waiting", "today", Scenes.offline, _nothing),
)  # fmt: skip
"""Name of the picture, page of the window, the scene, and what is done before it is taken."""
