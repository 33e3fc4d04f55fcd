"""A lost element in a real browser: seen beside last time, answered by its place; times in the office's."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, expect

from tests.panel import lost
from tests.panel.browsing import PHONE, assert_sound, watched
from tests.panel.serving import MERIDIAN, Panel, review


def test_a_place_is_chosen_on_the_picture_and_accepted(browser: Browser, panel: Panel) -> None:
    station, face = panel.workstation("FRONT-2", about=lost.ABOUT), panel.person("otto", north="operator")
    lost.lose(station)
    with watched(browser, panel.address, face.token) as seen:
        page = seen.open("/review")
        pictures = page.locator("pd-repair img")
        assert pictures.count() == 2
        page.wait_for_function("() => [...document.images].every((image) => image.naturalWidth > 0)")
        page.wait_for_function("() => document.querySelectorAll('pd-repair rect').length === 4")
        today = pictures.first.bounding_box()
        box = page.locator("pd-repair rect").first.bounding_box()
        assert today is not None
        assert box is not None
        # The box lies where the wire said, whatever the width at which the picture is shown.
        assert abs((box["x"] - today["x"]) / today["width"] - 742 / 960) < 0.01
        assert abs((box["y"] - today["y"]) / today["height"] - 92 / 600) < 0.02
        export, from_day = page.get_by_label("export"), page.get_by_label("from day")
        assert (export.input_value(), from_day.input_value()) == ("1", "3")
        export.select_option("2")
        from_day.select_option("0")
        assert_sound(seen, "review")
        page.get_by_role("button", name="Use the chosen one from now on").click()
        page.get_by_text(re.compile("FRONT-2")).first.wait_for()
        page.get_by_role("button", name="Use the chosen one from now on").wait_for(state="detached")
    (order,) = station.orders()
    assert (order.answer, order.candidates) == ("accept_repair", (2,))


def test_what_a_person_chose_stays_chosen_whatever_else_comes(browser: Browser, panel: Panel) -> None:
    """Else the click that follows would send what they had turned down."""
    station, face = panel.workstation("FRONT-2", about=lost.ABOUT), panel.person("otto", north="operator")
    lost.lose(station)
    with watched(browser, panel.address, face.token) as seen:
        page = seen.open("/review")
        for label in ("export", "from day"):
            page.get_by_label(label).select_option("0")
        station.tell(reviews=(review(2, run=lost.RUN, params=MERIDIAN),))
        page.get_by_text("2 questions wait").wait_for()
        seen.settled()
        for label in ("export", "from day"):
            assert page.get_by_label(label).input_value() == "0"
        assert page.get_by_role("button", name="Use the chosen one from now on").is_disabled()


def test_nothing_chosen_cannot_be_sent(browser: Browser, panel: Panel) -> None:
    station, face = panel.workstation("FRONT-2", about=lost.ABOUT), panel.person("otto", north="operator")
    lost.lose(station)
    with watched(browser, panel.address, face.token, size=PHONE, scheme="dark") as seen:
        page = seen.open("/review")
        for label in ("export", "from day"):
            page.get_by_label(label).select_option("0")
        expect(page.get_by_role("button", name="Use the chosen one from now on")).to_be_disabled()
        assert page.get_by_role("button", name="Try again").is_enabled()
        assert_sound(seen, "review")


def test_times_are_shown_in_the_offices_zone(browser: Browser, panel: Panel) -> None:
    station, face = panel.workstation("FRONT-2", about=lost.ABOUT), panel.person("jo", north="viewer")
    lost.lose(station)
    told = face.get(f"/api/runs/{station.number}/{lost.RUN}")["run"]["started_at"]
    there = datetime.fromisoformat(told).astimezone(ZoneInfo("Pacific/Auckland"))
    here = datetime.fromisoformat(told).astimezone(UTC)
    with watched(browser, panel.address, face.token) as seen:
        page = seen.open(f"/runs/{station.number}/{lost.RUN}")
        shown = page.locator("time[title='Pacific/Auckland']").all_inner_texts()
        assert any(one.endswith(f"{there:%H:%M} Auckland") for one in shown)
        assert not any(f"{here:%H:%M}" in one for one in page.locator("time").all_inner_texts())
