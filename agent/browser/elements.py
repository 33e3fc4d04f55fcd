"""The element book of a site: names → where each element is found and what may be done with it."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.browser.locators import WAYS, Way
from agent.core.failures import BrokenBook, UnknownElement
from agent.core.repair import entry_hash
from agent.system.toml_lines import line_of, line_of_error

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page


class ElementKind(StrEnum):
    """What may be done with an element; only a *commit* may take effect in the site."""

    READ = "read"
    FILL = "fill"
    COMMIT = "commit"


MEANINGS = ("locked", "expired", "elsewhere", "captcha")  # what a site's words at the sign-in may mean
_WAY_KEYS = {*WAYS, "name", "frame", "exact"}
_ELEMENT_KEYS = {*_WAY_KEYS, "kind", "format", "also", "personal"}
_BOOK_KEYS = {
    "title",
    "url",
    "per_minute",
    "signed_in",
    "refusals",
    *MEANINGS,
    "personal",
    "elements",
    "visit",
}


@dataclass(frozen=True)
class Element:
    """One entry of the book: the ways to find it in order of preference, and what may be done with it.

    ``base`` is the hash of the entry as it is written: what a repair is bound to. ``personal`` things are
    covered in pictures.
    """

    name: str
    ways: tuple[Way, ...]
    kind: ElementKind
    format: str | None
    personal: bool
    base: str
    healed: bool = False  # found again by the engine alone, by a way that no person has accepted

    def locator(self, page: Page) -> Locator:
        """Return the Playwright locator on a page, by the first way that finds exactly one."""
        return self.found(page)[1]

    def found(self, page: Page) -> tuple[Way, Locator]:
        """Return the way that leads to the element now, and its locator.

        Where none does yet, the locator finds whichever comes first of all ways that look into the same
        frame; the author's action then waits for it.
        """
        first = self.ways[0]
        if len(self.ways) == 1:
            return first, first.locator(page)
        for way in self.ways:
            locator = way.locator(page)
            if locator.count() == 1:
                return way, locator
        either = first.locator(page)
        for way in self.ways[1:]:
            if way.frame == first.frame:
                either = either.or_(way.within(page))
        return first, either


@dataclass(frozen=True)
class Book:
    """All that is written down about one site; ``refusals`` and ``meanings`` are the site's own words."""

    site: str
    file: Path
    title: str
    url: str
    per_minute: int | None
    signed_in: str
    refusals: tuple[str, ...]
    meanings: Mapping[str, tuple[str, ...]]
    personal: tuple[re.Pattern[str], ...]
    elements: Mapping[str, Element]

    def element(self, name: str) -> Element:
        """Return an element by its name; raises UnknownElement with the nearest name."""
        if name not in self.elements:
            near = difflib.get_close_matches(name, self.elements, n=1)
            raise UnknownElement(
                site=self.site, element=name, nearest=near[0] if near else "", file=str(self.file)
            )
        return self.elements[name]

    def with_repairs(self, repairs: Mapping[str, tuple[str, Way, bool]]) -> tuple[Book, list[str]]:
        """Return the book with repairs laid over it, and the elements whose entry is no longer theirs.

        ``repairs``: for an element the hash of the entry that it was made for, the way, and whether no person
        has accepted it. A repair takes the place of the entry's own ways: those may find another thing now.
        Raises ValueError for a commit element that no person repaired.
        """
        elements, stale = dict(self.elements), []
        for name, (base, way, healed) in repairs.items():
            element = elements.get(name)
            if element is None or element.base != base:
                stale.append(name)
                continue
            if healed and element.kind is ElementKind.COMMIT:
                raise ValueError(name)
            elements[name] = replace(element, ways=(way,), healed=healed)
        return replace(self, elements=elements), stale

    def refusal_in(self, text: str) -> str | None:
        """Return the line of a page's text that holds one of the site's words for "nothing was saved"."""
        return _line_with(self.refusals, text)

    def meaning_in(self, meaning: str, text: str) -> str | None:
        """Return the line of a page's text that says so: one of MEANINGS, the account is locked, say."""
        return _line_with(self.meanings.get(meaning, ()), text)


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
            {meaning: self._words(whole, meaning) for meaning in MEANINGS},
            self._patterns(whole),
            {name: self._element(name, entry) for name, entry in elements.items()},
        )

    def _element(self, name: str, entry: object) -> Element:
        here = ("elements", name)
        if not isinstance(entry, dict):
            raise self._broken(here, 'must be written like { label = "User name", kind = "fill" }')
        self._known(entry, here, _ELEMENT_KEYS)
        kinds = [kind.value for kind in ElementKind]
        if entry.get("kind", "read") not in kinds:
            raise self._broken(here, f"kind must be one of: {', '.join(kinds)}")
        if not isinstance(entry.get("personal", False), bool):
            raise self._broken(here, "personal must be true or false")
        also = entry.get("also", [])
        if not isinstance(also, list) or not all(isinstance(each, dict) for each in also):
            raise self._broken(here, 'also must be a list like [{ css = "#save" }]')
        for each in also:
            self._known(each, here, _WAY_KEYS)
        return Element(
            name,
            tuple(self._way(each, here) for each in (entry, *also)),
            ElementKind(entry.get("kind", "read")),
            self._words_in(entry, "format", here),
            entry.get("personal", False),
            entry_hash(entry),
        )

    def _way(self, entry: Mapping[str, Any], here: tuple[str, ...]) -> Way:
        ways = [way for way in WAYS if way in entry]
        if len(ways) != 1:
            raise self._broken(here, f"needs exactly one of: {', '.join(WAYS)}")
        for key in ("name", "frame", ways[0]):
            self._words_in(entry, key, here)
        return Way.of(entry)

    def _words_in(self, entry: Mapping[str, Any], key: str, here: tuple[str, ...]) -> str | None:
        value = entry.get(key)
        if key in entry and (not isinstance(value, str) or not value):
            raise self._broken(here, f"{key} must be text in quotes")
        return value

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

    def _patterns(self, whole: Mapping[str, Any]) -> tuple[re.Pattern[str], ...]:
        try:
            found = tuple(re.compile(pattern) for pattern in self._words(whole, "personal"))
        except re.error as error:
            raise self._broken(("personal",), f"is no pattern: {error}") from error
        if any(pattern.search("") for pattern in found):
            raise self._broken(("personal",), "a pattern that fits no text at all would cover everything")
        return found

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
