"""The browser itself: driver, launch, contexts, stored sessions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.core.failures import BrowserMissing

if TYPE_CHECKING:
    from playwright.sync_api import Browser as PlaywrightBrowser
    from playwright.sync_api import BrowserContext, Page, Playwright

# Without these Chromium talks to its maker at every start: an office's proxy log should show the site alone.
FLAGS = [
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_RESTORE = """(stored) => {
  const mine = stored[location.origin];
  if (mine && !sessionStorage.length) Object.entries(mine).forEach(([k, v]) => sessionStorage.setItem(k, v));
}"""


class Engine:
    """Playwright's driver and one browser. Start it early (no secret is needed for that), launch it late."""

    def __init__(self) -> None:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415  # 0.17 s, only where a site is used

        self._playwright: Playwright = sync_playwright().start()
        self._browser: PlaywrightBrowser | None = None

    def launch(self, path: Path, *, sandbox: bool, headed: bool = False) -> str:
        """Start the browser at ``path``; returns its version. Raises BrowserMissing if it doesn't start."""
        from playwright.sync_api import Error  # noqa: PLC0415

        try:
            self._browser = self._playwright.chromium.launch(
                executable_path=path,
                headless=not headed,
                chromium_sandbox=sandbox,
                args=FLAGS,
                # The worker ends by its own rules; the browser must not decide by itself.
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
            )
        except Error as error:
            raise BrowserMissing(looked=str(path)) from error
        return self._browser.version

    def new_page(self, stored: bytes | None = None) -> Page:
        """Open a page in a context of its own, with a stored session or none."""
        if self._browser is None:
            raise RuntimeError("launch comes first")
        state: dict[str, Any] = json.loads(stored) if stored else {}
        context = self._browser.new_context(
            storage_state=state.get("cookies_and_local"),
            accept_downloads=True,
            viewport={"width": 1280, "height": 900},
        )
        if state.get("session_storage"):
            context.add_init_script(f"({_RESTORE})({json.dumps(state['session_storage'])})")
        return context.new_page()

    def close(self) -> None:
        """Close the browser and the driver."""
        if self._browser is not None:
            self._browser.close()
        self._playwright.stop()


def stored_state(context: BrowserContext) -> bytes:
    """Return cookies, local storage and (per origin) session storage, to be sealed by the caller."""
    session_storage: dict[str, dict[str, str]] = {}
    for page in context.pages:
        for frame in page.frames:
            origin, values = frame.evaluate("[location.origin, {...sessionStorage}]")
            if values:
                session_storage[origin] = values
    state = {"cookies_and_local": context.storage_state(), "session_storage": session_storage}
    return json.dumps(state).encode()
