"""Two small cards: how long what is kept, and in which language the window speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QComboBox, QSpinBox

from agent.system.settings import DataSettings
from resources.i18n import texts
from ui.desktop.widgets.cards import Card
from ui.desktop.widgets.controls import number

if TYPE_CHECKING:
    from ui.desktop.pages.settings_writing import Writes

_DAYS, _YEARS = (7, 3650), (1, 30)


class KeptCard(Card):
    """Pictures for days, facts for years."""

    def __init__(self, page: Writes) -> None:
        super().__init__(texts.window("card_kept"))
        self._page = page
        self.pictures = self._number("pictures_days", _DAYS, "days_suffix")
        self.facts = self._number("facts_years", _YEARS, "years_suffix")

    def show_settings(self, kept: DataSettings) -> None:
        """Show what the file says."""
        for control, kept_for in ((self.pictures, kept.pictures_days), (self.facts, kept.facts_years)):
            control.blockSignals(True)
            control.setValue(kept_for)
            control.blockSignals(False)

    def _number(self, name: str, span: tuple[int, int], suffix: str) -> QSpinBox:
        made = number(span, texts.window(suffix))
        made.valueChanged.connect(lambda given: self._page.write({("data", name): given}))
        self.row(texts.window(name), made, explain=texts.window(f"{name}_why"))
        return made


class LanguageCard(Card):
    """The system's language, or one that Predawn has words in."""

    def __init__(self, page: Writes) -> None:
        super().__init__(texts.window("card_language"))
        self.choice = QComboBox()
        self.choice.addItem(texts.window("language_of_system"), None)
        for code in texts.languages():
            self.choice.addItem(QLocale(code).nativeLanguageName().capitalize(), code)
        self.choice.activated.connect(
            lambda place: page.write({("window", "language"): self.choice.itemData(place)})
        )
        self.row(texts.window("language"), self.choice, explain=texts.window("language_why"))

    def show_language(self, language: str | None) -> None:
        """Show what the file says."""
        self.choice.setCurrentIndex(max(0, self.choice.findData(language)))
