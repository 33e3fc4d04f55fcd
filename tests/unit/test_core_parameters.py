"""What an office may set: read exactly, or refused in words that say what is taken."""

from decimal import Decimal
from typing import Any

import pytest

from agent.core.parameters import Kind, Parameter, from_json, plain

AMOUNT = Parameter("least", Decimal("5.00"), "Least.", Decimal(0), Decimal("99.99"))
NUMBER = Parameter("most", 10, "Most.", 1, 20)
WORD = Parameter("name", "Ann", "Name.")
CHOICE = Parameter("ward", "north", "Ward.", choices=("north", "south"))
SWITCH = Parameter("notes", True, "Notes.")
ALL = (AMOUNT, NUMBER, WORD, CHOICE, SWITCH)


@pytest.mark.parametrize(
    ("parameter", "given", "value"),
    [
        (AMOUNT, "12.50", Decimal("12.50")),
        (AMOUNT, 7, Decimal(7)),
        (AMOUNT, "0", Decimal(0)),
        (AMOUNT, "99.99", Decimal("99.99")),
        (NUMBER, 20, 20),
        (NUMBER, "1", 1),
        (WORD, "007", "007"),
        (CHOICE, "south", "south"),
        (SWITCH, False, False),
    ],
)
def test_what_is_allowed_is_read(parameter: Parameter, given: object, value: object) -> None:
    read = parameter.read(given)
    assert (read, type(read)) == (value, type(value))
    assert parameter.read(plain(read)) == read


@pytest.mark.parametrize(
    ("parameter", "given"),
    [
        (AMOUNT, "100"), (AMOUNT, "-0.01"), (AMOUNT, "12,50"), (AMOUNT, "NaN"), (AMOUNT, "Infinity"),
        (AMOUNT, True), (AMOUNT, 1.5), (AMOUNT, ""),
        (NUMBER, 0), (NUMBER, 21), (NUMBER, "1.0"), (NUMBER, True), (NUMBER, None),
        (NUMBER, "\N{ARABIC-INDIC DIGIT ONE}"),
        (WORD, 7), (WORD, " "), (CHOICE, "east"), (CHOICE, ""), (SWITCH, "true"), (SWITCH, 1),
    ],
)  # fmt: skip
def test_what_is_not_is_refused_with_what_is_taken(parameter: Parameter, given: object) -> None:
    with pytest.raises(ValueError, match=parameter.takes):
        parameter.read(given)


def test_a_declaration_survives_the_manifest() -> None:
    for parameter in ALL:
        assert from_json(parameter.as_json()) == parameter
    assert [parameter.kind for parameter in ALL] == [
        Kind.AMOUNT, Kind.WHOLE, Kind.TEXT, Kind.CHOICE, Kind.YES_NO,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "two words", "default": 1},
        {"name": "x", "default": 1.5},
        {"name": "x", "default": 5, "least": 6},
        {"name": "x", "default": "a", "choices": ("b",)},
        {"name": "x", "default": 1, "choices": ("1",)},
        {"name": "x", "default": "a", "least": 1},
        {"name": "x", "default": True, "most": 1},
    ],
)
def test_a_declaration_that_contradicts_itself_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError)):
        Parameter(**wrong, explain="Why.")
