"""Signing in: by the book's three elements, or as the site's own ``site.py`` says."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from playwright.sync_api import Error, Frame

from agent.browser.session import ELEMENT_SECONDS, Session
from agent.core.failures import AccountLocked, PageTimeout, SignInRefused, SiteDown

USER, PASSWORD, SIGN_IN = "user", "password", "sign_in"  # the elements of a book
_ASKED = "__predawn_asked"
_LOOK_AGAIN_MILLISECONDS = 40


@dataclass(frozen=True)
class Account:
    """Who signs in; the password never shows in a repr."""

    site: str
    name: str
    password: str = field(repr=False)


def is_signed_in(session: Session) -> bool:
    """Open the start page and look whether the stored session still holds: probed, not trusted."""
    session.open()
    with session.watched():
        own = getattr(session.steps, "is_signed_in", None)
        if own is not None:
            return bool(own(session.page))
        return _answer(session) is None


def sign_in(session: Session, account: Account) -> None:
    """Sign in on the start page; raises SignInRefused, AccountLocked, PageTimeout, SiteDown, ElementMissing.

    The caller has opened the page and counted the try already.
    """
    with session.watched():
        session.page.evaluate(f"window.{_ASKED} = true")
        own = getattr(session.steps, "sign_in", None)
        if own is not None:
            own(session.page, account)
        else:
            session[USER].fill(account.name)
            session[PASSWORD].fill(account.password)
            session[SIGN_IN].click()
        refused = _answer(session)
    if refused is None:
        return
    if session.book.lock_in(refused) is not None:
        raise AccountLocked(site=account.site, account=account.name)
    words = session.book.refusal_in(refused) or ""
    raise SignInRefused(site=account.site, account=account.name, words=words)


def _answer(session: Session) -> str | None:
    """Wait until the page says whether we are in: None when we are, else the text of the page that asks.

    The form we filled in stays on the screen until the answer comes; it is known by a mark on its document.
    Raises PageTimeout, SiteDown.
    """
    inside = session.book.element(session.book.signed_in).locator(session.page)
    until = time.monotonic() + 2 * ELEMENT_SECONDS
    while time.monotonic() < until:
        if inside.count():
            return None
        if session.memory.last_status >= 500:
            raise SiteDown(site=session.book.site, status=session.memory.last_status)
        if any(_asks(frame) for frame in session.page.frames):
            return session.text()
        session.page.wait_for_timeout(_LOOK_AGAIN_MILLISECONDS)
    raise PageTimeout(site=session.book.site, what=session.book.signed_in, seconds=2 * ELEMENT_SECONDS)


def _asks(frame: Frame) -> bool:
    try:
        return bool(
            frame.evaluate(f"!window.{_ASKED} && document.querySelector('input[type=password]') !== null")
        )
    except Error as error:
        if "navigat" in str(error) or "detached" in str(error) or "destroyed" in str(error):
            return False  # between two pages: the next look will tell
        raise
