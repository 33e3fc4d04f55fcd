"""Signing in: by the book's elements, or as the site's own ``site.py`` says; then a second step if asked for.

What the site answers is told apart by the book's words, and each leads elsewhere: a wrong password, one that
has expired, a locked account, somebody else who is signed in, a picture that only a person can read.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from playwright.sync_api import Error, Frame

from agent.browser.elements import Book
from agent.browser.secrets import type_secret
from agent.browser.session import ELEMENT_SECONDS, Session
from agent.core.failures import (
    AccountLocked,
    CaptchaShown,
    CodeRefused,
    PageTimeout,
    PasswordExpired,
    SignedInElsewhere,
    SignInRefused,
    Site,
    SiteDown,
)

if TYPE_CHECKING:
    from playwright.sync_api import Locator

USER, PASSWORD, SIGN_IN = "user", "password", "sign_in"  # the elements of a book
CODE, SEND_CODE, CODE_QUESTION = "one_time_code", "send_code", "code_question"
_ASKED = "__predawn_asked"
_LOOK_AGAIN_MILLISECONDS = 40
_NEW = f"() => !window.{_ASKED} && document.readyState !== 'loading'"
_ASKS = "() => document.querySelector('input[type=password]') !== null"

Codes = Callable[[str], str]
"""Gives the code, or the answer to the site's question ("" for a plain code); raises CodeWanted."""


_MEANINGS: dict[str, type[Site]] = {
    "locked": AccountLocked,
    "captcha": CaptchaShown,
    "expired": PasswordExpired,
    "elsewhere": SignedInElsewhere,
}


@dataclass(frozen=True)
class _Before:
    """What stood on the page when it was marked: only what is new since then is the site's answer."""

    lines: frozenset[str] = frozenset()
    code: bool = False


_NOTHING = _Before()


@dataclass(frozen=True)
class Account:
    """Who signs in; neither password nor seed shows in a repr."""

    site: str
    name: str
    password: str = field(repr=False)
    seed: str | None = field(default=None, repr=False)

    def type_password(self, locator: Locator) -> None:
        """Type the password into a field, for a site's own ``sign_in``: no error will carry it."""
        type_secret(locator, self.password)


def is_signed_in(session: Session) -> bool:
    """Open the start page and look whether the stored session still holds: probed, not trusted."""
    session.open()
    with session.watched():
        own = getattr(session.steps, "is_signed_in", None)
        if own is not None:
            return bool(own(session.page))
        return _answer(session) is None


def require_no_captcha(session: Session, account: Account) -> None:
    """Look before anything is typed: raises CaptchaShown where a person must read a picture first."""
    words = session.book.meaning_in("captcha", session.text())
    if words is not None:
        raise CaptchaShown(site=account.site, account=account.name, words=words)


def sign_in(session: Session, account: Account, codes: Codes | None = None) -> None:
    """Sign in on the start page, which is open; the caller has counted the try already.

    Raises SignInRefused, PasswordExpired, AccountLocked, SignedInElsewhere, CaptchaShown, CodeRefused,
    CodeWanted, PageTimeout, SiteDown, ElementMissing.
    """
    session.memory.secrets.append(account.password)
    with session.watched():
        before = _mark(session)
        own = getattr(session.steps, "sign_in", None)
        if own is not None:
            own(session.page, account)
        else:
            session[USER].fill(account.name)
            type_secret(session[PASSWORD], account.password)
            session[SIGN_IN].click(no_wait_after=True)  # the answer is waited for below, and for longer
        told = _answer(session, before)
        if told is None:
            return
        if codes is not None and _asks_for_code(session):
            _second_step(session, account, codes)
            return
    raise _refusal(session, account, told)


