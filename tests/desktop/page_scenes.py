"""What stands on the pages Review, Gallery, Sites and Automations in the scene, and what is shown of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from agent.core.failures import DownloadCut
from agent.store import accounts, evidence, reviews, runs
from agent.store.tables import RunRow
from agent.system.paths import Home
from agent.system.vault import Passwords, open_vault
from tests.desktop.sealed import run_key

SEEN = Path(__file__).with_name("claimport.png")
SAVE, SEND = [158, 160, 160, 24], [8, 38, 90, 22]  # two links of the page that was seen

STEPS: tuple[tuple[str, str, Callable[[Any], object]], ...] = (
    ("review", "review-row", lambda page: page.step(1)),
    ("review", "review-file", lambda page: page.step(1)),
    ("gallery", "gallery-large", lambda page: page._show_large(1)),
    ("gallery", "gallery-two-days", lambda page: page.large.beside.setCurrentIndex(1)),
    ("automations", "automations-values", lambda page: page.open("supplier-prices")),
    ("settings", "settings-notices", lambda page: _scroll_to(page, page.notices.name)),
    ("welcome", "first-start-office", lambda page: None),
    ("welcome", "first-start-begin", lambda page: (page.go(1), page.go(1))),
    ("welcome", "first-start-run", lambda page: (page.go(1), page.go(1), page.go(1))),
)
"""Page, name of the picture, and what is done before it."""


_PRICES = """
from decimal import Decimal
from agent.sdk import Automation, Download, Parameter, Run, Session

prices = Automation(
    "supplier-prices", title="Supplier prices", schedule="06:30 mon-fri", deadline="09:00",
    parameters=[
        Parameter("most_change", Decimal("12.50"), "A price that changed by more is a question to you.",
                  least=Decimal(0), most=Decimal(100)),
        Parameter("supplier", "Northern", "Whose list is read.", choices=["Northern", "Harbour"]),
        Parameter("with_discounts", False, "Whether discounts are entered, too."),
    ],
)

@prices.download("meridian")
def price_list(site: Session, run: Run) -> Download: ...
"""


def _scroll_to(page: Any, widget: Any) -> None:
    from PySide6.QtWidgets import QScrollArea  # noqa: PLC0415  # after the scale is in the environment

    page.findChild(QScrollArea).ensureWidgetVisible(widget, 0, page.height() // 3)


def write(home: Home) -> None:
    """Write accounts, pictures of two days, three questions and an automation into the scene's home."""
    folder = home.automations / "supplier_prices"
    folder.mkdir(parents=True)
    (folder / "automation.py").write_text(_PRICES)
    (folder / "README.md").write_text(
        "# Supplier prices\n\nReads the suppliers' lists of prices each morning.\n"
    )
    for site, user in (("meridian", "frontdesk"), ("claimport", "north-robot")):
        version = Passwords(open_vault(home)).set("main", site, user, "public")
        accounts.set_account("main", site, user, version)
    newest = list(RunRow.select().order_by(RunRow.business_date.desc(), RunRow.id).limit(6))
    for row in newest:
        for step in ("signed in", "report", "confirmation"):
            keep_proof(home, row.id, step)
    _ask(home, newest[0].id)


def keep_proof(
    home: Home,
    run_id: str,
    name: str,
    content: bytes | None = None,
    kind: str = "screenshot",
    *,
    media: str = "",
) -> str:
    """Seal a picture, or other bytes, as the worker of that time did; returns its id."""
    task = runs.tasks_of(run_id)[0]
    lease = _Lease(run_id, task.id)
    media = media or ("image/png" if content is None else "application/json")
    proof = evidence.keep(  # as the worker of that time kept it
        lease,  # type: ignore[arg-type]
        run_key(home, run_id),
        content or SEEN.read_bytes(),
        kind=kind,
        name=name,
        media_type=media,
    )
    return proof.id


class _Lease:
    """Stands for the lease of a worker that has long ended."""

    def __init__(self, run_id: str, task_id: int) -> None:
        self.run_id, self.task_id = run_id, task_id

    def transaction(self) -> Any:
        from agent.store.database import transaction  # noqa: PLC0415

        return transaction()


def lost_save(picture: str) -> dict[str, Any]:
    """Return what is told of a lost button: its picture of today and of last time, and two candidates."""
    candidates = [
        {
            "number": 1,
            "element": "save",
            "kind": "commit",
            "box": SAVE,
            "shown": "“Enter another claim”",
        },
        {"number": 2, "element": "save", "kind": "commit", "box": SEND, "shown": "link “New claim”"},
    ]
    return {
        "task": "ClaimPort", "site": "claimport", "element": "save", "missing": 1, "of": 23,
        "picture": picture, "before": picture, "before_box": SAVE, "elements": [], "candidates": candidates,
    }  # fmt: skip


def _ask(home: Home, run_id: str) -> None:
    billing, claims, _port = runs.tasks_of(run_id)
    picture = keep_proof(home, run_id, "element_missing")
    lost = lost_save(picture)
    reviews.ask(run_id, billing.id, "element_missing", lost, ("accept_repair", "retry", "stop"), cause="1")
    problem = {"field": "visit_date", "column": "Visit date", "problem": "no_date", "expected": "a day"}
    cells = {
        "claim_no": "C104233", "patient_no": "007712", "visit_date": "31/02/2026",
        "service": "A12", "amount": "48.00",
    }  # fmt: skip
    told = json.dumps({"cells": cells, "problems": [problem]}).encode()
    row = keep_proof(home, run_id, "row 17", told, "invalid_row")
    params = {"file": "billing.xls", "row": 17, "column": "Visit date", "place": "x//17", "evidence": [row]}
    reviews.ask(run_id, claims.id, "row_invalid", params, ("correct", "leave_out", "stop"), cause="2")
    cut = DownloadCut(file="appointments.csv", expected="212 rows", found="131")
    answers = ("retry", "hand_in", "stop")
    told_ = {"task": "appointments", "failure": cut.as_json()}
    reviews.ask(run_id, billing.id, "task_failed", told_, answers, cause="3")
