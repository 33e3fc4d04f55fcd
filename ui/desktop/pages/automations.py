"""Automations: what each does, when it runs next and why not, where it signs in, who is told; pausing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QListView, QSplitter, QVBoxLayout, QWidget

from agent.faces.automation_list import Automations
from agent.store.database import is_prepared, open_store
from agent.system.settings import load_settings
from resources.i18n import texts
from ui.desktop import theme
from ui.desktop.desk import Desk
from ui.desktop.failing import told_of
from ui.desktop.models.plain_rows import Column, Rows
from ui.desktop.pages.automation_card import AutomationCard
from ui.desktop.pages.base import Page
from ui.desktop.widgets.two_lines import TwoLines

Automation = Mapping[str, Any]

COMING = 10
"""So many dates to come are shown."""


class AutomationsPage(Page):
    """The list on the left, the chosen one on the right."""

    code = "automations"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._known: Automations | None = None
        self.rows: Rows[Automation] = Rows(
            [Column(texts.say("head_automation"), lambda one: str(one["title"]), sign=_sign, more=_when)]
        )
        self.names = QListView()
        self.names.setAccessibleName(self.accessibleName())
        self.names.setModel(self.rows)
        self.names.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.names.setObjectName("names")
        self.names.setFrameShape(QListView.Shape.NoFrame)
        self.names.setItemDelegate(TwoLines(self.names))
        self.names.selectionModel().currentChanged.connect(self._choose)
        self.card = AutomationCard(self)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.card)
        split = self._split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.names)
        split.addWidget(right)
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 3)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(4 * theme.unit())
        self.body.addWidget(split, 1)
        split.hide()
        self._wanted: str | None = None

    def refresh(self, idents: frozenset[str]) -> None:
        """Look again, unless only a run's records rang."""
        if idents and all(ident.startswith(("run/", "command/", "live/")) for ident in idents):
            return
        self.look()

    def look(self) -> None:
        """Read all of them; an automation whose code has not changed is not described again."""
        if not self.rows.rows:
            self.set_sentence(texts.window("automations_reading"))
        self.desk.ask(self, "automations", self._read, self._show, failed=self._failed, slow=True)

    def open(self, target: object) -> None:
        """Choose one by its name."""
        self._wanted = str(target)
        self._select()

    def _read(self) -> Sequence[Automation] | None:
        home = self.desk.home
        if not is_prepared(home.database):
            return None
        open_store(home.database, home.evidence)
        if self._known is None:
            self._known = Automations(home, load_settings(home))
        return self._known.listed(COMING)

    def _show(self, found: Sequence[Automation] | None) -> None:
        if not found:
            words = "no_automations_why" if found is not None else "nothing_yet_why"
            self.show_empty(texts.window("no_automations"), texts.window(words))
            return
        self.show_body()
        self._split.show()
        if self._wanted is None and self.card.automation is not None:
            self._wanted = self.card.automation["automation"]
        self.rows.fill(found)
        self.set_sentence(_summary(found))
        self._select()

    def _failed(self, error: BaseException) -> None:
        told = told_of(error)
        self.show_empty(told.title, told.next, texts.window("look_again"), self.look)

    def _select(self) -> None:
        names = [one["automation"] for one in self.rows.rows]
        if names:
            place = names.index(self._wanted) if self._wanted in names else 0
            self._wanted = None
            self.names.setCurrentIndex(self.rows.index(place, 0))

    def _choose(self, current: QModelIndex) -> None:
        if current.isValid():
            self.card.show_automation(self.rows.rows[current.row()])


def _sign(one: Automation) -> str:
    if one["problem"] is not None:
        return "failed"
    if one["paused"] is not None:
        return "risk"
    return "done" if any(office["scheduled"] for office in one["offices"]) else "waiting"


def _when(one: Automation) -> str:
    """Return when it starts, or that it is paused, for the list."""
    if one["paused"] is not None:
        return texts.window("paused_short")
    if not any(office["scheduled"] for office in one["offices"]):
        return texts.window("by_hand_only")
    return str(one["schedule"] or "")


def _summary(found: Sequence[Automation]) -> str:
    scheduled = sum(1 for one in found if any(office["scheduled"] for office in one["offices"]))
    return texts.window("automations_scheduled", {"count": scheduled, "of": len(found)})
