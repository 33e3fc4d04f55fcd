"""A spreadsheet's numbers that are shown as days and times: days since 1900 (or 1904), fractions of a day.

Source: ECMA-376 part 1, 18.17.4 (serials) and 18.8.30 (number formats).
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TypeAlias

Moment: TypeAlias = dt.datetime | dt.time | dt.timedelta

_BUILT_IN = {*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)}
_ELAPSED = 46
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE | re.DOTALL)
_EPOCH_1900 = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet has no time zone
_EPOCH_1904 = dt.datetime(1904, 1, 1)  # noqa: DTZ001 - as above
_LEAP = 60  # 1900 was no leap year, but Lotus 1-2-3 thought so and every spreadsheet since
_LAST = 2_958_466  # the first day of the year 10000
_MILLISECONDS = 86_400_000

DAY, ELAPSED = "day", "elapsed"


def kind_of_format(number: int, code: str | None) -> str | None:
    """Return DAY or ELAPSED for a number format that shows a moment or a duration, None for any other.

    ``number`` is the format's id, ``code`` its text where the file defines it.
    """
    if code is None:
        return ELAPSED if number == _ELAPSED else DAY if number in _BUILT_IN else None
    bare = _LITERAL.sub("", code.split(";")[0]).lower()
    if re.search(r"\[[hms]+\]", bare):
        return ELAPSED
    if "general" in bare:
        return None
    return DAY if re.search(r"[dmyhs]", re.sub(r"e[+-]", "", bare)) else None


def moment(serial: float, kind: str, *, since_1904: bool) -> Moment | None:
    """Return what the spreadsheet shows for a serial, to the millisecond; None when there is no such day.

    A serial below 1 is a time of day alone.
    """
    if not 0 <= serial < _LAST:
        return None
    if kind == ELAPSED:
        return dt.timedelta(milliseconds=round(serial * _MILLISECONDS))
    if serial < 1:
        return (_EPOCH_1904 + dt.timedelta(milliseconds=round(serial * _MILLISECONDS))).time()
    if since_1904:
        epoch = _EPOCH_1904
    elif int(serial) == _LEAP:
        return None
    else:
        epoch = _EPOCH_1900 if serial > _LEAP else _EPOCH_1900 + dt.timedelta(days=1)
    whole = int(serial)
    return epoch + dt.timedelta(days=whole, milliseconds=round((serial - whole) * _MILLISECONDS))
