"""The border of this room: Playwright's errors become failures of our tree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from agent.browser.elements import Book
from agent.browser.memory import Memory
from agent.core.failures import (
    ElementAmbiguous,
    ElementMissing,
    Failure,
    PageCrashed,
    PageTimeout,
    SignedOut,
    SiteDown,
    UnknownElement,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page


class InUse(Protocol):
    """A site in use, as far as its failures are told from it."""

    page: Page
    book: Book
    memory: Memory


_CLOSED = "TargetClosedError"  # Playwright names it so, whatever its words; its API has not the class
_CRASHED = ("target crashed", "page crashed")  # these are plain errors
_PRESSED = "action done"  # in Playwright's account of a click: the element was there, only no answer came
_BROWSERS_OWN_PAGE = "chrome-error:"  # what it shows where no answer came, or half of one
SERVER_ERROR = 500


@contextmanager
def translated(session: InUse) -> Iterator[None]:
    """Turn an error of Playwright inside the block into a failure; every other error passes unchanged."""
    try:
        yield
    except Exception as error:
        failure = failure_of(session, error)
        if failure is None:
            raise
        raise failure from error


def failure_of(session: InUse, error: Exception) -> Failure | None:
    """Say what an error means by its words and by what the page looks like now; None if not Playwright's."""
    from playwright.sync_api import Error  # noqa: PLC0415  # keeps agent.sdk light

    if not isinstance(error, Error):
        return None
    site, words = session.book.site, str(error).lower()
    if is_gone(error) or session.page.is_closed():
        session.memory.note_crash(session.page)  # its own news of it may come later than this error
        return PageCrashed(site=site)
    if "net::err_" in words or "ns_error" in words:
        return SiteDown(site=site, status="no answer")
    return _on_page(session, error, ambiguous="strict mode violation" in words)


def is_gone(error: Exception) -> bool:
    """Tell whether an error of Playwright says that page, browser or driver is no more."""
    from playwright.sync_api import Error  # noqa: PLC0415

    if not isinstance(error, Error):
        return False
    return type(error).__name__ == _CLOSED or any(words in str(error).lower() for words in _CRASHED)


def is_crash(error: Exception) -> bool:
    """Tell whether an error of Playwright says that a page crashed, not that it only went elsewhere."""
    return "crashed" in str(error).lower()


def _on_page(session: InUse, error: Exception, *, ambiguous: bool) -> Failure:
    """Say what an error means while there is a page to look at."""
    from playwright.sync_api import Error  # noqa: PLC0415
    from playwright.sync_api import TimeoutError as Late  # noqa: PLC0415

    site, element = session.book.site, session.memory.last_element
    try:
        if ambiguous:
            return ElementAmbiguous(site=site, element=element, found=_count(session))
        if isinstance(error, Late):
            return _late(session, error)
    except Error:  # it went away while we looked at it
        return PageCrashed(site=site)
    return PageTimeout(site=site, what=element or "page", seconds=0)


def _late(session: InUse, error: Exception) -> Failure:
    """Say why something did not come in time, by what the page looks like now."""
    site, element = session.book.site, session.memory.last_element
    late = PageTimeout(site=site, what=element or "page", seconds=_seconds(str(error)))
    under_way = _PRESSED in str(error) or "navigating to" in str(error)
    if under_way:
        session.memory.stop_loading(session.page)
    out_of_order = session.memory.last_status >= SERVER_ERROR
    if out_of_order or session.page.url.startswith(_BROWSERS_OWN_PAGE):
        return SiteDown(site=site, status=session.memory.last_status if out_of_order else "no answer")
    if under_way or session.page.evaluate("document.readyState") == "loading" or not element:
        return late
    found = _count(session)
    if found > 1:
        return ElementAmbiguous(site=site, element=element, found=found)
    if found == 1:
        return late  # it is there but covered, hidden or disabled
    if asks_to_sign_in(session.page):
        return SignedOut(site=site)
    return ElementMissing(site=site, element=element)


def asks_to_sign_in(page: Page) -> bool:
    """A password field where the work was going on means that the session has ended."""
    return any(frame.locator("input[type=password]").count() > 0 for frame in page.frames)


def _count(session: InUse) -> int:
    try:
        element = session.book.element(session.memory.last_element)
    except UnknownElement:
        return 0
    return element.locator(session.page).count()


def _seconds(words: str) -> float:
    digits = words.split("Timeout ", 1)[-1].split("ms", 1)[0]
    return int(digits) / 1000 if digits.isdigit() else 0
