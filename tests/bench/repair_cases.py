"""Mutated pages as cases: what was on the page before, what is on it now, and which of that is right.

Each case is made from one page, a plan of changes and a seed (``repair_pages/mutate.js``), looked at by the
product's own scripts in a real browser. Nothing here knows how candidates are ranked.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from agent.browser.masking import Mask
from agent.browser.proposing import ways_of
from agent.browser.traces import Candidate, candidates, is_candidate, matched
from tests.bench.repair_sources import PRACTICE

CHANGES = (
    "ids", "texts", "moved", "framed", "columns", "doubled", "translated", "rewritten", "removed",
    "reskinned",
)  # fmt: skip
_FRAMEWORKS = ("mui", "angular", "ember")
_MOST_TARGETS = 10
_MUTATE = Path(__file__).with_name("repair_pages").joinpath("mutate.js").read_text(encoding="utf-8")
_SKINS = ("django-jazzmin", "django-grappelli")
# The same thing in another skin of the same program has the same name, or leads to the same place.
_SAME = """([marks]) => { for (const [mark, selector] of marks) {
  const found = [...document.querySelectorAll(selector)].filter(e => e.getClientRects().length);
  if (found.length === 1) found[0].setAttribute('data-truth', mark); } }"""


_MARK = "(all, [n, mark]) => all[n].setAttribute('data-truth', mark)"


@dataclass(frozen=True)
class Planned:
    """One case to make: of which page, changed how, by which seed."""

    source: str
    changes: tuple[str, ...]
    seed: int

    @property
    def is_third_party(self) -> bool:
        return not self.source.startswith(PRACTICE)


def plan(names: Sequence[str], seed: int, practice: int = 14, third_party: int = 6) -> list[Planned]:
    """Plan so many cases a page: each kind of change in turn, every third with a second one."""
    draw, found = random.Random(seed), []
    for place, name in enumerate(names):
        for number in range(practice if name.startswith(PRACTICE) else third_party):
            change = CHANGES[(place + number * 3) % len(CHANGES)]
            if change == "reskinned" and not _has_skins(name, names):
                change = "rewritten"
            more = draw.choice(("ids", "texts", "moved")) if draw.random() < 0.35 else None
            changes = (more, change) if more and more != change else (change,)
            found.append(Planned(name, changes, draw.randrange(2**31)))
    return found


def _has_skins(name: str, names: Sequence[str]) -> bool:
    program, _, page = name.partition(".")
    return program == "django-admin" and all(f"{skin}.{page}" in names for skin in _SKINS)


def make(page: Page, case: Planned, sources: Mapping[str, str]) -> dict[str, Any] | None:
    """Make one case; None for a page on which nothing can be looked for."""
    draw, mask = random.Random(case.seed), Mask([])
    _show(page, sources[case.source])
    before = candidates(page, mask)
    targets = _choose(page, before, draw)
    if not targets:
        return None
    for mark, (found, _) in enumerate(targets):
        found.elements.evaluate(_MARK, [found.index, str(mark)])
    if "reskinned" in case.changes:
        _show_skin(page, case, sources, [found for found, _ in targets], draw)
    page.evaluate(_MUTATE, [_steps(case, len(targets), draw), case.seed])
    now = candidates(page, mask)
    truth = _truth(now)
    # A frame around all of it is part of what changed: the book knows nothing of it.
    return {
        "source": case.source,
        "changes": list(case.changes),
        "third_party": case.is_third_party,
        "candidates": [each.trace.as_json() for each in now],
        "targets": [
            {
                "before": found.trace.as_json(),
                "way": way.entry(),
                "hits": list(matched(way.locator(page), now)),
                "count": way.locator(page).count(),
                "truth": truth.get(str(mark), []),
            }
            for mark, (found, way) in enumerate(targets)
        ],
    }


def _show(page: Page, html: str) -> None:
    page.goto("about:blank")
    page.set_content(html, wait_until="domcontentloaded")


def _choose(page: Page, before: Sequence[Candidate], draw: random.Random) -> list[tuple[Candidate, Any]]:
    """Choose elements that a book might name, each with one way that finds it now."""
    fields = [each for each in before if each.trace.sort == "field"]
    controls = [each for each in before if each.trace.sort == "control" and each.trace.name]
    blocks = [each for each in before if each.trace.sort == "block" and each.trace.attributes.get("id")]
    chosen = [*_some(fields, 5, draw), *_some(controls, 4, draw), *_some(blocks, 1, draw)]
    found = []
    for each in chosen[:_MOST_TARGETS]:
        ways = [way for way in ways_of(each.trace) if is_candidate(way.locator(page), each)]
        ways = ways[:3]  # an author writes one of the sturdy ones
        if ways:
            found.append((each, draw.choice(ways)))
    return found


def _some(of: Sequence[Candidate], most: int, draw: random.Random) -> list[Candidate]:
    return draw.sample(list(of), min(most, len(of)))


def _steps(case: Planned, targets: int, draw: random.Random) -> list[list[Any]]:
    some = [str(mark) for mark in draw.sample(range(targets), min(targets, draw.choice((1, 2, 3))))]
    steps: list[list[Any]] = []
    for change in case.changes:
        if change in {"texts", "moved", "doubled", "removed"}:
            steps.append([change, some])
        elif change == "ids":
            steps.append([change, draw.choice((None, some))])
        elif change == "rewritten":
            steps.append([change, draw.choice(_FRAMEWORKS)])
        elif change == "framed":
            steps.append([change, draw.random() < 0.7])
        elif change == "reskinned":
            steps.append(["ids", None])
        else:
            steps.append([change, None])
    return sorted(steps, key=lambda step: step[0] == "framed")  # what happens inside happens first


def _show_skin(
    page: Page, case: Planned, sources: Mapping[str, str], targets: Sequence[Candidate], draw: random.Random
) -> None:
    marks = []
    for mark, found in enumerate(targets):
        told = found.trace.attributes
        if "name" in told:
            marks.append([str(mark), f'{found.trace.tag}[name="{told["name"]}"]'])
        elif told.get("href"):
            marks.append([str(mark), f'a[href="{told["href"]}"], a[href^="{told["href"]}?"]'])
    _show(page, sources[f"{draw.choice(_SKINS)}.{case.source.partition('.')[2]}"])
    page.evaluate(_SAME, [marks])


def _truth(now: Sequence[Candidate]) -> dict[str, list[int]]:
    marks, found = {}, dict[str, list[int]]()
    for number, each in enumerate(now):
        if each.frame not in marks:
            marks[each.frame] = each.elements.evaluate("all => all.map(e => e.getAttribute('data-truth'))")
        mark = marks[each.frame][each.index]
        if mark is not None:
            found.setdefault(mark, []).append(number)
    return found


def halves(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each page's half: no page is in both, so the held-out half shows pages never tuned on."""
    for number, name in enumerate(sorted(names)):
        yield name, "held out" if number % 2 else "tuned on"
