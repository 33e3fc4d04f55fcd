"""The failure tree: its drawing, its table of handlings and its plain values agree with its classes."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core import failures
from agent.core.answers import ANSWERS, answers
from agent.core.failures import (
    HANDLING,
    AccountLocked,
    Action,
    Asked,
    Delivery,
    Failure,
    FenceLost,
    NotReady,
    Report,
    SignedOut,
    SignInRefused,
    Site,
    Usage,
    handling,
)


def all_below(kind: type[Failure]) -> list[type[Failure]]:
    """A class of the tree and everything derived from it."""
    return [kind, *(each for child in kind.__subclasses__() for each in all_below(child))]


OURS = [kind for kind in all_below(Failure) if kind.__module__ == failures.__name__]
PARAMS = st.dictionaries(
    st.from_regex(r"[a-z][a-z_]{0,8}", fullmatch=True),
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False),
)


def drawn() -> dict[str, str]:
    """Each name in the drawing on top of failures.py → the name that it hangs from."""
    lines = (failures.__doc__ or "").splitlines()
    start = next(number for number, line in enumerate(lines) if line.strip() == "Failure")
    tree: dict[str, str] = {}
    branch: dict[int, str] = {0: "Failure"}
    for line in lines[start + 1 :]:
        if not (match := re.match(r"    ((?:│   |    )*)[├└]── (.+)", line)):
            break
        depth = len(match[1]) // 4 + 1
        names = match[2].split("  ")[0].split(" · ")
        tree |= dict.fromkeys((name.strip() for name in names), branch[depth - 1])
        branch[depth] = names[-1].strip()
    return tree


def test_the_drawing_names_exactly_the_classes_nested_as_they_are() -> None:
    classes = {kind.__name__: kind.__mro__[1].__name__ for kind in OURS if kind is not Failure}
    assert drawn() == classes


def test_the_drawing_names_each_class_once() -> None:
    words = re.findall(r"[A-Z][a-z]+(?:[A-Z][a-z]+)*", (failures.__doc__ or "").split("A failure is")[0])
    assert sorted(word for word in words if words.count(word) > 1 and word in drawn()) == []


@pytest.mark.parametrize("kind", OURS)
def test_every_failure_leads_to_something(kind: type[Failure]) -> None:
    rule = handling(kind)
    assert rule == handling(kind())
    assert rule.attempts >= 1
    assert isinstance(rule.then, Action)
    assert answers(kind())


@pytest.mark.parametrize("kind", OURS)
def test_a_failure_that_repeating_cannot_help_is_tried_once(kind: type[Failure]) -> None:
    """What is called permanent is never repeated by the machine."""
    if kind.permanent:
        assert handling(kind).attempts == 1


@pytest.mark.parametrize("kind", OURS)
def test_a_pause_lies_between_tries(kind: type[Failure]) -> None:
    rule = handling(kind)
    if rule.attempts > 1 or rule.then is Action.WAIT:
        assert rule.pause_seconds > 0


def test_the_tables_name_only_failures_of_the_tree() -> None:
    assert set(HANDLING) <= set(OURS)
    assert set(ANSWERS) <= set(OURS)


def test_a_password_is_typed_twice_at_most_and_never_at_a_locked_account() -> None:
    assert handling(SignInRefused).attempts == 2
    assert handling(AccountLocked).attempts == 1


@pytest.mark.parametrize("kind", [kind for kind in OURS if issubclass(kind, Delivery | Asked)])
def test_nothing_about_delivery_is_repeated_or_dropped_by_the_machine(kind: type[Failure]) -> None:
    """Whatever concerns delivery or needs a decision ends with a person, after one try."""
    assert (handling(kind).attempts, handling(kind).then) == (1, Action.REVIEW)


def test_being_not_ready_is_waiting_and_misuse_is_not() -> None:
    assert handling(NotReady).then is Action.WAIT
    assert handling(Usage).then is Action.STOP
    assert handling(FenceLost).attempts == 1


def test_a_failure_without_a_row_of_its_own_has_its_parents() -> None:
    assert SignedOut not in HANDLING
    assert handling(SignedOut) == HANDLING[Site]
    assert handling(failures.DownloadCut) == HANDLING[Report]


@pytest.mark.parametrize("kind", OURS)
def test_a_code_is_the_class_name_in_small_letters(kind: type[Failure]) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", kind.code)
    assert kind.code.replace("_", "") == kind.__name__.lower()


def test_codes_are_unique_and_complete() -> None:
    codes = [kind.code for kind in OURS if kind is not Failure]
    assert len(set(codes)) == len(codes)
    assert set(codes) <= Failure.codes()


@given(st.sampled_from(OURS), PARAMS)
def test_a_failure_comes_back_from_json_as_it_was(kind: type[Failure], params: dict[str, object]) -> None:
    failure = kind(**params)  # type: ignore[arg-type]
    back = Failure.from_json(json.loads(json.dumps(failure.as_json())))
    assert type(back) is kind
    assert back.params == params
    assert str(back) == str(failure)


@pytest.mark.parametrize("value", [{}, {"code": "unheard_of"}, {"code": "unheard_of", "params": {"a": 1}}])
def test_a_code_of_another_version_becomes_a_plain_failure(value: dict[str, object]) -> None:
    assert type(Failure.from_json(value)) is Failure
