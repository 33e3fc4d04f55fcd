"""The read-only pages of a site that are looked at the evening before, and what must be on them.

They stand in ``site.toml``: ``[visit]``, a path below the site's address for each page, and the names of the
elements that the next run will want there. Nothing is clicked and nothing is filled.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from urllib.parse import urljoin

from agent.browser.elements import Book
from agent.browser.faults import SERVER_ERROR
from agent.browser.session import Session
from agent.core.failures import BrokenBook, ElementAmbiguous, ElementMissing, Failure, PageTimeout, SiteDown

_ELEMENT_MILLISECONDS = 5_000.0


def pages_of(book: Book) -> Mapping[str, tuple[str, ...]]:
    """Return the elements to look for by their page's path; raises BrokenBook, UnknownElement."""
    found = tomllib.loads(book.file.read_text(encoding="utf-8")).get("visit", {})
    pages: dict[str, tuple[str, ...]] = {}
    for path, names in found.items() if isinstance(found, Mapping) else [("", found)]:
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            problem = 'must be lists of element names, one a page, like "/search" = ["claim_no"]'
            raise BrokenBook(file=str(book.file), line=1, key="visit", problem=problem)
        pages[path] = tuple(book.element(name).name for name in names)
    return pages


def look_at(session: Session) -> Iterator[Failure]:
    """Open each page in turn and yield what is not as the book says; the session is signed in."""
    for path, names in pages_of(session.book).items():
        try:
            with session.watched():
                session.page.goto(urljoin(session.book.url + "/", path.lstrip("/")))
        except (PageTimeout, SiteDown) as failure:
            yield failure
            continue
        if session.memory.last_status >= SERVER_ERROR:
            yield SiteDown(site=session.book.site, status=session.memory.last_status)
            continue
        for name in names:
            found = _count(session, name)
            if found == 0:
                yield ElementMissing(site=session.book.site, element=name)
            elif found > 1:
                yield ElementAmbiguous(site=session.book.site, element=name, found=found)


def _count(session: Session, name: str) -> int:
    """Return how many there are, waiting for the first for a while."""
    from playwright.sync_api import TimeoutError as TooLate  # noqa: PLC0415  # keeps agent.sdk light

    locator = session.book.element(name).locator(session.page)
    try:
        locator.first.wait_for(state="attached", timeout=_ELEMENT_MILLISECONDS)
    except TooLate:
        return 0
    return locator.count()
