"""The kinds of column: text, money, day, whole. Each refuses what could mean two things."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

from agent.reports.cells import Below, PlainCell
from agent.reports.contract import Column
from agent.reports.days import DayFormat

_CENT = Decimal("0.01")
_EXACT = 10**15  # a spreadsheet keeps 15 digits; what is longer is already lost in the file
_DAMAGED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")  # control characters, lost letters
_CURRENCY = r"(?:[$£€¥₩₹₪₫₱₴₸₺₽₦฿]|[A-Z]{3})"
_PLAIN_AMOUNT = re.compile(r"[1-9][0-9]{0,8}\.[0-9]{2}").fullmatch
_GROUPS = {" ": " \u00a0\u2009\u202f", "'": "'\u2019"}  # as typed and as typeset


def tidy(text: str) -> str:
    """Unicode NFC, trimmed, line ends as one character; never case, never zeros (DESIGN 6)."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


@dataclass(frozen=True, kw_only=True)
class Text(Column):
    """Text and identifiers: nothing is ever made a number of."""

    pattern: str | None = None
    digits: int | None = None
    choices: tuple[str, ...] | None = None
    kind: ClassVar[str] = "text"

    def __post_init__(self) -> None:
        if self.pattern is not None:
            re.compile(self.pattern)
        if self.digits is not None and self.digits < 1:
            raise ValueError("digits must be at least 1")

    @property
    def expected(self) -> str:
        """Say what a cell must look like."""
        if self.digits is not None:
            return f"{self.digits} digits"
        if self.choices is not None:
            return "one of " + ", ".join(self.choices)
        return "text" if self.pattern is None else f"text of the form {self.pattern}"

    def normalise(self, value: object) -> str:
        """Return the text by which values are compared."""
        return tidy(self.show(value))

    def _parse(self, raw: PlainCell) -> str:
        if isinstance(raw, str):
            return self._check(raw)
        number = int(raw) if isinstance(raw, float) and raw.is_integer() else raw
        if self.digits is None or isinstance(number, bool) or not isinstance(number, int) or number < 0:
            raise self._invalid("not_text", raw)  # 731 may have been 00731: the file no longer says
        if number >= _EXACT:
            raise self._invalid("digits_lost", raw)
        return self._check(f"{number:0{self.digits}d}")

    def fast(self, kind: type) -> Callable[[Any], Any]:
        """Pass printable text without a closer look, where nothing in it needs one."""
        if kind is not str or self.choices is not None or self.digits is not None:
            return self.parse
        matches = re.compile(self.pattern).fullmatch if self.pattern is not None else None
        parse = self.parse

        def quick(raw: str) -> Any:  # noqa: ANN401 - a text, or None where the column is optional
            usual = raw.isprintable() and raw and raw[0] not in " #" and raw[-1] != " "
            if (
                not usual
                or not (raw.isascii() or _is_settled(raw))
                or (matches is not None and matches(raw) is None)
            ):
                return parse(raw)
            return raw

        return quick

    def _accept(self, value: object) -> str:
        if not isinstance(value, str):
            raise self._invalid("not_text", value)
        text = self._check(value)
        if not text:
            raise self._invalid("missing", "")
        return text

    def _restore(self, shown: str) -> str:
        return shown

    def _check(self, raw: str) -> str:
        value = tidy(raw)
        if _DAMAGED.search(value):
            raise self._invalid("damaged_text", raw)
        if self.digits is not None and re.fullmatch(rf"[0-9]{{{self.digits}}}", value) is None:
            raise self._invalid("not_digits", raw)
        if self.pattern is not None and re.fullmatch(self.pattern, value) is None:
            raise self._invalid("pattern", raw)
        if self.choices is not None and value not in self.choices:
            raise self._invalid("choice", raw)
        return value


def _is_settled(text: str) -> bool:
    return unicodedata.is_normalized("NFC", text) and "\ufffd" not in text


def _grouped(group: str) -> str:
    """Return a pattern for ``1234`` and ``1,234``, but never ``12,34`` or ``0,123``."""
    if not group:
        return "[0-9]+"
    separator = f"[{re.escape(_GROUPS.get(group, group))}]"
    return rf"(?:[0-9]+|[1-9][0-9]{{0,2}}(?:{separator}[0-9]{{3}})+)"


