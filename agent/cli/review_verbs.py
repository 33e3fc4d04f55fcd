"""``review``: what needs a person, and the person's answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from agent.cli.console import json_option, out, print_json, print_table, tell
from agent.cli.endings import DONE, FAILED
from agent.cli.reading import open_for_reading
from agent.cli.record_pages import heading
from agent.cli.sealed import contents
from agent.core.failures import UnknownItem, WrongState
from agent.faces.wording import capitalised
from agent.system.paths import Home
from resources.i18n import texts

Values = Mapping[str, Any]


@click.command()
@click.argument("item", type=int, required=False)
@click.option("--answer", metavar="A", help="The answer's number or code.")
@json_option
def review(item: int | None, *, answer: str | None, as_json: bool) -> int:
    """List what needs you, or answer one question."""
    home, prepared = open_for_reading()
    if item is None:
        if answer is not None:
            raise click.UsageError(texts.say("answer_needs_item"))
        _list(home, as_json=as_json, prepared=prepared)
        return DONE
    if not prepared:
        raise UnknownItem(item=item)
    if answer is None:
        _show(home, item, as_json=as_json)
        return DONE
    return _give(home, item, answer)


def _list(home: Home, *, as_json: bool, prepared: bool) -> None:
    from agent.store import queries  # noqa: PLC0415

    found = queries.open_reviews() if prepared else []
    if as_json:
        print_json(found[::-1])
    elif not found:
        out(texts.say("no_reviews"))
    else:
        keys = _keys(home, found)
        rows = [
            (
                value["id"],
                value["run"],
                keys.get(value["record"], ""),
                _question(home, value),
                _answers(value["answers"]),
            )
            for value in reversed(found)
        ]
        print_table(heading("item", "run", "key", "question", "answers"), rows, numbers=[0])
        out(texts.say("answer_next"))


def _show(home: Home, item: int, *, as_json: bool) -> None:
    value = _read(item)
    if as_json:
        print_json(value)
        return
    out(": ".join(part for part in (*_keys(home, [value]).values(), _question(home, value))))
    out(texts.say("asked_for", {"run": value["run"], "task": value["task"]}))
    for line in _answers(value["answers"]).splitlines():
        out(f"  {line}")


def _keys(home: Home, items: Sequence[Values]) -> dict[int, str]:
    """Return the business keys of the records that are asked about, by the record's id."""
    asked = {value["record"]: value["run"] for value in items if value["record"] is not None}
    held: dict[int, Values] = {}
    for run_id in set(asked.values()):
        held |= contents(home, run_id)
    return {record: str(held[record]["key"]) for record in asked if record in held}


def _give(home: Home, item: int, answer: str) -> int:
    from agent.cli.carrying import carry_out, host_at_work  # noqa: PLC0415
    from agent.cli.run_verbs import watch  # noqa: PLC0415

    value = _read(item)
    if value["answer"] is not None:
        raise WrongState(what=f"question {item}", state="answered already", wanted="open")
    chosen = _chosen(answer, value["answers"])
    with host_at_work(home) as work:
        carry_out(work, "answer", {"item": item, "answer": chosen})
        tell(texts.say("answered", {"answer": texts.answer(chosen)}))
        code = watch(work, value["run"]) if work.ours else DONE
    return DONE if chosen == "stop" and code == FAILED else code  # stopped, as was wished


def _chosen(answer: str, offered: Sequence[str]) -> str:
    """Return the code of the answer that was meant, by its number or code. Raises UsageError."""
    if answer in offered:
        return answer
    if answer.isdecimal() and 1 <= int(answer) <= len(offered):
        return offered[int(answer) - 1]
    raise click.UsageError(texts.say("no_such_answer", {"answer": answer, "offered": ", ".join(offered)}))


def _read(item: int) -> dict[str, Any]:
    """Return one question, answered or not. Raises UnknownItem."""
    from agent.store import queries, reviews  # noqa: PLC0415

    row = reviews.get(item)
    return next(value for value in queries.run(row.run_id)["reviews"] if value["id"] == item)


def _question(home: Home, value: Values) -> str:
    from agent.faces.speaking import wording_of  # noqa: PLC0415

    return wording_of(home, value["run"]).question(value)


def _answers(offered: Sequence[str]) -> str:
    return "\n".join(
        f"{number} {capitalised(texts.answer(code))} ({code})" for number, code in enumerate(offered, start=1)
    )
