"""What is remembered of a site while it is used: for evidence, masks, repairs and the reasons of failures."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from agent.browser.sightings import Sightings

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, ConsoleMessage, Page, Request, Response

_TAIL = 30  # of console and network, so many last lines
_LONGEST = 300


@dataclass
class Memory:
    """What a session remembers: shared by its pop-ups."""

    last_element: str = ""
    last_status: int = 200
    dialogs: list[str] = field(default_factory=list)
    console: deque[str] = field(default_factory=lambda: deque(maxlen=_TAIL))
    network: deque[tuple[str, str, str]] = field(  # method, address, status
        default_factory=lambda: deque(maxlen=_TAIL)
    )
    personal: list[str] = field(default_factory=list)  # values of the current record, masked in pictures
    secrets: list[str] = field(default_factory=list)  # what was typed and must never be seen
    filled: dict[str, str | bool] = field(default_factory=dict)  # what each element was last filled with
    answer: str = ""  # the page that the last commit click led to
    last_commit: float = 0.0  # monotonic seconds
    accept_dialogs: bool = False
    sightings: Sightings = field(default_factory=Sightings)
    failed: Any = None  # the session of a window in which something failed; it stays open to be looked at
    crashed: list[Page] = field(default_factory=list)  # they answer nothing any more, and don't say so either
    on_step: Callable[[Any, str], None] | None = None  # hears each named step and where, if somebody wants to

    _devtools: dict[Page, CDPSession] = field(default_factory=dict)

    def devtools(self, page: Page) -> CDPSession:
        """Return the one connection to the browser's own tools for a page; it ends with the page.

        Nobody detaches it: detaching asks the page first, and one whose process has just died never answers.
        """
        if page not in self._devtools:
            self._devtools = {each: kept for each, kept in self._devtools.items() if not each.is_closed()}
            self._devtools[page] = page.context.new_cdp_session(page)
        return self._devtools[page]

    def stop_loading(self, page: Page) -> None:
        """Give up the page that does not come: until then whatever is asked of the old one waits for it.

        What was sent was sent: the site may act on it all the same. Raises Playwright's Error.
        """
        self.devtools(page).send("Page.stopLoading")

    def note_response(self, response: Response) -> None:
        """Remember how the site answered: of any window, also one that has just been opened."""
        if response.request.is_navigation_request():
            self.last_status = response.status
        self.network.append((response.request.method, response.url, str(response.status)))

    def note_crash(self, page: Page) -> None:
        """Remember that a page crashed."""
        self.crashed.append(page)

    def note_lost(self, request: Request) -> None:
        """Remember a request that got no answer."""
        self.network.append((request.method, request.url, request.failure or "failed"))

    def note_console(self, message: ConsoleMessage) -> None:
        """Remember what the page's scripts say."""
        self.console.append(f"{message.type}: {message.text[:_LONGEST]}")
