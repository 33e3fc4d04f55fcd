"""The recovery code as people write it down: seven groups of five signs, the last of each one checking it.

The alphabet has 31 signs, none of which is taken for another, and 31 is prime: so one wrong sign, two signs
exchanged and two groups exchanged are each noticed, and the group is named. Twenty-eight signs carry 138
bits: nobody tries them all, so the key that is made of a code needs no slow hash.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_SIGNS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # no O/0, I/1/L
_GROUPS, _LONG = 7, 4


class WrongCode(ValueError):
    """What was typed is no recovery code; ``group`` is the first wrong one (1 to 7), None if some lack."""

    def __init__(self, group: int | None) -> None:
        super().__init__(group)
        self.group = group


def new_code(choose: Callable[[str], str]) -> str:
    """Return a fresh code like ``K7QD3-…``; ``choose`` picks one sign of a text at random."""
    groups = ["".join(choose(_SIGNS) for _ in range(_LONG)) for _ in range(_GROUPS)]
    return "-".join(group + _check(place, group) for place, group in enumerate(groups))


def read_code(typed: str) -> str:
    """Return a typed code as it was shown: case, blanks and hyphens do not matter. Raises WrongCode."""
    signs = re.sub(r"[\W_]", "", typed).upper()
    size = _LONG + 1
    groups = [signs[start : start + size] for start in range(0, len(signs), size)]
    for place, group in enumerate(groups[:_GROUPS]):
        whole = len(group) == size and set(group) <= set(_SIGNS)
        if not whole or _check(place, group[:-1]) != group[-1]:
            raise WrongCode(place + 1)
    if len(groups) != _GROUPS:
        raise WrongCode(None)
    return "-".join(groups)


def _check(place: int, group: str) -> str:
    """Return the sign that checks a group: each place has a weight of its own, so that order counts too."""
    weighed = sum((number + 2) * _SIGNS.index(sign) for number, sign in enumerate(group))
    return _SIGNS[(weighed + 11 * place) % len(_SIGNS)]
