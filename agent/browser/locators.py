"""One way to find an element on a page, as it is written in a book."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Locator, Page

WAYS = ("css", "label", "role", "text", "placeholder", "title", "alt")
"""What an element may be found by."""

PLACE = "css="
"""A frame that has neither name nor id nor title is written by its selector: ``css=iframe >> nth=1``."""


@dataclass(frozen=True)
class Way:
    """How to find an element: ``css``, ``label``, … with its value, in a frame (``outer/inner``) or none."""

    by: str
    value: str
    role_name: str | None = None
    frame: str | None = None
    exact: bool = True

    @staticmethod
    def of(entry: Mapping[str, Any]) -> Way:
        """Read a way out of an entry that was checked before."""
        by = next(way for way in WAYS if way in entry)
        return Way(by, entry[by], entry.get("name"), entry.get("frame"), bool(entry.get("exact", True)))

    def entry(self) -> dict[str, Any]:
        """Return the way as one writes it in a book."""
        told: dict[str, Any] = {self.by: self.value}
        if self.role_name is not None:
            told["name"] = self.role_name
        if self.frame is not None:
            told["frame"] = self.frame
        return told if self.exact else {**told, "exact": False}

    def locator(self, page: Page) -> Locator:
        """Return the Playwright locator on a page."""
        return self.within(self._root(page))

    def within(self, root: Page | FrameLocator) -> Locator:
        """Return the locator below a page or frame."""
        if self.by == "css":
            return root.locator(self.value)
        if self.by == "role":
            return root.get_by_role(self.value, name=self.role_name, exact=self.exact)  # type: ignore[arg-type]  # any ARIA role
        ways = {
            "label": root.get_by_label,
            "text": root.get_by_text,
            "placeholder": root.get_by_placeholder,
            "title": root.get_by_title,
            "alt": root.get_by_alt_text,
        }
        return ways[self.by](self.value, exact=self.exact)

    def _root(self, page: Page) -> Page | FrameLocator:
        root: Page | FrameLocator = page
        for frame in self.frame.split("/") if self.frame else ():
            quoted = frame.replace('"', '\\"')
            # An editor's frame often has neither name nor id, only a title.
            named = f'[name="{quoted}"], [id="{quoted}"], [title="{quoted}"]'
            place = frame.removeprefix(PLACE) if frame.startswith(PLACE) else named
            root = root.frame_locator(place)
        return root
