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
    evidence                        ids: today's picture, the page as text, last time's picture

Among its answers is ``accept_repair`` where there are candidates. The command ``answer`` then carries
``candidate`` (a number) or ``candidates`` (numbers, at most one an element).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent.core.actors import Actor
from agent.core.failures import AnswerIncomplete, Failure, UnknownItem, WrongState
from agent.store import elements, reviews
from agent.store.tables import ReviewRow, RunRow, TaskRow

ACCEPT = "accept_repair"
LOOKS_DIFFERENT = "site_looks_different"


def ask(run: RunRow, task: TaskRow, failure: Failure, offered: tuple[str, ...], cause: str | None) -> None:
    """Put the question about lost elements; several tasks that lost the same are one question."""
    told = _told(task, failure)
    code = failure.code
    if told["missing"] > 1:
        code, cause = LOOKS_DIFFERENT, f"{LOOKS_DIFFERENT}/{run.office}/{task.site}/{told['page']}"
    if told["candidates"]:
        offered = (ACCEPT, *offered)
    reviews.ask(run.id, task.id, code, told, offered, cause=cause)


def accept(item: ReviewRow, args: Mapping[str, Any], actor: Actor) -> None:
    """Lay the chosen candidates over the site's book; raises WrongState for one that was not offered.

    Another run's question about the same cause is answered with it, but its numbers mean its own picture.
    """
    if item.id != int(args["item"]):
        return
    for candidate in _chosen(item, numbers(args)):
        elements.accept(item.params["site"], candidate, actor, run=item.run_id, item=item.id)


def forget(args: Mapping[str, Any], _actor: Actor) -> Mapping[str, Any]:
    """Take a repair back: its element is looked for as the book says. Raises UnknownItem."""
    ident = int(args["repair"])
    if ident not in {each["id"] for each in elements.all_repairs() if each["dropped_at"] is None}:
        raise UnknownItem(item=ident)
    elements.drop([ident], elements.TAKEN_BACK)
    return {"repair": ident}


def numbers(args: Mapping[str, Any]) -> list[int]:
    """Return the numbers of the chosen candidates; raises AnswerIncomplete when there are none."""
    given = args.get("candidates") or [args.get("candidate")]
    if not isinstance(given, list) or not all(isinstance(number, int) for number in given):
        raise AnswerIncomplete(answer=ACCEPT, needs="candidate")
    return given


def _chosen(item: ReviewRow, wanted: Sequence[int]) -> list[Mapping[str, Any]]:
    offered = {each["number"]: each for each in item.params.get("candidates", ())}
    for number in wanted:
        if number not in offered:
            known = ", ".join(map(str, offered))
            raise WrongState(what=f"candidate {number}", state="not offered", wanted=known)
    found = [offered[number] for number in wanted]
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
