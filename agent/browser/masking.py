"""What must not be seen is covered on the page before a picture is taken, and struck out of every text.

Covered are, always: password fields and one-time codes. Then the secrets and personal values of the moment
wherever they stand (text or field), texts that match a pattern of the book, and elements that the book calls
personal. A word inside a picture or a canvas of the site cannot be known, and is not covered.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

from agent.browser.scripts import script
from agent.system.log import STRUCK_OUT

if TYPE_CHECKING:
    from playwright.sync_api import Frame, JSHandle

    from agent.browser.session import Session

_SHORTEST = 3  # a shorter value would strike out half of every page
_DAYS = ("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d")

_READ = script("masking_read")
_COVER = script("masking_cover")
_MARK = "all => all.forEach(e => { e.predawnPersonal = true; })"
_COLOUR = "#5B6470"


class Mask:
    """Knows what must not be seen, and strikes it out of texts."""

    def __init__(self, values: Iterable[str], patterns: Iterable[re.Pattern[str]] = ()) -> None:
        kept = sorted({form for value in values for form in _forms(value)}, key=lambda form: -len(form))
        self._patterns = list(patterns)
        if kept:
            parts = (r"\s+".join(map(re.escape, form.split())) for form in kept)
            self._patterns.insert(0, re.compile("|".join(parts), re.IGNORECASE))

    def text(self, text: str) -> str:
        """Return a text with all that must not be seen replaced by ▇▇▇."""
        for pattern in self._patterns:
            text = pattern.sub(STRUCK_OUT, text)
        return text

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return where in a text something must not be seen: from, to."""
        return [match.span() for pattern in self._patterns for match in pattern.finditer(text) if match[0]]


def mask_of(session: Session) -> Mask:
    """Return what must not be seen of a site at this moment."""
    memory = session.memory
    return Mask([*memory.personal, *memory.secrets], session.book.personal)


def readable(frame: Frame, mask: Mask) -> tuple[JSHandle, list[tuple[int, int, int]], list[str]]:
    """Return what can be read in a frame: its nodes, which parts of texts must not be, what fields hold."""
    read = frame.evaluate_handle(_READ)
    told = read.evaluate("read => read.told")
    return read, _parts(told["texts"], mask), told["fields"]


def mark_personal(session: Session) -> None:
    """Mark on the page what is personal as a whole: by the book, or a field that holds a short value.

    Longer values are found by what texts and fields hold.
    """
    memory = session.memory
    short = {value for value in (*memory.personal, *memory.secrets) if len(value.strip()) < _SHORTEST}
    for name, element in session.book.elements.items():
        if element.personal or memory.filled.get(name) in short:
            element.locator(session.page).evaluate_all(_MARK)


def _forms(value: str) -> Iterator[str]:
    """The ways in which one value is written on a page; none if it is too short to be told from others."""
    text = value.strip()
    if len(text) < _SHORTEST:
        return
    yield from {text, unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)}
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return
    yield from (day.strftime(form) for form in _DAYS)


class Covers:
    """The covers of one picture, over all frames of a page."""

    def __init__(self, session: Session) -> None:
        self._session, self._mask = session, mask_of(session)
        self._drawn: list[JSHandle] = []
        self._boxes: list[Any] = []

    def draw(self) -> None:
        """Cover what must not be seen, in every frame."""
        mark_personal(self._session)
        self._boxes = [self._cover(frame, _COLOUR) for frame in self._session.page.frames]

    def fit(self) -> bool:
        """Tell whether all that must be covered still lies where it was covered."""
        mark_personal(self._session)
        frames = self._session.page.frames
        return [self._cover(frame, None) for frame in frames] == self._boxes

    def remove(self) -> None:
        """Take the covers away again."""
        for drawn in self._drawn:
            drawn.evaluate("drawn => drawn.cover && drawn.cover.remove()")
        self._drawn.clear()

    def _cover(self, frame: Frame, colour: str | None) -> Any:  # noqa: ANN401  # boxes as the page tells them
        read, parts, fields = readable(frame, self._mask)
        held = [number for number, value in enumerate(fields) if self._mask.spans(value)]
        if colour is None:
            return read.evaluate(_COVER, [parts, held, None])["boxes"]
        drawn = read.evaluate_handle(_COVER, [parts, held, colour])
        self._drawn.append(drawn)
        return drawn.evaluate("drawn => drawn.boxes")


@contextmanager
def covered(session: Session) -> Iterator[Covers]:
    """Cover what must not be seen inside the block."""
    covers = Covers(session)
    try:
        covers.draw()
        yield covers
    finally:
        covers.remove()


def _parts(texts: Sequence[str], mask: Mask) -> list[tuple[int, int, int]]:
    """Return which part of which text must be covered; a value may run over several texts."""
    whole, starts, at = "".join(texts), [], 0
    for text in texts:
        starts.append(at)
        at += len(text)
    found = []
    for begin, end in mask.spans(whole):
        for number, start in enumerate(starts):
            first, last = max(begin, start) - start, min(end, start + len(texts[number])) - start
            if first < last:
                text = texts[number]
                found.append((number, _units(text[:first]), _units(text[:last])))
    return found


def _units(text: str) -> int:
    """Return how long the page's own script says a text is."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
