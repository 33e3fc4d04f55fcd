"""Records and what a look-up finds: typed, strict, compared as their columns say."""

import unicodedata
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.core.states import RecordState
from agent.core.totals import COUNT
from agent.sdk import Destination, Found, Listing, Record, Session, day, money, seconds, text, whole
from agent.store.ledger import Entry
from agent.worker.batches import StoredBatch
from agent.worker.reckoning import reckon


class Visit(Record, key="visit_no", noun=("visit", "visits")):
    """One of each kind of field."""

    visit_no: str = text()
    patient: str = text(personal=True)
    on: date = day("%d/%m/%Y")
    fee: Decimal = money(control_total=True)
    minutes: int | None = whole(optional=True)


WORDS = st.text(alphabet="abcdé 0O1l-'", min_size=1).filter(str.strip)
VISITS = st.builds(
    Visit,
    visit_no=WORDS,
    patient=WORDS,
    on=st.dates(date(2000, 1, 1), date(2050, 1, 1)),
    fee=st.decimals(-9_999, 9_999, places=2),
    minutes=st.none() | st.integers(0, 9_999),
)
GOOD: dict[str, Any] = {"visit_no": "V1", "patient": "A", "on": date(2026, 4, 3), "fee": Decimal(1)}
ONE = Visit(visit_no="V1", patient="Ann Lee", on=date(2026, 4, 3), fee=Decimal("1234.50"), minutes=None)


@settings(deadline=None)
@given(VISITS)
def test_a_record_comes_back_from_its_canonical_text_as_it_was(visit: Visit) -> None:
    assert Visit.from_shown(visit.shown()) == visit


def test_the_canonical_text_is_never_ambiguous() -> None:
    assert ONE.shown() == {
        "visit_no": "V1",
        "patient": "Ann Lee",
        "on": "2026-04-03",
        "fee": "1234.50",
        "minutes": "",
    }


def test_a_record_shows_no_personal_value_by_itself() -> None:
    assert "Ann" not in repr(ONE)
    assert ONE.personal_values() == ["Ann Lee"]


def test_control_totals_are_the_amounts_so_marked() -> None:
    assert ONE.control_totals() == {"fee": Decimal("1234.50")}


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"fee": 12.5}, ValueError),  # a float is no amount of money
        ({"on": "03/04/2026"}, ValueError),
        ({"visit_no": 7}, ValueError),
        ({"visit_no": ""}, ValueError),
        ({"fee": Decimal("1.234")}, ValueError),
        ({"colour": "red"}, TypeError),
    ],
)
def test_a_value_of_another_kind_makes_no_record(values: dict[str, Any], error: type[Exception]) -> None:
    assert Visit(**GOOD)
    with pytest.raises(error):
        Visit(**{**GOOD, **values})


def test_a_wrong_personal_value_is_not_told_in_the_error() -> None:
    with pytest.raises(ValueError, match="patient") as caught:
        Visit(**{**GOOD, "patient": 19610312})
    assert "19610312" not in str(caught.value)


def test_a_key_that_is_no_field_is_refused_where_it_is_declared() -> None:
    with pytest.raises(TypeError, match="claim_no"):
        type("Broken", (Record,), {"amount": money()}, key="claim_no")


def test_a_derived_record_has_its_parents_fields_and_key() -> None:
    class Urgent(Visit):
        why: str = text()

    assert [*Urgent.columns] == [*Visit.columns, "why"]
    assert Urgent.key_field == "visit_no"


def test_keys_compare_composed_and_trimmed() -> None:
    accent = unicodedata.normalize("NFD", "é1 ")
    assert Visit.from_shown({**ONE.shown(), "visit_no": accent}).key() == "é1"


# ── what a look-up finds ──────────────────────────────────────────────────────────────────────────────
@settings(deadline=None)
@given(VISITS, VISITS)
def test_differences_are_exactly_the_fields_that_differ(one: Visit, other: Visit) -> None:
    """Typed values or the screen's own words: both are read by the field's contract."""
    shown = {name: getattr(other, name) for name in Visit.columns}
    wanted = [name for name in Visit.columns if one.shown()[name] != other.shown()[name]]
    assert Found(Visit, **shown).differences(one) == wanted


@settings(deadline=None)
@given(VISITS)
def test_what_is_found_equal_has_no_difference(visit: Visit) -> None:
    on_screen = {**visit.shown(), "on": f"{visit.on:%d/%m/%Y}", "fee": f" {visit.fee:,.2f} "}
    found = Found(Visit, "K1", **on_screen)
    assert found.differences(visit) == []
    assert (found.key, found.confirmation) == (visit.key(), "K1")


def test_fields_that_the_screen_does_not_show_are_not_compared() -> None:
    assert Found(Visit, visit_no="V1").differences(ONE) == []
    assert Found(Visit, visit_no="V1").shown.keys() == {"visit_no"}


