"""The questions that wait for people: context, answers, who takes care, what was written beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from agent.sync.wire import PANEL_ANSWERS
from resources.i18n import texts
from ui.panel.server import live, telling, wishes, wording
from ui.panel.server.models.base import Role
from ui.panel.server.models.commands import Command, Commands
from ui.panel.server.models.live import Change
from ui.panel.server.models.people import Colleague
from ui.panel.server.models.review import (
    Answer,
    Candidate,
    Comment,
    Given,
    Repair,
    ReviewAnswer,
    ReviewItem,
    ReviewQueue,
)
from ui.panel.server.models.runs import Picture
from ui.panel.server.refusals import Refused, unknown
from ui.panel.server.tables import audit, commands, people, reviews, runs
from ui.panel.server.tables.database import write
from ui.panel.server.tables.schema import CommandRow, PictureRow, ReviewRow, RunRow
from ui.panel.server.who import Who

_ACCEPT = "accept_repair"
_LAST_ANSWERED = 200
_MOST_OPEN = 1000


def queue(who: Who, office: str | None, *, answered: bool) -> ReviewQueue:
    """Return the questions that wait, those with the nearest deadline first; or those answered last."""
    seen = who.offices(Role.VIEWER)
    if office is not None:
        seen = frozenset({office}) if seen is None or office in seen else frozenset()
    rows = reviews.queue(seen, answered=answered, limit=_LAST_ANSWERED if answered else _MOST_OPEN)
    items = _told(who, rows)
    if not answered:
        items.sort(key=_urgency)
    return ReviewQueue(items=items)


def _urgency(item: ReviewItem) -> tuple[bool, datetime, datetime]:
    return (item.deadline_at is None, item.deadline_at or item.created_at, item.created_at)


def of_run(who: Who, workstation: int, run: str) -> list[ReviewItem]:
    """Return a run's questions, oldest first."""
    return _told(who, reviews.of_run(workstation, run))


def one(who: Who, number: int) -> ReviewItem:
    """Return one question. Raises Refused (404)."""
    return _told(who, [_visible(who, number)])[0]


# ── answering ─────────────────────────────────────────────────────────────────────────────────────────
def answer(who: Who, wanted: ReviewAnswer) -> Commands:
    """Make a command of each answer, all or none. Raises Refused (403, 404, 409, 422)."""
    seen = {one.id: one.version for one in wanted.items}
    rows = [_visible(who, number) for number in seen]
    for row in rows:
        who.require(Role.OPERATOR, row.workstation.office)
    if len({_group(row) for row in rows}) > 1 or (wanted.answer == _ACCEPT and len(rows) > 1):
        raise Refused(409, "not_alike")

    def job() -> list[CommandRow]:
        known = commands.by_nonce(who.person, wanted.nonce)
        return known or [_answer(who, wanted, number, version) for number, version in seen.items()]

    return Commands(items=wishes.tell(write(job)))


def _answer(who: Who, wanted: ReviewAnswer, number: int, version: int) -> CommandRow:
    row = reviews.get(number)  # again, in the job: another may have been quicker
    if row is None:
        raise unknown()
    place = wishes.visible(who, row.workstation_id)
    if not row.open:
        raise Refused(409, "answered")
    if commands.open_for_review(row.id) is not None:
        raise Refused(409, "on_its_way")
    if row.told["version"] != version:
        raise Refused(409, "changed")
    if wanted.answer not in row.told["answers"]:
        raise Refused(409, "not_offered")
    if not _is_here(wanted.answer, row):
        raise Refused(409, "elsewhere", workstation=place.name)
    what = {"verb": "answer", "review": row.id, "run": row.run, "answer": wanted.answer}
    what["version"] = version
    if wanted.answer == _ACCEPT:
        what["candidates"] = _chosen(row, wanted.candidates)
    return commands.give(who.person, who.name, wanted.nonce, place, **what)


def _is_here(answer: str, row: ReviewRow) -> bool:
    """Tell whether an answer may be given here. A repair only by somebody who sees what is repaired."""
    return answer in PANEL_ANSWERS and (answer != _ACCEPT or row.told.get("repair") is not None)


def _chosen(row: ReviewRow, numbers: Sequence[int]) -> list[int]:
    """Return the candidates that were chosen. Raises Refused (422) unless each is offered, one an element."""
    offered = {one["number"]: one["element"] for one in row.told["repair"]["candidates"]}
    elements = [offered.get(number) for number in numbers]
    if not elements or None in elements or len(set(elements)) < len(elements):
        raise Refused(422, "choose_candidate")
    return list(numbers)


# ── beside it ─────────────────────────────────────────────────────────────────────────────────────────
def assign(who: Who, number: int, person: int | None) -> ReviewItem:
    """Say who takes care of a question. Raises Refused (403, 404)."""
    row = _visible(who, number)
    office = row.workstation.office
    who.require(Role.OPERATOR, office)
    chosen = next((one for one in _able(office) if one.id == person), None)
    if person is not None and chosen is None:
        raise unknown()

    def job() -> None:
        reviews.assign(row.id, person)
        told = {"item": row.item, "to": chosen.name if chosen else wording.say("nobody")}
        audit.note("assigned", who.name, person=who.person, office=office, params=told)

    write(job)
    _rung(row)
    return one(who, number)


