"""Changing one setting: the rest of the file stays byte for byte, and nothing unreadable is ever written."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.failures import BrokenSettings, HomeReadOnly
from agent.system.paths import Home
from agent.system.settings import load_settings
from agent.system.settings_file import change

WRITTEN = """\
# The practice in Rose Street. Ask Jo before you change anything.
[offices.main]
zone = "Europe/Vienna"    # not Berlin!
closed = [
    2026-12-24,  # Christmas Eve
    2026-12-31,
]

[sites.meridian]  # the old one
url = "https://meridian.example"

[notices.tell]
done = ["desktop"]
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "settings.toml").write_text(WRITTEN)
    return Home(tmp_path)


def test_one_value_changes_and_every_other_byte_stays(home: Home) -> None:
    settings = change(home, {("offices", "main", "zone"): "Europe/Berlin"})
    assert settings.offices["main"].zone == "Europe/Berlin"
    assert home.settings.read_text() == WRITTEN.replace("Europe/Vienna", "Europe/Berlin")


def test_a_new_entry_and_a_new_table_are_added(home: Home) -> None:
    change(home, {("offices", "main", "country"): "AT", ("notices", "check"): "16:00"})
    change(home, {("sites", "claimport", "url"): "http://127.0.0.1:8102"})
    settings = load_settings(home)
    assert settings.offices["main"].country == "AT"
    assert settings.notices.check is not None
    assert settings.notices.tell == {"done": ("desktop",)}
    assert settings.sites["claimport"].url == "http://127.0.0.1:8102"
    for line in WRITTEN.splitlines():
        assert line in home.settings.read_text().splitlines()


def test_a_day_joins_a_list_whose_comments_stay(home: Home) -> None:
    days = [date(2026, 12, 24), date(2026, 12, 31), date(2027, 1, 4)]
    settings = change(home, {("offices", "main", "closed"): days})
    assert settings.offices["main"].closed == tuple(days)
    assert "# Christmas Eve" in home.settings.read_text()


def test_an_entry_is_taken_out(home: Home) -> None:
    change(home, {("sites", "meridian", "url"): None, ("offices", "main", "closed"): None})
    settings = load_settings(home)
    assert settings.sites["meridian"].url is None
    assert settings.offices["main"].closed == ()
    assert "# the old one" in home.settings.read_text()


def test_taking_out_what_is_not_there_writes_nothing(home: Home) -> None:
    seen = home.settings.stat().st_mtime_ns
    change(home, {("sites", "nowhere", "url"): None, ("notices", "quiet"): None})
    assert home.settings.stat().st_mtime_ns == seen


def test_without_a_file_one_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert (
        change(home, {("offices", "main", "zone"): "Europe/London"}).offices["main"].zone == "Europe/London"
    )
    assert home.settings.stat().st_mode & 0o777 == 0o600
    assert load_settings(home).offices["main"].zone == "Europe/London"


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        (("offices", "main", "zone"), "Mars/Olympus", "offices.main.zone"),
        (("offices", "main", "country"), "XX", "offices.main.country"),
        (("offices", "main", "colour"), "blue", "offices.main.colour"),
        (("sites", "meridian", "url"), "ftp://x", "sites.meridian.url"),
        (("notices", "silent_days"), 0, "notices.silent_days"),
    ],
)
def test_what_predawn_would_not_take_is_never_written(
    home: Home, path: tuple[str, ...], value: Any, key: str
) -> None:
    with pytest.raises(BrokenSettings) as refused:
        change(home, {path: value})
    assert refused.value.params["key"] == key
    assert home.settings.read_text() == WRITTEN


def test_a_file_that_is_broken_already_is_left_alone(home: Home) -> None:
    home.settings.write_text('[offices.main\nzone = "UTC"\n')
    with pytest.raises(BrokenSettings) as refused:
        change(home, {("offices", "main", "zone"): "Europe/Berlin"})
    assert refused.value.params["line"] == 1
    assert home.settings.read_text() == '[offices.main\nzone = "UTC"\n'


@pytest.mark.parametrize(
    "text",
    [
        'offices = {main = {zone = "UTC"}}  # in one line\n',
        'offices.main.zone = "UTC"\n',
        '[offices]\nmain = {zone = "UTC"}\n',
        '[offices.main]\r\nzone = "UTC"  # here\r\n',
        '[sites.x]\nurl = "http://x"\n[offices.main]\nzone = "UTC"\n[sites.y]\nurl = "http://y"\n',
    ],
)
def test_other_ways_of_writing_are_understood_too(home: Home, text: str) -> None:
    home.settings.write_bytes(text.encode())
    change(home, {("offices", "main", "zone"): "Europe/Paris", ("sites", "x", "account"): "robot"})
    settings = load_settings(home)
    assert settings.offices["main"].zone == "Europe/Paris"
    assert settings.sites["x"].account == "robot"
    written = home.settings.read_bytes().decode()
    assert [line for line in text.splitlines() if "#" in line] == [] or "#" in written
    assert ("\r\n" in written) == ("\r\n" in text)


def test_a_link_to_a_file_elsewhere_stays_a_link(home: Home, tmp_path: Path) -> None:
    elsewhere = tmp_path / "dotfiles.toml"
    home.settings.rename(elsewhere)
    home.settings.symlink_to(elsewhere)
    change(home, {("offices", "main", "zone"): "Europe/Berlin"})
    assert home.settings.is_symlink()
    assert "Europe/Berlin" in elsewhere.read_text()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(HomeReadOnly):
        change(Home(tmp_path / "missing"), {("offices", "main", "zone"): "UTC"})


ZONES = st.sampled_from(["Europe/Vienna", "America/New_York", "UTC"])
COMMENTS = st.sampled_from(["", "  # why", "# [offices.other]", "\n\n# a = 1\n"])


@given(zone=ZONES, then=ZONES, remarks=st.lists(COMMENTS, min_size=4, max_size=4), many=st.booleans())
def test_whatever_stands_around_it_only_the_value_changes(
    zone: str, then: str, remarks: list[str], many: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = Home(tmp_path_factory.mktemp("home"))
    a, b, c, d = remarks
    lines = [a, f"[offices.main]{b if '[' not in b else ''}", f'zone = "{zone}"', c]
    if many:
        lines += ["[offices.graz]", 'zone = "UTC"', d]
    home.settings.write_text("\n".join(lines))
    before = tomllib.loads(home.settings.read_text())
    change(home, {("offices", "main", "zone"): then})
    after = tomllib.loads(home.settings.read_text())
    before["offices"]["main"]["zone"] = then
    assert after == before
    assert home.settings.read_text().count("#") == "\n".join(lines).count("#")
