"""What may leave this workstation: codes, counts, names of tasks and sites. All else stays, by default.

A parameter leaves only if its name is listed here. What sites said and what files are called leave where the
settings allow it (``[panel] site_words = true``). Keys, values and contents of records never do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent.sync.wire import CandidateTold, RepairTold

ALWAYS = frozenset(
    {
        "attempts",
        "automation",
        "available",
        "backend",
        "code",
        "count",
        "counted_by",
        "day",
        "delivered_count",
        "element",
        "entered",
        "exit_code",
        "failure",
        "found",
        "free_mb",
        "high",
        "host",
        "kind",
        "limit",
        "line",
        "low",
        "name",
        "number",
        "of",
        "question",
        "reason",
        "rows",
        "run",
        "seconds",
        "site",
        "site_name",
        "slot",
        "state",
        "status",
        "step",
        "task",
        "times",
        "total",
        "until",
        "usual",
        "wanted",
        "wanted_mb",
        "what",
        "who",
    }
)
SITE_WORDS = frozenset(
    {"address", "column", "expected", "fields", "file", "problem", "suggestion", "why", "words"}
)

_ONLY_NUMBERS = frozenset({"found", "number", "of", "name"})
"""Of these the text may be a site's or a file's own; the number is a count. ``name``: see below."""

_LONGEST = 300
_DEEPEST = 4


def params(told: Mapping[str, Any], *, site_words: bool, depth: int = 0) -> dict[str, Any]:
    """Return those parameters that may leave, texts cut to a sentence."""
    left: dict[str, Any] = {}
    for name, value in told.items():
        if isinstance(value, Mapping):
            if name in ALWAYS | {"params"} and depth < _DEEPEST:
                left[name] = params(value, site_words=site_words, depth=depth + 1)
        elif isinstance(value, bool | int | float) or value is None:
            if name in ALWAYS | SITE_WORDS:
                left[name] = value
        elif isinstance(value, str) and _may_leave(name, site_words=site_words):
            left[name] = value[:_LONGEST]
    return left


def repair(told: Mapping[str, Any], *, site_words: bool) -> RepairTold | None:
    """Return what a lost element may be (:mod:`agent.host.repairs`), where pictures may leave; None for none.

    Where it stands on the page is in the picture anyway; its words and locator are the site's own.
    """
    if not told.get("candidates") or not told.get("picture"):
        return None
    elements = told["elements"]
    return RepairTold(
        elements=tuple(str(one["element"]) for one in elements),
        candidates=tuple(
            CandidateTold(
                number=one["number"],
                element=str(one["element"]),
                kind=str(one["kind"]),
                box=_box(one["box"]),
                shown=str(one["shown"])[:_LONGEST] if site_words and one.get("shown") else None,
            )
            for one in told["candidates"]
        ),
        best=tuple(one["best"] for one in elements if one["best"] is not None),
        picture=told["picture"],
        picture_size=_box(told["picture_size"]),
        before=told["before"],
        before_box=_box(told["before_box"]),
    )


def _box(told: Sequence[float] | None) -> tuple[int, ...]:
    return tuple(round(one) for one in told or ())


def _may_leave(name: str, *, site_words: bool) -> bool:
    if name in _ONLY_NUMBERS | SITE_WORDS:
        return site_words
    return name in ALWAYS
