"""The card about what this computer does by itself: starting Predawn, waking up for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QPlainTextEdit

from agent.faces.wakeups import wakeups
from agent.system.autostart import AutostartState, open_autostart
from agent.system.own_files import Standing
from agent.system.paths import Home
from agent.system.power_arming import open_arming
from agent.system.power_wakeup import Wakeup
from resources.i18n import texts
from ui.desktop import theme
from ui.desktop.failing import told_of
from ui.desktop.widgets.cards import Card, Outcome
from ui.desktop.widgets.controls import button

if TYPE_CHECKING:
    from ui.desktop.pages.base import Page

_SETTABLE = {AutostartState.ON, AutostartState.OFF}


@dataclass(frozen=True)
class _Waking:
    standing: Standing
    times: tuple[Wakeup, ...]
    definition: str


class StartCard(Card):
    """Shows the true state, as the operating system has it at this moment."""

    def __init__(self, page: Page) -> None:
        super().__init__(texts.window("card_start"))
        self._page, self._desk = page, page.desk
        self.at_sign_in = QCheckBox(texts.window("start_at_sign_in"))
        self.at_sign_in.clicked.connect(self._switch)
        self.add(self.at_sign_in)
        self.state = self.tell()
        self.waking = self.tell(texts.window("wakeup_looking"))
        self.wake = button(texts.window("wakeup_apply"), self._apply)
        self.rest = button(texts.window("wakeup_remove"), self._remove)
        self.what = button(texts.window("wakeup_what"), self._unfold, flat=True)
        self.buttons(self.wake, self.rest, self.what)
        self.definition = QPlainTextEdit()
        self.definition.setReadOnly(True)
        self.definition.setTabChangesFocus(True)
        self.definition.setAccessibleName(texts.window("wakeup_what"))
        self.definition.setFixedHeight(40 * theme.unit())
        self.definition.hide()
        self.add(self.definition)
        self.outcome = Outcome()
        self.add(self.outcome)
        for control in (self.at_sign_in, self.wake, self.rest, self.what):
            control.setEnabled(False)

    def refresh(self) -> None:
        """Ask the operating system again."""
        home = self._desk.home
        self._desk.ask(self, "autostart", lambda: open_autostart(home).state(), self._show_state)
        self._desk.ask(self, "wakeup", lambda: _look(home), self._show_waking, failed=self._failed, slow=True)

    # ── at sign-in ────────────────────────────────────────────────────────────────────────────────────────
    def _switch(self, wanted: bool) -> None:  # Qt's signal
        home = self._desk.home
        self.at_sign_in.setEnabled(False)

        def switch() -> AutostartState:
            entry = open_autostart(home)
            entry.turn_on() if wanted else entry.turn_off()
            return entry.state()

        self._desk.ask(self, "switch", switch, self._show_state, failed=self._not_switched)

    def _not_switched(self, error: BaseException) -> None:
        self._failed(error)
        self.refresh()

    def _show_state(self, state: AutostartState) -> None:
        self.at_sign_in.setChecked(state is AutostartState.ON)
        self.at_sign_in.setEnabled(state in _SETTABLE)
        self.state.setText(texts.standing("autostart_states", state.value))
        self.at_sign_in.setAccessibleDescription(self.state.text())

    # ── waking up ─────────────────────────────────────────────────────────────────────────────────────────
    def _apply(self) -> None:
        home = self._desk.home

        def apply() -> _Waking:
            open_arming(home).apply(wakeups(home))
            return _look(home)

        self._change(apply, texts.say("wakeup_set"))

    def _remove(self) -> None:
        home = self._desk.home

        def remove() -> _Waking:
            open_arming(home).remove()
            return _look(home)

        self._change(remove, texts.say("wakeup_gone"))

    def _change(self, act: Callable[[], _Waking], words: str) -> None:
        for control in (self.wake, self.rest):
            control.setEnabled(False)

        def done(found: _Waking) -> None:
            self._show_waking(found)
            self.outcome.tell("done", words)

        self._desk.ask(self, "waking", act, done, failed=self._not_set, slow=True)

    def _not_set(self, error: BaseException) -> None:
        self._failed(error)
        home = self._desk.home
        self._desk.ask(self, "wakeup", lambda: _look(home), self._show_waking, failed=self._failed, slow=True)

    def _show_waking(self, found: _Waking) -> None:
        ours = found.standing is Standing.OURS
        told = texts.standing("wakeup_standings", found.standing.value)
        times = ", ".join(_time(one) for one in found.times)
        would = texts.window("wakeup_times", {"times": times})
        self.waking.setText(f"{told} {would}" if times else texts.window("no_wakeup"))
        self.wake.setEnabled(bool(found.times) and not ours)
        self.rest.setEnabled(found.standing is not Standing.ABSENT)
        self.what.setEnabled(bool(found.definition))
        self.definition.setPlainText(found.definition)

    def _unfold(self) -> None:
        self.definition.setVisible(self.definition.isHidden())

    def _failed(self, error: BaseException) -> None:
        self.outcome.tell("failed", *told_of(error))


def _look(home: Home) -> _Waking:
    times, arming = wakeups(home), open_arming(home)
    return _Waking(arming.standing(times), tuple(times), arming.definition(times) if times else "")


def _time(one: Wakeup) -> str:
    """Return ``04:55 (Mon Tue Wed)``."""
    days = " ".join(texts.window(f"weekday_{day}") for day in sorted(one.weekdays))
    return f"{one.at:%H:%M} ({days})"
