"""The page about notices says what the table says, and its settings are settings."""

import re
from pathlib import Path

import pytest

from agent.core.deadline import FEWEST_RUNS, UNKNOWN_MARGIN_SECONDS, Help
from agent.core.notices import DESKTOP, EVERYBODY, TABLE, Event
from agent.system.notify import require_address
from agent.system.paths import Home
from agent.system.settings import load_settings
from resources.i18n import texts
from tests import pages

PAGE = pages.NOTICES.read_text(encoding="utf-8")
ROWS = {
    cells[0]: cells[1:]
    for line in PAGE.splitlines()
    if line.startswith("|") and len(cells := [cell.strip() for cell in line.strip("|").split("|")]) == 4
}


@pytest.mark.parametrize("event", Event)
def test_the_page_says_who_is_told(event: Event) -> None:
    rule = TABLE[event]
    marks = ["✓" if name in rule.to else "" for name in (DESKTOP, EVERYBODY)]
    assert ROWS[texts.event(event.value)] == [*marks, rule.ping.value if rule.ping else ""]


def test_the_settings_on_the_page_can_be_read(tmp_path: Path) -> None:
    (example,) = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    (tmp_path / "settings.toml").write_text(example)
    notices = load_settings(Home(tmp_path)).notices
    assert notices.quiet is not None
    assert notices.check is not None
    assert notices.tell["paused"] == ()


def test_the_addresses_on_the_page_are_understood() -> None:
    found = re.findall(r"`([a-z]+://[^`]+)`", PAGE)
    assert len(found) == 3
    for address in found:
        filled = address.replace("TOKEN_A/TOKEN_B/TOKEN_C", "T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ")
        assert require_address(filled)


@pytest.mark.parametrize("which", Help)
def test_each_help_is_on_the_page(which: Help) -> None:
    said = texts.advice(which.value, {}).removeprefix("What helps: ").rstrip(".").partition(", ")[0]
    assert said in PAGE


def test_the_figures_on_the_page_are_the_rules() -> None:
    assert (FEWEST_RUNS, UNKNOWN_MARGIN_SECONDS) == (8, 3600)
    assert "Before it\nhas seen eight mornings" in PAGE
    assert "an hour before the deadline" in PAGE
