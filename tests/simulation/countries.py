"""Public holidays of ten countries over ten years: the ``holidays`` package beside ``workalendar``.

Both are made by people from the countries' laws, independently. Where they differ one of them errs, or they
mean different things; each difference is judged in :data:`JUDGED`, with who is right and why. The page
docs/holidays.md is written from it: ``python -m tests.simulation countries > docs/holidays.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache

from workalendar.registry import registry

from agent.system.holidays import public_holidays

YEARS = tuple(range(2025, 2035))
OURS, THEIRS = "holidays", "workalendar"
PLACES = {
    "Austria": ("AT", None, "AT"),
    "Belgium": ("BE", None, "BE"),
    "Switzerland, Zurich": ("CH", "ZH", "CH-ZH"),
    "Germany, Bavaria": ("DE", "BY", "DE-BY"),
    "Spain": ("ES", None, "ES"),
    "France": ("FR", None, "FR"),
    "Great Britain, England": ("GB", "ENG", "GB"),
    "Italy": ("IT", None, "IT"),
    "Netherlands": ("NL", None, "NL"),
    "United States": ("US", None, "US"),
}
"""Our country and region, and workalendar's name for the same (its GB is England and Wales)."""

_SUNDAY = "a Sunday either way; "
JUDGED = {
    ("Belgium", OURS, "Easter Sunday"): (THEIRS, _SUNDAY + "not among the ten legal holidays"),
    ("Belgium", OURS, "Pentecost"): (THEIRS, _SUNDAY + "not among the ten legal holidays"),
    ("Switzerland, Zurich", THEIRS, "Easter Sunday"): (OURS, _SUNDAY + "the canton's law names the Monday"),
    ("Switzerland, Zurich", THEIRS, "Whit Sunday"): (OURS, _SUNDAY + "the canton's law names the Monday"),
    ("Switzerland, Zurich", THEIRS, "Berchtold's Day"): (
        OURS,
        "no day of rest by the canton's law, though many offices close: those write it under `closed`",
    ),
    ("Germany, Bavaria", THEIRS, "Assumption of Mary to Heaven"): (
        "neither",
        "a holiday in municipalities with more Catholics than Protestants, most of Bavaria's: `closed` there",
    ),
    ("Spain", THEIRS, "*"): (
        "both",
        _SUNDAY + "some regions move it to Monday: name the region, or write the Monday under `closed`",
    ),
    ("Great Britain, England", THEIRS, "Easter Sunday"): (OURS, _SUNDAY + "no bank holiday"),
    ("Italy", OURS, "Easter Sunday"): (THEIRS, _SUNDAY + "the law of 1949 names the Monday"),
    ("Italy", OURS, "National Unity Day"): ("both", _SUNDAY + "kept on November's first Sunday since 1977"),
    ("Italy", OURS, "Saint Francis of Assisi, Patron Saint of Italy"): (
        OURS,
        "a national holiday again from 2026, by a law of October 2025",
    ),
    ("Netherlands", THEIRS, "Liberation Day"): (
        "neither",
        "the law leaves it to the employer; usual is every fifth year, as `holidays` has it. Else: `closed`",
    ),
    ("United States", OURS, "Juneteenth National Independence Day"): (
        OURS,
        "a federal holiday since 2021 (Public Law 117-17)",
    ),
    ("United States", OURS, "Juneteenth National Independence Day (observed)"): (
        OURS,
        "a federal holiday since 2021, on the nearest weekday if it falls on a weekend",
    ),
}
"""By place, by who alone has the day, and by its name there (* any): who is right, and why."""


@cache
def ours(place: str) -> Mapping[date, str]:
    """What Predawn takes for closed."""
    country, region, _theirs = PLACES[place]
    return public_holidays(country, region, YEARS)


@cache
def theirs(place: str) -> Mapping[date, str]:
    """What workalendar knows."""
    calendar = registry.get(PLACES[place][2])()
    return {day: name for year in YEARS for day, name in calendar.holidays(year) if day.year == year}


def differences(place: str) -> list[tuple[date, str, str]]:
    """Every day that only one of both has: the day, whose it is, its name there."""
    mine, other = ours(place), theirs(place)
    only_mine = [(day, OURS, mine[day]) for day in mine.keys() - other.keys()]
    only_theirs = [(day, THEIRS, other[day]) for day in other.keys() - mine.keys()]
    return sorted(only_mine + only_theirs)


def key_of(place: str, whose: str, name: str) -> tuple[str, str, str]:
    """Under which key a difference is judged."""
    return (place, whose, "*") if (place, whose, "*") in JUDGED else (place, whose, name)


def report() -> str:
    """Return the page: every difference by day, with who is right."""
    compared = sum(len(ours(place)) for place in PLACES)
    every = [(place, *found) for place in PLACES for found in differences(place)]
    weekdays = sum(1 for _place, day, *_rest in every if day.weekday() < 5)
    lines = [
        "# Public holidays: `holidays` beside `workalendar`",
        "",
        f"Predawn takes public holidays from the package `holidays`. {len(PLACES)} countries, {YEARS[0]} to",
        f"{YEARS[-1]}, {compared} holidays, beside those of `workalendar`: {len(every)} differences, of them",
        f"{weekdays} on weekdays. What an office knows better it writes under `closed` and `open`",
        "([When it runs](users/schedules.md)). Written by `python -m tests.simulation countries`.",
        "",
        "| place | day | called | only in | right | because |",
        "|---|---|---|---|---|---|",
    ]
    for place, day, whose, name in every:
        right, why = JUDGED[key_of(place, whose, name)]
        lines.append(f"| {place} | {day:%a} {day} | {name} | {whose} | {right} | {why} |")
    same = [place for place in PLACES if not differences(place)]
    return "\n".join([*lines, "", f"No difference: {', '.join(same)}."])
