"""How alike two elements are, and which of today's candidates is the one that was there before.

Pure and from the standard library: a likeness is a weighted mean of the ways in which two traces agree, over
those that the sought one has anything to say about. Weights and thresholds were tuned on one half of the
repair corpus (``tests/bench/repair_corpus.py``); docs/testing.md has the figures of the other half.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from agent.core.repair import Ranked, Trace

WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "called": 5.0,
        "named": 3.0,
        "kind": 3.0,
        "leads": 2.0,
        "beside": 1.0,
        "group": 0.7,
        "form": 0.5,
        "path": 0.6,
        "place": 1.0,
        "size": 0.4,
        "order": 1.2,
        "shape": 1.0,
        "class": 0.4,
    }
)
SURE, MARGIN = 0.75, 0.12
"""From this likeness on, and so far ahead of the second, a candidate may count as unambiguous."""

_CONTEST = 0.5  # how much it counts against a candidate that another lost element is more like it
_SPOKEN = ("title", "placeholder", "alt", "aria-label")
_UNSPOKEN = ("id", "name", "formcontrolname", "data-testid", "data-test", "data-field", "data-name")
_TEXTUAL = {"", "text", "search", "email", "tel", "url", "number", "date", "password"}
_SORTS_DIFFER = 0.25
_SAME_HEAD = 0.6

Features = Mapping[str, float]


def rank(
    sought: Trace,
    today: Sequence[Trace],
    *,
    taken: Collection[int] = (),
    others: Sequence[Trace] = (),
) -> list[Ranked]:
    """Return today's candidates by their likeness to the sought element, best first.

    ``taken`` are the places of candidates that the book's other elements are found at; ``others`` are further
    lost elements of the same page: what is more like one of them is less likely this one.
    """
    found = []
    for index, candidate in enumerate(today):
        if index in taken:
            continue
        score = likeness(sought, candidate)
        if others and score > _CONTEST / 2:
            rival = max(likeness(other, candidate) for other in others)
            score -= _CONTEST * max(0.0, rival - score)
        found.append(Ranked(index, round(max(0.0, score), 4)))
    return sorted(found, key=lambda ranked: (-ranked.score, ranked.index))


def unambiguous(sought: Trace, today: Sequence[Trace], ranked: Sequence[Ranked]) -> Ranked | None:
    """Return the first of ranked candidates if it can hardly be another thing, else None.

    It is good and far ahead, it is called exactly as the sought one was (or has its name in the page's code,
    where nothing is called), and nothing around it says otherwise.
    """
    if not ranked or ranked[0].score < SURE:
        return None
    if len(ranked) > 1 and ranked[0].score - ranked[1].score < MARGIN:
        return None
    first = today[ranked[0].index]
    agreed = features(sought, first)
    if agreed.get("called", agreed.get("named", 0.0)) < 1 or sought.sort != first.sort:
        return None
    heads = ((sought.row, first.row), (sought.column, first.column))
    return ranked[0] if all(_agree(one, other) for one, other in heads) else None


def likeness(sought: Trace, candidate: Trace, weights: Mapping[str, float] = WEIGHTS) -> float:
    """Return how alike two elements are, from 0 to 1."""
    agreed = features(sought, candidate)
    whole = sum(weights[name] for name in agreed)
    score = sum(weights[name] * value for name, value in agreed.items()) / whole
    return score if sought.sort == candidate.sort else score * _SORTS_DIFFER


def features(sought: Trace, candidate: Trace) -> Features:
    """Return in which ways two elements agree, each from 0 to 1; only what the sought one tells of."""
    agreed = {
        "kind": _kind(sought, candidate),
        "place": _place(sought, candidate),
        "size": _size(sought, candidate),
        "order": 1 - min(1.0, 2 * abs(_share(sought) - _share(candidate))),
        "path": _path(sought.path, candidate.path),
    }
    told = {
        "called": _best(_called(sought), _called(candidate)),
        "named": _best(_named(sought), _named(candidate)),
        "beside": _best(_beside(sought), _beside(candidate)),
        "group": _words(sought.group, candidate.group) if sought.group else None,
        "form": _words(sought.form, candidate.form) if sought.form else None,
        "leads": _leads(sought, candidate),
        "shape": float(sought.shape == candidate.shape) if sought.shape else None,
        "class": _classes(sought, candidate),
    }
    return agreed | {name: value for name, value in told.items() if value is not None}


# ── the single ways ───────────────────────────────────────────────────────────────────────────────────────
def _called(trace: Trace) -> tuple[str, ...]:
    """What people call it: a label may have become a placeholder, or the words before a field a label."""
    spoken = [trace.attributes.get(name, "") for name in _SPOKEN]
    words = [trace.name, trace.label, trace.text, *spoken]
    if trace.sort == "field":
        words += [trace.row, trace.before]
    return tuple(dict.fromkeys(word for word in words if word))


def _named(trace: Trace) -> tuple[str, ...]:
    return tuple(trace.attributes[name] for name in _UNSPOKEN if trace.attributes.get(name))


def _beside(trace: Trace) -> tuple[str, ...]:
    return tuple(word for word in (trace.before, trace.after, trace.row, trace.column) if word)


def _best(sought: Sequence[str], candidate: Sequence[str]) -> float | None:
    if not sought:
        return None
    return max((_words(one, other) for one in sought for other in candidate), default=0.0)


def _kind(sought: Trace, candidate: Trace) -> float:
    if sought.role != candidate.role and {sought.role, candidate.role} & {"checkbox", "radio"}:
        return 0.0
    if sought.tag == candidate.tag and sought.type == candidate.type:
        return 1.0
    if sought.role and sought.role == candidate.role:
        return 0.9
    if sought.sort == candidate.sort == "field":
        textual = {sought.tag, candidate.tag} <= {"input"} and {sought.type, candidate.type} <= _TEXTUAL
        return 0.8 if textual else 0.3
    return 0.6 if sought.sort == candidate.sort == "control" else 0.2


def _leads(sought: Trace, candidate: Trace) -> float | None:
    there = sought.attributes.get("href")
    if not there:
        return None
    return _words(there, candidate.attributes.get("href", ""))


def _classes(sought: Trace, candidate: Trace) -> float | None:
    ours = set(sought.attributes.get("class", "").split())
    theirs = set(candidate.attributes.get("class", "").split())
    return len(ours & theirs) / len(ours | theirs) if ours else None


def _path(sought: Sequence[str], candidate: Sequence[str]) -> float:
    if not sought:
        return 1.0 if not candidate else 0.0
    alike = sum(one == other for one, other in zip(sought, candidate, strict=False))
    return alike / max(len(sought), len(candidate))


def _place(sought: Trace, candidate: Trace) -> float:
    across = abs(sought.box[0] - candidate.box[0]) / 1000
    down = abs(sought.box[1] - candidate.box[1]) / 600
    return max(0.0, 1 - across - down)


def _size(sought: Trace, candidate: Trace) -> float:
    alike = 1.0
    for one, other in zip(sought.box[2:], candidate.box[2:], strict=True):
        alike *= (min(one, other) + 5) / (max(one, other) + 5)
    return alike


def _share(trace: Trace) -> float:
    return trace.order / max(1, trace.among - 1)


def _agree(one: str, other: str) -> bool:
    return not one or not other or _words(one, other) > _SAME_HEAD


# ── words ─────────────────────────────────────────────────────────────────────────────────────────────────
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|[^\w]+|_+|(?<=[a-zA-Z])(?=\d)")


@lru_cache(maxsize=20_000)
def _parts(text: str) -> tuple[frozenset[str], frozenset[str]]:
    words = frozenset(part.casefold() for part in _HUMP.split(text) if part)
    plain = " ".join(sorted(words))
    return words, frozenset(plain[at : at + 3] for at in range(max(1, len(plain) - 2)))


@lru_cache(maxsize=100_000)
def _words(one: str, other: str) -> float:
    if not one or not other:
        return 0.0
    if one.casefold() == other.casefold():
        return 1.0
    (words, thirds), (words_too, thirds_too) = _parts(one), _parts(other)
    shared = 2 * len(words & words_too) / max(1, len(words) + len(words_too))
    alike = 2 * len(thirds & thirds_too) / max(1, len(thirds) + len(thirds_too))
    return 0.95 * max(shared, alike)
