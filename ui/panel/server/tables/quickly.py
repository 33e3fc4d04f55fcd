"""Writing rows with statements that are put together once: the ingest does nothing else all day.

An ORM's statement costs several times what the statement itself does (GROUND.md); 200 workstations a second
would fill a core with that alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from peewee import Model

from ui.panel.server.tables.schema import PANEL


def insert(table: type[Model], columns: Mapping[str, Any]) -> None:
    """Insert a row; only in a job."""
    PANEL.execute_sql(_insert(table, tuple(columns)), _values(table, columns))


def update(table: type[Model], row: int, columns: Mapping[str, Any]) -> None:
    """Change a row by its id; only in a job."""
    PANEL.execute_sql(_update(table, tuple(columns)), (*_values(table, columns), row))


def one(statement: str, values: Sequence[Any]) -> Any:  # noqa: ANN401  # a row of plain values
    """Return the first row of a statement of this room; None if there is none."""
    return PANEL.execute_sql(statement, values).fetchone()


def run(statement: str, values: Sequence[Any]) -> None:
    """Carry out a statement of this room; only in a job."""
    PANEL.execute_sql(statement, values)


def _values(table: type[Model], columns: Mapping[str, Any]) -> tuple[Any, ...]:
    known = table._meta.fields  # peewee's own name for it
    return tuple(known[name].db_value(value) for name, value in columns.items())


@cache
def _insert(table: type[Model], names: tuple[str, ...]) -> str:
    told, marks = ", ".join(_columns(table, names)), ", ".join("?" for _ in names)
    return f'INSERT INTO "{_name(table)}" ({told}) VALUES ({marks})'  # noqa: S608  # names of our own tables


@cache
def _update(table: type[Model], names: tuple[str, ...]) -> str:
    told = ", ".join(f"{column} = ?" for column in _columns(table, names))
    return f'UPDATE "{_name(table)}" SET {told} WHERE "id" = ?'  # noqa: S608  # names of our own tables


def _name(table: type[Model]) -> str:
    return str(table._meta.table_name)


def _columns(table: type[Model], names: tuple[str, ...]) -> list[str]:
    return [f'"{table._meta.fields[name].column_name}"' for name in names]
