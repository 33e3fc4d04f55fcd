"""Dataclasses to JSON and back, strictly: what is of another type or too large is refused by its place."""

from __future__ import annotations

import json
import math
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

LONGEST_TEXT = 4_000
LONGEST_LIST = 5_000
DEEPEST = 6
LARGEST_INT = 2**53 - 1

_T = TypeVar("_T")


class NotUnderstood(ValueError):  # named after what happened, as all failures here are
    """What came does not fit: ``place`` says where (``runs[3].state``), ``problem`` what is wrong there."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place or 'all of it'}: {problem}")
        self.place, self.problem = place, problem


def write(value: object) -> bytes:
    """Return a message as JSON."""
    return json.dumps(plain(value), ensure_ascii=False, separators=(",", ":")).encode()


def read(kind: type[_T], text: bytes | str) -> _T:
    """Return the message that ``text`` holds. Raises NotUnderstood."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotUnderstood("", "not JSON") from error
    return take(kind, value)


def take(kind: type[_T], value: object, place: str = "") -> _T:
    """Return a dataclass from plain values. Raises NotUnderstood."""
    return _of_dataclass(kind, value, place)  # type: ignore[no-any-return]


def plain(value: object) -> Any:  # noqa: ANN401, PLR0911  # plain JSON; one line a type
    """Return a message as plain values: what :func:`write` writes."""
    if value is None or isinstance(value, str | int | float):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(getattr(value, name)) for name in _shape(type(value))}
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value


@cache
def _shape(kind: type) -> dict[str, tuple[Any, bool]]:
    """Return a dataclass's fields: the type of each, and whether it must be there."""
    hints = get_type_hints(kind)
    return {
        each.name: (hints[each.name], each.default is MISSING and each.default_factory is MISSING)
        for each in fields(kind)
    }


def _of_dataclass(kind: type, value: object, place: str) -> Any:  # noqa: ANN401  # of the kind
    if not isinstance(value, dict):
        raise NotUnderstood(place, "not an object")
    found = {}
    for name, (wanted, needed) in _shape(kind).items():
        if name in value:
            found[name] = _of(wanted, value[name], f"{place}.{name}" if place else name)
        elif needed:
            raise NotUnderstood(f"{place}.{name}" if place else name, "missing")
    return kind(**found)


def _of(wanted: Any, value: object, place: str) -> Any:  # noqa: ANN401, PLR0911  # one line a type
    origin = get_origin(wanted)
    if origin in {Union, types.UnionType}:
        return _of_union(get_args(wanted), value, place)
    if origin is Literal:
        if value not in get_args(wanted) or not isinstance(value, str):
            raise NotUnderstood(place, "not one of those that are known")
        return value
    if origin is tuple:
        inner = get_args(wanted)[0]
        return tuple(_of(inner, one, f"{place}[{i}]") for i, one in enumerate(_list(value, place)))
    if origin in {dict, Mapping}:
        return _of_mapping(get_args(wanted)[1], value, place)
    if isinstance(wanted, type) and is_dataclass(wanted):
        return _of_dataclass(wanted, value, place)
    if wanted is datetime:
        return _moment(value, place)
    if wanted is date:
        return _day(value, place)
    return _simple(wanted, value, place)


def _of_union(kinds: tuple[Any, ...], value: object, place: str) -> Any:  # noqa: ANN401
    if value is None:
        if type(None) in kinds:
            return None
        raise NotUnderstood(place, "must not be null")
    others = [kind for kind in kinds if kind is not type(None)]
    if len(others) == 1:
        return _of(others[0], value, place)
    return anything(value, place)  # the one union of more: a parameter's value


def _of_mapping(inner: Any, value: object, place: str) -> dict[str, Any]:  # noqa: ANN401
    if not isinstance(value, dict) or len(value) > LONGEST_LIST:
        raise NotUnderstood(place, "not an object, or too large")
    return {_text(key, place): _of(inner, one, f"{place}.{key}") for key, one in value.items()}


def _simple(wanted: Any, value: object, place: str) -> Any:  # noqa: ANN401
    if wanted is str:
        return _text(value, place)
    if wanted is bool and isinstance(value, bool):
        return value
    if wanted is int and isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_INT:
        return value
    if wanted not in {str, bool, int}:
        return anything(value, place)
    raise NotUnderstood(place, f"not {wanted.__name__}, or too large")


def anything(value: object, place: str, depth: int = 0) -> Any:  # noqa: ANN401  # plain JSON
    """Return a parameter's value: plain JSON within the limits. Raises NotUnderstood."""
    if depth > DEEPEST:
        raise NotUnderstood(place, "too deep")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value, place)
    if isinstance(value, int | float):
        if abs(value) > LARGEST_INT or not math.isfinite(value):
            raise NotUnderstood(place, "not a number that can be kept")
        return value
    if isinstance(value, dict):
        if len(value) > LONGEST_LIST:
            raise NotUnderstood(place, "too large")
        return {_text(key, place): anything(one, f"{place}.{key}", depth + 1) for key, one in value.items()}
    return [anything(one, f"{place}[{i}]", depth + 1) for i, one in enumerate(_list(value, place))]


def _list(value: object, place: str) -> list[object]:
    if not isinstance(value, list) or len(value) > LONGEST_LIST:
        raise NotUnderstood(place, "not a list, or too long")
    return value


def _text(value: object, place: str) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or "\0" in value:
        raise NotUnderstood(place, "not text, or too long")
    try:
        value.encode()
    except UnicodeEncodeError as error:  # half a surrogate pair: JSON may hold it, no store takes it
        raise NotUnderstood(place, "not text") from error
    return value


def _moment(value: object, place: str) -> datetime:
    try:
        moment = datetime.fromisoformat(_text(value, place))
        if moment.tzinfo is None:
            raise NotUnderstood(place, "a moment without a time zone")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise NotUnderstood(place, "not a moment") from error


def _day(value: object, place: str) -> date:
    try:
        return date.fromisoformat(_text(value, place))
    except ValueError as error:
        raise NotUnderstood(place, "not a day") from error
