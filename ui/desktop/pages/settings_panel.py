"""The card about the team's panel: at which one this workstation is, joining one by a code, leaving it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit

from agent.host import joining
from agent.host.passwords import open_or_make
from agent.store import outbox
from agent.store.database import is_prepared, open_store
from agent.system.paths import Home
from resources.i18n import texts
from ui.desktop import theme
from ui.desktop.desk import at_window
from ui.desktop.failing import told_of
from ui.desktop.widgets.cards import Card, Outcome
from ui.desktop.widgets.controls import button

if TYPE_CHECKING:
    from ui.desktop.pages.settings_writing import Writes


@dataclass(frozen=True)
class _Joined:
    """A panel: its address, what this workstation is called there, since when it heard nothing, and why."""

    url: str
    name: str
    office: str
    heard_at: str | None
    problem: str


class PanelCard(Card):
    """The code is an admin's, made at the panel; it is worth something once."""

    def __init__(self, page: Writes) -> None:
        super().__init__(texts.window("card_panel"), texts.window("card_panel_why"))
        self._desk = page.desk
        self.standing = self.tell()
        self.address, self.code = QLineEdit(), QLineEdit()
        self.address.setPlaceholderText("https://panel.clinic.example")
        for field in (self.address, self.code):
            field.setMinimumWidth(60 * theme.unit())
            field.textChanged.connect(self._may)
            field.returnPressed.connect(self._join)
        self.join = button(texts.window("panel_join"), self._join)
        self.leave = button(texts.window("panel_leave"), self._leave)
        self._names = (
            self.row(texts.window("panel_address"), self.address),
            self.row(texts.window("panel_code"), self.code, self.join),
        )
        self.buttons(self.leave)
        self.outcome = Outcome()
        self.add(self.outcome)
        self._show(None)

    def refresh(self) -> None:
        """Read at which panel we are."""
        home = self._desk.home
        self._desk.ask(self, "panel", lambda: _read(home), self._show, failed=self._failed)

    def _may(self) -> None:
        self.join.setEnabled(bool(self.address.text().strip()) and bool(self.code.text().strip()))

    def _show(self, joined: _Joined | None) -> None:
        for each in (*self._names, self.address, self.code, self.join):
            each.setVisible(joined is None)
        self.leave.setVisible(joined is not None)
        self._may()
        if joined is None:
            self.standing.setText(texts.window("panel_none"))
            return
        told = {"name": joined.name, "office": joined.office, "address": joined.url}
        words = [texts.standing("panel_sentences", "joined", told), joined.problem]
        if joined.heard_at is not None:
            at = self._desk.moments().at(joined.heard_at)
            words.insert(1, texts.standing("panel_sentences", "heard", {"at": at}))
        self.standing.setText(" ".join(word for word in words if word))

    def _join(self) -> None:
        if not self.join.isEnabled():
            return
        home, address, code = (
            self._desk.home,
            self.address.text().strip().rstrip("/"),
            self.code.text().strip(),
        )
        self.code.clear()
        self.outcome.tell("running", texts.window("panel_joins"))

        def join() -> _Joined | None:
            open_or_make(home)
            joining.join(home, address, code, at_window())
            return _read(home)

        self._desk.ask(self, "join", join, self._changed, failed=self._failed, slow=True)

    def _leave(self) -> None:
        home = self._desk.home

        def leave() -> _Joined | None:
            joining.leave(home, at_window())
            return _read(home)

        self._desk.ask(self, "leave", leave, self._changed, failed=self._failed, slow=True)

    def _changed(self, joined: _Joined | None) -> None:
        self._desk.ring(self, "panel")
        self._show(joined)
        self.outcome.tell("done", texts.window("panel_left" if joined is None else "panel_joined"))

    def _failed(self, error: BaseException) -> None:
        self.outcome.tell("failed", *told_of(error))


def _read(home: Home) -> _Joined | None:
    if not is_prepared(home.database):
        return None
    open_store(home.database, home.evidence)
    known = outbox.enrolment()
    if known is None:
        return None
    heard = known.heard_at.isoformat(timespec="seconds") if known.heard_at else None
    problem = texts.why(known.problem["code"], known.problem["params"]) if known.problem else ""
    return _Joined(known.url, known.name, known.office, heard, problem)