@pytest.mark.parametrize("shown", [{"fee": "about 1234.50"}, {"on": "2026-04-31"}, {"fee": "12,34"}])
def test_what_the_screen_shows_unreadably_is_a_difference(shown: dict[str, str]) -> None:
    assert Found(Visit, visit_no="V1", **shown).differences(ONE) == [*shown]


def test_a_look_up_must_show_the_key_and_known_fields_only() -> None:
    with pytest.raises(TypeError, match="visit_no"):
        Found(Visit, fee="1.00")
    with pytest.raises(TypeError, match="colour"):
        Found(Visit, visit_no="V1", colour="red")


@pytest.mark.parametrize(
    ("complete", "stated", "believed"),
    [(True, None, True), (True, 1, True), (True, 2, False), (False, 1, False), (False, None, False)],
)
def test_only_a_complete_list_shows_absence(complete: bool, stated: int | None, believed: bool) -> None:
    listing = Listing([Found(Visit, visit_no="V1")], complete=complete, stated_total=stated)
    assert listing.can_show_absence is believed


# ── destinations ──────────────────────────────────────────────────────────────────────────────────────
def test_a_destination_learns_its_record_type_from_its_base() -> None:
    class Desk(Destination[Visit]):
        settle = seconds(5)

        def submit(self, site: Session, visit: Visit) -> str | None:
            return None

    class Later(Desk):
        pass

    assert Desk.record_type is Visit
    assert Later.record_type is Visit
    assert Destination.record_type is Record
    assert [Desk.has(name) for name in ("submit", "look_up", "list_all")] == [True, False, False]
    assert Later.has("submit")


# ── the reckoning ─────────────────────────────────────────────────────────────────────────────────────
def entry(state: RecordState, fee: str, shows: tuple[str, ...] = ("visit_no", "fee"), rows: int = 1) -> Entry:
    """A record as the ledger has it."""
    payload = {"key": "V1", "fields": {}, "rows": rows, "totals": {"fee": fee}}
    return Entry(1, 1, state, 0, 1, 0, payload, "", None, None, None, frozenset(shows))


def stored(count: int, fee: str, left_out: int = 0, left_out_fee: str = "0") -> StoredBatch:
    """A batch's figures for its source."""
    source = {COUNT: Decimal(count), "fee": Decimal(fee)}
    return StoredBatch(
        [],
        [],
        source,
        {COUNT: Decimal(left_out), "fee": Decimal(left_out_fee)},
        may_be_few=False,
        repeats=False,
    )


def test_a_morning_on_which_all_arrived_has_no_disagreement() -> None:
    entries = [entry(RecordState.VERIFIED, "10.00", rows=2), entry(RecordState.SKIPPED, "5.00")]
    assert [total.disagreements() for total in reckon(entries, stored(4, "17.00", 1, "2.00"))] == [[], []]


@pytest.mark.parametrize(
    "state", [s for s in RecordState if s not in {RecordState.VERIFIED, RecordState.SKIPPED}]
)
def test_a_record_that_is_not_settled_keeps_the_totals_apart(state: RecordState) -> None:
    entries = [entry(RecordState.VERIFIED, "10.00"), entry(state, "5.00")]
    assert all(total.disagreements() for total in reckon(entries, stored(2, "15.00")))


def test_where_the_site_cannot_be_read_back_its_answers_count_and_no_target_is_claimed() -> None:
    """A declared lack: what the site confirmed is delivered; nobody says what the target holds."""
    entries = [entry(RecordState.CONFIRMED, "10.00", ()), entry(RecordState.VERIFIED, "5.00", ())]
    totals = reckon(entries, stored(2, "15.00"), can_look_up=False)
    assert [total.disagreements() for total in totals] == [[], []]
    assert {total.target for total in totals} == {None}
    assert reckon(entries, stored(2, "15.00"))[0].disagreements()


def test_an_amount_that_was_changed_between_file_and_record_is_noticed() -> None:
    count, fee = reckon([entry(RecordState.VERIFIED, "10.00")], stored(1, "10.01"))
    assert (count.disagreements(), bool(fee.disagreements())) == ([], True)


def test_a_figure_that_the_site_never_shows_is_not_compared() -> None:
    count, fee = reckon([entry(RecordState.VERIFIED, "10.00", shows=("visit_no",))], stored(1, "10.00"))
    assert (count.target, fee.target) == (Decimal(1), None)
    assert fee.disagreements() == []


def test_a_figure_that_the_site_shows_for_some_only_disagrees() -> None:
    entries = [entry(RecordState.VERIFIED, "10.00"), entry(RecordState.VERIFIED, "5.00", shows=("visit_no",))]
    _, fee = reckon(entries, stored(2, "15.00"))
    assert fee.disagreements() == ["delivered ≠ target"]