@dataclass(frozen=True, kw_only=True)
class Money(Column):
    """An amount as a Decimal with two places; a currency sign is passed over; parentheses mean minus."""

    decimal: str = "."
    group: str = ","
    kind: ClassVar[str] = "money"
    _pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.decimal) != 1 or len(self.group) > 1 or self.decimal == self.group:
            raise ValueError("decimal and group must be two different characters")
        point = re.escape(self.decimal)
        number = rf"(?P<whole>{_grouped(self.group)})?(?:{point}(?P<cents>[0-9]{{1,2}}))?"
        pattern = rf"(?P<sign>[-+\u2212])?\s*{_CURRENCY}?\s*(?P<inner>[-+\u2212])?\s*{number}\s*{_CURRENCY}?"
        object.__setattr__(self, "_pattern", re.compile(pattern))

    @property
    def expected(self) -> str:
        """Say what a cell must look like."""
        return f"an amount like 1{self.group}234{self.decimal}50"

    def show(self, value: object) -> str:
        """Return the amount with a point and two places, without groups: ``1234.50``."""
        return "" if value is None else f"{value:.2f}"

    def _parse(self, raw: PlainCell) -> Decimal:
        if isinstance(raw, str):
            return self._read(raw)
        if isinstance(raw, float):
            if abs(raw) >= _EXACT / 100:
                raise self._invalid("digits_lost", raw)
            return self._whole_cents(Decimal(f"{raw:.15g}"), raw)  # 3.3000000000000003 is a spreadsheet's 3.3
        return self._accept(raw)

    def fast(self, kind: type) -> Callable[[Any], Any]:
        """Take a spreadsheet's number that is the nearest one to an amount of two places for that amount."""
        parse = self.parse
        if kind is str and self.decimal == ".":
            return lambda raw: Decimal(raw) if _PLAIN_AMOUNT(raw) else parse(raw)
        if kind is not float:
            return parse

        def quick(raw: float) -> Decimal:
            text = f"{raw:.2f}"
            if float(text) == raw and 0 < raw < _EXACT / 1000:
                return Decimal(text)
            found: Decimal = parse(raw)
            return found

        return quick

    def _read(self, raw: str) -> Decimal:
        text = raw.strip()
        bracketed = text.startswith("(") and text.endswith(")")
        found = self._pattern.fullmatch(text[1:-1].strip() if bracketed else text)
        if found is None or not (found["whole"] or found["cents"]):
            raise self._invalid("not_money", raw)
        signs = [sign for sign in (found["sign"], found["inner"]) if sign]
        if len(signs) + bracketed > 1:
            raise self._invalid("not_money", raw)
        digits = re.sub(r"[^0-9]", "", found["whole"] or "0")
        value = Decimal(f"{digits}.{found['cents'] or '0'}")
        return self._whole_cents(-value if bracketed or (signs and signs[0] != "+") else value, raw)

    def _accept(self, value: object) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self._invalid("not_money", value)
        return self._whole_cents(Decimal(value), value)

    def _whole_cents(self, value: Decimal, found: object) -> Decimal:
        if not value.is_finite():
            raise self._invalid("not_money", found)
        if abs(value) >= _EXACT:
            raise self._invalid("digits_lost", found)
        cents = value.quantize(_CENT)
        if cents != value:
            raise self._invalid("too_precise", found)
        return abs(cents) if cents.is_zero() else cents  # no minus zero

    def _restore(self, shown: str) -> Decimal:
        if re.fullmatch(r"-?[0-9]{1,15}\.[0-9]{2}", shown) is None:
            raise self._invalid("not_money", shown)
        return Decimal(shown)

    def _from_above(self, raw: Below) -> PlainCell:
        """An amount merged over three rows would be counted three times."""
        raise self._invalid("merged_cell", raw.value)


@dataclass(frozen=True, kw_only=True)
class Day(Column):
    """A day, written in exactly one stated way; a time in the format is checked and passed over."""

    format: str
    first_year: int | None = None
    kind: ClassVar[str] = "day"
    _format: DayFormat = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_format", DayFormat(self.format, self.first_year))

    @property
    def expected(self) -> str:
        """Say what a cell must look like."""
        return f"a day as {self._format.shown}"

    def show(self, value: object) -> str:
        """Return the day as ISO 8601: ``2026-11-02``."""
        return value.isoformat() if isinstance(value, dt.date) else ""

    def _parse(self, raw: PlainCell) -> dt.date:
        if isinstance(raw, dt.datetime):
            if raw.time() != dt.time() and not self._format.has_time:
                raise self._invalid("not_day", raw)
            return raw.date()
        if isinstance(raw, dt.date):
            return raw
        day = self._format.read(raw.strip()) if isinstance(raw, str) else None
        if day is None:
            raise self._invalid("not_day", raw)
        return day

    def _accept(self, value: object) -> dt.date:
        if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
            raise self._invalid("not_day", value)
        return value

    def _restore(self, shown: str) -> dt.date:
        try:
            return dt.date.fromisoformat(shown)
        except ValueError as error:
            raise self._invalid("not_day", shown) from error


@dataclass(frozen=True, kw_only=True)
class Whole(Column):
    """A whole number to count with (an identifier is :class:`Text`)."""

    group: str = ","
    kind: ClassVar[str] = "whole"

    @property
    def expected(self) -> str:
        """Say what a cell must look like."""
        return "a whole number"

    def _parse(self, raw: PlainCell) -> int:
        if isinstance(raw, str):
            found = re.fullmatch(rf"([-+\u2212]?)({_grouped(self.group)})", raw.strip())
            if found is None:
                raise self._invalid("not_whole", raw)
            number = int(re.sub(r"[^0-9]", "", found[2]))
            return self._accept(number if found[1] in {"", "+"} else -number)
        return self._accept(int(raw) if isinstance(raw, float) and raw.is_integer() else raw)

    def _accept(self, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._invalid("not_whole", value)
        if abs(value) >= _EXACT:
            raise self._invalid("digits_lost", value)
        return value

    def _restore(self, shown: str) -> int:
        if re.fullmatch(r"-?[0-9]{1,15}", shown) is None:
            raise self._invalid("not_whole", shown)
        return int(shown)

    def _from_above(self, raw: Below) -> PlainCell:
        """A count merged over three rows would be counted three times."""
        raise self._invalid("merged_cell", raw.value)
