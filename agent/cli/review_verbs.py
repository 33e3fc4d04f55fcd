"""``review``: what needs a person, and the person's answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from agent.cli.console import json_option, out, print_json, print_table, tell
from agent.cli.endings import DONE, FAILED, WRONG_USAGE, tell_text
from agent.cli.opening import contents_or_none
from agent.cli.reading import open_for_reading
from agent.core.answers import Needs
from agent.core.failures import AnsweredAlready, UnknownItem
from agent.faces.moments import Moments, office_zone, office_zones
from agent.faces.wording import capitalised, heading
from agent.system.paths import Home
from resources.i18n import texts

Values = Mapping[str, Any]


@click.command()
@click.argument("item", type=int, required=False)
@click.option("--answer", metavar="A", help="The answer's number or code.")
@click.option("--reason", metavar="WORDS", help="Why, for an answer that wants a reason.")
@click.option(
    "--file",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file, for an answer that wants one.",
)
@click.option("--field", "fields", metavar="NAME", multiple=True, help="The field to correct (repeatable).")
@click.option(
    "--candidate",
    type=click.IntRange(min=1),
    multiple=True,
    metavar="NO",
    help="The number in the picture; one for each thing that is not where it was.",
)
@click.option("--from-stdin", is_flag=True, help="Read a password, or lines NAME=TEXT, from standard input.")
@json_option
def review(
    item: int | None,
    *,
    answer: str | None,
    reason: str | None,
    file: Path | None,
    fields: tuple[str, ...],
    candidate: tuple[int, ...],
    from_stdin: bool,
    as_json: bool,
) -> int:
    """List what needs you, or answer one question.

    A new value or a password is asked for, or read from standard input: never named in a command line.
    """
    home, prepared = open_for_reading()
    if item is None:
        if answer is not None:
            raise click.UsageError(texts.say("answer_needs_item"))
        _list(home, as_json=as_json, prepared=prepared)
        return DONE
    if not prepared:
        raise UnknownItem(item=item)
    value = _read(home, item)
    if answer is None:
        _show(home, value, as_json=as_json)
        return DONE
    from agent.cli.answer_parts import Parts  # noqa: PLC0415

    return _give(home, value, answer, Parts(home, value, reason, file, fields, candidate, from_stdin))


def _list(home: Home, *, as_json: bool, prepared: bool) -> None:
    from agent.store import queries  # noqa: PLC0415

    found = queries.open_reviews(office_zones(home)) if prepared else []
    if as_json:
        print_json(found)
    elif not found:
        out(texts.say("no_reviews"))
    else:
        keys = _keys(home, found)
        rows = [
            (
                value["id"],
                value["title"],
                _until(home, value),
                keys.get(value["record"], ""),
                _question(home, value),
                _answers(value["answers"]),
            )
            for value in found
        ]
        print_table(
            heading("item", "automation", "deadline", "key", "question", "answers"), rows, numbers=[0]
        )
        out(texts.say("answer_next"))


def _until(home: Home, value: Values) -> str:
    if value["deadline"] is None:
        return ""
    return Moments(office_zone(home, value["office"])).at(value["deadline"])


def _show(home: Home, value: Values, *, as_json: bool) -> None:
    if as_json:
        print_json(value)
        return
    out(": ".join(part for part in (*_keys(home, [value]).values(), _question(home, value))))
    out(texts.say("asked_for", {"run": value["run"], "task": value["task"]}))
    if value["question"] == "row_invalid" and value["answer"] is None:
        _show_row(home, value)
    if value["answer"] is not None:
        tell_text(*_answered(home, value))
        return
    for line in _answers(value["answers"]).splitlines():
        out(f"  {line}")


def _show_row(home: Home, value: Values) -> None:
    """Show a row that cannot be right, its bad cells marked."""
    from agent.cli.answer_parts import row_cells  # noqa: PLC0415

    rows = [
        (name, text, texts.standing("problems", wrong) if wrong else "")
        for name, text, wrong in row_cells(home, value)
    ]
    print_table(heading("field", "value", "why"), rows)


def _keys(home: Home, items: Sequence[Values]) -> dict[int, str]:
    """Return the business keys of the records that are asked about, by the record's id."""
    asked = {value["record"]: value["run"] for value in items if value["record"] is not None}
    held: dict[int, Values] = {}
    for run_id in set(asked.values()):
        held |= contents_or_none(home, run_id)
    return {record: str(held[record]["key"]) for record in asked if record in held}


def _give(home: Home, value: Values, answer: str, parts: Any) -> int:  # noqa: ANN401  # Parts, loaded late
    from agent.cli.carrying import carry_out, host_at_work  # noqa: PLC0415
    from agent.cli.run_verbs import watch  # noqa: PLC0415

    if value["answer"] is not None:
        tell_text(*_answered(home, value))
        return WRONG_USAGE
    chosen = _chosen(answer, value["answers"])
    told = {"item": value["id"], "version": value["version"], "answer": chosen["answer"]}
    told |= parts.gather(Needs(chosen["needs"]))
    with host_at_work(home) as work:
        try:
            carry_out(work, "answer", told)
        except AnsweredAlready:
            tell_text(*_answered(home, _read(home, value["id"])))
            return WRONG_USAGE
        tell(texts.say("answered", {"answer": texts.answer(chosen["answer"])}))
        code = watch(work, value["run"]) if work.ours else DONE
    return DONE if chosen["answer"] == "stop" and code == FAILED else code  # stopped, as was wished


def _answered(home: Home, value: Values) -> texts.Text:
    """Say who was quicker, what they answered and when."""
    moments = Moments(office_zone(home, value["office"]))
    at = moments.at(value["answered_at"]) if value["answered_at"] else None
    who = (value["answered_by"] or {}).get("name")
    return texts.failure("answered_already", {"who": who, "answer": value["answer"], "at": at})


def _chosen(answer: str, offered: Sequence[Values]) -> Values:
    """Return the answer that was meant, by its number or code. Raises UsageError."""
    by_code = {each["answer"]: each for each in offered}
    if answer in by_code:
        return by_code[answer]
    if answer.isdecimal() and 1 <= int(answer) <= len(offered):
        return offered[int(answer) - 1]
    raise click.UsageError(texts.say("no_such_answer", {"answer": answer, "offered": ", ".join(by_code)}))


def _read(home: Home, item: int) -> dict[str, Any]:
    """Return one question, answered or not. Raises UnknownItem."""
    from agent.store import questions  # noqa: PLC0415

    return questions.one(item, office_zones(home))


def _question(home: Home, value: Values) -> str:
    from agent.faces.speaking import wording_of  # noqa: PLC0415

    return wording_of(home, value["run"]).question(value)


def _answers(offered: Sequence[Values]) -> str:
    return "\n".join(
        f"{number} {capitalised(texts.answer(each['answer']))} ({each['answer']})"
        for number, each in enumerate(offered, start=1)
    )
