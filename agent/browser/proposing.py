"""How a book could name an element of today's page: ways that find it alone, the sturdiest first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from agent.browser.locators import Way
from agent.browser.traces import Candidate, is_candidate, place_among
from agent.core.repair import Trace
from agent.system.log import STRUCK_OUT

if TYPE_CHECKING:
    from playwright.sync_api import Page

_BY_ROLE = {"button", "link", "tab", "menuitem", "checkbox", "radio"}
_NAMES = ("data-testid", "data-test", "data-field", "formcontrolname", "name")
# What a framework numbers anew at each start or build is no name: ":r1:", "ember45", "css-1q2w3e".
_PASSING = re.compile(r"^:|\d{3,}|^(ember|mui|mat-input|react|radix|css|svelte|ng)[-_:]?\w*\d", re.IGNORECASE)


def propose_way(page: Page, candidate: Candidate, like: Way | None = None) -> Way | None:
    """Return a way that finds this candidate alone; one of the kind of ``like`` first. None if none does."""
    ways = list(ways_of(candidate.trace))
    if like is not None:
        ways.sort(key=lambda way: way.by != like.by)
    # A selector that counts all steps from the top of the page comes last.
    place = Way("css", candidate.trace.where, None, "/".join(candidate.trace.frame) or None)
    named = [way for way in ways if way != place]
    for way in (*named, *_numbered(page, named, candidate), place):
        if is_candidate(way.locator(page), candidate):
            return way
    return None


def _numbered(page: Page, ways: Sequence[Way], candidate: Candidate) -> Iterator[Way]:
    """Yield selectors that find several things, each with its number: the second of two equal buttons."""
    for way in ways:
        if way.by == "css":
            place = place_among(way.locator(page), candidate)
            if place is not None:
                yield replace(way, value=f"{way.value} >> nth={place}")


def ways_of(trace: Trace) -> Iterator[Way]:
    """Yield the ways in which a book could name an element; none that holds words struck out."""
    frame = "/".join(trace.frame) or None
    for by, value, name in _parts(trace):
        if STRUCK_OUT not in f"{value}{name or ''}":
            yield Way(by, value, name, frame)


def _parts(trace: Trace) -> Iterator[tuple[str, str, str | None]]:
    """Yield ways as one writes them: by what, its value, a role's name."""
    told, ident = trace.attributes, trace.attributes.get("id", "")
    by_id = ("css", _by_attribute("", "id", ident), None)
    passing = bool(_PASSING.search(ident))
    if trace.role in _BY_ROLE and trace.name:
        yield "role", trace.role, trace.name
    if trace.sort == "field" and trace.label:
        yield "label", trace.label, None
    if ident and not passing:
        yield by_id
    for name in _NAMES:
        if name in told:
            yield "css", _by_attribute(trace.tag, name, told[name]), None
    yield from _by_words(trace)
    if ident and passing:
        yield by_id
    yield "css", trace.where, None


def _by_words(trace: Trace) -> Iterator[tuple[str, str, str | None]]:
    if trace.sort == "field" and trace.attributes.get("aria-label"):
        yield "label", trace.attributes["aria-label"], None
    for by in ("placeholder", "title", "alt"):
        if trace.attributes.get(by):
            yield by, trace.attributes[by], None
    if trace.text and trace.sort != "field":
        yield "text", trace.text, None


def _by_attribute(tag: str, name: str, value: str) -> str:
    if name == "id" and re.fullmatch(r"[A-Za-z_][\w-]*", value):
        return f"#{value}"
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{tag}[{name}="{quoted}"]'
