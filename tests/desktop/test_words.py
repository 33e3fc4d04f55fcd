"""The window's words: each code that is said exists, none lies idle, no command is told to a clerk."""

import re
from pathlib import Path

import pytest

from agent.core.failures import Failure
from resources.i18n import texts
from ui.desktop.catalogue import PAGES
from ui.desktop.failing import told_of

ROOT = Path(__file__).resolve().parents[2]
SOURCE = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "ui" / "desktop").rglob("*.py"))
PAGES_TO_COME = {"health"}
"""Names of pages that others write; a word like “settings” stands in the source for other reasons."""

MADE = ("page_", "column_log_", "sample_log_", "column_", "sample_", "outcome_", "sign_", "do_", "tab_")
"""Beginnings of codes that are put together where they are said."""


def said() -> set[str]:
    return set(re.findall(r"""texts\.window\(\s*"([a-z_]+)\"""", SOURCE))


def test_whatever_is_said_has_words() -> None:
    assert said() <= texts.codes("window")


def test_no_words_lie_idle() -> None:
    idle = {code for code in texts.codes("window") if f'"{code}"' not in SOURCE}
    made = {code for code in idle if code.startswith(MADE)}
    assert idle - made == set()
    rests = {code.removeprefix(next(filter(code.startswith, MADE))) for code in made}
    assert {rest for rest in rests if not re.search(rf"\b{rest}\b", SOURCE)} == PAGES_TO_COME


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
