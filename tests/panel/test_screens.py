"""Every page in a real browser, on a desk and on a phone: nothing complained of, axe-core finds nothing."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.panel import seed
from tests.panel.browsing import DESK, PHONE, assert_sound, watched
from tests.panel.conftest import STATIC
from tests.panel.seed import Morning
from tests.panel.serving import Panel

PAGES = (
    "/",
    "/runs",
    "/runs/log",
    "run",
    "failed",
    "/trigger",
    "/review",
    "/review?show=answered",
    "/insights",
    "/workstations",
    "/people",
    "/audit",
    "/account",
    "/more",
    "/no-such-page",
)
VARIANTS = ((DESK, "light"), (PHONE, "dark"))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Panel, Morning]]:
    """A panel with a whole morning."""
    with Panel(tmp_path_factory.mktemp("told")) as panel:
        yield panel, seed.fill(panel)


def path_of(page: str, morning: Morning) -> str:
    stations = morning.stations
    if page == "run":
        return f"/runs/{stations['FRONT-2'].number}/{seed.LIVE}"
    return f"/runs/{stations['SOUTH-1'].number}/{seed.FAILED}" if page == "failed" else page


@pytest.mark.parametrize(("size", "scheme"), VARIANTS, ids=("desk", "phone"))
def test_every_page_is_sound(browser: Browser, told: tuple[Panel, Morning], size: Any, scheme: Any) -> None:
    panel, morning = told
    with watched(browser, panel.address, morning.admin.token, size=size, scheme=scheme) as seen:
        for page in PAGES:
            seen.open(path_of(page, morning))
            assert_sound(seen, page)
            assert seen.page.locator("main h1").count() == 1, page


def test_every_dialog_is_sound_and_gives_the_focus_back(
    browser: Browser, told: tuple[Panel, Morning]
) -> None:
    panel, morning = told
    buttons = {
        "failed": "Try again",
        "/trigger": "Run now at SOUTH-2",
        "/workstations": "Bring in a workstation",
        "/people": "Add somebody",
        "/review": "ClaimPort",
    }
    with watched(browser, panel.address, morning.admin.token) as seen:
        for path, name in buttons.items():
            seed.still_here(morning)  # what is silent is asked for nothing
            page = seen.open(path_of(path, morning))
            if path == "/trigger":
                page.get_by_label("Supplier prices").check()
            opener = page.get_by_role("button", name=name).first
            opener.focus()
            page.keyboard.press("Enter")
            page.locator("dialog[open]").wait_for()
            assert_sound(seen, path)
            page.keyboard.press("Escape")
            page.locator("dialog[open]").wait_for(state="hidden")
            assert opener.evaluate("(each) => each === document.activeElement"), path


def test_the_first_load_of_the_dashboard_is_small(browser: Browser, told: tuple[Panel, Morning]) -> None:
    """Less than 150 kB of script, compressed; and what the server sends is compressed."""
    panel, morning = told
    with watched(browser, panel.address, morning.admin.token) as seen:
        sizes: dict[str, tuple[int, str]] = {}

        def heard(answer: Any) -> None:
            if answer.url.endswith(".js"):
                sizes[answer.url] = (
                    len(gzip.compress(answer.body())),
                    answer.headers.get("content-encoding", ""),
                )

        seen.page.on("response", heard)
        seen.open("/")
        seen.page.wait_for_load_state("networkidle")
        assert len(sizes) >= 3
        assert sum(size for size, _ in sizes.values()) < 150_000
        assert {encoding for _, encoding in sizes.values()} == {"gzip"}


def test_a_change_is_seen_without_a_reload(browser: Browser, told: tuple[Panel, Morning]) -> None:
    panel, morning = told
    with watched(browser, panel.address, morning.admin.token) as seen:
        page = seen.open("/")
        page.get_by_text(re.compile("143 of 187 claims")).wait_for()
        seed.step(morning, 144)
        page.get_by_text(re.compile("144 of 187 claims")).wait_for(timeout=2_000)


def test_filters_of_runs_stand_in_the_address(browser: Browser, told: tuple[Panel, Morning]) -> None:
    panel, morning = told
    with watched(browser, panel.address, morning.admin.token) as seen:
        page = seen.open("/runs")
        page.get_by_label("Where it stands").select_option(label="Needs you")
        page.wait_for_url("**/runs?state=NEEDS_REVIEW")
        expect(page.locator("tr.line")).to_have_count(1)
        page.reload()
        assert seen.settled().get_by_label("Where it stands").input_value() == "NEEDS_REVIEW"
        page.get_by_label("Search").fill("no such words")
        page.get_by_text("No run fits this.").wait_for()


def test_the_built_page_names_no_foreign_address() -> None:
    """Nothing is loaded from elsewhere, and nothing in the page is inline."""
    index = (STATIC / "index.html").read_text()
    assert "http" not in index
    assert "<style" not in index
    assert " onload" not in index
