"""settings.toml: what it means, and a wrong one's file, line, key and problem."""

import tomllib
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.core.failures import BrokenSettings
from agent.system.paths import Home
from agent.system.settings import Office, Settings, SiteSettings, computer_zone, load_settings
from agent.system.toml_lines import line_of, line_of_error

UNHURRIED = settings(deadline=None)  # the machine may be busy

GOOD = """\
# ours
[offices.main]
zone = "Europe/Vienna"
closed = [2026-12-31, 2026-12-24]

[offices.graz]
zone = "Europe/Vienna"

[sites.meridian]
url = "https://meridian.example/start"
account = "robot"

[sites.claimport]
account = "desk"
"""


def load(folder: Path, text: str) -> Settings:
    (folder / "settings.toml").write_text(text, encoding="utf-8")
    return load_settings(Home(folder))


def test_without_a_file_there_is_one_office_in_the_computer_s_zone(tmp_path: Path) -> None:
    settings = load_settings(Home(tmp_path))
    assert list(settings.offices) == ["main"]
    assert settings.offices["main"].zone == computer_zone()
    assert ZoneInfo(computer_zone())
    assert settings.sites == {}


def test_a_file_without_offices_has_the_one_too(tmp_path: Path) -> None:
    assert list(load(tmp_path, '[sites.x]\naccount = "a"\n').offices) == ["main"]


def test_a_good_file_is_read_whole(tmp_path: Path) -> None:
    settings = load(tmp_path, GOOD)
    assert settings.offices["main"] == Office(
        "main", "Europe/Vienna", (date(2026, 12, 24), date(2026, 12, 31))
    )
    assert settings.offices["graz"].closed == ()
    assert settings.sites["meridian"] == SiteSettings("https://meridian.example/start", "robot")
    assert settings.sites["claimport"] == SiteSettings(None, "desk")


@pytest.mark.parametrize(
    ("text", "line", "key", "says"),
    [
        ('[offices.main]\nzone = "Europe/Wien"\n', 2, "offices.main.zone", "Europe/Wien"),
        ('[offices.main]\nzone = ""\n', 2, "offices.main.zone", "empty"),
        ('[offices.main]\nzone = "../etc"\n', 2, "offices.main.zone", "no time zone"),
        ("[offices.main]\n\nzone = 3\n", 3, "offices.main.zone", "text"),
        ('[offices.main]\nclosed = ["2026-12-24"]\n', 2, "offices.main.closed", "without quotes"),
        ("[offices.main]\nclosed = [2026-12-24T10:00:00]\n", 2, "offices.main.closed", "no day"),
        ("[offices.main]\nclosed = 2026-12-24\n", 2, "offices.main.closed", "list"),
        ('[offices.main]\nzoen = "Europe/Vienna"\n', 2, "offices.main.zoen", "mean 'zone'"),
        ('\n[office.main]\nzone = "UTC"\n', 2, "office", "mean 'offices'"),
        ("offices = 3\n", 1, "offices", "table"),
        ("[offices]\nmain = 3\n", 2, "offices.main", "[offices.main]"),
        ('[sites.a]\nurl = "meridian"\n', 2, "sites.a.url", "https://"),
        ('[sites.a]\nurl = "http://a:99999"\n', 2, "sites.a.url", "https://"),
        ('[sites.a]\nurl = "file:///etc/passwd"\n', 2, "sites.a.url", "https://"),
        ('sites.a = { url = "x" }\n', 1, "sites.a.url", "https://"),
        ('[sites."a b"]\naccount = ["x"]\n', 2, "sites.a b.account", "text"),
        ("[offices.main\n", 1, "", "line 1"),
        ('[offices.main]\nzone = "UTC\n', 2, "", "line 2"),
        ("[offices.main]\nclosed = [\n", 2, "", "end of document"),
        ('[offices.main]\nzone = "UTC"\nzone = "UTC"\n', 3, "", "line 3"),
    ],
)
def test_a_wrong_file_is_refused_with_line_key_and_problem(
    tmp_path: Path, text: str, line: int, key: str, says: str
) -> None:
    with pytest.raises(BrokenSettings) as caught:
        load(tmp_path, text)
    params = caught.value.params
    assert (params["line"], params["key"]) == (line, key)
    assert says in str(params["problem"])
    assert params["file"] == str(tmp_path / "settings.toml")


def test_a_file_in_another_encoding_is_refused_not_guessed(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_bytes('# Büro\n[offices.main]\nzone = "UTC"'.encode("cp1252"))
    with pytest.raises(BrokenSettings) as caught:
        load_settings(Home(tmp_path))
    assert "cannot be read" in str(caught.value.params["problem"])


NAMES = st.text("abcdefgh_-", min_size=1, max_size=6)


@UNHURRIED
@given(
    st.dictionaries(
        NAMES, st.dictionaries(NAMES, st.integers(0, 9), min_size=1, max_size=4), min_size=1, max_size=4
    ),
    st.data(),
)
def test_every_key_of_a_file_is_found_on_its_line(
    tables: dict[str, dict[str, int]], data: st.DataObject
) -> None:
    """Written table by table, with blank lines between: each entry's line is told exactly."""
    lines: list[str] = []
    where: dict[tuple[str, str, str], int] = {}
    for table, entries in tables.items():
        lines += [""] * data.draw(st.integers(0, 2))
        lines.append(f"[top.{table}]")
        for key, value in entries.items():
            lines.append(f"{key} = {value}  # [not.a.table]")
            where["top", table, key] = len(lines)
    text = "\n".join(lines)
    assert tomllib.loads(text)
    for path, line in where.items():
        assert line_of(text, path) == line


def test_a_path_that_is_not_written_leads_to_its_nearest_parent() -> None:
    assert line_of(GOOD, ("offices", "graz", "closed")) == 6
    assert line_of(GOOD, ("nothing", "here")) == 1


def test_an_error_at_the_end_is_on_the_last_line() -> None:
    assert line_of_error(ValueError("Unclosed array (at end of document)"), "a = [\n1,\n") == 2
    assert line_of_error(ValueError("x"), "") == 1


def test_an_office_s_calendar_is_read(tmp_path: Path) -> None:
    text = """[offices.main]
zone = "UTC"
country = "AT"
region = "9"
open = [2026-12-08]
half_days = [2026-12-31]
automations = ["claims_desk", "clinic-morning-sync"]
"""
    office = load(tmp_path, text).offices["main"]
    assert (office.country, office.region) == ("AT", "9")
    assert (office.open, office.half_days) == ((date(2026, 12, 8),), (date(2026, 12, 31),))
    assert office.automations == ("claims-desk", "clinic-morning-sync")
    assert load(tmp_path, "[offices.main]\n").offices["main"].automations is None


@pytest.mark.parametrize(
    ("entry", "key"),
    [
        ('country = "Austria"', "country"),
        ('region = "9"', "region"),
        ('automations = "clinic"', "automations"),
        ("automations = [1]", "automations"),
        ("half_days = 2026-12-31", "half_days"),
        ('open = ["2026-12-08"]', "open"),
    ],
)
def test_a_calendar_that_cannot_be_read_is_refused_with_its_key(entry: str, key: str, tmp_path: Path) -> None:
    with pytest.raises(BrokenSettings) as caught:
        load(tmp_path, f"[offices.main]\n{entry}\n")
    assert (caught.value.params["key"], caught.value.params["line"]) == (f"offices.main.{key}", 2)
