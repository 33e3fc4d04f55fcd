"""Likeness of elements, and who may heal which: pure rules."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.likeness import likeness, rank, unambiguous
from agent.core.repair import COMMIT, FILL, READ, Policy, Trace, entry_hash, may_heal

FIELD = Trace(
    "field",
    "input",
    type="text",
    role="textbox",
    name="Claim number",
    label="Claim number",
    attributes={"id": "cp_x11", "name": "claim_no"},
    group="New claim",
    path=("td", "tr"),
    form="/claim/new.php",
    box=(270, 80, 160, 22),
    order=0,
    among=3,
)
SAVE = Trace(
    "control",
    "input",
    type="submit",
    role="button",
    name="Save claim",
    text="Save claim",
    attributes={"id": "cp_x24", "name": "go"},
    sends=True,
    box=(271, 249, 82, 24),
    order=5,
    among=6,
)
LINK = Trace(
    "control", "a", role="link", name="Sign out", text="Sign out", attributes={"href": "/out"}, order=3
)


def other(trace: Trace, **changes: object) -> Trace:
    return replace(trace, **changes)


PATIENT = other(
    FIELD,
    name="Patient number",
    label="Patient number",
    attributes={"id": "cp_x12", "name": "patient_no"},
    order=1,
)


def test_a_thing_is_most_like_itself() -> None:
    for trace in (FIELD, SAVE, LINK):
        assert likeness(trace, trace) == pytest.approx(1.0)


@pytest.mark.parametrize(
    "today",
    [
        other(FIELD, attributes={"id": "mat-input-7", "formcontrolname": "claimNo"}),
        other(FIELD, name="Antragsnummer", label="Antragsnummer"),
        other(FIELD, name="", label="", before="Claim number", path=("div",), box=(40, 300, 90, 30)),
        other(FIELD, label="", name="Claim number", attributes={"placeholder": "Claim number"}),
        other(FIELD, frame=("main",), box=(20, 20, 160, 22)),
    ],
    ids=["other id", "translated", "words moved", "placeholder", "in a frame"],
)
def test_what_changed_in_one_way_is_still_ranked_first(today: Trace) -> None:
    page = [PATIENT, LINK, today, SAVE]
    assert rank(FIELD, page)[0].index == 2


def test_what_the_books_other_elements_are_found_at_is_no_candidate() -> None:
    assert [ranked.index for ranked in rank(FIELD, [PATIENT, LINK], taken={0})] == [1]


def test_a_candidate_that_is_more_like_another_lost_element_loses_to_the_rest() -> None:
    today = [other(PATIENT, attributes={}), other(FIELD, label="No.", name="No.", attributes={})]
    alone = rank(FIELD, today)
    with_others = rank(FIELD, today, others=[PATIENT])
    assert alone[0].index == 0  # its words share more with “Claim number” than “No.” does
    assert with_others[0].index == 1


def test_twins_are_never_unambiguous() -> None:
    twins = [SAVE, other(SAVE, box=(353, 249, 82, 24), order=6)]
    assert unambiguous(SAVE, twins, rank(SAVE, twins)) is None
    assert unambiguous(SAVE, twins[:1], rank(SAVE, twins[:1])) is not None  # the check can also say yes


def test_another_heading_of_its_row_makes_it_ambiguous() -> None:
    here, there = other(LINK, row="From"), other(LINK, row="To")
    assert unambiguous(here, [there], rank(here, [there])) is None
    assert unambiguous(here, [here], rank(here, [here])) is not None


@given(policy=st.sampled_from(Policy), sends=st.booleans())
def test_no_policy_heals_a_commit(policy: Policy, sends: bool) -> None:
    assert may_heal(COMMIT, policy, sends=sends) is False


def test_what_may_be_healed_at_all() -> None:
    healed = {
        (kind, policy)
        for kind, policy in product((READ, FILL, COMMIT), Policy)
        if may_heal(kind, policy, sends=False)
    }
    assert healed == {(READ, Policy.READS), (READ, Policy.FILLS), (FILL, Policy.FILLS)}
    assert not any(may_heal(READ, policy, sends=True) for policy in Policy)


def test_an_entrys_hash_is_its_words_in_any_order() -> None:
    entry = {"label": "User name", "kind": "fill"}
    assert entry_hash(entry) == entry_hash({"kind": "fill", "label": "User name"})
    assert entry_hash(entry) != entry_hash({**entry, "label": "User"})


def test_a_trace_survives_storing() -> None:
    assert Trace.from_json({**FIELD.as_json(), "from_the_future": 1}) == other(
        FIELD, path=FIELD.path, box=FIELD.box
    )
