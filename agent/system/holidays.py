"""Public holidays by country and region, and an office's whole calendar: holidays, own closed and half days.

The ``holidays`` package is loaded only where an office names its country (0.2 s). It errs now and then: an
office's ``closed`` adds a day and ``open`` takes one back (docs/users/schedules.md).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Protocol

from agent.core.calendar import OfficeDays
from agent.core.failures import BrokenSettings
from agent.system.paths import Home
from agent.system.settings import Office, Settings
from agent.system.toml_lines import line_of

_LANGUAGE = "en_US"  # of the days' names, where the package has them; else their own country's


class Holidays(Protocol):
    """Returns the public holidays of some years with their names; raises LookupError for an unknown place."""

    def __call__(self, country: str, region: str | None, years: tuple[int, ...]) -> Mapping[date, str]:
        """Country by ISO 3166-1 (``AT``), region by ISO 3166-2 without the country (``9``)."""


class FakeHolidays:
    """The same days everywhere, for tests; knows the countries that it is told."""

    def __init__(self, days: Mapping[date, str], countries: Collection[str] = ("AT",)) -> None:
        self._days, self._countries = dict(days), frozenset(countries)

    def __call__(self, country: str, _region: str | None, years: tuple[int, ...]) -> Mapping[date, str]:
        """Return those of its days that lie in the years."""
        if country not in self._countries:
            raise LookupError(f"no country {country}")
        return {day: name for day, name in self._days.items() if day.year in years}


@lru_cache(maxsize=32)
def public_holidays(country: str, region: str | None, years: tuple[int, ...]) -> Mapping[date, str]:
    """Return the public holidays of a country's region, as the ``holidays`` package knows them.

    Raises LookupError for a country or region that it does not know.
    """
    import holidays  # noqa: PLC0415  # a slow import; most homes name no country

    try:
        found = holidays.country_holidays(country, subdiv=region, years=years, language=_LANGUAGE)
    except NotImplementedError as error:
        raise LookupError(str(error)) from error
    # A holiday of last January's shift may lie in another year: only what was asked for is sure.
    return MappingProxyType({day: name for day, name in found.items() if day.year in years})


@lru_cache(maxsize=1)
def places() -> Mapping[str, tuple[str, ...]]:
    """Return every country that the ``holidays`` package knows (ISO 3166-1), with its regions' codes."""
    import holidays  # noqa: PLC0415

    return MappingProxyType(
        {country: tuple(regions) for country, regions in holidays.list_supported_countries().items()}
    )


def office_days(office: Office, years: Iterable[int], *, holidays: Holidays = public_holidays) -> OfficeDays:
    """Return an office's closed days with their names, and its half days, over some years.

    Its own ``closed`` days count whatever their year. Raises LookupError for an unknown country or region.
    """
    closed: dict[date, str] = {}
    if office.country is not None:
        closed.update(holidays(office.country, office.region, tuple(sorted(set(years)))))
    closed.update({day: closed.get(day, "") for day in office.closed})
    for day in office.open:
        closed.pop(day, None)
    return OfficeDays(MappingProxyType(closed), frozenset(office.half_days))


def require_known(
    home: Home, settings: Settings, *, holidays: Holidays = public_holidays, text: str | None = None
) -> None:
    """Raise BrokenSettings(file, line, key, problem) for an office in a country or region nobody knows.

    ``text`` is what the settings were read from, where that is not the file.
    """
    for office in settings.offices.values():
        if office.country is None:
            continue
        try:
            holidays(office.country, office.region, (2026,))
        except LookupError as error:
            entry = "country" if office.region is None else "region"
            path = ("offices", office.name, entry)
            written = home.settings.read_text(encoding="utf-8") if text is None else text
            raise BrokenSettings(
                file=str(home.settings),
                line=line_of(written, path),
                key=".".join(path),
                problem=f"{error}; write the country like AT, the region like its number or letters there",
            ) from error
