"""The steps of the first start before its run: office, code, what to begin with, passwords, notices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QComboBox, QLineEdit, QRadioButton, QVBoxLayout, QWidget

from agent.faces import site_list
from agent.faces.automation_list import Automations
from agent.host import recovery_code
from agent.host.passwords import open_or_make
from agent.host.practice import AUTOMATION, House
from agent.host.recovery_code import Standing
from agent.system.settings import Settings, load_settings
from resources.i18n import texts
from ui.desktop import theme
from ui.desktop.desk import at_window
from ui.desktop.failing import told_of
from ui.desktop.pages.base import came_into_view
from ui.desktop.pages.settings_notices import NoticesCard
from ui.desktop.pages.settings_office import OfficeCard
from ui.desktop.pages.sites import SiteCard
from ui.desktop.widgets.cards import Card, Outcome, emptied, scrolled
from ui.desktop.widgets.controls import button, label

if TYPE_CHECKING:
    from ui.desktop.pages.welcome import WelcomePage

_SETTLED = {Standing.SAVED, Standing.LOSS_ACCEPTED, Standing.NOT_NEEDED}


class Step(QWidget):
    """One step; ``changed`` when it may or may not go on."""

    code = ""
    changed = Signal()

    def __init__(self, page: WelcomePage) -> None:
        super().__init__()
        self.page, self.desk = page, page.desk
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        area, self.column = scrolled(self.title)
        whole.addWidget(area)
        words = label(texts.window(f"step_{self.code}_why"))
        words.setWordWrap(True)
        self.column.addWidget(words)
        self.make()
        self.column.addStretch(1)

    @property
    def title(self) -> str:
        """What the step is called."""
        return texts.window(f"step_{self.code}")

    @property
    def may_go_on(self) -> bool:
        """Whether the next step may come."""
        return True

    def make(self) -> None:
        """Make what stands in it."""

    def refresh(self, idents: frozenset[str]) -> None:
        """Look again."""

    def ask(
        self, key: str, question: Callable[[], Any], answer: Callable[[Any], None], *, slow: bool = False
    ) -> None:
        """Read something off Qt's thread; what goes wrong is said on the page."""
        self.desk.ask(self, key, question, answer, failed=self.page.failed, slow=slow)

    def show_settings(self, settings: Settings) -> None:
        """The settings were changed."""

    def leave(self) -> None:
        """The person goes on."""


class OfficeStep(Step):
    """Zone, country, other days."""

    code = "office"

    def make(self) -> None:
        """The card of the settings serves here too."""
        self.card = OfficeCard(self.page, "main", alone=True)
        self.column.addWidget(self.card)

    def refresh(self, idents: frozenset[str]) -> None:
        """Show what the file says, or would say."""
        if not came_into_view(idents):
            return
        home = self.desk.home
        self.ask("settings", lambda: load_settings(home), self.show_settings)

    def show_settings(self, settings: Settings) -> None:
        """Show the first office."""
        self.card.show_office(settings.offices.get("main") or next(iter(settings.offices.values())))

    def leave(self) -> None:
        """Write the zone down: from now on the office's clock is not the computer's by chance."""
        self.page.write({("offices", "main", "zone"): self.card.zone.currentText()})


class CodeStep(Step):
    """The recovery code: shown once, typed again; or the loss accepted. There is no third way on."""

    code = "code"

    def make(self) -> None:
        """A card with the code and a line to type it again."""
        card = Card(texts.window("code_card"))
        self.told = card.tell()
        self.show_code = button(texts.window("code_show"), self._begin, main=True)
        card.buttons(self.show_code)
        self.shown = label("", "heading")
        self.shown.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.shown.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.shown.hide()
        card.add(self.shown)
        self.typed = QLineEdit()
        self.typed.setMinimumWidth(100 * theme.unit())
        self.typed.returnPressed.connect(self._saved)
        self.saved = button(texts.window("code_save"), self._saved, main=True)
        self.again = card.row(texts.window("code_again"), self.typed, self.saved)
        self.copy = button(texts.window("code_copy"), self._copy, flat=True)
        self.accept = button(texts.window("code_accept_loss"), self._accept, flat=True)
        card.buttons(self.copy, self.accept)
        self.outcome = Outcome()
        card.add(self.outcome)
        self.column.addWidget(card)
        self._standing: Standing | None = None
        self._show_line(visible=False)

    @property
    def may_go_on(self) -> bool:
        """Only when it is saved, or the loss is accepted."""
        return self._standing in _SETTLED

    def refresh(self, idents: frozenset[str]) -> None:  # noqa: ARG002
        """Ask how it stands."""
        home = self.desk.home

        def read() -> Standing:
            open_or_make(home)
            return recovery_code.standing(home)

        self.ask("standing", read, self._show)

    def _show(self, standing: Standing) -> None:
        self._standing = standing
        self.told.setText(texts.window(f"code_{standing.value}"))
        settled = standing in _SETTLED
        self.show_code.setVisible(standing is not Standing.NOT_NEEDED and self.shown.isHidden())
        self.accept.setVisible(not settled)
        self.changed.emit()

    def _begin(self) -> None:
        home = self.desk.home
        self.desk.ask(
            self,
            "begin",
            lambda: recovery_code.begin(home, at_window()),
            self._show_code,
            failed=self.page.failed,
        )

    def _show_code(self, code: str) -> None:
        self.shown.setText(code)
        self.shown.setAccessibleName(code)
        self.show_code.hide()
        self._show_line(visible=True)
        self.typed.setFocus(Qt.FocusReason.OtherFocusReason)

    def _saved(self) -> None:
        home, typed = self.desk.home, self.typed.text()

        def confirm() -> Standing:
            recovery_code.confirm_saved(home, typed, at_window())
            return recovery_code.standing(home)

        def done(standing: Standing) -> None:
            self.shown.clear()
            self.typed.clear()
            self._show_line(visible=False)
            self._show(standing)
            self.outcome.tell("done", texts.say("recovery_code_kept"))

        def failed(error: BaseException) -> None:
            self.outcome.tell("failed", *told_of(error))

        self.desk.ask(self, "confirm", confirm, done, failed=failed)

    def _accept(self) -> None:
        home = self.desk.home

        def accept() -> Standing:
            recovery_code.accept_loss(home, at_window())
            return recovery_code.standing(home)

        def done(standing: Standing) -> None:
            self._show_line(visible=False)
            self._show(standing)
            self.outcome.tell("risk", texts.say("loss_accepted"))

        self.desk.ask(self, "accept", accept, done)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.shown.text())

    def _show_line(self, *, visible: bool) -> None:
        for each in (self.shown, self.typed, self.saved, self.again, self.copy):
            each.setVisible(visible)


