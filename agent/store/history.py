"""The history of runs, page by page: newest first, filtered, each with what its sentence needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from peewee import Expression, fn

from agent.store import queries
from agent.store.tables import RunRow

PAGE = 200
"""How many runs are read at once."""


@dataclass(frozen=True)
class Wanted:
    """Which runs: of an automation, in some states, for business days from ``first`` to ``last``.

    ``words`` is looked for in titles and automations' names, and at the beginning of ids. ``runs`` leaves
    only these (a record's key was searched for).
    """

    automation: str | None = None
    states: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
    words: str = ""
    runs: tuple[str, ...] | None = None


def after(wanted: Wanted, last: str | None = None, limit: int = PAGE) -> list[dict[str, Any]]:
    """Return the next runs after the run ``last`` (the newest, where it is None), newest first.

    The page begins behind a row, not at a number: new runs that came meanwhile shift nothing.
    """
    query = RunRow.select().order_by(RunRow.created_at.desc(), RunRow.id.desc()).limit(limit)
    for condition in _conditions(wanted):
        query = query.where(condition)
    if last is not None:
        edge = RunRow.get_by_id(last)
        query = query.where(
            (RunRow.created_at <= edge.created_at)
            & ((RunRow.created_at < edge.created_at) | (RunRow.id < edge.id))
        )
    return queries.together(list(query))


def some(runs: Iterable[str]) -> list[dict[str, Any]]:
    """Return these runs as they stand now, newest first; unknown ids are left out."""
    query = RunRow.select().where(RunRow.id.in_(list(runs)))
    return queries.together(list(query.order_by(RunRow.created_at.desc(), RunRow.id.desc())))


def count(wanted: Wanted) -> int:
    """Return how many runs are wanted."""
    query = RunRow.select()
    for condition in _conditions(wanted):
        query = query.where(condition)
    return int(query.count())


def automations() -> list[tuple[str, str]]:
    """Return the name and newest title of every automation that ever ran, by title."""
    newest = RunRow.select(RunRow.automation, fn.MAX(RunRow.created_at)).group_by(RunRow.automation)
    names = [row.automation for row in newest]
    found = {}
    for name in names:
        row = RunRow.select(RunRow.title).where(RunRow.automation == name)
        found[name] = row.order_by(RunRow.created_at.desc()).limit(1).scalar()
    return sorted(found.items(), key=lambda item: str(item[1]).casefold())


def _conditions(wanted: Wanted) -> list[Expression]:
    found: list[Any] = []
    if wanted.automation is not None:
        found.append(RunRow.automation == wanted.automation)
    if wanted.states:
        found.append(RunRow.state.in_(wanted.states))
    if wanted.first is not None:
        found.append(RunRow.business_date >= wanted.first)
    if wanted.last is not None:
        found.append(RunRow.business_date <= wanted.last)
    if wanted.runs is not None:
        found.append(RunRow.id.in_(wanted.runs))
    if wanted.words.strip():
        found.append(_with_words(wanted.words.strip()))
    return found


def _with_words(words: str) -> Any:  # noqa: ANN401  # peewee's expressions have no common type
    """Titles are few: those that hold the words are found first, so that the index serves."""
    plain = words.casefold()
    named = [name for name, title in automations() if plain in title.casefold() or plain in name.casefold()]
    return RunRow.automation.in_(named) | RunRow.id.startswith(words)