def comment(who: Who, number: int, text: str) -> ReviewItem:
    """Write something beside a question. Raises Refused (403, 404)."""
    row = _visible(who, number)
    office = row.workstation.office
    who.require(Role.OPERATOR, office)

    def job() -> None:
        reviews.comment(row.id, who.name, text)
        audit.note("commented", who.name, person=who.person, office=office, params={"item": row.item})

    write(job)
    _rung(row)
    return one(who, number)


def colleagues(who: Who) -> list[Colleague]:
    """Return who may be given a question at the offices where this person is operator."""
    offices = who.offices(Role.OPERATOR)
    found: dict[int, Colleague] = {}
    for office in sorted(offices) if offices is not None else [None]:
        found |= {one.id: one for one in _able(office)}
    return sorted(found.values(), key=lambda one: one.name)


def _able(office: str | None) -> list[Colleague]:
    """Return who is operator at an office (None: at any)."""
    roles = people.all_roles()
    return [
        Colleague(id=row.id, name=row.name)
        for row in people.everybody()
        if not row.disabled and people.is_operator(roles.get(row.id, {}), office)
    ]


def _visible(who: Who, number: int) -> ReviewRow:
    row = reviews.get(number)
    if row is None or not who.may(Role.VIEWER, row.workstation.office):
        raise unknown()
    return row


def _rung(row: ReviewRow) -> None:
    live.ring(Change(kind="review", workstation=row.workstation_id, run=row.run, id=row.id))


# ── telling ───────────────────────────────────────────────────────────────────────────────────────────
def _group(row: ReviewRow) -> str:
    """Return what questions that ask the same have in common."""
    told = row.told
    own = f":{row.id}" if told.get("repair") else ""  # each has its own page, and its own candidates
    return f"{told['question']}:{','.join(told['answers'])}{own}"


def _told(who: Who, rows: Sequence[ReviewRow]) -> list[ReviewItem]:
    numbers = [row.id for row in rows]
    beside, on_their_way = reviews.comments(numbers), commands.open_for_reviews()
    known = {key: runs.get(*key) for key in {(row.workstation_id, row.run) for row in rows}}
    pictures = runs.pictures(list(known))
    named = runs.pictures_by_ident(key for row in rows for key in _named(row))
    return [
        _item(
            who,
            row,
            known[row.workstation_id, row.run],
            comments=[Comment(by=one.by, at=one.at, text=one.text) for one in beside.get(row.id, [])],
            pending=_pending(on_their_way.get(row.id), row),
            pictures=[telling.picture_of(one) for one in pictures.get((row.workstation_id, row.run), [])],
            repair=_repair(row, named),
        )
        for row in rows
    ]


def _named(row: ReviewRow) -> list[tuple[int, str]]:
    """Return the pictures that a question names, by their ids at its workstation."""
    repair = row.told.get("repair") or {}
    return [(row.workstation_id, repair[name]) for name in ("picture", "before") if repair.get(name)]


def _repair(row: ReviewRow, pictures: Mapping[tuple[int, str], PictureRow]) -> Repair | None:
    told = row.told.get("repair")
    if told is None:
        return None

    def picture(name: str) -> Picture | None:
        found = pictures.get((row.workstation_id, told[name]))
        return None if found is None else telling.picture_of(found)

    return Repair(
        elements=told["elements"],
        candidates=[
            Candidate(
                number=one["number"],
                element=one["element"],
                words=wording.say("candidate", {"number": one["number"], "shown": one["shown"]}),
                box=one["box"],
                best=one["number"] in told["best"],
            )
            for one in told["candidates"]
        ],
        picture=picture("picture"),
        size=told["picture_size"],
        before=picture("before"),
        before_box=told["before_box"],
    )


def _pending(command: CommandRow | None, row: ReviewRow) -> Command | None:
    return None if command is None else telling.command_of(command, row.workstation)


def _item(who: Who, row: ReviewRow, run: RunRow | None, **beside: Any) -> ReviewItem:  # noqa: ANN401  # fields
    told, place = row.told, row.workstation
    noun = wording.noun_of(run.told) if run else texts.RECORD
    answers = [
        Answer(code=code, words=wording.answer(code), here=_is_here(code, row)) for code in told["answers"]
    ]
    here = any(one.here for one in answers)
    failure = (told.get("params") or {}).get("failure")
    return ReviewItem(
        id=row.id,
        workstation=place.id,
        workstation_name=place.name,
        run=row.run,
        automation=run.automation if run else "",
        title=run.title if run else row.run,
        office=place.office,
        zone=telling.zone_of(place, run.place if run else None),
        task=told["task"],
        ordinal=told["ordinal"],
        version=told["version"],
        question=told["question"],
        words=wording.question(told, noun),
        advice=wording.advice(failure if isinstance(failure, dict) else None, noun),
        answers=answers,
        elsewhere="" if here else wording.say("answer_at", {"workstation": place.name}),
        group=_group(row),
        created_at=row.created_at,
        deadline_at=run.deadline_at if run else None,
        assignee=row.assignee_id,
        assignee_name=row.assignee.name if row.assignee else None,
        given=_given(row),
        allowed=who.may(Role.OPERATOR, place.office),
        **beside,
    )


def _given(row: ReviewRow) -> Given | None:
    told = row.told
    if told["answer"] is None:
        return None
    code = str(told["answer"])
    return Given(answer=code, words=wording.answer(code), by=told["by"] or "", at=row.answered_at)
