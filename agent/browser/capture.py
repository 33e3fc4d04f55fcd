"""What is kept of a page as proof: a picture, and in words what stood around; masked before it is kept."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from agent.browser.masking import Mask, covered, mark_personal, mask_of, readable
from agent.browser.scripts import script
from agent.system.log import STRUCK_OUT

if TYPE_CHECKING:
    from agent.browser.session import Session

_WEBP: dict[str, Any] = {"format": "webp", "quality": 80}
_PNG: dict[str, Any] = {"format": "png", "optimizeForSpeed": True}
_TRIES = 3
_HIGHEST = 5000  # pixels: a longer page is cut off
_MOST_OUTLINE = 60_000  # characters
_OUTLINE = script("outline")
_SIZE = "() => { const e = document.documentElement; return [e.clientWidth, innerHeight, e.scrollHeight]; }"


@dataclass(frozen=True)
class Picture:
    """A masked picture of a page, its size in pixels of the page; ``format`` is webp or png."""

    content: bytes
    width: int
    height: int
    format: str

    @property
    def media_type(self) -> str:
        """Its type, as the store keeps it."""
        return f"image/{self.format}"


def screenshot(session: Session, *, quick: bool = False) -> Picture | None:
    """Return a picture of what the page shows, from its top; personal things and passwords are covered.

    WebP, for proof that is kept; ``quick``, in the middle of the work, PNG: twice the bytes, a third of the
    time (docs/testing.md).

    None when the page did not hold still: the covers would lie beside what they cover. Raises PageCrashed
    when there is no page left.
    """
    with session.watched():
        for _ in range(_TRIES):
            with covered(session) as covers:
                picture = _take(session, _PNG if quick else _WEBP)
                if covers.fit():
                    return picture
    return None


def _take(session: Session, form: dict[str, Any]) -> Picture:
    """Let the browser itself take it: Playwright's own way knows no WebP."""
    page = session.page
    width, shown, whole = page.evaluate(_SIZE)
    height = min(max(shown, whole), _HIGHEST)
    area = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
    more = {"clip": area, "captureBeyondViewport": True} if whole > shown else {}
    told = session.memory.devtools(page).send("Page.captureScreenshot", {**form, **more})
    return Picture(base64.b64decode(told["data"]), int(width), int(height), form["format"])


def circumstances(session: Session, sought: str | None = None) -> dict[str, Any]:
    """Return what stood around a failure or a step, as plain values: address, outline, the sought, tails.

    What a field holds is never in it.
    """
    mask, memory = mask_of(session), session.memory
    with session.watched():
        outline = "\n".join(_outlines(session, mask))
        title = mask.text(session.page.title())
    return {
        "address": public_address(session.page.url, mask),
        "title": title,
        "sought": _sought(session, sought),
        "outline": outline[:_MOST_OUTLINE],
        "dialogs": [mask.text(words) for words in memory.dialogs],
        "console": [mask.text(line) for line in memory.console],
        "network": [
            f"{status} {method} {public_address(url, mask)}" for method, url, status in memory.network
        ],
    }


def public_address(address: str, mask: Mask) -> str:
    """Return an address without what may be secret in it: user, password, the values of its query."""
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"}:
        return f"{parts.scheme}:"
    host = parts.hostname or ""
    place = f"{host}:{parts.port}" if parts.port else host
    query = "&".join(f"{quote(name)}=…" for name, _ in parse_qsl(parts.query, keep_blank_values=True))
    return urlunsplit((parts.scheme, place, mask.text(parts.path), mask.text(query), ""))


def _sought(session: Session, name: str | None) -> dict[str, Any] | None:
    if name is None or name not in session.book.elements:
        return None
    element = session.book.element(name)
    ways = [way.entry() for way in element.ways]
    return {"element": name, "kind": element.kind.value, "ways": ways, "healed": element.healed}


def _outlines(session: Session, mask: Mask) -> list[str]:
    told = []
    mark_personal(session)
    for frame in session.page.frames:
        head = f"frame {frame.name or '…'}" if frame.parent_frame else "page"
        told.append(f"── {head}: {public_address(frame.url, mask)}")
        read, parts, _ = readable(frame, mask)
        told.append(mask.text(read.evaluate(_OUTLINE, [parts, STRUCK_OUT[0]])))
    return told
