"""A site being used: its page, its elements, filling, the one commit, pop-ups, downloads."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol, Self

from agent.browser import downloading, filling
from agent.browser.elements import Book, Element, ElementKind
from agent.browser.faults import SERVER_ERROR, asks_to_sign_in, is_crash, translated
from agent.browser.locators import Way
from agent.browser.masking import mark_personal, mask_of
from agent.browser.memory import Memory
from agent.core.failures import (
    BrokenAutomation,
    ElementMissing,
    Refused,
    SignedOut,
    SiteDown,
)

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Frame, Locator, Page

# One call for all frames: each call to the page costs about as much as a look at the disk and back.
_TEXTS = """() => {
  const told = [];
  const read = (frame) => {
    try { told.push(frame.document.body ? frame.document.body.innerText : ''); }
    catch { told.push(null); }
    for (let number = 0; number < frame.frames.length; number++) read(frame.frames[number]);
  };
  read(window);
  return told;
}"""

_USABLE = "field => !field.disabled && field.getClientRects().length > 0"

ELEMENT_SECONDS = 15.0
"""How long an element may take to come; a page, twice as long."""

START_SECONDS = 60.0
"""How long a download may take to begin, unless its author says otherwise: slow reports are the rule."""

FINISH_SECONDS = 300.0
"""How long it may then take to end."""


@dataclass(frozen=True)
class Landing:
    """Where the browser writes what it downloads, and who hears how a slow one comes on."""

    folder: Path
    told: downloading.Told


class CommitHook(Protocol):
    """What the engine does around the one click that may take effect."""

    def before_commit(self) -> None:
        """Commit that the click is about to happen; raises when it must not."""


class _NoCommit:
    """Outside a submit nothing may take effect."""

    def before_commit(self) -> None:
        raise BrokenAutomation(
            file="", line=0, problem="site.commit(…) belongs into the submit of a destination, nowhere else"
        )


class Session:
    """What an automation gets of a site: ``site["export"]`` is Playwright's Locator, ``page`` its Page."""

    def __init__(
        self,
        page: Page,
        book: Book,
        keep: Callable[..., Any],
        *,
        steps: ModuleType | None = None,
        memory: Memory | None = None,
        landing: Landing | None = None,
    ) -> None:
        self.page, self.book, self.steps, self._keep, self._landing = page, book, steps, keep, landing
        if memory is None:  # the first page of this use of the site; a pop-up shares its opener's memory
            memory = Memory()
            page.context.on("response", memory.note_response)
            page.context.on("requestfailed", memory.note_lost)
        self.memory = memory
        self.hook: CommitHook = _NoCommit()
        self.token = ""
        page.on("crash", memory.note_crash)
        page.set_default_timeout(ELEMENT_SECONDS * 1000)
        page.set_default_navigation_timeout(2 * ELEMENT_SECONDS * 1000)
        page.on("dialog", self._on_dialog)
        page.on("console", memory.note_console)

    def __getitem__(self, name: str) -> Locator:
        """Return the Locator of an element of the book; raises UnknownElement, and for a commit, Broken."""
        element = self.book.element(name)
        if element.kind is ElementKind.COMMIT:
            problem = f"“{name}” takes effect in the site: write site.commit({name!r}) inside submit"
            raise BrokenAutomation(file=str(self.book.file), line=0, problem=problem)
        if element.healed and element.kind is ElementKind.FILL:
            # Found again by the engine alone: only site.fill(…), which reads back, may use it.
            raise ElementMissing(site=self.book.site, element=name)
        return self._locator(name)

    def _seek(self, name: str) -> None:
        self.memory.last_element = name

    def _locator(self, name: str) -> Locator:
        self._seek(name)
        element = self.book.element(name)
        way, locator = element.found(self.page)
        if self.memory.sightings.due(name):
            self._look([(element, way, locator)])
        return locator

    def _look(self, found: Sequence[tuple[Element, Way, Locator]]) -> None:
        """Remember what elements look like, once a run: what is lost one day is told by it."""
        mark_personal(self)
        for element, way, locator in found:
            pictured = None if element.kind is ElementKind.COMMIT else self
            self.memory.sightings.look(element, way, locator, mask_of(self), pictured)

    def step(self, name: str) -> None:
        """Name what has been reached: where the automation keeps proof of every step, it is pictured."""
        self._reached(name)

    def _reached(self, name: str) -> None:
        if self.memory.on_step is not None:
            self.memory.on_step(self, name)

    def open(self, path: str = "") -> None:
        """Open a page of the site: a path below the book's ``url``, the start page without one."""
        with self.watched():
            self.page.goto(f"{self.book.url}/{path.lstrip('/')}", wait_until="domcontentloaded")

    def follow(self, name: str) -> None:
        """Click what leads to another page (or loads one into a frame), and wait until it is there."""
        locator = self[name]
        with self.watched():
            with self.page.expect_event("framenavigated") as arrived:
                locator.click()
            arrived.value.wait_for_load_state("domcontentloaded")
        self._reached(name)

    def fill(self, values: Mapping[str, filling.Value]) -> None:
        """Set fields of the form by their names, all in one call, and read them back from the page.

        Raises FillDiffers when a field then holds something else, ElementMissing, ElementAmbiguous.
        """
        fields = []
        for name, value in values.items():
            element = self.book.element(name)
            if element.kind is not ElementKind.FILL:
                problem = f"“{name}” is not of kind fill"
                raise BrokenAutomation(file=str(self.book.file), line=0, problem=problem)
            self.memory.filled[name] = filling.shown(element, value)
            fields.append((element, value))
        with self.watched():
            filling.fill(
                self.page,
                self.book.site,
                fields,
                self._seek,
                ELEMENT_SECONDS * 1000,
                look_around=self._require_signed_in,
            )
            if due := [element for element, _ in fields if self.memory.sightings.due(element.name)]:
                self._look([(element, *element.found(self.page)) for element in due])
        self._reached("filled")

    def _require_signed_in(self) -> None:
        if asks_to_sign_in(self.page):
            raise SignedOut(site=self.book.site)

    def commit(self, name: str) -> None:
        """Click the one element that may take effect. The engine commits the intention to disk first."""
        if self.book.element(name).kind is not ElementKind.COMMIT:
            problem = f"“{name}” is not of kind commit in the book"
            raise BrokenAutomation(file=str(self.book.file), line=0, problem=problem)
        locator = self._locator(name)
        with self.watched():
            # What can fail before the click fails here, while nothing has happened yet: a missing, doubled,
            # hidden or disabled element. (Playwright's own trial click costs as much as a click.)
            self._require_usable(name, locator)
            self._keep_pace()
            self.hook.before_commit()
            self.memory.last_commit = time.monotonic()
            locator.click()
            self._hear_answer()
        self._reached(name)

    def _hear_answer(self) -> None:
        """Read the page that a click led to: a refusal or an error page is raised at once, not waited out."""
        from playwright.sync_api import Error  # noqa: PLC0415  # keeps agent.sdk light

        self.memory.answer = ""
        try:
            self.page.wait_for_load_state("domcontentloaded")
            self.memory.answer = self.text()
        except Error as error:
            if is_crash(error):
                raise  # nobody knows what became of the click
            return  # a frame is between two pages: what the author waits for next will tell
        if self.memory.last_status >= SERVER_ERROR:
            raise SiteDown(site=self.book.site, status=self.memory.last_status)
        words = self.book.refusal_in(self.memory.answer)
        if words is not None:
            raise Refused(site=self.book.site, words=words)

    def _require_usable(self, name: str, locator: Locator) -> None:
        # Looking at what is there now costs a third of waiting for it; it is waited for only when it must be.
        if locator.evaluate_all(f"found => found.length === 1 && ({_USABLE})(found[0])"):
            return
        if not locator.evaluate(_USABLE):
            raise ElementMissing(site=self.book.site, element=name)

    def _keep_pace(self) -> None:
        if self.book.per_minute:
            due = self.memory.last_commit + 60 / self.book.per_minute
            if (pause := due - time.monotonic()) > 0 and self.memory.last_commit:
                self.page.wait_for_timeout(pause * 1000)

    @contextmanager
    def popup(self, opener: str) -> Iterator[Self]:
        """Click what opens a second window; the block works in it, and at its end the window is closed.

        After a failure it stays open until the next one: it shows what was wrong.
        """
        self._close_failed()
        with self.watched():
            with self.page.expect_popup() as opened:
                self[opener].click()
            page = opened.value
            page.wait_for_load_state("domcontentloaded")
        window = self._in(page)
        window._reached(opener)
        try:
            with window.watched():
                yield window
        except Exception:
            self.memory.failed = self.memory.failed or window  # the innermost window of several
            raise
        finally:
            if not page.is_closed() and self.memory.failed is not window:
                page.close()

    def _close_failed(self) -> None:
        window, self.memory.failed = self.memory.failed, None
        if window is not None and not window.page.is_closed():
            window.page.close()

    def _in(self, page: Page) -> Self:
        window = type(self)(
            page, self.book, self._keep, steps=self.steps, memory=self.memory, landing=self._landing
        )
        window.hook = self.hook
        return window

    @contextmanager
    def accepting_dialogs(self) -> Iterator[None]:
        """Answer the site's questions ("Really?") with OK inside the block; everywhere else with Cancel."""
        self.memory.accept_dialogs = True
        try:
            yield
        finally:
            self.memory.accept_dialogs = False

    def receive(
        self, element: str, *, start_seconds: float = START_SECONDS, finish_seconds: float = FINISH_SECONDS
    ) -> tuple[str, bytes]:
        """Click an element and return the file that this very click brings: suggested name and bytes.

        Raises DownloadMissing when none begins or ends in time, DownloadCut when it broke off, SignedOut.
        """
        if self._landing is None:
            raise RuntimeError("this session was begun without a folder for downloads")
        with self.watched():
            return downloading.receive(
                self.page.context,
                self._landing.folder,
                downloading.Wanted(self.book.site, element, start_seconds, finish_seconds),
                self[element].click,
                told=self._landing.told,
                look_around=self._require_signed_in,
            )

    def text(self) -> str:
        """Return what a person can read on the page, all frames together."""
        told: list[str | None] = self.page.main_frame.evaluate(_TEXTS)
        if None not in told:
            return "\n".join(part for part in told if part is not None)
        return "\n".join(_frame_text(frame) for frame in self.page.frames)  # some frame is another site's

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Turn Playwright's errors inside the block into failures that name site and element."""
        with translated(self):
            yield

    def _on_dialog(self, dialog: Dialog) -> None:
        self.memory.dialogs.append(dialog.message)
        if self.memory.accept_dialogs:
            dialog.accept()
        else:
            dialog.dismiss()


def _frame_text(frame: Frame) -> str:
    return str(frame.evaluate("document.body ? document.body.innerText : ''"))
