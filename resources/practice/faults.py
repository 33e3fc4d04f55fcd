"""The switchboard: which faults are armed, and whether one fires now.

A fault is armed for the next N occasions, for given occasions counted from arming (1 is the next one),
by chance, or always. What counts as an occasion stands in the catalogue. Chance is drawn from the seed and
the number of the occasion, never from the clock, so the same clicks meet the same faults.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from random import Random
from threading import Lock
from typing import Literal

from resources.practice.catalogue import CATALOGUE, Fault, SystemName

JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]
Mode = Literal["next", "at", "always"]

EVERY_ELEMENT = "*"
_HOW = frozenset({"always", "times", "at", "chance", "path"})


class FaultError(ValueError):
    """An unknown fault, or an option that this fault does not have; the text names it."""


class Options:
    """The options of a fault that fires now; a missing one has the catalogue's value."""

    def __init__(self, values: Mapping[str, JsonValue]) -> None:
        self._values = values

    def text(self, name: str) -> str:
        """The option as text."""
        return str(self._values[name])

    def number(self, name: str) -> float:
        """The option as a number.

        Raises:
            FaultError: it is not one.
        """
        value = self._values[name]
        if not isinstance(value, int | float | str):
            raise FaultError(f"{name} is not a number")
        try:
            return float(value)
        except ValueError:
            raise FaultError(f"{name} is not a number: {value}") from None

    def words(self, name: str) -> frozenset[str]:
        """The option as a set of words: a list, or text with commas."""
        value = self._values[name]
        parts = value if isinstance(value, list) else str(value).split(",")
        return frozenset(str(part).strip() for part in parts)


@dataclass
class Arming:
    """One armed fault and what became of it so far."""

    fault: Fault
    mode: Mode
    how: dict[str, JsonValue]
    options: Options
    path: str = ""
    left: int = 0
    at: frozenset[int] = frozenset()
    chance: float = 1.0
    occasions: int = 0
    fired: int = 0

    def concerns(self, path: str, elements: Iterable[str]) -> bool:
        """Whether a request to `path`, with these elements on its page, is an occasion of this fault."""
        if self.path not in path:
            return False
        if "element" not in self.fault.options:
            return True
        wanted = self.options.words("element")
        return EVERY_ELEMENT in wanted or not wanted.isdisjoint(elements)

    def spent(self) -> bool:
        """Whether it can fire no more."""
        if self.mode == "next":
            return self.left <= 0
        return self.mode == "at" and self.occasions >= max(self.at)


@dataclass
class Switchboard:
    """The faults of one system. Safe to use from the test's thread and the server's."""

    system: SystemName
    seed: int
    _armed: dict[str, Arming] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def arm(self, name: str, **how: JsonValue) -> None:
        """Arm one fault; arming it again starts it anew.

        Without `times`, `at`, `chance` or `always` it fires once, at the next occasion.

        Raises:
            FaultError: the system has no such fault, or the fault no such option.
        """
        arming = _arming(self.system, name, how)
        with self._lock:
            self._armed[name] = arming

    def replace(self, wanted: Mapping[str, Mapping[str, JsonValue]]) -> None:
        """Arm exactly these faults, all or (when one is wrong: `FaultError`) none."""
        fresh = {name: _arming(self.system, name, dict(how)) for name, how in wanted.items()}
        with self._lock:
            self._armed = fresh

    def clear(self, name: str | None = None) -> None:
        """Switch one fault off, or all."""
        with self._lock:
            if name is None:
                self._armed.clear()
            else:
                self._armed.pop(name, None)

    def take(self, name: str, path: str, elements: Iterable[str] = ()) -> Options | None:
        """Count one occasion of a fault; its options if it fires now, else None."""
        with self._lock:
            arming = self._armed.get(name)
            if arming is None or arming.spent() or not arming.concerns(path, elements):
                return None
            arming.occasions += 1
            if arming.mode == "at" and arming.occasions not in arming.at:
                return None
            if arming.chance < 1.0:
                draw = Random(f"{self.seed}/{self.system}/{name}/{arming.occasions}").random()
                if draw >= arming.chance:
                    return None
            arming.left -= 1
            arming.fired += 1
            return arming.options

    def state(self) -> dict[str, JsonValue]:
        """What is armed: how, occasions seen, times fired, whether it is spent; for page and JSON."""
        with self._lock:
            return {
                name: {
                    "how": dict(arming.how),
                    "occasions": arming.occasions,
                    "fired": arming.fired,
                    "spent": arming.spent(),
                }
                for name, arming in self._armed.items()
            }


def _arming(system: SystemName, name: str, how: dict[str, JsonValue]) -> Arming:
    fault = CATALOGUE.get(name)
    if fault is None or system not in fault.systems:
        raise FaultError(f"{system} has no fault named {name}")
    unknown = set(how) - _HOW - set(fault.options)
    if unknown:
        raise FaultError(f"{name} has no option {', '.join(sorted(unknown))}")
    options = Options({**fault.options, **{key: value for key, value in how.items() if key in fault.options}})
    for key, usual in fault.options.items():
        if isinstance(usual, int | float):
            options.number(key)
    arming = Arming(fault, "next", how, options, path=str(how.get("path", "")), left=1)
    arming.chance = _chance(how.get("chance", 1.0))
    if how.get("at") is not None:
        arming.mode, arming.at = "at", _places(how["at"])
    elif how.get("times") is not None:
        arming.left = _whole(how["times"])
    elif how.get("always") or arming.chance < 1.0:
        arming.mode = "always"
    return arming


def _chance(value: JsonValue) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    raise FaultError(f"chance is not between 0 and 1: {value}")


def _places(value: JsonValue) -> frozenset[int]:
    places = value if isinstance(value, list) else [value]
    if not places:
        raise FaultError("at names no occasion")
    return frozenset(_whole(place) for place in places)


def _whole(value: JsonValue) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value
    raise FaultError(f"not a whole number from 1 up: {value}")
