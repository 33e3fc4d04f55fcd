"""Candidates for elements that are not where their book says: what there is instead, scored and named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agent.browser.elements import Element, ElementKind
from agent.browser.locators import Way
from agent.browser.masking import mark_personal, mask_of
from agent.browser.proposing import propose_way
from agent.browser.traces import Candidate, candidates, matched
from agent.core.likeness import SURE, likeness, rank, unambiguous
from agent.core.repair import LEAST, SHOWN, Trace

if TYPE_CHECKING:
    from agent.browser.session import Session

_SHOWN_OF_OTHERS = 3
_PLAUSIBLE = 0.5  # another element counts as lost only if something like it is there: it may be gone for good


@dataclass(frozen=True)
class _Lost:
    element: Element
    found: int
    sought: Trace


def propose(session: Session, sought: str, seen: Mapping[str, Trace]) -> dict[str, Any]:
    """Return what a question about a lost element tells (:mod:`agent.host.repairs`), without pictures.

    ``seen`` are the traces of the last success. Lost are the sought element, and others of the same page that
    are not found exactly once today. ``sends`` of a candidate says that a click may send something. Raises
    the site's failures when the page goes away meanwhile.
    """
    with session.watched():
        mark_personal(session)
        today = candidates(session.page, mask_of(session))
        traces = [each.trace for each in today]
        page = traces[0].page if traces else ""
        counts, taken = _look_for_all(session, today, seen)
        here = _known_here(sought, seen, traces)
        lost = [_lost(session, sought, counts, seen)]
        lost += [_lost(session, name, counts, seen) for name in here if counts.get(name, 1) != 1]
        told: list[dict[str, Any]] = []
        kept = []
        for one in lost:
            others = [other.sought for other in lost if other is not one]
            ranked = rank(one.sought, traces, taken=taken, others=others)
            if one is not lost[0] and (not ranked or ranked[0].score < _PLAUSIBLE):
                continue
            sure = unambiguous(one.sought, traces, ranked)
            most = SHOWN if one is lost[0] else _SHOWN_OF_OTHERS
            offered = [each for each in ranked[:most] if each.score >= LEAST]
            first = len(told) + 1
            for each in offered:
                way = propose_way(session.page, today[each.index], one.element.ways[0])
                if way is not None:
                    certain = sure is not None and sure.index == each.index
                    told.append(_candidate(len(told) + 1, one.element, today[each.index].trace, way))
                    told[-1] |= {"score": each.score, "sure": certain}
            kept.append(_element(one, first if len(told) >= first else None))
    return {
        "element": sought,
        "kind": lost[0].element.kind.value,
        "found": lost[0].found,
        "page": page,
        "missing": len(kept),
        "of": len(kept) + sum(counts.get(name) == 1 for name in here),
        "elements": kept,
        "candidates": told,
    }


def _look_for_all(
    session: Session, today: Sequence[Candidate], seen: Mapping[str, Trace]
) -> tuple[dict[str, int], set[int]]:
    """Return how often each element of the book is found now, and which candidates are one of them.

    What a book says of another page's "Continue" may today fit this page's renamed "Next": it is that element
    only if it stood on this page before, or looks as it did elsewhere.
    """
    counts, taken = dict[str, int](), set[int]()
    for name, element in session.book.elements.items():
        locator = element.locator(session.page)
        counts[name] = locator.count()
        if counts[name] == 1 and name in seen:
            before = seen[name]
            for place in matched(locator, today):
                trace = today[place].trace
                if before.page == trace.page or likeness(before, trace) >= SURE:
                    taken.add(place)
    return counts, taken


def _known_here(sought: str, seen: Mapping[str, Trace], today: Sequence[Trace]) -> list[str]:
    """Return the other elements that stood where the sought one did: on this page and in its form.

    The pages of an assistant often share one address: their forms tell them apart.
    """
    page = today[0].page if today else ""
    forms = {seen[sought].form} if sought in seen else {trace.form for trace in today}
    return [
        name for name, trace in seen.items() if name != sought and trace.page == page and trace.form in forms
    ]


def _lost(session: Session, name: str, counts: Mapping[str, int], seen: Mapping[str, Trace]) -> _Lost:
    element = session.book.element(name)
    return _Lost(element, counts[name], seen.get(name) or of_entry(element))


def of_entry(element: Element) -> Trace:
    """Return what a book alone says of an element that was never seen: its words, its id, its sort."""
    way = element.ways[0]
    if element.kind is ElementKind.FILL:
        sort = "field"
    else:
        sort = "control" if element.kind is ElementKind.COMMIT or way.by == "role" else "block"
    attributes = {way.by: way.value} if way.by in {"placeholder", "title", "alt"} else {}
    if way.by == "css" and way.value.startswith("#"):
        attributes = {"id": way.value[1:]}
    return Trace(
        sort,
        "",
        role=way.value if way.by == "role" else "",
        name=(way.role_name or "") if way.by == "role" else "",
        label=way.value if way.by == "label" else "",
        text=way.value if way.by == "text" else "",
        attributes=attributes,
        frame=tuple(way.frame.split("/")) if way.frame else (),
    )


def _candidate(number: int, element: Element, trace: Trace, way: Way) -> dict[str, Any]:
    return {
        "number": number,
        "element": element.name,
        "kind": element.kind.value,
        "base": element.base,
        "box": list(trace.box),
        "locator": way.entry(),
        "shown": _shown(trace),
        "sends": trace.sends,
    }


def _shown(trace: Trace) -> str:
    words = trace.name or trace.label or trace.text or trace.row or trace.before
    words = words or trace.attributes.get("id", "") or trace.attributes.get("name", "")
    what = trace.role or trace.tag
    return f"{what} “{words}”" if words else what


def _element(lost: _Lost, best: int | None) -> dict[str, Any]:
    return {
        "element": lost.element.name,
        "kind": lost.element.kind.value,
        "found": lost.found,
        "base": lost.element.base,
        "best": best,
        "before_box": list(lost.sought.box) if any(lost.sought.box) else None,
    }
