"""Settings: what a person sets, in cards; each change is written at once, or refused with its reason."""

from __future__ import annotations

from collections.abc import Callable

from agent.system.settings import Settings, load_settings
from resources.i18n import texts
from ui.desktop.desk import Desk, at_window
from ui.desktop.failing import told_of
from ui.desktop.pages.base import Page, came_into_view
from ui.desktop.pages.settings_kept import KeptCard, LanguageCard
from ui.desktop.pages.settings_notices import NoticesCard
from ui.desktop.pages.settings_office import OfficeCard
from ui.desktop.pages.settings_panel import PanelCard
from ui.desktop.pages.settings_start import StartCard
from ui.desktop.pages.settings_writing import Changes, write_settings
from ui.desktop.widgets.cards import Outcome, scrolled
from ui.desktop.widgets.controls import button


class SettingsPage(Page):
    """The cards, filled from the file as it is; another program may have changed it meanwhile."""

    code = "settings"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.buttons.addWidget(
            button(texts.window("page_welcome"), lambda: self.desk.go("welcome"), flat=True)
        )
        self.outcome = Outcome()
        self.body.addWidget(self.outcome)
        area, self._column = scrolled(self.accessibleName())
        self.body.addWidget(area, 1)
        self.start = StartCard(self)
        self.notices = NoticesCard(self)
        self.kept = KeptCard(self)
        self.language = LanguageCard(self)
        self.panel = PanelCard(self)
        self.offices: dict[str, OfficeCard] = {}
        self._asked = 0
        for card in (self.start, self.notices, self.kept, self.panel, self.language):
            self._column.addWidget(card)
        self._column.addStretch(1)

    def refresh(self, idents: frozenset[str]) -> None:
        """Read the file and the state of this computer anew; no bell tells of them, and a run rings often."""
        if came_into_view(idents):
            self._read()
            self.start.refresh()
            self.notices.refresh()
        if came_into_view(idents) or "panel" in idents:
            self.panel.refresh()

    def write(self, changes: Changes, done: Callable[[], None] | None = None) -> None:
        """Change the file off Qt's thread; refused, the page shows why and what is in the file."""

        show = self._shown_if_newest()

        def written(settings: Settings) -> None:
            show(settings)
            self.outcome.tell("done", texts.window("setting_kept"))
            if done is not None:
                done()

        home = self.desk.home
        key = ("change", tuple(changes))
        self.desk.ask(
            self, key, lambda: write_settings(home, changes, at_window()), written, failed=self._refused
        )

    def _read(self) -> None:
        home = self.desk.home
        show = self._shown_if_newest()
        self.desk.ask(self, "settings", lambda: load_settings(home), show, failed=self._broken)

    def _shown_if_newest(self) -> Callable[[Settings], None]:
        """Return what shows an answer, unless more was asked since.

        Older settings would take back on the screen what a person has just clicked, and their next click
        would mean the opposite.
        """
        self._asked += 1
        mine = self._asked

        def show(settings: Settings) -> None:
            if mine == self._asked:
                self._show(settings)

        return show

    def _show(self, settings: Settings) -> None:
        self.set_sentence("")
        self.show_body()
        for name in set(self.offices) - set(settings.offices):
            self.offices.pop(name).deleteLater()
        for place, (name, office) in enumerate(settings.offices.items(), start=1):
            if name not in self.offices:
                self.offices[name] = OfficeCard(self, name, alone=len(settings.offices) == 1)
                self._column.insertWidget(place, self.offices[name])
            self.offices[name].show_office(office)
        self.notices.show_settings(settings.notices)
        self.kept.show_settings(settings.data)
        self.language.show_language(settings.window.language)

    def _refused(self, error: BaseException) -> None:
        self.outcome.tell("failed", *told_of(error))
        self._read()

    def _broken(self, error: BaseException) -> None:
        told = told_of(error)
        self.show_empty(told.title, told.next, texts.window("look_again"), lambda: self.refresh(frozenset()))
