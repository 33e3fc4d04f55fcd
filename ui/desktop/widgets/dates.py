"""A field for a day, as the office writes days."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QDateEdit

from ui.desktop.desk import Desk


class DayField(QDateEdit):
    """A day with a calendar to choose it from."""

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__()
        self.setCalendarPopup(True)
        self.setLocale(desk.speech.locale)
        self.setDisplayFormat(desk.speech.locale.dateFormat())
        self.setAccessibleName(name)
        self.set_day(desk.speech.today(desk.moments().zone))

    @property
    def day(self) -> date:
        """The day that stands there."""
        return date.fromisoformat(self.date().toString(Qt.DateFormat.ISODate))

    def set_day(self, day: date, *, earliest: bool = False) -> None:
        """Show a day; ``earliest`` lets no earlier one be chosen."""
        shown = QDate(day.year, day.month, day.day)
        if earliest:
            self.setMinimumDate(shown)
        self.setDate(shown)
