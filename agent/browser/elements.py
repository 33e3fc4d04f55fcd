"""The element book of a site: names → where each element is found and what may be done with it."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.core.failures import BrokenBook, UnknownElement
from agent.system.toml_lines import line_of, line_of_error

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Locator, Page


class ElementKind(StrEnum):
    """What may be done with an element; only a *commit* may take effect in the site."""

    READ = "read"
    FILL = "fill"
    COMMIT = "commit"


_WAYS = ("css", "label", "role", "text", "placeholder", "title", "alt")
_ELEMENT_KEYS = {*_WAYS, "name", "frame", "kind", "exact", "format"}
_BOOK_KEYS = {"title", "url", "per_minute", "signed_in", "refusals", "locked", "elements", "visit"}


@dataclass(frozen=True)
class Element:
    """One entry of the book: how to find it (``css``, ``label``, …), its frame (``outer/inner``), kind."""

    name: str
    way: str
    value: str
    role_name: str | None
    frame: str | None
    kind: ElementKind
    exact: bool
    format: str | None

    def locator(self, page: Page) -> Locator:
        """Return the Playwright locator on a page."""
        root: Page | FrameLocator = page
        for frame in self.frame.split("/") if self.frame else ():
            quoted = frame.replace('"', '\\"')
            # An editor's frame often has neither name nor id, only a title.
            root = root.frame_locator(f'[name="{quoted}"], [id="{quoted}"], [title="{quoted}"]')
        if self.way == "css":
            return root.locator(self.value)
        if self.way == "role":
            return root.get_by_role(self.value, name=self.role_name, exact=self.exact)  # type: ignore[arg-type]  # any ARIA role
        ways = {
            "label": root.get_by_label,
            "text": root.get_by_text,
            "placeholder": root.get_by_placeholder,
            "title": root.get_by_title,
            "alt": root.get_by_alt_text,
        }
        return ways[self.way](self.value, exact=self.exact)


@dataclass(frozen=True)
class Book:
    """All that is written down about one site; ``refusals`` and ``locked`` are the site's own words."""

    site: str
    file: Path
    title: str
    url: str
    per_minute: int | None
    signed_in: str
    refusals: tuple[str, ...]
    locked: tuple[str, ...]
    elements: Mapping[str, Element]

    def element(self, name: str) -> Element:
        """Return an element by its name; raises UnknownElement with the nearest name."""
        if name not in self.elements:
            near = difflib.get_close_matches(name, self.elements, n=1)
            raise UnknownElement(
                site=self.site, element=name, nearest=near[0] if near else "", file=str(self.file)
            )
        return self.elements[name]

    def refusal_in(self, text: str) -> str | None:
        """Return the line of a page's text that holds one of the site's words for "nothing was saved"."""
        return _line_with(self.refusals, text)

    def lock_in(self, text: str) -> str | None:
        """Return the line of a page's text that says the account is locked."""
        return _line_with(self.locked, text)


def _line_with(words: tuple[str, ...], text: str) -> str | None:
    for line in text.splitlines():
        if any(word.casefold() in line.casefold() for word in words):
            return line.strip()
    return None


def load_book(folder: Path, url: str | None = None) -> Book:
    """Read ``site.toml`` of a site's folder (its name is the site's); ``url`` overrides the book's.

    Raises BrokenBook(file, line, key, problem).
    """
    return _Reader(folder).read(url)


class _Reader:
    def __init__(self, folder: Path) -> None:
        self._site, self._file = folder.name, folder / "site.toml"
        self._text = ""

    def read(self, url: str | None) -> Book:
        try:
            self._text = self._file.read_text(encoding="utf-8")
            whole = tomllib.loads(self._text)
        except (OSError, UnicodeDecodeError) as error:
            raise self._broken((), f"cannot be read: {error}", line=1) from error
        except tomllib.TOMLDecodeError as error:
            raise self._broken((), str(error), line=line_of_error(error, self._text)) from error
        self._known(whole, (), _BOOK_KEYS)
        elements = self._wanted(whole, "elements", dict)
        per_minute = whole.get("per_minute")
        if per_minute is not None and (not isinstance(per_minute, int) or per_minute < 1):
            raise self._broken(("per_minute",), "must be a whole number, 1 or more")
        signed_in = self._wanted(whole, "signed_in", str)
        if signed_in not in elements:
            raise self._broken(("signed_in",), f"“{signed_in}” is not one of the elements below")
        return Book(
            self._site,
            self._file,
            self._wanted(whole, "title", str),
            (url or self._wanted(whole, "url", str)).rstrip("/"),
            per_minute,
            signed_in,
            self._words(whole, "refusals"),
            self._words(whole, "locked"),
            {name: self._element(name, entry) for name, entry in elements.items()},
        )

    def _element(self, name: str, entry: object) -> Element:
        here = ("elements", name)
        if not isinstance(entry, dict):
            raise self._broken(here, 'must be written like { label = "User name", kind = "fill" }')
        self._known(entry, here, _ELEMENT_KEYS)
        ways = [way for way in _WAYS if way in entry]
        if len(ways) != 1:
            raise self._broken(here, f"needs exactly one of: {', '.join(_WAYS)}")
        kinds = [kind.value for kind in ElementKind]
        if entry.get("kind", "read") not in kinds:
            raise self._broken(here, f"kind must be one of: {', '.join(kinds)}")
        for key in ("name", "frame", "format", ways[0]):
            if key in entry and (not isinstance(entry[key], str) or not entry[key]):
                raise self._broken(here, f"{key} must be text in quotes")
        return Element(
            name,
            ways[0],
            entry[ways[0]],
            entry.get("name"),
            entry.get("frame"),
            ElementKind(entry.get("kind", "read")),
            bool(entry.get("exact", True)),
            entry.get("format"),
        )

    def _wanted(self, whole: Mapping[str, Any], key: str, kind: type[Any]) -> Any:  # noqa: ANN401  # by kind
        value = whole.get(key)
        if not isinstance(value, kind) or not value:
            what = "a table [elements]" if kind is dict else "text in quotes"
            raise self._broken((key,), f"“{key}” is missing or is not {what}")
        return value

    def _words(self, whole: Mapping[str, Any], key: str) -> tuple[str, ...]:
        value = whole.get(key, [])
        if not isinstance(value, list) or not all(isinstance(word, str) and word.strip() for word in value):
            raise self._broken((key,), "must be a list of the site's own words in quotes")
        return tuple(value)

    def _known(self, table: Mapping[str, Any], here: tuple[str, ...], names: set[str]) -> None:
        for key in table:
            if key not in names:
                near = difflib.get_close_matches(key, names, n=1)
                meant = (
                    f"; did you mean “{near[0]}”?" if near else f"; known here: {', '.join(sorted(names))}"
                )
                raise self._broken((*here, key), f"“{key}” means nothing here{meant}")

    def _broken(self, path: tuple[str, ...], problem: str, line: int | None = None) -> BrokenBook:
        place = line_of(self._text, path) if line is None else line
        return BrokenBook(file=str(self._file), line=place, key=".".join(path), problem=problem)
