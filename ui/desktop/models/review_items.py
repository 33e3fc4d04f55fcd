"""What the page Review shows: the questions in words, their answers as numbered options, the row asked about.

Read in another thread (``Desk.ask``); plain values come out. Nothing here writes but the audit log.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.core.actors import Actor
from agent.core.answers import Needs
from agent.faces.moments import office_zones
from agent.faces.wording import capitalised
from agent.host.proofs import open_proof, run_key
from agent.store import pictures, questions, record_values
from agent.system.paths import Home
from agent.system.seal import unseal
from resources.i18n import texts
from ui.desktop.desk import Desk

Values = Mapping[str, Any]

ACCEPT = "accept_repair"
LOOKS_DIFFERENT = "site_looks_different"


@dataclass(frozen=True)
class Option:
    """One way to answer: what its button says, what it needs, and the candidates that it stands for."""

    number: int
    answer: str
    needs: Needs
    words: str
    candidate: int | None = None


@dataclass(frozen=True)
class Item:
    """One question with all that stands around it, in words."""

    values: Values
    question: str
    facts: tuple[str, ...]
    deadline: str
    options: tuple[Option, ...]
    pictures: tuple[Values, ...] = ()
    key: str = ""

    @property
    def id(self) -> int:
        """Its number."""
        return int(self.values["id"])

    @property
    def params(self) -> Values:
        """What the question was asked with."""
        params: Values = self.values["params"]
        return params

    def wants(self, needs: Needs) -> Option | None:
        """Return the first option with this need."""
        return next((option for option in self.options if option.needs is needs), None)


@dataclass(frozen=True)
class Row:
    """The row or record asked about: texts by field, and what is wrong with which of them."""

    cells: Mapping[str, str]
    wrong: Mapping[str, str] = field(default_factory=dict)  # by field: why
    may_correct: bool = True


def open_items(desk: Desk) -> list[Item]:
    """Return what waits for a person, the nearest deadline first; the store is open."""
    found = questions.open_questions(office_zones(desk.home))
    return [_item(desk, value) for value in found]


def _item(desk: Desk, value: Values) -> Item:
    wording, moments = desk.wording(value["run"]), desk.moments(value["office"])
    facts = [
        texts.window(
            "asked_by",
            {
                "title": value["title"],
                "day": moments.day(value["business_date"]),
                "at": moments.at(value["created_at"]),
            },
        )
    ]
    cause = value["params"].get("failure")
    if isinstance(cause, Mapping):
        told = wording.failure(cause, value["run"])
        facts.append(told.next if told.next and "predawn " not in told.next else "")
    also = [one["title"] for one in value["also"]]
    if also:
        facts.append(texts.window("also_waits", {"titles": ", ".join(also)}))
    images = [one for one in pictures.some(value["evidence"]) if one["media_type"].startswith("image/")]
    return Item(
        values=value,
        question=capitalised(wording.question(value)),
        facts=tuple(fact for fact in facts if fact),
        deadline=moments.at(value["deadline"]),
        options=_options(value),
        pictures=tuple(images),
    )


def _options(value: Values) -> tuple[Option, ...]:
    """Return the answers as numbered options; each candidate of a lost element is one of its own."""
    found: list[tuple[str, Needs, str, int | None]] = []
    for offered in value["answers"]:
        answer, needs = offered["answer"], Needs(offered["needs"])
        if answer == ACCEPT and not _several(value):
            found += [
                (answer, needs, _box_words(candidate), candidate["number"])
                for candidate in _candidates(value)
            ]
        elif answer == ACCEPT:
            found.append((answer, needs, texts.window("accept_all_repairs"), None))
        else:
            found.append((answer, needs, capitalised(texts.answer(answer)), None))
    return tuple(Option(number, *one) for number, one in enumerate(found, start=1))


def _several(value: Values) -> bool:
    return len(value["params"].get("elements") or ()) > 1


def _candidates(value: Values) -> list[Values]:
    """Return the candidates for the element that was sought, the best first."""
    wanted = value["params"].get("element")
    return [one for one in value["params"].get("candidates", ()) if one["element"] == wanted]


def _box_words(candidate: Values) -> str:
    return texts.window("use_box", {"number": candidate["number"], "shown": candidate.get("shown") or None})


def matter(home: Home, item: Item, actor: Actor) -> Row | None:
    """Return the row or record that a question is about; None where it is about none.

    Raises what :func:`agent.host.proofs.open_proof` and the vault raise.
    """
    value, params = item.values, item.params
    if value["record"] is not None:
        run_id, payload, bound_to = record_values.sealed(value["record"])
        held = json.loads(unseal(run_key(home, run_id), payload, bound_to))
        return Row(
            cells={name: "" if text is None else str(text) for name, text in held["fields"].items()},
            wrong=_wrong_of_record(params, held["fields"]),
            may_correct=item.wants(Needs.VALUE) is not None,
        )
    if value["question"] == "row_invalid":
        (ident, *_) = params["evidence"]
        told = json.loads(open_proof(home, ident, actor).content)
        wrong = {
            one["field"]: _problem(one["problem"], one.get("expected"))
            for one in told["problems"]
            if one["field"]
        }
        return Row(told["cells"], wrong, item.wants(Needs.VALUE) is not None)
    return None


def _wrong_of_record(params: Values, fields: Mapping[str, Any]) -> dict[str, str]:
    """Return what is said against which fields of a record."""
    if params.get("column") in fields:
        return {str(params["column"]): _problem(params.get("problem"), params.get("expected"))}
    told = params.get("fields")
    named = told.split(", ") if isinstance(told, str) else list(told or ())
    return {name: texts.window("differs_there") for name in named if name in fields}


def _problem(problem: object, expected: object) -> str:
    code = f"problem_{problem}"
    words = texts.window(code) if texts.has("window", code) else str(problem or "").replace("_", " ")
    return texts.window("cell_problem", {"problem": words, "expected": expected or None})
