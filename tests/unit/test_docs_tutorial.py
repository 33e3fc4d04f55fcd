"""The tutorial's files hold together before any site is opened: they load, check clean, pass their test."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from agent.browser.elements import load_book
from agent.core.failures import UnknownElement
from agent.worker.check import problems
from tests import pages

AUTOMATION = "automations/cancelled_visits/automation.py"
SITES = ("clinic", "claims-house")


def folders(home: Path) -> dict[str, Path]:
    return {name: home / "automations" / "sites" / name for name in SITES}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for file, blocks in pages.files().items():
        pages.write(tmp_path, file, blocks)
    return tmp_path


def test_the_tutorial_names_these_files_and_no_other() -> None:
    assert {file: len(blocks) for file, blocks in pages.files().items()} == {
        AUTOMATION: 3,
        "automations/cancelled_visits/test_automation.py": 1,
        "automations/sites/clinic/site.toml": 1,
        "automations/sites/claims-house/site.toml": 1,
        "automations/sites/claims-house/site.py": 1,
    }


@pytest.mark.parametrize("parts", [1, 3])
def test_check_finds_no_problem_after_either_half(home: Path, parts: int) -> None:
    file = pages.write(home, AUTOMATION, pages.files()[AUTOMATION][:parts])
    assert problems(file.parent, folders(home)) == []


def test_check_finds_a_misspelt_element_in_the_tutorial(home: Path) -> None:
    file = home / AUTOMATION
    file.write_text(file.read_text().replace('report.download("export"', 'report.download("exprot"', 1))
    (found,) = problems(file.parent, folders(home))
    assert isinstance(found, UnknownElement)
    assert found.params["nearest"] == "export"


def test_the_tutorials_own_test_passes_with_plain_pytest(home: Path) -> None:
    folder = home / "automations" / "cancelled_visits"
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)],
        cwd=home,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert "1 passed" in told.stdout


@pytest.mark.parametrize("site", SITES)
def test_the_books_of_the_tutorial_are_understood(home: Path, site: str) -> None:
    assert load_book(folders(home)[site]).title


def test_each_action_of_a_site_in_the_tutorial_is_marked_commit_once(home: Path) -> None:
    kinds = [element.kind.value for element in load_book(folders(home)["claims-house"]).elements.values()]
    assert kinds.count("commit") == 1
