"""A story by clicking: a real agent comes in, is asked for a run, stumbles, is answered, and is green."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from agent.core.actors import Actor
from agent.host import joining
from agent.store.database import close_store
from resources.practice.server import Practice
from tests.morning import Morning, assert_exact
from tests.panel.browsing import assert_sound, watched
from tests.panel.serving import Panel

pytestmark = pytest.mark.timeout(280)
_A_WORKER = 90_000
"""Milliseconds within which a worker with its browser has done its task on a busy machine."""


def comes_in(page: Page, morning: Morning, name: str) -> None:
    """Make a code in the panel, and type its command at the workstation."""
    page.get_by_role("link", name="Workstations").click()
    page.get_by_role("button", name="Bring in").first.click()
    page.get_by_label("What people call it").fill(name)
    page.get_by_label("Its office").fill("north")
    page.get_by_role("button", name="Make a code").click()
    shown = page.locator(".one-time").inner_text()
    address, code = re.search(r"enrol (\S+) (\S+)", shown).groups()  # type: ignore[union-attr]  # or it fails
    joining.join(morning.home, address.rstrip("/"), code, Actor("person", "tester", "Test", "cli", "test"))
    close_store()
    page.get_by_role("button", name="Done").click()
    page.get_by_role("heading", name=name).wait_for()


def test_a_story_from_the_code_to_green(
    browser: Browser, tmp_path: Path, panel: Panel, practice: Practice
) -> None:
    """Enrol, trigger, watch, a refusal by a practice switch, review, "try again", green, exactly once."""
    morning = Morning(tmp_path / "home", practice)
    name = morning.small_sync(2)  # by the title of the shipped one, which is there too
    practice.faults("claimport", "refuse", times=1)
    with watched(browser, panel.address, panel.person("ada", everywhere="admin").token) as seen:
        page = seen.open("/")
        comes_in(page, morning, "FRONT-2")
        with morning.host() as host:
            page.get_by_role("link", name="Trigger").click()
            page.locator(f"input[value={name}]").check(timeout=_A_WORKER)
            page.get_by_role("button", name="Run now at FRONT-2").click()
            page.get_by_role("button", name="Run now", exact=True).click()
            page.get_by_role("link", name="See this run").click(timeout=_A_WORKER)

            page.get_by_role("heading", name="Clinic morning sync").wait_for()
            page.get_by_role("main").get_by_role("link", name="Review").click(timeout=_A_WORKER)
            page.get_by_role("heading", name=re.compile("refused")).wait_for()
            assert_sound(seen, "the question")
            page.get_by_role("button", name="Try again").click()
            page.get_by_role("heading", name="Nothing needs you.").wait_for(timeout=_A_WORKER)

            page.get_by_role("link", name="Dashboard").click()
            page.get_by_role("link", name="Clinic morning sync").click()
            page.get_by_text("2 claims arrived").first.wait_for(timeout=_A_WORKER)
            assert page.locator("td.unequal").count() == 0
            assert_sound(seen, "the run")
            run_id = page.url.rpartition("/")[2]
            morning.open()
            assert_exact(morning, morning.finished(host, run_id), 2)
            close_store()
