"""Traces of elements on today's page: of one that was found, and of every candidate for a lost one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from agent.browser.masking import Mask
from agent.browser.scripts import script
from agent.core.repair import Trace

if TYPE_CHECKING:
    from playwright.sync_api import Frame, JSHandle, Locator, Page

_TRACE = script("tracing")
_WORDS = ("name", "label", "text", "before", "after", "row", "column", "group")
_TOLD_BY_PEOPLE = ("title", "placeholder", "alt", "aria-label")  # attributes that hold words


@dataclass(frozen=True)
class Candidate:
    """One element of today's page: its trace, its frame, its place among the frame's collected elements."""

    trace: Trace
    frame: Frame
    elements: JSHandle
    index: int


def trace_found(locator: Locator, frame: Sequence[str], mask: Mask) -> Trace | None:
    """Return the trace of the one element that a locator finds now; None if there is not exactly one."""
    from playwright.sync_api import Error  # noqa: PLC0415  # keeps agent.sdk light

    try:
        told = locator.evaluate_all(_TRACE)
    except Error:
        return None  # its frame is not there, or between two pages: nothing to see
    if told["count"] != 1:
        return None
    page = locator.page
    return _masked(told["traces"][0], frame, _path(page.url), mask, (0, 0))


def candidates(page: Page, mask: Mask) -> list[Candidate]:
    """Return everything on a page that an element of a book could be, in all frames."""
    scroll = page.evaluate("[scrollX, scrollY]")
    found = []
    for frame in page.frames:
        names, offset = _frame_names(frame), _offset(frame)
        if offset is None:
            continue  # a frame that is not shown
        collected = frame.evaluate_handle(_TRACE)
        at = (offset[0] + scroll[0], offset[1] + scroll[1])
        elements = collected.get_property("elements")
        for index, value in enumerate(collected.get_property("traces").json_value()):
            trace = _masked(value, names, _path(page.url), mask, at)
            found.append(Candidate(trace, frame, elements, index))
    return found


def is_candidate(locator: Locator, candidate: Candidate) -> bool:
    """Tell whether a locator finds this candidate and nothing else."""
    if locator.count() != 1:
        return False
    place = locator.evaluate("(e, elements) => elements.indexOf(e)", candidate.elements)
    return bool(place == candidate.index)


def place_among(locator: Locator, candidate: Candidate) -> int | None:
    """Return the candidate's place among all that a locator finds; None when it is not one of them."""
    told = locator.evaluate_all(
        "(all, [elements, n]) => all.indexOf(elements[n])", [candidate.elements, candidate.index]
    )
    return int(told) if told >= 0 else None


def matched(locator: Locator, found: Sequence[Candidate]) -> Iterator[int]:
    """Yield the places of the candidates that a locator finds."""
    for handle in locator.element_handles():
        owner = handle.owner_frame()
        for frame_first in _first_of_each_frame(found):
            if frame_first.frame == owner:
                place = handle.evaluate("(e, elements) => elements.indexOf(e)", frame_first.elements)
                yield from (
                    number for number, each in enumerate(found) if each.frame == owner and each.index == place
                )


def _first_of_each_frame(found: Sequence[Candidate]) -> Iterator[Candidate]:
    return (each for each in found if each.index == 0)


def _frame_names(frame: Frame) -> tuple[str, ...]:
    """Return how a book names the frames down to one: by name, id or title, else by its place."""
    names: list[str] = []
    inner = frame
    while inner.parent_frame is not None:
        holder = inner.frame_element()
        told = holder.evaluate(
            "e => e.getAttribute('name') || e.id || e.title || "
            "`css=${e.localName} >> nth=${[...e.ownerDocument.querySelectorAll(e.localName)].indexOf(e)}`"
        )
        names.insert(0, str(told))
        inner = inner.parent_frame
    return tuple(names)


def _offset(frame: Frame) -> tuple[float, float] | None:
    if frame.parent_frame is None:
        return (0, 0)
    box = frame.frame_element().bounding_box()
    return None if box is None else (box["x"], box["y"])


def _masked(
    value: Mapping[str, Any], frame: Sequence[str], page: str, mask: Mask, at: tuple[float, float]
) -> Trace:
    told = dict(value)
    for name in _WORDS:
        told[name] = mask.text(told.get(name, ""))
    attributes = dict(told["attributes"])
    for name in _TOLD_BY_PEOPLE:
        if name in attributes:
            attributes[name] = mask.text(attributes[name])
    x, y, width, height = told["box"]
    box = [round(x + at[0]), round(y + at[1]), width, height]
    found = Trace.from_json(told | {"attributes": attributes, "box": box})
    return replace(found, frame=tuple(frame), page=mask.text(page))


def _path(address: str) -> str:
    return urlsplit(address).path
