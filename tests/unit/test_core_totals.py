"""From file to target no count and no sum goes astray unnoticed, and keys compare as declared."""

import json
import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.keys import normalise_key
from agent.core.totals import COUNT, Totals, add_up

AMOUNTS = st.decimals(-10_000, 10_000, places=2)
RECORDS = st.lists(st.fixed_dictionaries({"amount": AMOUNTS, "fee": AMOUNTS}))
PLACES = ("source", "left_out", "processed", "delivered", "target", "skipped")


@st.composite
def agreeing(draw: st.DrawFn) -> Totals:
    """Figures of a morning on which everything arrived."""
    left_out, delivered, skipped = draw(AMOUNTS), draw(AMOUNTS), draw(AMOUNTS)
    processed = delivered + skipped
    target = draw(st.sampled_from([None, delivered]))
    return Totals("amount", left_out + processed, left_out, processed, delivered, target, skipped)


@given(agreeing())
def test_figures_that_agree_have_no_disagreement(totals: Totals) -> None:
    assert totals.disagreements() == []


@given(agreeing(), st.sampled_from(PLACES), AMOUNTS.filter(bool))
def test_a_change_in_any_single_figure_is_noticed(totals: Totals, place: str, change: Decimal) -> None:
    value = getattr(totals, place)
    if value is None:  # the site never shows the figure
        return
    changed = Totals(**{**vars(totals), place: value + change})
    assert changed.disagreements()


def test_each_disagreement_says_between_which_places() -> None:
    wrong = Totals("count", Decimal(5), Decimal(1), Decimal(3), Decimal(1), Decimal(9), Decimal(1))
    assert wrong.disagreements() == [
        "source ≠ left out + processed",
        "processed ≠ delivered + skipped",
        "delivered ≠ target",
    ]


@given(agreeing())
def test_figures_come_back_from_json_to_the_penny(totals: Totals) -> None:
    assert Totals.from_json("amount", json.loads(json.dumps(totals.as_json()))) == totals


@given(RECORDS, RECORDS)
def test_sums_of_parts_add_up_to_the_sum_of_the_whole(
    some: list[dict[str, Decimal]], others: list[dict[str, Decimal]]
) -> None:
    names = ("amount", "fee")
    one, two, both = add_up(some, names), add_up(others, names), add_up(some + others, names)
    assert both == {name: one[name] + two[name] for name in both}


@given(RECORDS)
def test_the_count_is_one_for_each_and_order_means_nothing(records: list[dict[str, Decimal]]) -> None:
    assert add_up(records, ("amount",))[COUNT] == len(records)
    assert add_up(records, ("amount",)) == add_up(reversed(records), ("amount",))


def test_nothing_adds_up_to_zero_of_each() -> None:
    assert add_up([], ("amount",)) == {"amount": 0, COUNT: 0}


def test_an_amount_that_is_missing_is_an_error_never_a_zero() -> None:
    with pytest.raises(KeyError):
        add_up([{"fee": Decimal(1)}], ("amount",))


@given(st.text())
def test_a_key_is_normalised_once_for_good(key: str) -> None:
    assert normalise_key(normalise_key(key)) == normalise_key(key)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])), st.sampled_from(["NFC", "NFD"]))
def test_the_same_letters_are_the_same_key_however_they_are_composed(key: str, form: str) -> None:
    assert normalise_key(unicodedata.normalize(form, key)) == normalise_key(key)  # type: ignore[arg-type]


@given(st.text(), st.text(alphabet=" \t\n\u00a0", max_size=3), st.text(alphabet=" \t\n\u00a0", max_size=3))
def test_space_around_a_key_means_nothing(key: str, before: str, after: str) -> None:
    assert normalise_key(before + key + after) == normalise_key(key)


@pytest.mark.parametrize(("one", "other"), [("c001", "C001"), ("0042", "42"), ("A 1", "A1"), ("\u0661", "1")])
def test_case_zeros_inner_space_and_digits_of_other_scripts_make_another_key(one: str, other: str) -> None:
    assert normalise_key(one) != normalise_key(other)
