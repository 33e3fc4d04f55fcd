"""The first start: six short steps that end with a run one can look at."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from agent.host.practice import Practice
from agent.system.settings import Settings
from resources.i18n import texts
from ui.desktop import theme
from ui.desktop.desk import Desk, at_window
from ui.desktop.failing import told_of
from ui.desktop.pages.base import Page
from ui.desktop.pages.settings_writing import Changes, write_settings
from ui.desktop.pages.welcome_run import RunStep
from ui.desktop.pages.welcome_steps import CodeStep, FirstStep, NoticesStep, OfficeStep, PasswordsStep, Step
from ui.desktop.widgets.cards import Outcome
from ui.desktop.widgets.controls import button


class WelcomePage(Page):
    """One step at a time; what a step has done stays done, whenever one leaves."""

    code = "welcome"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.practice = Practice(desk.home)
        app = QCoreApplication.instance()
        if app is not None:
            app.aboutToQuit.connect(self.practice.end)  # else its address would stay in the settings
        self.outcome = Outcome()
        self.first = FirstStep(self)
        self.steps: tuple[Step, ...] = (
            OfficeStep(self),
            CodeStep(self),
            self.first,
            PasswordsStep(self),
            NoticesStep(self),
            RunStep(self),
        )
        self._stack = QStackedWidget()
        for step in self.steps:
            self._stack.addWidget(step)
            step.changed.connect(self._may)
        self.back = button(texts.window("step_back"), lambda: self.go(-1))
        self.later = button(texts.window("step_later"), lambda: self.desk.go("today"), flat=True)
        self.next = button(texts.window("step_next"), lambda: self.go(1), main=True)
        below = QWidget()
        across = QHBoxLayout(below)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(2 * theme.unit())
        across.addWidget(self.back)
        across.addStretch(1)
        across.addWidget(self.later)
        across.addWidget(self.next)
        self.body.addWidget(self.outcome)
        self.body.addWidget(self._stack, 1)
        self.body.addWidget(below)
        self._show()

    @property
    def step(self) -> Step:
        """The step in view."""
        return self.steps[self._stack.currentIndex()]

    @property
    def automation(self) -> str:
        """The automation that was chosen to begin with."""
        return self.first.automation

    def refresh(self, idents: frozenset[str]) -> None:
        """Let the step in view look again."""
        self.step.refresh(idents)

    def go(self, by: int) -> None:
        """Go to the next or the previous step; the last one ends at the page Today."""
        place = self._stack.currentIndex() + by
        if place >= len(self.steps):
            self.desk.go("today")
            return
        self.outcome.clear()
        if by > 0:
            self.step.leave()
        self._stack.setCurrentIndex(max(0, place))
        self._show()

    def write(self, changes: Changes, done: Callable[[], None] | None = None) -> None:
        """Change the settings off Qt's thread; a refused change says why."""
        home = self.desk.home

        def written(settings: Settings) -> None:
            self.outcome.clear()
            self.step.show_settings(settings)
            if done is not None:
                done()

        self.desk.ask(
            self,
            ("change", tuple(changes)),
            lambda: write_settings(home, changes, at_window()),
            written,
            failed=self.failed,
        )

    def failed(self, error: BaseException) -> None:
        """Say what went wrong in this step."""
        told = told_of(error)
        self.outcome.tell("failed", told.title, told.next)

    def _show(self) -> None:
        place = self._stack.currentIndex()
        self.set_title(self.step.title)
        told = {"number": place + 1, "of": len(self.steps)}
        self.set_sentence(texts.window("step_of", told))
        self.back.setVisible(place > 0)
        last = place == len(self.steps) - 1
        self.next.setText(texts.window("step_done" if last else "step_next"))
        self.later.setVisible(last)
        self.step.refresh(frozenset())
        self._may()
        self.next.setFocus(Qt.FocusReason.OtherFocusReason)

    def _may(self) -> None:
        self.next.setEnabled(self.step.may_go_on)
