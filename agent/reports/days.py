"""Dates written one stated way, and no other.

``strptime`` takes ``3/4/2026`` for ``%d/%m/%Y`` and reads month names in the computer's language. Here a day
either stands exactly as its format says, or it is refused.
"""

from __future__ import annotations

import datetime as dt
import re

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_SHORT = {name[:3].casefold(): number for number, name in enumerate(MONTHS, 1)}
_LONG = {name.casefold(): number for number, name in enumerate(MONTHS, 1)}

_PARTS = {
    "d": r"(?P<day>[0-9]{2})",
    "-d": r"(?P<day>[1-9][0-9]?)",
    "m": r"(?P<month>[0-9]{2})",
    "-m": r"(?P<month>[1-9][0-9]?)",
    "b": rf"(?P<short>{'|'.join(_SHORT)})",
    "B": rf"(?P<long>{'|'.join(_LONG)})",
    "Y": r"(?P<year>[0-9]{4})",
    "y": r"(?P<two>[0-9]{2})",
    "H": r"(?:[01][0-9]|2[0-3])",
    "M": r"[0-5][0-9]",
    "S": r"[0-5][0-9]",
    "%": "%",
}
_SHOWN = {
    "d": "dd",
    "-d": "d",
    "m": "mm",
    "-m": "m",
    "b": "Mmm",
    "B": "Month",
    "Y": "yyyy",
    "y": "yy",
    "H": "HH",
    "M": "MM",
    "S": "SS",
    "%": "%",
}
_TOKEN = re.compile(r"%(-?.)|([^%])", re.DOTALL)


class DayFormat:
    """A date format in ``strftime``'s letters: ``%d %-d %m %-m %b %B %Y %y``, and ``%H %M %S`` to pass over.

    ``%-d`` and ``%-m`` are without a leading zero. Month names are English, in any case. ``%y`` needs
    ``first_year``: the hundred years that begin with it. Raises ValueError when the format cannot tell a day.
    """

    def __init__(self, letters: str, first_year: int | None = None) -> None:
        pattern, shown, used = "", "", set()
        for token, literal in _TOKEN.findall(letters):
            if token and token not in _PARTS:
                raise ValueError(f"%{token} is not a part of a date format")
            if token.strip("-") in used:
                raise ValueError(f"%{token} stands twice in the date format")
            used.add(token.strip("-") if token else "")
            used.discard("")
            pattern += _PARTS[token] if token else re.escape(literal)
            shown += _SHOWN[token] if token else literal
        if len(used & {"Y", "y"}) != 1 or len(used & {"m", "b", "B"}) != 1 or "d" not in used:
            raise ValueError(f"{letters!r} does not name year, month and day once each")
        if "y" in used and first_year is None:
            raise ValueError("a year of two digits needs first_year=")
        self.shown = shown
        self.has_time = "H" in used
        self._first_year = first_year
        self._pattern = re.compile(pattern, re.IGNORECASE)

    def read(self, text: str) -> dt.date | None:
        """Return the day that ``text`` says in exactly this format, or None."""
        found = self._pattern.fullmatch(text)
        if found is None:
            return None
        parts = found.groupdict()
        if parts.get("short") or parts.get("long"):
            month = (
                _SHORT[parts["short"].casefold()] if parts.get("short") else _LONG[parts["long"].casefold()]
            )
        else:
            month = int(parts["month"])
        try:
            return dt.date(self._year(parts), month, int(parts["day"]))
        except ValueError:  # 31/02/2026
            return None

    def _year(self, parts: dict[str, str]) -> int:
        if parts.get("year"):
            return int(parts["year"])
        assert self._first_year is not None
        return self._first_year + (int(parts["two"]) - self._first_year) % 100
