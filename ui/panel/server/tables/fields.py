"""Column types of the panel's own store (it shares nothing but the wire with the agent)."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from peewee import BigIntegerField, CharField, TextField


def utc_now() -> datetime:
    """Return the present moment, aware, in UTC, in whole milliseconds as the store keeps it."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def is_zone(name: str) -> bool:
    """Tell whether a text is the IANA name of a time zone (``Europe/Vienna``)."""
    return name in _zones()


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def milliseconds(moment: datetime) -> int:
    """Return a moment as whole milliseconds since 1970 UTC."""
    return round(moment.timestamp() * 1000)


class UtcField(BigIntegerField):
    """A moment: an aware datetime in Python, whole milliseconds since 1970 UTC in the store."""

    def db_value(self, value: datetime | None) -> int | None:
        """Turn an aware datetime into milliseconds; a naive one is a defect."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return milliseconds(value)

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
    """Plain values as JSON text; never queried inside."""

    def db_value(self, value: Any) -> str | None:  # noqa: ANN401  # JSON is Any by nature
        """Turn plain values into JSON."""
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def python_value(self, value: str | None) -> Any:  # noqa: ANN401
        """Turn JSON into plain values."""
        return None if value is None else json.loads(value)
