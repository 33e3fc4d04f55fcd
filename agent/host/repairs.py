"""Lost elements before a person: the question with its candidates, and what accepting one does.

The review item (a contract with the faces): ``question`` is ``element_missing``, ``element_ambiguous`` or,
when several are not where they were, ``site_looks_different``. Its ``params``::

    task, site, element, kind       what was sought, where
    found                           how often it is on the page (0, or 2 and more)
    missing, of                     so many of the things known on this page are not where they were
    page                            the page's address without host and query
    picture, picture_size           evidence id of today's masked picture, and its size in pixels
    before, before_run, before_box  evidence id of last time's picture of that page if it is still kept; its
                                    run, and the element's box in it
    elements                        [{element, kind, found, base, best}]: all that are lost, the sought one
                                    first; best is the number of its first candidate or None
    candidates                      [{number, element, kind, score, sure, box, locator, shown, base}], each
                                    element's best first; numbers count through; boxes are [x, y, width,
                                    height] in the picture's pixels or None; locator is written as in a
                                    book, shown for people
    failure                         the failure as it was stored

Its ``answers``: ``accept_repair`` (only with candidates), ``retry``, ``stop``. The command ``answer`` with
``accept_repair`` carries ``candidate`` (a number) or ``candidates`` (numbers, at most one an element).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent.core.actors import Actor
from agent.core.failures import ElementAmbiguous, ElementMissing, Failure, WrongState
from agent.store import elements, reviews
from agent.store.database import transaction
from agent.store.tables import ReviewRow, TaskRow

ACCEPT = "accept_repair"
LOOKS_DIFFERENT = "site_looks_different"
_QUESTIONS = {ElementMissing.code, ElementAmbiguous.code, LOOKS_DIFFERENT}


def ask(run_id: str, task: TaskRow, failure: Failure) -> bool:
    """Put the question about lost elements; False when the failure is about none.

    Several tasks of a run that lost the same elements of a site are one question.
    """
    if not isinstance(failure, ElementMissing | ElementAmbiguous):
        return False
    told = _told(task, failure)
    code = LOOKS_DIFFERENT if told["missing"] > 1 else failure.code
    if not any(_covers(item, told) for item in reviews.open_items(run_id)):
        answers = (ACCEPT, "retry", "stop") if told["candidates"] else ("retry", "stop")
        reviews.ask(run_id, task.id, code, told, answers)
    return True


def accept(args: Mapping[str, Any], actor: Actor) -> ReviewRow:
    """Answer with the chosen candidates and lay them over the site's book, both or neither.

    Raises UnknownItem, WrongState (answered already, a candidate that was not offered).
    """
    with transaction():
        candidates = chosen(reviews.get(int(args["item"])), args)
        item = reviews.answer(int(args["item"]), ACCEPT, actor)
        for candidate in candidates:
            elements.accept(item.params["site"], candidate, actor, run=item.run_id, item=item.id)
        return item


def chosen(item: ReviewRow, args: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the candidates that an answer names, at most one an element; raises WrongState."""
    numbers: Sequence[Any] = args.get("candidates") or [args.get("candidate")]
    offered = {each["number"]: each for each in item.params.get("candidates", ())}
    wanted = ", ".join(map(str, offered))
    for number in numbers:
        if number not in offered:
            raise WrongState(what=f"candidate {number}", state="not offered", wanted=wanted)
    found = [offered[number] for number in numbers]
    if len({each["element"] for each in found}) < len(found):
        raise WrongState(what="one element", state="given two candidates", wanted="one candidate an element")
    return found


def _told(task: TaskRow, failure: Failure) -> dict[str, Any]:
    """Return the item's params: what the worker proposed, or the bare failure where it could not look."""
    proposed = elements.take_proposal(task.id) or {}
    if proposed.get("element") != failure.params.get("element"):
        proposed = {}
    told = {
        "site": task.site,
        "element": failure.params.get("element"),
        "kind": None,
        "found": failure.params.get("found", 0),
        "missing": 1,
        "of": None,
        "page": None,
        "picture": None,
        "picture_size": None,
        "before": None,
        "before_run": None,
        "before_box": None,
        "elements": [],
        "candidates": [],
        **proposed,
        "task": task.name,
        "failure": failure.as_json(),
    }
    if told["before"] is not None and not elements.picture_is_kept(told["before"]):
        told |= {"before": None, "before_run": None, "before_box": None}
    return told


def _covers(item: ReviewRow, told: Mapping[str, Any]) -> bool:
    """Tell whether an open question already asks about all of these elements."""
    if item.question not in _QUESTIONS or item.params["site"] != told["site"]:
        return False
    return _names(told) <= _names(item.params)


def _names(params: Mapping[str, Any]) -> set[str]:
    return {params["element"], *(each["element"] for each in params["elements"])}
