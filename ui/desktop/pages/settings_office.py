"""The card of one office: its clock, its country, and the days that are different there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QWidget,
)

from agent.system.holidays import office_days, places
from agent.system.settings import Office
from resources.i18n import texts
from ui.desktop import theme
from ui.desktop.widgets.cards import Card
from ui.desktop.widgets.controls import button
from ui.desktop.widgets.dates import DayField

if TYPE_CHECKING:
    from ui.desktop.pages.settings_writing import Writes

KINDS = ("closed", "open", "half_days")
"""The lists of days in an office's settings."""

_SHOWN_HOLIDAYS = 4
_ROLE = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class _Known:
    """What the calendar's library says: countries with their regions, and the next days of rest."""

    countries: Mapping[str, tuple[str, ...]]
    next_days: tuple[tuple[date, str], ...]


class OfficeCard(Card):
    """Each control writes its own entry of ``[offices.NAME]``."""

    def __init__(self, page: Writes, name: str, *, alone: bool) -> None:
        title = texts.window("card_office") if alone else texts.window("card_office_named", {"office": name})
        super().__init__(title, texts.window("card_office_why"))
        self._page, self._name, self._office = page, name, Office(name, "UTC")
        self._countries: Mapping[str, tuple[str, ...]] = {}
        self.zone = self._combo(sorted(available_timezones()))
        self.zone.activated.connect(lambda _place: self._write("zone", self.zone.currentText()))
        self.row(texts.window("zone"), self.zone, explain=texts.window("zone_why"))
        self.country = self._combo([])
        self.country.activated.connect(self._choose_country)
        self.region = QComboBox()
        self.region.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.region.setAccessibleName(texts.window("region"))
        self.region.activated.connect(lambda place: self._write("region", self.region.itemData(place)))
        self.row(texts.window("country"), self.country, self.region)
        self.holidays = self.tell()
        self._make_days()

    def show_office(self, office: Office) -> None:
        """Show what the file says, and ask the calendar's library in its own time."""
        self._office = office
        self._set_zone(office.zone)
        self._fill_days(office)
        today = self._page.desk.speech.today(self._page.desk.moments(office.name).zone)
        self._page.desk.ask(
            self,
            "calendar",
            lambda: _known(office, today),
            self._show_known,
            failed=self._no_calendar,
            slow=True,
        )

    # ── country and clock ─────────────────────────────────────────────────────────────────────────────────
    @staticmethod
    def _combo(entries: list[str]) -> QComboBox:
        made = QComboBox()
        made.setEditable(True)
        made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        made.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        made.addItems(entries)
        completer = QCompleter(made.model(), made)
        made.setCompleter(completer)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        return made

    def _set_zone(self, zone: str) -> None:
        place = self.zone.findText(zone)
        if place < 0:
            self.zone.addItem(zone)
            place = self.zone.count() - 1
        self.zone.setCurrentIndex(place)

    def _show_known(self, known: _Known) -> None:
        self._countries = known.countries
        office, moments = self._office, self._page.desk.moments(self._office.name)
        if self.country.count() == 0:
            self.country.addItem(texts.window("no_country"), None)
            named = sorted((_country_name(code), code) for code in known.countries)
            for name, code in named:
                self.country.addItem(name, code)
        self.country.setCurrentIndex(max(0, self.country.findData(office.country)))
        self.region.clear()
        self.region.addItem(texts.window("whole_country"), None)
        for region in known.countries.get(office.country or "", ()):
            self.region.addItem(region, region)
        self.region.setCurrentIndex(max(0, self.region.findData(office.region)))
        self.region.setVisible(self.region.count() > 1)
        told = [f"{moments.day(day)}{f' ({name})' if name else ''}" for day, name in known.next_days]
        self.holidays.setText(
            texts.window("next_closed_days", {"days": ", ".join(told)})
            if told
            else texts.window("no_closed_days")
        )

    def _no_calendar(self, _error: BaseException) -> None:
        self.holidays.setText(texts.window("no_calendar_of_country"))

    def _choose_country(self, place: int) -> None:
        country = self.country.itemData(place)
        self._page.write(
            {("offices", self._name, "country"): country, ("offices", self._name, "region"): None}
        )

    # ── days that are different ───────────────────────────────────────────────────────────────────────────
    def _make_days(self) -> None:
        space = theme.unit()
        self.days = QListWidget()
        self.days.setAccessibleName(texts.window("different_days"))
        self.days.setFixedHeight(24 * space)
        self.days.setMinimumWidth(70 * space)
        self.day = DayField(self._page.desk, texts.window("which_day"))
        self.kind = QComboBox()
        self.kind.setAccessibleName(texts.window("what_day"))
        for kind in KINDS:
            self.kind.addItem(texts.window(f"day_{kind}"), kind)
        self.add_day = button(texts.window("add_day"), self._add_day)
        self.drop_day = button(texts.window("drop_day"), self._drop_day)
        self.row(texts.window("different_days"), self.days)
        beside = QWidget()
        across = QHBoxLayout(beside)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(2 * space)
        for each in (self.day, self.kind, self.add_day, self.drop_day):
            across.addWidget(each)
        across.addStretch(1)
        self.add(beside)
        self.days.currentItemChanged.connect(lambda item: self.drop_day.setEnabled(item is not None))
        self.drop_day.setEnabled(False)

    def _fill_days(self, office: Office) -> None:
        self.days.clear()
        moments = self._page.desk.moments(office.name)
        found = sorted((day, kind) for kind in KINDS for day in getattr(office, kind))
        for day, kind in found:
            words = texts.say("because", {"what": moments.day(day), "why": texts.window(f"day_{kind}")})
            item = QListWidgetItem(words)
            item.setData(_ROLE, (kind, day))
            self.days.addItem(item)
        self.days.setVisible(bool(found))

    def _add_day(self) -> None:
        self._write_days(self.kind.currentData(), self.day.day, keep=True)

    def _drop_day(self) -> None:
        item = self.days.currentItem()
        if item is not None:
            kind, day = item.data(_ROLE)
            self._write_days(kind, day, keep=False)

    def _write_days(self, kind: str, day: date, *, keep: bool) -> None:
        days = set(getattr(self._office, kind)) - {day} | ({day} if keep else set())
        self._write(kind, sorted(days) or None)

    def _write(self, entry: str, value: object) -> None:
        self._page.write({("offices", self._name, entry): value})  # type: ignore[dict-item]  # looked at there


def _known(office: Office, today: date) -> _Known:
    """Ask the calendar's library; raises LookupError for a country that it does not know."""
    days = office_days(office, (today.year, today.year + 1))
    ahead = sorted((day, name) for day, name in days.closed.items() if day >= today)
    return _Known(places(), tuple(ahead[:_SHOWN_HOLIDAYS]))


def _country_name(code: str) -> str:
    name = QLocale.territoryToString(QLocale.codeToTerritory(code))
    return code if name in {"", "Default"} else name