def _second_step(session: Session, account: Account, codes: Codes) -> None:
    """Type the code, or the answer to the site's question, once."""
    book = session.book
    asked = [element.inner_text() for element in _question(session)]
    code = codes(" ".join(asked).strip())
    session.memory.secrets.append(code)  # no picture and no text shows it
    session.memory.filled[CODE] = code
    before = _mark(session)
    type_secret(session[CODE], code)
    session[SEND_CODE].click(no_wait_after=True)
    told = _answer(session, before)
    if told is None:
        return
    if _asks_for_code(session):
        raise CodeRefused(site=account.site, account=account.name, words=book.refusal_in(told) or "")
    raise _refusal(session, account, told)


def _question(session: Session) -> list[Locator]:
    """Return where the site says what it asks; nothing where the book or the page has no such place."""
    return session[CODE_QUESTION].all() if CODE_QUESTION in session.book.elements else []


def _refusal(session: Session, account: Account, told: str) -> Site:
    """Say by the book's words what a page means that does not let us in."""
    book, who = session.book, {"site": account.site, "account": account.name}
    for meaning, kind in _MEANINGS.items():
        words = book.meaning_in(meaning, told)
        if words is not None:
            return kind(**who, words=words)
    return SignInRefused(**who, words=book.refusal_in(told) or "")


def _mark(session: Session) -> _Before:
    """Mark each document that is open: one that comes after it has no mark."""
    for frame in session.page.frames:
        frame.evaluate(f"window.{_ASKED} = true")
    return _Before(frozenset(session.text().splitlines()), _asks_for_code(session))


def _answer(session: Session, before: _Before = _NOTHING) -> str | None:
    """Wait until the page says whether we are in: None when we are, else what it says instead.

    The form we filled in stays on the screen until the answer comes; it is known by a mark on its document. A
    page that answers without a new document is known by what it says now and did not say before.
    Raises PageTimeout, SiteDown.
    """
    until = time.monotonic() + 2 * ELEMENT_SECONDS
    while time.monotonic() < until:
        try:
            answered, told = _look(session, before)
        except Error as error:
            if not _between_pages(error):
                raise
            answered = False  # the next look will tell
        if answered:
            return told
        session.page.wait_for_timeout(_LOOK_AGAIN_MILLISECONDS)
    raise PageTimeout(site=session.book.site, what=session.book.signed_in, seconds=2 * ELEMENT_SECONDS)


def _look(session: Session, before: _Before) -> tuple[bool, str | None]:
    """Return whether the page has answered, and what it says; None when we are in. Raises SiteDown."""
    if session.book.element(session.book.signed_in).locator(session.page).count():
        return True, None
    if session.memory.last_status >= 500:
        raise SiteDown(site=session.book.site, status=session.memory.last_status)
    frames = session.page.frames
    new = [_is(frame, _NEW) for frame in frames]
    told = session.text()
    if not any(new):
        told = "\n".join(line for line in told.splitlines() if line not in before.lines)
    asks = any(is_new and _is(frame, _ASKS) for frame, is_new in zip(frames, new, strict=True))
    return asks or _is_answer(session.book, told, anew=any(new)) or _code_is_new(session, before, new), told


def _is_answer(book: Book, told: str, *, anew: bool) -> bool:
    """Tell whether words of the book say that we are not in; a refusal only where no new page is coming."""
    if not anew and book.refusal_in(told) is not None:
        return True
    return any(book.meaning_in(meaning, told) is not None for meaning in _MEANINGS)


def _code_is_new(session: Session, before: _Before, new: list[bool]) -> bool:
    return (any(new) or not before.code) and _asks_for_code(session)


def _asks_for_code(session: Session) -> bool:
    if CODE not in session.book.elements:
        return False
    field_of_code = session.book.element(CODE).locator(session.page)
    return field_of_code.count() == 1 and field_of_code.is_visible()


def _is(frame: Frame, question: str) -> bool:
    try:
        return bool(frame.evaluate(question))
    except Error as error:
        if _between_pages(error):
            return False  # the next look will tell
        raise


def _between_pages(error: Error) -> bool:
    """Tell whether a look failed only because the page, or a frame of it, was just going elsewhere."""
    return any(word in str(error) for word in ("navigat", "detached", "destroyed"))
