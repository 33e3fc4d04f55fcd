"""The page about keys says what the settings are, what goes when, and what a site's answers are called."""

import re
from pathlib import Path

import pytest

from agent.core.recovery_code import read_code
from agent.store.accounts import MOST_TRIES
from agent.system.paths import Home
from agent.system.settings import DataSettings, load_settings
from resources.i18n import texts
from tests import pages

PAGE = pages.KEYS.read_text(encoding="utf-8")
CELLS = {cell.strip() for line in PAGE.splitlines() if line.startswith("|") for cell in line.split("|")}


def test_the_settings_on_the_page_can_be_read_and_are_the_usual_ones(tmp_path: Path) -> None:
    (example,) = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    (tmp_path / "settings.toml").write_text(example)
    data = load_settings(Home(tmp_path)).data
    assert (data.pictures_days, data.facts_years) == (
        DataSettings().pictures_days,
        DataSettings().facts_years,
    )
    assert data.may_open == ("ann", "bob")
    assert {f"{data.pictures_days} days", f"{data.facts_years} years"} <= CELLS


def test_the_code_on_the_page_is_one() -> None:
    (code,) = re.findall(r"^\w{5}(?:-\w{5}){6}$", PAGE, re.MULTILINE)
    assert read_code(code) == code


@pytest.mark.parametrize(
    "code",
    [
        "sign_in_refused", "password_expired", "account_locked", "signed_in_elsewhere", "captcha_shown",
        "code_wanted", "code_refused",
    ],
)  # fmt: skip
def test_each_answer_of_a_site_stands_with_its_words(code: str) -> None:
    said = texts.failure(code, {}).title
    assert said in CELLS


def test_the_number_of_tries_is_the_rule() -> None:
    assert MOST_TRIES == 2
    assert "typed at most twice" in PAGE
