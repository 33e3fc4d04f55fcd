"""The panel in a real browser: what is open, what its console says, what its policy refused."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from agent.system.browsers import find_browser

AXE = Path(__file__).parents[2] / "ui" / "panel" / "web" / "node_modules" / "axe-core" / "axe.min.js"
DESK, PHONE = (1280, 800), (390, 844)
Scheme = Literal["light", "dark"]

# Runs before anything of the page; tests.panel.payloads sets `window.ran`.
_REPORTS = """
Object.defineProperty(window, 'ran', { set: () => console.error('a payload ran') });
window.reports = [];
document.addEventListener('securitypolicyviolation', (event) => {
  window.reports.push(`${event.violatedDirective}: ${event.blockedURI || event.sourceFile} ${event.sample}`);
});
"""
# Nothing is being fetched for the first time any more, and every picture that is in sight is there.
_SETTLED = """() => Boolean(document.querySelector('main h1')) && !document.querySelector('.loading')
  && [...document.images].every((image) => image.loading === 'lazy' || image.complete)"""
_TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser that Predawn would use."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_browser().path,
            chromium_sandbox=os.name != "posix" or os.geteuid() != 0,
            args=["--no-first-run", "--force-color-profile=srgb"],
        )
        yield browser
        browser.close()


class Watched:
    """One page that is watched: ``said`` is what its console should not have said."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        context.add_init_script(_REPORTS)
        context.set_default_timeout(15_000)
        self.address, self.said = address, list[str]()
        self.page: Page = context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        self.page.on("dialog", self._dialog)

    def open(self, path: str) -> Page:
        """Go to a page of the panel; returns once all that it asks for at first is there."""
        self.page.goto(f"{self.address}{path}")
        return self.settled()

    def settled(self) -> Page:
        while True:
            self.page.wait_for_function(_SETTLED)
            # A page's frame is drawn a moment before what it holds, "Looking…" among that.
            self.page.evaluate(_TWO_FRAMES)
            if self.page.evaluate(_SETTLED):
                return self.page

    def complaints(self) -> list[str]:
        """What console and policy said since the page was opened."""
        return [*self.said, *self.page.evaluate("window.reports")]

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.said.append(f"{message.type}: {message.text}")

    def _dialog(self, dialog: object) -> None:
        self.said.append("a dialog opened")
        dialog.dismiss()  # type: ignore[attr-defined]  # playwright's Dialog


@contextmanager
def watched(
    browser: Browser,
    address: str,
    token: str | None,
    *,
    size: tuple[int, int] = DESK,
    scheme: Scheme = "light",
) -> Iterator[Watched]:
    """A fresh context of one person (by the session's token; None: nobody), of a size and a colour scheme."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,
        timezone_id="Europe/Vienna",
        locale="en-GB",
        reduced_motion="reduce",
    )
    if token is not None:
        context.add_cookies([{"name": "predawn_session", "value": token, "url": address}])
    try:
        yield Watched(context, address)
    finally:
        context.close()


def faults(page: Page) -> list[Any]:
    """What axe-core finds on a page as it stands: rule, and where."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [(each["id"], [node["target"] for node in each["nodes"]]) for each in found["violations"]]


def assert_sound(seen: Watched, what: str) -> None:
    assert seen.complaints() == [], what
    assert faults(seen.page) == [], what
    assert not seen.page.evaluate("document.documentElement.scrollWidth > innerWidth"), f"{what} is too wide"
