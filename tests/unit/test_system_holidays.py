"""An office's calendar: public holidays of its region, its own closed, open and half days."""

from datetime import date
from pathlib import Path

import pytest

from agent.core.failures import BrokenSettings
from agent.system.holidays import FakeHolidays, office_days, public_holidays, require_known
from agent.system.paths import Home
from agent.system.settings import Office, load_settings

CHRISTMAS, BOXING, EVE = date(2026, 12, 25), date(2026, 12, 26), date(2026, 12, 24)
FAKE = FakeHolidays({CHRISTMAS: "Christmas", BOXING: "St Stephen"})


def test_own_days_are_added_and_taken_back() -> None:
    office = Office(
        "main", "UTC", closed=(EVE, CHRISTMAS), country="AT", open=(BOXING,), half_days=(date(2026, 12, 31),)
    )
    days = office_days(office, [2026], holidays=FAKE)
    assert days.closed == {CHRISTMAS: "Christmas", EVE: ""}
    assert days.half == {date(2026, 12, 31)}


def test_an_office_without_a_country_has_only_its_own_days() -> None:
    def never(*_place: object) -> dict[date, str]:
        raise AssertionError("no country, no look-up")

    assert office_days(Office("main", "UTC", closed=(EVE,)), [2026], holidays=never).closed == {EVE: ""}


def test_the_package_knows_countries_and_their_regions() -> None:
    assert public_holidays("AT", None, (2026,))[date(2026, 10, 26)]
    epiphany = date(2026, 1, 6)
    assert epiphany in public_holidays("DE", "BY", (2026,))
    assert epiphany not in public_holidays("DE", "BE", (2026,))
    assert {day.year for day in public_holidays("GB", "ENG", (2026, 2027))} == {2026, 2027}


@pytest.mark.parametrize(("country", "region"), [("XX", None), ("AT", "99")])
def test_an_unknown_place_is_told_with_its_line(country: str, region: str | None, tmp_path: Path) -> None:
    with pytest.raises(LookupError):
        public_holidays(country, region, (2026,))
    entry = f'country = "{country}"\n' + (f'region = "{region}"\n' if region else "")
    (tmp_path / "settings.toml").write_text(f'[offices.main]\nzone = "UTC"\n{entry}')
    home = Home(tmp_path)
    with pytest.raises(BrokenSettings) as caught:
        require_known(home, load_settings(home))
    assert caught.value.params["key"] == f"offices.main.{'region' if region else 'country'}"
    assert caught.value.params["line"] == (4 if region else 3)


def test_a_known_place_is_taken(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('[offices.main]\ncountry = "AT"\n[offices.north]\nzone = "UTC"\n')
    require_known(Home(tmp_path), load_settings(Home(tmp_path)), holidays=FAKE)
