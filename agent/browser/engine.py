"""The browser itself: driver, launch, contexts, stored sessions."""

from __future__ import annotations

import json
import tempfile
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
_SHORTEST_SECRET = 8  # shorter ones are settings: a language, a yes
_RESTORE = """(stored) => {
  const mine = stored[location.origin];
  if (mine && !sessionStorage.length) Object.entries(mine).forEach(([k, v]) => sessionStorage.setItem(k, v));
}"""


class Engine:
    """Playwright's driver and one browser, started when first needed: no secret is needed for that.

    Nothing closes them in good order: when the worker has said how its task ended, the host ends its tree.
    """

    def __init__(self) -> None:
        self._playwright: Playwright | None = None
        self._browser: PlaywrightBrowser | None = None
        self._started: tuple[Path, bool, bool] | None = None
        self._downloads: Path | None = None

    @property
    def downloads(self) -> Path:
        """The folder below this process's TMPDIR that the browser downloads into, under random names."""
        if self._downloads is None:
            self._downloads = Path(tempfile.mkdtemp(prefix="downloads-"))
        return self._downloads

    def launch(self, path: Path, *, sandbox: bool, headed: bool = False) -> str:
        """Start driver and browser, unless they run as wanted; returns the browser's version.

        Raises BrowserMissing if it doesn't start.
        """
        wanted = path, sandbox, headed
        if self._browser is not None:
            if self._started == wanted and _lives(self._browser):
                return self._browser.version
            self._browser.close()
        from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415  # 0.17 s, only for a site

        self._playwright = self._playwright or sync_playwright().start()
        try:
            self._browser = self._playwright.chromium.launch(
                executable_path=path,
                headless=not headed,
                chromium_sandbox=sandbox,
                args=FLAGS,
                downloads_path=self.downloads,
                # The worker ends by its own rules; the browser must not decide by itself.
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
            )
        except Error as error:
            self._browser = None
            raise BrowserMissing(looked=str(path)) from error
        self._started = wanted
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
        """Close the browser and the driver in good order (a script of one's own has no host to end it)."""
        if self._browser is not None:
            self._browser.close()
        if self._playwright is not None:
            self._playwright.stop()


def _lives(browser: PlaywrightBrowser) -> bool:
    """Tell whether a browser that may have waited for minutes still answers: that takes milliseconds."""
    from playwright.sync_api import Error  # noqa: PLC0415  # it is loaded: a browser runs

    try:
        browser.new_browser_cdp_session().detach()
    except Error:
        return False
    return True


def secrets_of(state: bytes) -> list[str]:
    """Return what in a stored session would let somebody else in: the values of cookies and of storage."""
    value = json.loads(state)
    kept = value["cookies_and_local"]
    pairs = [*kept["cookies"], *(pair for origin in kept["origins"] for pair in origin["localStorage"])]
    told = [pair["value"] for pair in pairs]
    told += [text for values in value["session_storage"].values() for text in values.values()]
    return [text for text in told if len(text) >= _SHORTEST_SECRET]


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
