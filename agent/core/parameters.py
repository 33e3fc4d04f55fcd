"""What an office may set of an automation: declared by its author, and valid only within the declaration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

Value = str | int | bool | Decimal


class Kind(StrEnum):
    """What sort of value a parameter takes; its default says which."""

    YES_NO = "yes_no"
    WHOLE = "whole"
    AMOUNT = "amount"
    CHOICE = "choice"
    TEXT = "text"


@dataclass(frozen=True)
class Parameter:
    """One value that an office may set; tasks find it in ``run.parameters`` under its name.

    ``default`` holds where an office says nothing, and its type is the parameter's: ``bool``, ``int``,
    ``Decimal`` (an amount) or ``str``. ``explain`` is one plain sentence for the person who sets it. Numbers
    may have bounds (``least``, ``most``, both allowed), text may have ``choices``.

    Raises ValueError or TypeError for a declaration that contradicts itself.
    """

    name: str
    default: Value
    explain: str
    least: int | Decimal | None = None
    most: int | Decimal | None = None
    choices: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Refuse what no office could ever set right."""
        if not self.name.isidentifier():
            raise ValueError(f"parameter “{self.name}”: a name is one word of letters, digits and _")
        if not isinstance(self.default, str | int | Decimal):  # bool is an int
            raise TypeError(f"parameter {self.name}: its default is no text, whole number, Decimal or bool")
        if self.choices and self.kind is not Kind.CHOICE:
            raise ValueError(f"parameter {self.name}: only text has choices")
        if (self.least is not None or self.most is not None) and self.kind not in {Kind.WHOLE, Kind.AMOUNT}:
            raise ValueError(f"parameter {self.name}: only numbers have bounds")
        self.read(self.default)

    @property
    def kind(self) -> Kind:
        """What sort of value it takes."""
        if isinstance(self.default, bool):
            return Kind.YES_NO
        if isinstance(self.default, int):
            return Kind.WHOLE
        if isinstance(self.default, Decimal):
            return Kind.AMOUNT
        return Kind.CHOICE if self.choices else Kind.TEXT

    @property
    def takes(self) -> str:
        """What it takes, in words for who writes settings."""
        bounds = "".join(
            f" {word} {bound}"
            for word, bound in (("from", self.least), ("to", self.most))
            if bound is not None
        )
        return {
            Kind.YES_NO: "true or false",
            Kind.WHOLE: f"a whole number{bounds}",
            Kind.AMOUNT: f"an amount in quotes{bounds}",
            Kind.CHOICE: "one of " + ", ".join(self.choices),
            Kind.TEXT: "text in quotes",
        }[self.kind]

    def read(self, given: object) -> Value:
        """Return a value as tasks get it, from settings, from what was typed, or from :func:`plain`.

        Raises ValueError, saying what it takes. Nothing is rounded, and text is no number by chance.
        """
        value = self._typed(given)
        if value is None or not self._allows(value):
            raise ValueError(f"{self.name} is {given!r}, and takes {self.takes}")
        return value

    def _typed(self, given: object) -> Value | None:
        kind = self.kind
        if kind is Kind.YES_NO:
            return given if isinstance(given, bool) else None
        if kind is Kind.WHOLE:
            if isinstance(given, str) and given.strip().lstrip("-").isdecimal() and given.isascii():
                return int(given)
            return given if isinstance(given, int) and not isinstance(given, bool) else None
        if kind is Kind.AMOUNT:
            return _amount(given)
        return given if isinstance(given, str) and given.strip() else None

    def _allows(self, value: Value) -> bool:
        if self.choices:
            return value in self.choices
        if isinstance(value, str):
            return True
        return not (
            (self.least is not None and value < self.least) or (self.most is not None and value > self.most)
        )

    def as_json(self) -> dict[str, Any]:
        """Return the declaration as plain values: the manifest carries it."""
        return {
            "name": self.name,
            "kind": self.kind.value,
            "default": plain(self.default),
            "explain": self.explain,
            "least": None if self.least is None else plain(self.least),
            "most": None if self.most is None else plain(self.most),
            "choices": list(self.choices),
        }


def from_json(value: Mapping[str, Any]) -> Parameter:
    """Return a declaration out of a manifest."""
    amounts = value["kind"] == Kind.AMOUNT

    def number(given: Any) -> Any:  # noqa: ANN401  # as JSON has it
        return Decimal(given) if amounts and given is not None else given

    return Parameter(
        value["name"],
        number(value["default"]),
        value["explain"],
        number(value["least"]),
        number(value["most"]),
        tuple(value["choices"]),
    )


def plain(value: Value) -> str | int | bool:
    """Return a value as settings and rows hold it: an amount as text."""
    return str(value) if isinstance(value, Decimal) else value


def _amount(given: object) -> Decimal | None:
    if isinstance(given, Decimal):
        return given
    if isinstance(given, bool) or not isinstance(given, str | int):
        return None
    try:
        value = Decimal(given)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None
