"""One run: how it stands, its tasks, records, totals, log, evidence, certificate."""

from __future__ import annotations

from functools import partial

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QMenu, QPushButton, QTabWidget

from agent.system.bell import EVERYTHING
from resources.i18n import texts
from ui.desktop import theme
from ui.desktop.desk import Desk
from ui.desktop.models import run_view
from ui.desktop.models.run_view import RunView
from ui.desktop.pages.base import Page
from ui.desktop.widgets.controls import button, label
from ui.desktop.widgets.dialogs import ByHandDialog
from ui.desktop.widgets.run_certificate import CertificateTab
from ui.desktop.widgets.run_evidence import EvidenceTab
from ui.desktop.widgets.run_log import LogTab
from ui.desktop.widgets.run_overview import OverviewTab, TotalsTab
from ui.desktop.widgets.run_records import RecordsTab

_ICONS = {"retry": "retry", "resume": "play", "review": "review", "stop": "stop", "stop_now": "stop"}
_MAIN = frozenset({"retry", "review"})


class RunPage(Page):
    """Opened with a run's id."""

    code = "run"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._run: str | None = None
        self._view: RunView | None = None
        self._actions: tuple[str, ...] | None = None
        self._details = label("", "quiet")
        self._details.setWordWrap(True)
        self._overview, self._totals = OverviewTab(), TotalsTab()
        self._records, self._log = RecordsTab(desk), LogTab(desk)
        self._evidence, self._certificate = EvidenceTab(desk), CertificateTab(desk)
        self._tabs = QTabWidget()
        self._tabs.setDocumentMode(True)
        for name, tab in (
            ("overview", self._overview),
            ("records", self._records),
            ("totals", self._totals),
            ("log", self._log),
            ("evidence", self._evidence),
            ("certificate", self._certificate),
        ):
            self._tabs.addTab(tab, texts.window(f"tab_{name}"))
        self._tabs.currentChanged.connect(lambda _place: self._fill_tab())
        self._acting = QHBoxLayout()
        self._acting.setSpacing(2 * theme.unit())
        self.buttons.addLayout(self._acting)
        self.buttons.addWidget(button(texts.window("back"), lambda: desk.go("runs"), "back", flat=True))
        across = QHBoxLayout()
        across.addWidget(self._details, 1)
        self._number = button("", self._copy_number, "copy", flat=True)
        self._number.setToolTip(texts.window("copy_number"))
        across.addWidget(self._number)
        self.body.addLayout(across)
        self.body.addWidget(self._tabs, 1)

    def open(self, target: object) -> None:
        """Show another run; from its first tab on, unless it is the same."""
        if target != self._run:
            self._run, self._view = str(target), None
            self._tabs.setCurrentIndex(0)
            for tab in (self._records, self._log):
                tab.open(self._run)

    def refresh(self, idents: frozenset[str]) -> None:
        """Read the run again, if it rang."""
        run = self._run
        if run is not None and (EVERYTHING in idents or f"run/{run}" in idents):
            self.desk.ask(self, "run", lambda: run_view.read(self.desk, run), self._show)

    @property
    def records(self) -> RecordsTab:
        """The tab of the records."""
        return self._records

    # ── showing ───────────────────────────────────────────────────────────────────────────────────────────
    def _show(self, view: RunView) -> None:
        if view.id != self._run:
            return
        self._view = view
        self.set_title(view.title)
        self.set_sentence(view.standing)
        self.set_sign(view.sign)
        self._details.setText(view.details)
        self._number.setText(texts.window("run_number", {"run": view.id}))
        self._overview.show_view(view)
        self._totals.show_view(view)
        self._evidence.show_view(view)
        self._certificate.show_view(view)
        self._show_actions(view)
        self._fill_tab()

    def _fill_tab(self) -> None:
        """Read what only the tab in view needs."""
        if self._view is None:
            return
        tab = self._tabs.currentWidget()
        if tab is self._records:
            self._records.look(self._view)
        elif tab is self._log:
            self._log.look(self._view)

    def _show_actions(self, view: RunView) -> None:
        if view.actions == self._actions and "review" not in view.actions:
            return  # a button that stays must keep the focus
        self._actions = view.actions
        while (item := self._acting.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for code in view.actions:
            words = texts.window(f"do_{code}", {"count": len(view.questions)})
            made = button(words, partial(self._act, code), _ICONS.get(code, ""), main=code in _MAIN)
            made.setEnabled(code != "stopping")
            if code == "stop_now":
                made.setProperty("menu", "true")
                made.setMenu(self._stop_menu(made, view))
            self._acting.addWidget(made)

    def _stop_menu(self, parent: QPushButton, view: RunView) -> QMenu:
        menu = QMenu(parent)
        for wish in ("stop_after", "stop_at_once"):
            action = menu.addAction(texts.window(wish, {"noun": view.noun[0]}))
            action.triggered.connect(lambda _on, wish=wish: self._act(wish))
        action = menu.addAction(texts.window("do_by_hand"))
        action.triggered.connect(lambda _on: self._act("by_hand"))
        return menu

    # ── doing ─────────────────────────────────────────────────────────────────────────────────────────────
    def _act(self, code: str) -> None:
        if self._view is None:
            return
        run = {"run": self._view.id}
        match code:
            case "retry" | "resume":
                self.desk.give(self, code, run)
            case "stop" | "stop_after" | "stop_at_once":
                self.desk.give(self, "cancel", {**run, "at_once": code == "stop_at_once"})
            case "review":
                self.desk.go("review", self._view.id)
            case "by_hand" if ByHandDialog(self._view.noun, self).exec() == QDialog.DialogCode.Accepted:
                self.desk.give(self, "finish_by_hand", run)

    def _copy_number(self) -> None:
        QGuiApplication.clipboard().setText(self._run or "")
