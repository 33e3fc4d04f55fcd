"""Fields for a day, as the office writes days, and for a time of the day."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QDate, Qt, QTime
from PySide6.QtWidgets import QDateEdit, QTimeEdit

from ui.desktop.desk import Desk
from ui.desktop.widgets.controls import give_room


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


class TimeField(QTimeEdit):
    """A time of the day, in the office's zone."""

    def __init__(self, at: QTime) -> None:
        super().__init__(at)
        give_room(self)
