"""Times as people read them: in the office's zone, with the date only where it isn't today."""

from __future__ import annotations

from copy import copy
from datetime import UTC, date, datetime, tzinfo
from typing import Self
from zoneinfo import ZoneInfo

from agent.core.failures import BrokenSettings
from agent.system.paths import Home
from agent.system.settings import load_settings


def office_zone(home: Home, office: str) -> tzinfo | None:
    """Return an office's zone; None (the computer's own) where settings are absent, or too broken to say."""
    if not home.settings.exists():
        return None
    try:
        offices = load_settings(home).offices
    except BrokenSettings:
        return None  # a listing must not fail for it; whatever needs the settings says so
    return ZoneInfo(offices[office].zone) if office in offices else None


def office_zones(home: Home) -> dict[str, tzinfo]:
    """Return the zone of each office; none where the settings are absent, or too broken to say."""
    if not home.settings.exists():
        return {}
    try:
        return {name: ZoneInfo(office.zone) for name, office in load_settings(home).offices.items()}
    except BrokenSettings:
        return {}


class Moments:
    """Renders the store's UTC moments for one office."""

    def __init__(self, zone: tzinfo | None, now: datetime | None = None) -> None:
        self._zone = zone
        self._today = (now or datetime.now(UTC)).astimezone(zone).date()

    def beside(self, day: str) -> Self:
        """Return how moments are said where ``day`` (ISO) stands beside them: one of that day by its time."""
        made = copy(self)
        made._today = date.fromisoformat(day)
        return made

    def at(self, moment: str | None) -> str:
        """Return ``05:41``, or ``Fri 20 Nov 05:41`` when it isn't today; nothing for no moment."""
        if moment is None:
            return ""
        local = datetime.fromisoformat(moment).astimezone(self._zone)
        clock = f"{local:%H:%M}"
        return clock if local.date() == self._today else f"{self.day(local.date())} {clock}"

    def clock(self, moment: datetime) -> str:
        """Return ``05:41``."""
        return f"{moment.astimezone(self._zone):%H:%M}"

    def full(self, moment: str) -> str:
        """Return ``3 March 05:12``, with the year where it isn't this one: for what is read years later."""
        local = datetime.fromisoformat(moment).astimezone(self._zone)
        year = "" if local.year == self._today.year else f" {local.year}"
        return f"{local.day} {local:%B}{year} {local:%H:%M}"

    def after(self, moment: str, before: str | None) -> dict[str, str]:
        """Return ``{"at": "05:31"}`` for a moment of the same day as ``before``, else ``{"on": …}`` in full.

        One says "at 05:31", but "on 3 March 05:31".
        """
        if before is not None:
            known, earlier = datetime.fromisoformat(moment), datetime.fromisoformat(before)
            if known.astimezone(self._zone).date() == earlier.astimezone(self._zone).date():
                return {"at": self.clock(known)}
        return {"on": self.full(moment)}

    def day(self, day: date | str) -> str:
        """Return ``Mon 23 Nov``, with the year where it isn't this one."""
        known = date.fromisoformat(day) if isinstance(day, str) else day
        told = f"{known:%a} {known.day} {known:%b}"
        return told if known.year == self._today.year else f"{told} {known.year}"


def duration(seconds: float) -> str:
    """Return ``4 s``, ``2 min 5 s`` or ``1 h 12 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"
