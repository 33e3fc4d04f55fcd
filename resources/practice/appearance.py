"""How a page's elements look in one answer: their ids and captions, and what the page faults make of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from resources.practice.faults import EVERY_ELEMENT, Switchboard
from resources.practice.markup import Raw, render


@dataclass(frozen=True)
class Element:
    """Something on a page that a robot needs: its id and caption, and both after the fault `renamed`."""

    id: str
    caption: str
    other_id: str
    other_caption: str


class Appearance:
    """The elements of one page in one answer. Asking for it counts one occasion of each page fault."""

    def __init__(
        self, switchboard: Switchboard, path: str, book: Mapping[str, Element], keys: tuple[str, ...]
    ) -> None:
        self._book = book
        self._keys = keys
        self._renamed = self._concerned(switchboard, "renamed", path)
        self._doubled = self._concerned(switchboard, "doubled", path)
        self._moved = self._concerned(switchboard, "moved", path)
        dialog = switchboard.take("dialog", path)
        self._busy = switchboard.take("busy_script", path) is not None
        self._hungry = switchboard.take("memory_eater", path) is not None
        self._dialog = (dialog.text("kind"), dialog.text("text")) if dialog else ("", "")

    def id(self, key: str) -> str:
        """The element's id."""
        element = self._book[key]
        return element.other_id if key in self._renamed else element.id

    def caption(self, key: str) -> str:
        """The element's caption: label, button text, link text or accessible name."""
        element = self._book[key]
        return element.other_caption if key in self._renamed else element.caption

    def put(self, key: str, template: str, **values: object) -> Raw:
        """The element's markup, `$id` and `$caption` filled in; twice when it is doubled."""
        markup = render(template, id=self.id(key), caption=self.caption(key), **values)
        return Raw(markup * 2) if key in self._doubled else markup

    def moved(self, key: str) -> bool:
        """Whether the element stands in its other place."""
        return key in self._moved

    def on_load(self) -> Raw:
        """A script for when the page has loaded: it never ends, eats memory, or shows an alert; or none."""
        if self._busy:
            return Raw("<script>window.onload = function () { while (true) {} };</script>")
        if self._hungry:
            return Raw(
                "<script>window.onload = function () { var kept = [];"
                " while (true) kept.push(new Array(1000000).fill(1.5)); };</script>"
            )
        kind, text = self._dialog
        if kind != "alert":
            return Raw("")
        return Raw(f"<script>window.onload = function () {{ alert({_script_text(text)}); }};</script>")

    def on_submit(self) -> Raw:
        """An attribute for the page's form that asks before it is sent, or nothing."""
        kind, text = self._dialog
        if kind != "confirm":
            return Raw("")
        return render(' onsubmit="$code"', code=f"return confirm({_script_text(text)})")

    def _concerned(self, switchboard: Switchboard, fault: str, path: str) -> frozenset[str]:
        options = switchboard.take(fault, path, self._keys)
        if options is None:
            return frozenset()
        words = options.words("element")
        return frozenset(self._keys if EVERY_ELEMENT in words else words)


def _script_text(text: str) -> str:
    """`text` as a JavaScript string that cannot end the script it stands in."""
    safe = "".join(char if char.isalnum() or char in " .,:;?!-" else f"\\u{ord(char):04x}" for char in text)
    return f'"{safe}"'
