"""The last step of the first start: a real run, watched; on the practice systems also one that fails."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtWidgets import QProgressBar

from agent.core.repair import Proof
from agent.faces import signs
from agent.store import queries
from resources.i18n import texts
from ui.desktop import theme
from ui.desktop.pages.welcome_steps import Step
from ui.desktop.widgets.cards import Card, Outcome
from ui.desktop.widgets.controls import button

Values = Mapping[str, Any]

# What a person can let happen, by its words; each is over once it was answered (see resources.practice).
TROUBLES: Mapping[str, Mapping[str, Mapping[str, Mapping[str, Any]]]] = {
    # As often as it is tried, of one report: spread over two, each would come whole at its last try.
    "trouble_report": {"meridian": {"cut_download": {"times": 3, "path": "/reports/billing"}}},
    "trouble_password": {"meridian": {"session_expired": {"times": 1}, "wrong_password": {"times": 2}}},
}


class RunStep(Step):
    """Run it, see it end, look at what it did."""

    code = "run"

    def make(self) -> None:
        """A card for the run, a card for trouble."""
        card = Card(texts.window("run_card"))
        self.run = button(texts.window("run_now_first"), partial(self._run, {}), "play", main=True)
        card.buttons(self.run)
        self.standing = Outcome()
        card.add(self.standing)
        self.bar = QProgressBar()
        self.bar.setAccessibleName(texts.window("run_card"))
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(2 * theme.unit())
        self.bar.hide()
        card.add(self.bar)
        self.see = button(texts.window("see_run"), lambda: self.desk.go("run", self._id))
        self.pictures = button(texts.window("see_pictures"), partial(self._go_to, "gallery"))
        self.answer = button(texts.window("see_question"), partial(self._go_to, "review"), main=True)
        card.buttons(self.answer, self.see, self.pictures)
        self.column.addWidget(card)
        self.trouble = Card(texts.window("trouble_card"), texts.window("trouble_card_why"))
        self.troubles = {
            code: button(texts.window(code), partial(self._run, faults)) for code, faults in TROUBLES.items()
        }
        self.trouble.buttons(*self.troubles.values())
        self.passwords = self.trouble.tell()
        self.column.addWidget(self.trouble)
        self.trouble.hide()
        self._id: str | None = None
        self._green = False
        for each in (self.see, self.pictures, self.answer):
            each.hide()

    @property
    def may_go_on(self) -> bool:
        """Done is what ended well once; who wants to see that another day says so."""
        return self._green

    def refresh(self, idents: frozenset[str]) -> None:  # noqa: ARG002  # one run is quickly read
        """Read how the run stands."""
        houses = self.page.practice.houses
        if not houses:
            self.trouble.hide()
        known = ", ".join(f"{house.title}: {house.user} / {house.password}" for house in houses)
        self.passwords.setText(texts.window("trouble_passwords", {"passwords": known}))
        if self._id is not None:
            run_id, desk = self._id, self.desk

            def read() -> tuple[Values, str]:
                run = queries.run(run_id)
                return run, desk.wording(run_id).run(run)

            self.desk.ask(self, "run", read, self._show, failed=self.page.failed)

    def _run(self, faults: Mapping[str, Any]) -> None:
        self.run.setEnabled(False)
        self.standing.tell("running", texts.window("run_begins"))
        systems, name = self.page.practice, self.page.automation

        def begin(_none: None) -> None:
            # Every claim is pictured: this once somebody wants to see what was done.
            options = {"proof": Proof.CONFIRMATIONS.value}
            wish: Values = {"automation": name, "business_date": None, "options": options}
            self.desk.give(self, "run", wish, done=self._begun, refused=self._refused)

        self.desk.ask(self, "arm", lambda: systems.arm(faults), begin, failed=self._refused, slow=True)

    def _begun(self, result: Values) -> None:
        self._id = str(result["run"])
        self.refresh(frozenset())

    def _refused(self, error: BaseException) -> None:
        self.run.setEnabled(True)
        self.standing.clear()
        self.page.failed(error)

    def _show(self, found: tuple[Values, str]) -> None:
        run, words = found
        counts, ended = run["records"], run["ended_at"] is not None
        self.standing.tell(signs.of_run(run["state"]), words)
        self.bar.setVisible(bool(counts["total"]) and not ended)
        self.bar.setMaximum(max(1, counts["total"]))
        self.bar.setValue(counts["confirmed"] + counts["verified"])
        rests = ended or run["state"] in {"NEEDS_REVIEW", "FAILED"}
        self.run.setEnabled(rests)
        self.run.setText(texts.window("run_again" if rests else "run_now_first"))
        self.see.setVisible(True)
        self.pictures.setVisible(bool(run["evidence"]))
        self.answer.setVisible(any(item["answer"] is None for item in run["reviews"]))
        self.trouble.setVisible(rests and bool(self.page.practice.houses))
        self._green = self._green or run["state"] == "COMPLETED"
        self.changed.emit()

    def _go_to(self, page: str) -> None:
        self.desk.go(page, ("run", self._id))
