"""Column types of our own: the same on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from peewee import BigIntegerField, CharField, TextField


def _computers_now() -> datetime:
    return datetime.now(UTC)


_now: Callable[[], datetime] = _computers_now


def utc_now() -> datetime:
    """Return the present moment, aware, in UTC: the time that the store notes beside what happens."""
    return _now()


@contextmanager
def time_told_by(now: Callable[[], datetime]) -> Iterator[None]:
    """Let another clock than the computer's tell the store its time, in every thread, inside the block."""
    global _now  # noqa: PLW0603  # one process has one time
    before, _now = _now, now
    try:
        yield
    finally:
        _now = before


class UtcField(BigIntegerField):
    """A moment: an aware datetime in Python, whole milliseconds since 1970 UTC in the store."""

    def db_value(self, value: datetime | None) -> int | None:
        """Turn an aware datetime into milliseconds; a naive one is a defect."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return round(value.timestamp() * 1000)

    def python_value(self, value: int | None) -> datetime | None:
        """Turn milliseconds into an aware datetime in UTC."""
        return None if value is None else datetime.fromtimestamp(value / 1000, UTC)


class DayField(CharField):
    """A calendar day, as ISO text in the store."""

    def db_value(self, value: date | None) -> str | None:
        """Turn a day into ISO text."""
        return None if value is None else value.isoformat()

    def python_value(self, value: str | None) -> date | None:
        """Turn ISO text into a day."""
        return None if value is None else date.fromisoformat(value)


class JsonField(TextField):
    """Plain values as JSON text; never queried inside, so plain text serves on every database."""

    def db_value(self, value: Any) -> str | None:  # noqa: ANN401  # JSON is Any by nature
        """Turn plain values into JSON."""
        return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)

    def python_value(self, value: str | None) -> Any:  # noqa: ANN401
        """Turn JSON into plain values."""
        return None if value is None else json.loads(value)
