"""The panel in a real browser beside two real agents: joined, triggered, watched, broken, answered, green."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from resources.practice.server import Practice
from tests.morning import Morning
from tests.panel.browsing import watched
from tests.panel.serving import Panel

PREDAWN = (sys.executable, "-P", "-m", "agent.cli.main")
SOON, LATER = 60_000, 180_000  # milliseconds


@contextmanager
def agent(morning: Morning, command: str) -> Iterator[None]:
    """Join the panel by the command that the page shows, then keep ``predawn agent`` working."""
    env = {**os.environ, "PREDAWN_HOME": str(morning.home.root)}
    words = command.split()
    assert words[0] == "predawn"
    subprocess.run([*PREDAWN, *words[1:]], env=env, check=True, timeout=120, capture_output=True)
    with (morning.home.root / "agent.out").open("w") as said:
        running = subprocess.Popen([*PREDAWN, "agent"], env=env, stdout=said, stderr=said)
        try:
            yield
        finally:
            running.terminate()
            running.wait(60)


def code_for(page: Page, name: str) -> str:
    """Make an enrolment code as an admin does; returns the command to type at the workstation."""
    page.get_by_role("button", name="Bring in").first.click()
    page.get_by_label("What people call it").fill(name)
    page.get_by_label("Its office").fill("north")
    page.get_by_role("button", name="Make a code").click()
    command = page.locator(".one-time.code").inner_text()
    page.get_by_role("button", name="Done").click()
    return command


def run_now(page: Page, address: str, name: str) -> None:
    """Start the small sync at a workstation and follow it to its own page."""
    page.goto(f"{address}/trigger")
    page.locator("input[name=automation][value=small-sync]").check(timeout=SOON)
    page.get_by_role("button", name=f"Run now at {name}").click(timeout=SOON)
    page.get_by_role("dialog").get_by_role("button", name="Run now").click()
    page.locator("pd-wish-result a").first.click(timeout=SOON)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_team_lives_through_a_morning(browser: Browser, practice: Practice, tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    front, back = Morning(tmp_path / "front", practice), Morning(tmp_path / "back", practice)
    front.small_sync(3)
    back.small_sync(5)
    with Panel(tmp_path / "panel") as panel:
        ada = panel.person("ada", everywhere="admin")
        with watched(browser, panel.address, ada.token) as seen:
            page = seen.open("/workstations")
            commands = [code_for(page, name) for name in ("FRONT-2", "BACK-1")]
            with agent(front, commands[0]), agent(back, commands[1]):
                expect(page.get_by_role("heading", name="FRONT-2")).to_be_visible(timeout=SOON)
                practice.faults("claimport", "refuse", times=1)
                run_now(page, panel.address, "FRONT-2")
                page.screenshot(path=pictures / "1-watched.png", full_page=True)
                expect(page.locator("main")).to_contain_text("Needs you", timeout=LATER)
                page.screenshot(path=pictures / "2-needs-you.png", full_page=True)
                page.goto(f"{panel.address}/review")
                question = page.locator("article.question").first
                expect(question).to_contain_text("refused", timeout=SOON)
                page.screenshot(path=pictures / "3-question.png", full_page=True)
                question.get_by_role("button", name="Try again").click()
                expect(page.get_by_role("button", name="Try again")).to_be_hidden(timeout=SOON)
                page.goto(f"{panel.address}/runs")
                page.locator("main a[href*='/runs/1/']").first.click(timeout=SOON)
                expect(page.locator("main")).to_contain_text("3 claims arrived", timeout=LATER)
                page.screenshot(path=pictures / "4-green.png", full_page=True)
                run_now(page, panel.address, "BACK-1")
                expect(page.locator("main")).to_contain_text("5 claims arrived", timeout=LATER)
                page.goto(f"{panel.address}/")
                expect(page.get_by_text("5 claims arrived")).to_be_visible(timeout=SOON)
                page.screenshot(path=pictures / "5-both.png", full_page=True)
                assert seen.complaints() == []
    assert set(front.delivered().values()) == {1}
    assert len(front.delivered()) == 5
