"""The column contract: what a column's cells mean, and what is refused because it could mean two things.

A column is written once, as the field of a record (``amount: Decimal = money()``), and serves every way in
and out: reading a file's cell, checking a value that code made, showing it, storing it, comparing it.
"""

from __future__ import annotations

from typing import Any

from agent.reports.contract import Column, Invalid
from agent.reports.kinds import Day, Money, Text, Whole

__all__ = ["Column", "Day", "Invalid", "Money", "Text", "Whole", "day", "money", "text", "whole"]


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
