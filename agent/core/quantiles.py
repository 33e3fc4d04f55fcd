"""From past durations to the band in which the next one falls. Pure; the standard library only.

The band is the order statistics' own: of n past values and the next one every rank is as likely, so the k-th
smallest bounds the next one with k / (n + 1). With fewer than 19 values that cannot reach 90 %; then the
normal prediction interval of the logarithms widens it. Before that, what is known to differ is put right: a
trend over the weeks (Theil and Sen's slope, kept only if Kendall's test believes it), a weekday of its own.
Every number here is seconds unless it says otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from statistics import mean, median, stdev

SHARE = 0.90
"""How many of the finishes the band is to hold."""

_TAIL = (1 - SHARE) / 2
_NORMAL = 1.6449  # the normal quantile of 1 - _TAIL
_TREND_BELIEVED = 2.0  # standard errors: to believe in a trend that is none costs little, the other way much
_WEEKDAY_BELIEVED = 3.0  # standard errors; there are five of them, so chance has five tries
_FEW, _FEW_WIDER = 19, 1.15  # with few values nobody knows how they are spread
_MANY = 30
_DRAWS = 256
_SMALLEST = 1e-3  # seconds; a logarithm needs more than nothing
_FEW_ON_A_WEEKDAY = 4


@dataclass(frozen=True)
class Band:
    """Between ``low`` and ``high`` lie 90 % of what is to be expected, half of all below ``middle``."""

    low: float
    middle: float
    high: float


def adjusted(values: Sequence[float], days: Sequence[date], today: date) -> list[float]:
    """Return past ``values``, oldest first, as they would be ``today``: trend and weekday put right.

    The order is kept, so that parts of one run stay together.
    """
    logs = [math.log(max(value, _SMALLEST)) for value in values]
    even = _without_trend(logs)
    own = _weekday_effects(even, days)
    target = own.get(today.weekday(), 0.0)
    return [
        math.exp(known - own.get(day.weekday(), 0.0) + target) for known, day in zip(even, days, strict=True)
    ]


def band(values: Sequence[float]) -> Band:
    """Return the band of at least two values, which may come in any order."""
    ranked = sorted(values)
    low, middle, high = draw(ranked, _TAIL), draw(ranked, 0.5), draw(ranked, 1 - _TAIL)
    if len(ranked) < _MANY and ranked[0] < ranked[-1]:
        # A trend or a weekday may be there and not be seen yet: half-way to what the normal interval says.
        low = (low + min(low, _beyond(ranked, -1))) / 2
        high = (high + max(high, _beyond(ranked, +1))) / 2
    return Band(low, middle, high)


def draw(ranked: Sequence[float], share: float) -> float:
    """Return the value below which the next one lies with probability ``share`` (between 5 % and 95 %)."""
    if ranked[0] == ranked[-1]:
        return ranked[0]
    wanted = share * (len(ranked) + 1)
    if wanted < 1:
        return min(ranked[0], _beyond(ranked, -1))
    if wanted > len(ranked):
        return max(ranked[-1], _beyond(ranked, +1))
    below = math.floor(wanted)
    if below == len(ranked):
        return ranked[-1]
    return ranked[below - 1] + (wanted - below) * (ranked[below] - ranked[below - 1])


def sums(sets: Iterable[Sequence[float]]) -> list[float]:
    """Return what sums of one value out of each set look like, the sets being independent of each other.

    One set is returned as it is. For several the sums are drawn along a low-discrepancy sequence (Halton's):
    the same answer every time, and no need of chance in a pure rule.
    """
    ranked = [sorted(values) for values in sets]
    if len(ranked) == 1:
        return ranked[0]
    bases = _primes(len(ranked))
    return [
        sum(draw(values, _radical_inverse(place, base)) for values, base in zip(ranked, bases, strict=True))
        for place in range(1, _DRAWS + 1)
    ]


def slope_of(amounts: Sequence[float], values: Sequence[float]) -> float:
    """Return by how much a value grows with an amount (seconds a record): the median of all pairs' slopes."""
    steps = [
        (after - before) / (more - less)
        for (less, before), (more, after) in combinations(zip(amounts, values, strict=True), 2)
        if more != less
    ]
    return max(0.0, median(steps)) if steps else 0.0


def stretched(values: Sequence[float], wider: float) -> list[float]:
    """Return values that spread more around their median: what a fitted line took from their spread."""
    middle = median(values)
    return [middle + wider * (value - middle) for value in values]


def _beyond(ranked: Sequence[float], side: int) -> float:
    """Return the end of the normal prediction interval (Student's t, after Cornish and Fisher)."""
    logs = [math.log(max(value, _SMALLEST)) for value in ranked]
    free = len(logs) - 1
    z = _NORMAL
    t = z + (z**3 + z) / (4 * free) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * free**2)
    wider = _FEW_WIDER if len(logs) < _FEW else 1.0
    return math.exp(mean(logs) + side * wider * t * stdev(logs) * math.sqrt(1 + 1 / len(logs)))


def _without_trend(logs: Sequence[float]) -> list[float]:
    """Return the values as if each were the next one; a trend's own uncertainty makes them spread more."""
    number = len(logs)
    slope = _slope(logs)
    if not slope:
        return list(logs)
    even = [known + slope * (number - place) for place, known in enumerate(logs)]
    return stretched(even, math.sqrt((1 + 4 / number) / (1 - 2 / number)))  # one step beyond the last


def _slope(logs: Sequence[float]) -> float:
    """Return the slope a place (the median of all pairs'), or 0 where Kendall's test sees no trend."""
    number = len(logs)
    signs = sum((later > sooner) - (later < sooner) for sooner, later in combinations(logs, 2))
    error = math.sqrt(number * (number - 1) * (2 * number + 5) / 18)
    if number < 3 or abs(signs) < _TREND_BELIEVED * error:
        return 0.0
    pairs = combinations(enumerate(logs), 2)
    return median((later - sooner) / (second - first) for (first, sooner), (second, later) in pairs)


def _weekday_effects(logs: Sequence[float], days: Sequence[date]) -> dict[int, float]:
    """Return the weekdays that differ from the others by more than chance, each with its difference."""
    effects = {}
    for weekday in {day.weekday() for day in days}:
        own = [known for known, day in zip(logs, days, strict=True) if day.weekday() == weekday]
        others = [known for known, day in zip(logs, days, strict=True) if day.weekday() != weekday]
        if len(own) < _FEW_ON_A_WEEKDAY or len(others) < _FEW_ON_A_WEEKDAY:
            continue
        effect = median(own) - median(others)
        spread = max(_spread(own), _spread(others))
        # 1.2533: a median's standard error is so much larger than a mean's.
        if abs(effect) > _WEEKDAY_BELIEVED * 1.2533 * spread * math.sqrt(1 / len(own) + 1 / len(others)):
            effects[weekday] = effect
    return effects


def _spread(logs: Sequence[float]) -> float:
    """Return the standard deviation as the median deviation tells it: a few outliers do not count."""
    middle = median(logs)
    return 1.4826 * median(abs(known - middle) for known in logs)


def _primes(number: int) -> list[int]:
    found: list[int] = []
    candidate = 2
    while len(found) < number:
        if all(candidate % prime for prime in found):
            found.append(candidate)
        candidate += 1
    return found


def _radical_inverse(place: int, base: int) -> float:
    share, part = 0.0, 1.0
    while place:
        part /= base
        place, digit = divmod(place, base)
        share += part * digit
    return share
