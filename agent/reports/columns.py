"""The column contract: what a column's cells mean, and what is refused because it could mean two things.

A column is written once, as the field of a record (``amount: Decimal = money()``), and serves every way in
and out: reading a file's cell, checking a value that code made, showing it, storing it, comparing it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from agent.reports.contract import Column, Invalid
from agent.reports.kinds import Day, Money, Text, Whole
from agent.reports.small_kinds import Choice, Flag, Own, Time

__all__ = [
    "Choice", "Column", "Day", "Flag", "Invalid", "Money", "Own", "Text", "Time", "Whole",
    "choice", "day", "flag", "money", "own", "text", "time", "whole",
]  # fmt: skip


def text(
    *,
    pattern: str | None = None,
    digits: int | None = None,
    header: str | None = None,
    optional: bool = False,
    personal: bool = False,
    choices: tuple[str, ...] | list[str] | None = None,
) -> Any:  # noqa: ANN401 - a field specifier stands where the field's default stands
    """Text or an identifier: leading zeros stay; trimmed, Unicode NFC.

    ``pattern`` must match the whole value. ``digits=6`` wants six digits, and it alone lets a
    spreadsheet's number in (731 shown as 000731). ``choices`` are the only values allowed.
    """
    allowed = None if choices is None else tuple(choices)
    return Text(
        pattern=pattern, digits=digits, header=header, optional=optional, personal=personal, choices=allowed
    )


def money(
    *,
    control_total: bool = False,
    header: str | None = None,
    optional: bool = False,
    personal: bool = False,
    decimal: str = ".",
    group: str = ",",
) -> Any:  # noqa: ANN401 - as above
    """An amount, as Decimal with two places: ``1,234.50``, ``£120.00``, ``120``, ``-5.00``, ``(5.00)``.

    What could mean two things (``1,23``) is refused. ``decimal=",", group="."`` reads ``1.234,50``.
    """
    return Money(
        control_total=control_total,
        header=header,
        optional=optional,
        personal=personal,
        decimal=decimal,
        group=group,
    )


def day(
    format: str,  # noqa: A002 - strftime's word for it
    *,
    header: str | None = None,
    optional: bool = False,
    personal: bool = False,
    first_year: int | None = None,
) -> Any:  # noqa: ANN401 - as above
    """A day in exactly this format, in ``strftime``'s letters: ``day("%d/%m/%Y")``; see DayFormat."""
    return Day(format=format, header=header, optional=optional, personal=personal, first_year=first_year)


def whole(
    *,
    control_total: bool = False,
    header: str | None = None,
    optional: bool = False,
    personal: bool = False,
    group: str = ",",
) -> Any:  # noqa: ANN401 - as above
    """A whole number to count with: ``12``, ``1,234``, ``-3``."""
    return Whole(
        control_total=control_total, header=header, optional=optional, personal=personal, group=group
    )


def time(
    format: str = "%H:%M",  # noqa: A002 - as above
    *,
    header: str | None = None,
    optional: bool = False,
    personal: bool = False,
) -> Any:  # noqa: ANN401 - as above
    """A time of day in exactly this format: ``%H %-H %I %-I %M %S %p``. Local to the office, no time zone."""
    return Time(format=format, header=header, optional=optional, personal=personal)


def choice(
    choices: Sequence[str] | Mapping[str, str],
    *,
    header: str | None = None,
    optional: bool = False,
    personal: bool = False,
) -> Any:  # noqa: ANN401 - as above
    """One of these words, exactly; a mapping says what each stands for: ``{"Att.": "attended"}``."""
    meanings = dict(choices) if isinstance(choices, Mapping) else {word: word for word in choices}
    return Choice(meanings=meanings, header=header, optional=optional, personal=personal)


def flag(
    yes: str | Sequence[str],
    no: str | Sequence[str],
    *,
    header: str | None = None,
    optional: bool = False,
    personal: bool = False,
) -> Any:  # noqa: ANN401 - as above
    """Yes or no as True or False: ``flag("Y", "N")``; ``flag("X", "")`` where an empty cell means no."""
    words = [(word,) if isinstance(word, str) else tuple(word) for word in (yes, no)]
    return Flag(yes=words[0], no=words[1], header=header, optional=optional, personal=personal)


def own(
    read: Callable[[str], Any],
    *,
    expected: str,
    write: Callable[[Any], str] = str,
    header: str | None = None,
    optional: bool = False,
    personal: bool = False,
) -> Any:  # noqa: ANN401 - as above
    """A kind of your own: ``read`` makes the value of a cell's text, or raises ValueError.

    ``write`` makes the same text of the value again; ``expected`` says in words what a cell must look like.
    """
    return Own(read=read, write=write, wanted=expected, header=header, optional=optional, personal=personal)