class FirstStep(Step):
    """The practice systems, or an automation of one's own."""

    code = "first"

    def make(self) -> None:
        """Two ways to begin."""
        card = Card(texts.window("first_card"))
        self.practice = QRadioButton(texts.window("first_practice"))
        self.practice.setChecked(True)
        self.own = QRadioButton(texts.window("first_own"))
        self.which = QComboBox()
        self.which.setAccessibleName(texts.window("first_own"))
        self.which.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.which.setEnabled(False)
        self.own.toggled.connect(self.which.setEnabled)
        self.own.toggled.connect(lambda _on: self.changed.emit())
        card.add(self.practice)
        card.tell(texts.window("first_practice_why"))
        card.add(self.own)
        card.add(self.which)
        self.outcome = Outcome()
        card.add(self.outcome)
        self.column.addWidget(card)
        self._known: Automations | None = None

    @property
    def automation(self) -> str:
        """The name of what was chosen."""
        return AUTOMATION if self.practice.isChecked() else str(self.which.currentData())

    @property
    def may_go_on(self) -> bool:
        """An own one must be there to be chosen."""
        return self.practice.isChecked() or self.which.currentIndex() >= 0

    def refresh(self, idents: frozenset[str]) -> None:
        """List the automations."""
        if not came_into_view(idents):
            return
        home = self.desk.home

        def read() -> Sequence[Mapping[str, Any]]:
            open_or_make(home)
            return self.known().listed(1)

        self.ask("automations", read, self._show, slow=True)

    def known(self) -> Automations:
        """Return what describes the automations; in a reading thread: it keeps what it has described."""
        if self._known is None:
            self._known = Automations(self.desk.home, load_settings(self.desk.home))
        return self._known

    def _show(self, found: Sequence[Mapping[str, Any]]) -> None:
        chosen = self.which.currentData()
        self.which.clear()
        for one in found:
            if one["problem"] is None:
                self.which.addItem(one["title"], one["automation"])
        self.which.setCurrentIndex(max(0, self.which.findData(chosen)))
        self.changed.emit()

    def leave(self) -> None:
        """Start the practice systems, if they are what was chosen."""
        if not self.practice.isChecked():
            return
        systems = self.page.practice
        self.desk.ask(
            self,
            "practice",
            lambda: systems.begin(at_window()),
            self._started,
            failed=self.page.failed,
            slow=True,
        )

    def _started(self, houses: Sequence[House]) -> None:
        told = ", ".join(f"{house.title} ({house.url})" for house in houses)
        self.outcome.tell("done", texts.window("practice_runs", {"systems": told}))
        self.page.step.refresh(frozenset())


class PasswordsStep(Step):
    """A card for each site that the chosen automation signs in at."""

    code = "passwords"

    def make(self) -> None:
        """The cards of the page Sites serve here too."""
        self.cards: dict[str, SiteCard] = {}
        self._column = QVBoxLayout()
        self._column.setSpacing(4 * theme.unit())
        self.column.addLayout(self._column)
        self._for = ""

    def refresh(self, idents: frozenset[str]) -> None:  # noqa: ARG002
        """Read the sites of what was chosen."""
        home, name, first = self.desk.home, self.page.automation, self.page.first

        def read() -> list[dict[str, Any]]:
            settings, known = load_settings(home), first.known()
            found = known.listed(1)
            wanted = {site["name"] for one in found if one["automation"] == name for site in one["sites"]}
            listed = site_list.listed(home, settings, prepared=True)
            return [site for site in listed if site["name"] in wanted]

        self.ask("sites", read, lambda sites: self._show(name, sites), slow=True)

    def _show(self, name: str, sites: Sequence[dict[str, Any]]) -> None:
        if name != self._for:
            emptied(self._column)
            self.cards, self._for = {}, name
        for site in sites:
            if site["name"] not in self.cards:
                self.cards[site["name"]] = SiteCard(self)
                self._column.addWidget(self.cards[site["name"]])
            self.cards[site["name"]].show_site(site)


class NoticesStep(Step):
    """An address to tell; it may come later."""

    code = "notices"

    def make(self) -> None:
        """The card of the settings serves here too."""
        self.card = NoticesCard(self.page)
        self.column.addWidget(self.card)

    def refresh(self, idents: frozenset[str]) -> None:
        """Show what is known."""
        if not came_into_view(idents):
            return
        home = self.desk.home
        self.card.refresh()
        self.desk.ask(self, "settings", lambda: load_settings(home), self.show_settings)

    def show_settings(self, settings: Settings) -> None:
        """Show the file's own entries."""
        self.card.show_settings(settings.notices)
