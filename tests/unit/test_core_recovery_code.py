"""The recovery code: what is mistyped is noticed, and the group is named."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.recovery_code import _SIGNS, WrongCode, new_code, read_code

CODES = st.integers(0, 2**32).map(lambda seed: new_code(random.Random(seed).choice))


@given(CODES)
def test_a_code_is_read_as_it_was_shown_however_it_is_typed(code: str) -> None:
    assert len(code.split("-")) == 7
    for typed in (code, code.lower(), code.replace("-", " "), code.replace("-", ""), f"  {code}\n"):
        assert read_code(typed) == code


@given(CODES, st.integers(0, 34), st.sampled_from(_SIGNS + "O01IL"))
def test_one_wrong_sign_is_noticed_in_its_group(code: str, place: int, sign: str) -> None:
    signs = code.replace("-", "")
    if signs[place] == sign:
        return
    with pytest.raises(WrongCode) as wrong:
        read_code(signs[:place] + sign + signs[place + 1 :])
    assert wrong.value.group == place // 5 + 1


@given(CODES, st.integers(0, 33))
def test_two_neighbours_exchanged_are_noticed(code: str, place: int) -> None:
    signs = list(code.replace("-", ""))
    if signs[place] == signs[place + 1]:
        return
    signs[place], signs[place + 1] = signs[place + 1], signs[place]
    with pytest.raises(WrongCode):
        read_code("".join(signs))


@given(CODES, st.permutations(range(7)))
def test_groups_in_another_order_are_noticed(code: str, order: list[int]) -> None:
    groups = code.split("-")
    if [groups[place] for place in order] == groups:
        return
    with pytest.raises(WrongCode):
        read_code("-".join(groups[place] for place in order))


@pytest.mark.parametrize("keep", [0, 5, 30, 33])
def test_a_code_that_is_not_whole_is_none(keep: int) -> None:
    signs = new_code(random.Random(1).choice).replace("-", "")
    with pytest.raises(WrongCode):
        read_code(signs[:keep])
    with pytest.raises(WrongCode):
        read_code(signs + signs[:5])
