"""A file that one click brings: saved by the site, shown in the page or a new window, or answered to a form.

Chromium saves some answers and shows others. While a click is waited for, every answer to a navigation that
is no HTML page is asked to be saved, in whichever window it comes: nothing is fetched twice, and what a
viewer would show (a PDF) arrives byte for byte. The browser writes under a random name into the worker's own
folder; the name that the site suggests is a label, never a path.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from agent.core.failures import DownloadCut, DownloadMissing

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, CDPSession, Download, Page

_LOOK_MILLISECONDS = 100.0
_TELL_SECONDS = 1.0
_ANSWERED = range(200, 300)
_MEGABYTE = 1_000_000
_FILELESS_SECONDS = 2.0  # one that broke off between two looks leaves no file to be seen
_UNFINISHED = "*.crdownload"

Told = Callable[..., None]
"""Hears, at most once a second, how a slow download comes on: a step's code and its parameters."""


@dataclass(frozen=True)
class Wanted:
    """One file that is waited for: by which click, and how long to its first and to its last byte."""

    site: str
    element: str
    start_seconds: float
    finish_seconds: float


@dataclass
class _Arrived:
    downloads: list[Download] = field(default_factory=list)
    of_bytes: int | None = None
    pages_shown: int = 0  # HTML pages that came instead: the site may have asked to sign in


def receive(
    context: BrowserContext,
    folder: Path,
    wanted: Wanted,
    click: Callable[[], None],
    *,
    told: Told,
    look_around: Callable[[], None],
) -> tuple[str, bytes]:
    """Click, and return the file that this very click brings: suggested name and bytes.

    ``look_around`` is called whenever the site shows a page instead: it raises where waiting is in vain.
    Raises DownloadMissing when none begins or ends in time, DownloadCut when it broke off.
    """
    arrived = _Arrived()
    with _heard(context, arrived), _saved_not_shown(context, arrived):
        click()
        _await_start(context, wanted, arrived, told, look_around)
        _await_end(context, folder, wanted, arrived, told)
    download = arrived.downloads[0]
    broken = download.failure()
    if broken is not None:
        raise DownloadCut(file=download.suggested_filename, expected="a whole file", found=broken)
    content = download.path().read_bytes()
    for each in arrived.downloads:
        each.delete()
    return download.suggested_filename, content


@contextmanager
def _heard(context: BrowserContext, arrived: _Arrived) -> Iterator[None]:
    """Hear a download in every window, also in one that the click opens."""

    def begins(download: Download) -> None:
        arrived.downloads.append(download)

    def opens(page: Page) -> None:
        page.on("download", begins)

    context.on("page", opens)
    pages = list(context.pages)
    for page in pages:
        page.on("download", begins)
    try:
        yield
    finally:
        context.remove_listener("page", opens)
        for page in context.pages:
            if page in pages:
                page.remove_listener("download", begins)


@contextmanager
def _saved_not_shown(context: BrowserContext, arrived: _Arrived) -> Iterator[None]:
    """Let every answer to a navigation that is no HTML page be saved; other answers pass unchanged."""
    browser = context.browser
    if browser is None:
        raise RuntimeError("the context has no browser of its own")
    devtools = browser.new_browser_cdp_session()

    def paused(event: dict[str, Any]) -> None:
        _let_go_on(devtools, event, arrived)

    devtools.on("Fetch.requestPaused", paused)
    devtools.send("Fetch.enable", {"patterns": [{"resourceType": "Document", "requestStage": "Response"}]})
    try:
        yield
    finally:
        devtools.send("Fetch.disable")
        devtools.detach()


def _let_go_on(devtools: CDPSession, event: Mapping[str, Any], arrived: _Arrived) -> None:
    headers = [(each["name"], each["value"]) for each in event.get("responseHeaders", ())]
    known = {name.lower(): value for name, value in headers}
    status = event.get("responseStatusCode")
    if status not in _ANSWERED or "html" in known.get("content-type", "html"):
        saves_itself = known.get("content-disposition", "").lower().startswith("attachment")
        arrived.pages_shown += not saves_itself
        devtools.send("Fetch.continueRequest", {"requestId": event["requestId"]})
        return
    size = known.get("content-length", "")
    arrived.of_bytes = int(size) if size.isdigit() and "content-encoding" not in known else None
    disposition = known.get("content-disposition", "")
    if not disposition.lower().startswith("attachment"):
        shown = PurePosixPath(unquote(urlsplit(event["request"]["url"]).path)).name or "download"
        label = "".join(sign if sign.isalnum() or sign in "-_. " else "_" for sign in shown)
        headers = [each for each in headers if each[0].lower() != "content-disposition"]
        headers.append(("Content-Disposition", f'attachment; filename="{label}"'))
    devtools.send(
        "Fetch.continueResponse",
        {
            "requestId": event["requestId"],
            "responseCode": status,
            "responseHeaders": [{"name": name, "value": value} for name, value in headers],
        },
    )


def _await_start(
    context: BrowserContext, wanted: Wanted, arrived: _Arrived, told: Told, look_around: Callable[[], None]
) -> None:
    began = told_at = time.monotonic()
    looked = 0
    while not arrived.downloads:
        _let_pass(context)
        now = time.monotonic()
        if arrived.pages_shown > looked:
            looked = arrived.pages_shown
            look_around()
        if now - began > wanted.start_seconds:
            raise DownloadMissing(site=wanted.site, element=wanted.element, seconds=wanted.start_seconds)
        if now - told_at >= _TELL_SECONDS:
            told_at = now
            told("awaiting_file", seconds=round(now - began))


def _await_end(context: BrowserContext, folder: Path, wanted: Wanted, arrived: _Arrived, told: Told) -> None:
    """Wait until the browser has written the whole file, or given it up; its folder says how far it is."""
    began = told_at = time.monotonic()
    begun = False
    while True:
        unfinished = list(folder.glob(_UNFINISHED))
        begun = begun or bool(unfinished)
        files = list(folder.iterdir())
        now = time.monotonic()
        if not unfinished and (files or begun or now - began > _FILELESS_SECONDS):
            return
        if now - began > wanted.finish_seconds:
            arrived.downloads[0].cancel()
            raise DownloadMissing(site=wanted.site, element=wanted.element, seconds=wanted.finish_seconds)
        if now - told_at >= _TELL_SECONDS:
            told_at = now
            _tell_size(told, _size(files), arrived.of_bytes)
        _let_pass(context)


def _tell_size(told: Told, size: int, whole: int | None) -> None:
    if whole is None:
        told("receiving", size=_words(size))
    else:
        told("receiving_of", size=_words(size), of=_words(whole))


def _words(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= _MEGABYTE else f"{size // 1000} kB"


def _size(files: list[Path]) -> int:
    size = 0
    for file in files:
        try:
            size += file.stat().st_size
        except FileNotFoundError:  # renamed this very moment: the next look sees it
            continue
    return size


def _let_pass(context: BrowserContext) -> None:
    """Let the browser's news arrive; the window that was clicked in may have closed itself meanwhile."""
    page = next((page for page in context.pages if not page.is_closed()), None)
    if page is None:
        raise RuntimeError("no window is open any more")
    page.wait_for_timeout(_LOOK_MILLISECONDS)
