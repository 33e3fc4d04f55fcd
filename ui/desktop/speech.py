"""In which language the window speaks, and how it writes times, days and numbers: the office's way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, tzinfo
from decimal import Decimal

from PySide6.QtCore import QDate, QLocale, QTime

from agent.faces.moments import Moments
from agent.store.fields import utc_now
from agent.system.settings import Settings
from resources.i18n import texts


class OfficeMoments(Moments):
    """Moments as the office's locale writes them, in the office's zone."""

    def __init__(self, zone: tzinfo | None, locale: QLocale, now: datetime | None = None) -> None:
        super().__init__(zone, now)
        self.zone, self.locale = zone, locale

    def clock(self, moment: datetime) -> str:
        """Return ``05:41``, or ``5:41 AM`` where that is how one writes it."""
        local = moment.astimezone(self.zone)
        return self.locale.toString(
            QTime(local.hour, local.minute, local.second), QLocale.FormatType.ShortFormat
        )

    def at(self, moment: str | None) -> str:
        """Return the time, with its day where that is not today; nothing for no moment."""
        if moment is None:
            return ""
        known = datetime.fromisoformat(moment)
        local = known.astimezone(self.zone).date()
        return self.clock(known) if local == self._today else f"{self.day(local)} {self.clock(known)}"

    def full(self, moment: str) -> str:
        """Return the day with its month's name, with the year where it isn't this one, and the time."""
        known = datetime.fromisoformat(moment)
        local = known.astimezone(self.zone).date()
        day = self._written(local, texts.window("form_full"), texts.window("form_full_year"))
        return f"{day} {self.clock(known)}"

    def day(self, day: date | str) -> str:
        """Return ``Mon 23 Nov``, with the year where it isn't this one."""
        known = date.fromisoformat(day) if isinstance(day, str) else day
        return self._written(known, texts.window("form_day"), texts.window("form_day_year"))

    def weekday(self, day: date | str) -> str:
        """Return the day's name: ``Monday``."""
        known = date.fromisoformat(day) if isinstance(day, str) else day
        return self._written(known, "dddd", "dddd")

    def _written(self, day: date, this_year: str, other_year: str) -> str:
        form = this_year if day.year == self._today.year else other_year
        return self.locale.toString(QDate(day.year, day.month, day.day), form)


class Speech:
    """The language and the locale, chosen once at the start: by the settings, else by the system."""

    def __init__(
        self,
        settings: Settings | None,
        system: QLocale | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.now = now
        known = system or QLocale.system()
        wanted = settings.window.language if settings is not None else None
        self.language = texts.speak(wanted or known.name())
        self.locale = _locale(self.language, known, _country(settings))
        texts.group_by(self.locale.groupSeparator())

    def moments(self, zone: tzinfo | None) -> OfficeMoments:
        """Return how moments of a zone are written."""
        return OfficeMoments(zone, self.locale, self.now())

    def number(self, number: int) -> str:
        """Return a whole number with its groups: ``12,345``."""
        return self.locale.toString(number)

    def decimal(self, value: Decimal, digits: int) -> str:
        """Return a figure with its groups and so many digits behind the point, exactly."""
        sign, whole = "-" if value < 0 else "", f"{abs(value):.{digits}f}"
        before, _, after = whole.partition(".")
        grouped = f"{int(before):,}".replace(",", self.locale.groupSeparator())
        return f"{sign}{grouped}{self.locale.decimalPoint()}{after}" if after else f"{sign}{grouped}"

    def today(self, zone: tzinfo | None) -> date:
        """Return the office's day."""
        return self.now().astimezone(zone).date()


def _country(settings: Settings | None) -> str | None:
    if settings is None:
        return None
    offices = settings.offices
    office = offices.get("main") or next(iter(offices.values()))
    return office.country


def _locale(language: str, system: QLocale, country: str | None) -> QLocale:
    """Return the language's locale in the office's country; where no country is named, the system's own."""
    if country is not None:
        return QLocale(f"{language}_{country}")
    if system.name().startswith(language):
        return system
    return QLocale(language if language != texts.ENGLISH else "en_GB")
