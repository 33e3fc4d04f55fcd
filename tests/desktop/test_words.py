"""The window's words: each code that is said exists, none lies idle, no command is told to a clerk."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from agent.core.failures import Failure
from agent.system.paths import Home
from agent.system.settings import WindowSettings, load_settings
from resources.i18n import texts
from ui.desktop.catalogue import PAGES
from ui.desktop.failing import told_of
from ui.desktop.speech import OfficeMoments, Speech

ROOT = Path(__file__).resolve().parents[2]
SOURCE = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "ui" / "desktop").rglob("*.py"))
MADE = (
    "page_",
    "column_log_",
    "sample_log_",
    "column_",
    "sample_",
    "outcome_",
    "sign_",
    "do_",
    "tab_",
    "since_",
    "day_",
    "pictures_days_",
    "facts_years_",
    "span_",
    "step_",
)
"""Beginnings of codes that are put together where they are said."""


NAMED_ELSEWHERE = {
    "health_": ("findings", "failures"),
    "why_": ("notes",),
    "site_": ("failures",),
    "addressee_": (),
    "grade_": (),
    "weekday_": (),
    "code_": ("recovery_standings",),
}
"""Beginnings of codes whose rest is a code of another room, and the sections that have words for it, too."""


def said() -> set[str]:
    return set(re.findall(r"""texts\.window\(\s*"([a-z_]+)\"""", SOURCE))


def test_whatever_is_said_has_words() -> None:
    assert said() <= texts.codes("window")


def test_no_words_lie_idle() -> None:
    idle = {code for code in texts.codes("window") if f'"{code}"' not in SOURCE}
    for begin, sections in NAMED_ELSEWHERE.items():
        rest = {code.removeprefix(begin) for code in idle if code.startswith(begin)}
        known = {code for section in sections for code in texts.codes(section)}
        assert not sections or rest <= known
        idle -= {f"{begin}{code}" for code in rest}
    made = {code for code in idle if code.startswith(MADE)}
    assert idle - made == set()
    rests = {code.removeprefix(next(filter(code.startswith, MADE))).removesuffix("_why") for code in made}
    assert {rest for rest in rests if not re.search(rf"\b{rest}\b", SOURCE)} == set()


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.code)
def test_each_page_has_a_name_and_an_icon(entry) -> None:
    assert texts.window(f"page_{entry.code}")
    assert entry.below or (ROOT / "resources" / "icons" / f"{entry.code}.svg").is_file()


@pytest.mark.parametrize("code", sorted(Failure.codes()))
def test_no_failure_tells_a_clerk_to_type_a_command(code: str) -> None:
    told = told_of(Failure.from_json({"code": code, "params": {}}))
    assert told.title
    typed = re.findall(r"predawn [a-z]+", told.next)
    assert typed == (["predawn home"] if code == "not_taken_over" else [])


# ── the second language ───────────────────────────────────────────────────────────────────────────────────
SECTIONS = (
    "failures", "questions", "answers", "steps", "run_states", "record_states", "task_states", "task_kinds",
    "notes", "evidence_kinds", "forecasts",
)  # fmt: skip
BOOKS = ROOT / "resources" / "i18n"


def book(language: str, part: str) -> dict[str, Any]:
    return tomllib.loads((BOOKS / f"{language}{part}.toml").read_text(encoding="utf-8"))


def parts(entry: Any) -> dict[str, str]:
    return entry if isinstance(entry, dict) else {"": entry}


@pytest.mark.parametrize("section", ["window", "window_next"])
@pytest.mark.parametrize("part", [".window", ".pages"])
def test_german_says_all_that_the_window_says(part: str, section: str) -> None:
    english, german = book("en", part)[section], book("de", part)[section]
    samples = {code for code in english if code.startswith("sample_")}  # only as wide as their words
    assert english.keys() - german.keys() == samples
    assert german.keys() <= english.keys()


@pytest.mark.parametrize("part", ["", ".window", ".pages"])
def test_german_uses_the_parameters_that_english_has(part: str) -> None:
    english = book("en", part)
    if not part:
        english["failures"] |= book("en", ".window")["failures"]
    for section, entries in book("de", part).items():
        for code, entry in entries.items():
            for name, told in parts(entry).items():
                known = set(re.findall(r"\{(\w+)\}", str(english[section][code])))
                assert set(re.findall(r"\{(\w+)\}", told)) <= known | texts.IMPLICIT, (section, code, name)


@pytest.mark.parametrize("section", SECTIONS)
def test_german_knows_every_state_and_failure(section: str) -> None:
    english = book("en", "")[section]
    assert english.keys() - book("de", "")[section].keys() == set()


@pytest.fixture
def german() -> Iterator[None]:
    assert texts.speak("de_AT") == "de"
    yield
    texts.speak(None)


def test_what_german_lacks_stays_english(german: None) -> None:
    assert texts.window("page_today") == "Heute"
    assert texts.say("until_ctrl_c") == "Stop with Ctrl-C."


def test_an_unknown_language_is_english() -> None:
    assert texts.speak("tlh") == "en"
    assert texts.window("page_today") == "Today"


def test_times_days_and_figures_are_the_offices(german: None, tmp_path: Path) -> None:
    settings = load_settings(Home(tmp_path))
    office = replace(settings.offices["main"], country="AT", zone="Europe/Vienna")
    speech = Speech(replace(settings, offices={"main": office}, window=WindowSettings("de")))
    moments = OfficeMoments(ZoneInfo("Europe/Vienna"), speech.locale, datetime(2026, 11, 26, tzinfo=UTC))
    assert moments.at("2026-11-26T04:41:00+00:00") == "05:41"
    assert moments.day("2026-11-23") == "Mo. 23. Nov."
    assert moments.weekday("2026-11-23") == "Montag"
    assert speech.decimal(Decimal("-1234567.50"), 2).replace("\N{NO-BREAK SPACE}", " ") == "-1 234 567,50"
    american = replace(office, country="US")
    speech = Speech(replace(settings, offices={"main": american}, window=WindowSettings("en")))
    assert speech.decimal(Decimal("1234.5"), 1) == "1,234.5"
    evening = OfficeMoments(UTC, speech.locale, datetime(2026, 11, 26, tzinfo=UTC)).at(
        "2026-11-26T17:41:00+00:00"
    )
    assert evening.replace("\N{NARROW NO-BREAK SPACE}", " ") == "5:41 PM"
