"""Further kinds of column: time, choice, flag, and an author's own."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from agent.reports.cells import Cell, PlainCell, is_blank
from agent.reports.contract import Column
from agent.reports.kinds import tidy

_TIME_PARTS = {
    "H": ("(?P<hour>[01][0-9]|2[0-3])", "HH"),
    "-H": ("(?P<hour>[0-9]|1[0-9]|2[0-3])", "H"),
    "I": ("(?P<twelve>0[1-9]|1[0-2])", "hh"),
    "-I": ("(?P<twelve>[1-9]|1[0-2])", "h"),
    "M": ("(?P<minute>[0-5][0-9])", "MM"),
    "S": ("(?P<second>[0-5][0-9])", "SS"),
    "p": ("(?P<half>[AaPp][Mm])", "am"),
    "%": ("%", "%"),
}
_TOKEN = re.compile(r"%(-?.)|([^%])", re.DOTALL)
_MIDNIGHT = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - a time of day has no zone
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Time(Column):
    """A time of day, written in exactly one stated way: ``%H %-H %I %-I %M %S %p``."""

    format: str
    kind: ClassVar[str] = "time"
    _pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)
    _shown: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        pattern, shown, used = "", "", []
        for token, literal in _TOKEN.findall(self.format):
            if token and token not in _TIME_PARTS:
                raise ValueError(f"%{token} is not a part of a time format")
            used.append(token.strip("-"))
            pattern += _TIME_PARTS[token][0] if token else re.escape(literal)
            shown += _TIME_PARTS[token][1] if token else literal
        parts = [part for part in used if part]
        if len(set(parts)) < len(parts) or len({"H", "I"} & set(parts)) != 1 or "M" not in parts:
            raise ValueError(f"{self.format!r} does not name hour and minute once each")
        if ("I" in parts) != ("p" in parts):
            raise ValueError("%I and %p belong together")
        object.__setattr__(self, "_pattern", re.compile(pattern))
        object.__setattr__(self, "_shown", shown)

    @property
    def expected(self) -> str:
        """Say what a cell must look like."""
        return f"a time as {self._shown}"

    def show(self, value: object) -> str:
        """Return the time as ISO 8601, to the second: ``09:30:00``."""
        return value.isoformat("seconds") if isinstance(value, dt.time) else ""

    def _parse(self, raw: PlainCell) -> dt.time:
        if isinstance(raw, dt.time):
            return self._accept(raw)
        if isinstance(raw, dt.timedelta) and dt.timedelta(0) <= raw < _DAY:
            return self._accept((_MIDNIGHT + raw).time())
        found = self._pattern.fullmatch(raw.strip()) if isinstance(raw, str) else None
        if found is None:
            raise self._invalid("not_time", raw)
        parts = found.groupdict()
        hour = int(parts.get("hour") or 0)
        if parts.get("twelve"):
            hour = int(parts["twelve"]) % 12 + (12 if parts["half"].lower() == "pm" else 0)
        return dt.time(hour, int(parts["minute"]), int(parts.get("second") or 0))

    def _accept(self, value: object) -> dt.time:
        if not isinstance(value, dt.time) or value.tzinfo is not None or value.microsecond:
            raise self._invalid("not_time", value)
        return value

    def _restore(self, shown: str) -> dt.time:
        if re.fullmatch(r"[0-9]{2}:[0-9]{2}:[0-9]{2}", shown) is None:
            raise self._invalid("not_time", shown)
        try:
            return dt.time.fromisoformat(shown)
        except ValueError as error:
            raise self._invalid("not_time", shown) from error


@dataclass(frozen=True, kw_only=True)
class Choice(Column):
    """One of a few words; each may stand for another: ``{"Att.": "attended"}``."""

    meanings: Mapping[str, str]
    kind: ClassVar[str] = "choice"

    def __post_init__(self) -> None:
        if not self.meanings or not all(tidy(word) for pair in self.meanings.items() for word in pair):
            raise ValueError("a choice needs words to choose from")

    @property
    def expected(self) -> str:
        """Say what a cell must look like."""
        return "one of " + ", ".join(self.meanings)

    def _parse(self, raw: PlainCell) -> str:
        if not isinstance(raw, str):
            raise self._invalid("not_text", raw)
        word = tidy(raw)
        if word not in self.meanings:
            raise self._invalid("choice", raw)
        return self.meanings[word]

    def _accept(self, value: object) -> str:
        if not isinstance(value, str) or value not in self.meanings.values():
            raise self._invalid("choice", value)
        return value

    def _restore(self, shown: str) -> str:
        return shown


@dataclass(frozen=True, kw_only=True)
class Flag(Column):
    """Yes or no, by the words that the file has for it; an empty word in ``no`` means an empty cell."""

    yes: tuple[str, ...]
    no: tuple[str, ...]
    kind: ClassVar[str] = "flag"

    def __post_init__(self) -> None:
        if not self.yes or not self.no or set(self.yes) & set(self.no) or "" in self.yes:
            raise ValueError("a flag needs different words for yes and for no")

    @property
    def expected(self) -> str:
        """Say what a cell must look like."""
        return " or ".join(f"“{word}”" for word in (*self.yes, *self.no))

    def parse(self, raw: Cell) -> Any:  # noqa: ANN401 - as in Column
        """Return the value of a file's cell; raise :class:`Invalid` when it is neither yes nor no."""
        if "" in self.no and (raw is None or (isinstance(raw, str) and is_blank(raw))):
            return False
        return super().parse(raw)

    def show(self, value: object) -> str:
        """Return ``yes`` or ``no``."""
        return "" if value is None else "yes" if value else "no"

    def _parse(self, raw: PlainCell) -> bool:
        word = tidy(raw) if isinstance(raw, str) else raw
        if isinstance(word, bool) or word in self.yes or word in self.no:
            return word if isinstance(word, bool) else word in self.yes
        raise self._invalid("not_flag", raw)

    def _accept(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise self._invalid("not_flag", value)
        return value

    def _restore(self, shown: str) -> bool:
        if shown not in {"yes", "no"}:
            raise self._invalid("not_flag", shown)
        return shown == "yes"


@dataclass(frozen=True, kw_only=True)
class Own(Column):
    """An author's own kind: ``read`` makes the value of a text, ``write`` makes that text of the value again.

    ``read`` raises ValueError for what is not certain. A spreadsheet's numbers and days are refused: what
    they looked like, the file no longer says.
    """

    read: Callable[[str], Any]
    write: Callable[[Any], str]
    wanted: str
    kind: ClassVar[str] = "own"
    shares_values: ClassVar[bool] = False

    @property
    def expected(self) -> str:
        """Say what a cell must look like."""
        return self.wanted

    def show(self, value: object) -> str:
        """Return the value's canonical text."""
        return "" if value is None else self.write(value)

    def _parse(self, raw: PlainCell) -> object:
        if not isinstance(raw, str):
            raise self._invalid("not_text", raw)
        return self._restore(tidy(raw))

    def _accept(self, value: object) -> object:
        try:
            same = bool(self.read(self.write(value)) == value)
        except (ValueError, TypeError, AttributeError) as error:
            raise self._invalid("not_own", value) from error
        if not same:
            raise self._invalid("not_own", value)
        return value

    def _restore(self, shown: str) -> object:
        try:
            return self.read(shown)
        except ValueError as error:
            raise self._invalid("not_own", shown) from error
