"""A batch accounts for every source row, and a record keeps its values to the letter on every way."""

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.core.failures import RowsAltered, RowsUnaccounted, RowUsedTwice
from agent.core.totals import COUNT
from agent.sdk import Batch, Download, Record, Row, day, money, text
from agent.worker import batches

SLOW = settings(deadline=None)


class Claim(Record, key="claim_no", noun=("claim", "claims")):
    """A claim as the tests deliver it."""

    claim_no: str = text(pattern=r"C\d{6}")
    patient_no: str = text(digits=6, personal=True)
    visit_date: date = day("%d/%m/%Y")
    amount: Decimal = money(control_total=True)


COUNT_AND_PLACE = st.integers(1, 9).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n - 1)))
CLAIMS = st.builds(
    Claim,
    claim_no=st.from_regex(r"C[0-9]{6}", fullmatch=True),
    patient_no=st.from_regex(r"[0-9]{6}", fullmatch=True),
    visit_date=st.dates(date(2000, 1, 1), date(2050, 1, 1)),
    amount=st.decimals(-9_999, 9_999, places=2),
)


def download(count: int, name: str = "billing.csv") -> Download:
    """A report with so many claims."""
    lines = [["claim_no", "patient_no", "visit_date", "amount"]]
    lines += [[f"C{n:06d}", f"{n:06d}", "02/11/2026", f"{n}.50"] for n in range(1, count + 1)]
    content = "\r\n".join(",".join(line) for line in lines).encode()
    return Download(name, "", None, "", lambda: content)


def used(batch: Batch[Claim], rows: list[Row]) -> Batch[Claim]:
    """The batch, with a claim for each row."""
    for row in rows:
        batch.add(Claim.of(row))
    return batch


# ── the account of every row ──────────────────────────────────────────────────────────────────────────
@SLOW
@given(st.lists(st.booleans(), min_size=1, max_size=12))
def test_rows_used_and_left_out_add_up_to_the_file(fates: list[bool]) -> None:
    billing, batch = download(len(fates)), Batch(Claim)
    for row, is_claim in zip(billing.rows(Claim), fates, strict=True):
        batch.add(Claim.of(row)) if is_claim else batch.leave_out(row, "cancelled visit")
    account = batch.account([billing])
    assert account.source[COUNT] == len(fates)
    assert account.left_out[COUNT] == fates.count(False)
    delivered = sum((record.amount for record in batch.records), Decimal(0))
    assert account.source["amount"] == account.left_out["amount"] + delivered


@SLOW
@given(COUNT_AND_PLACE.filter(lambda case: case[0] > 1))
def test_a_dropped_row_is_noticed_whichever_it_is(case: tuple[int, int]) -> None:
    count, dropped = case
    billing = download(count)
    rows = billing.rows(Claim)
    batch = used(Batch(Claim), rows[:dropped] + rows[dropped + 1 :])
    with pytest.raises(RowsUnaccounted) as caught:
        batch.account([billing])
    assert caught.value.params == {
        "file": "billing.csv",
        "rows": 1,
        "address": f"billing.csv, row {dropped + 2}",
    }


@SLOW
@given(
    st.integers(1, 9).flatmap(lambda count: st.tuples(st.just(count), st.integers(0, count - 1))),
    st.booleans(),
)
def test_a_row_used_twice_is_noticed_whichever_it_is(case: tuple[int, int], left_out: bool) -> None:
    count, doubled = case
    billing = download(count)
    rows = billing.rows(Claim)
    batch = used(Batch(Claim), rows)
    batch.leave_out(rows[doubled], "twice") if left_out else batch.add(Claim.of(rows[doubled]))
    with pytest.raises(RowUsedTwice) as caught:
        batch.account([billing])
    assert caught.value.params["address"] == f"billing.csv, row {doubled + 2}"


def test_a_row_used_twice_is_noticed_also_when_the_file_was_read_twice() -> None:
    billing = download(2)
    batch = used(used(Batch(Claim), billing.rows(Claim)), billing.rows(Claim)[:1])
    with pytest.raises(RowUsedTwice):
        batch.account([billing])


def test_rows_of_a_second_reading_account_for_the_first() -> None:
    billing = download(3)
    billing.rows(Claim)
    assert used(Batch(Claim), billing.rows(Claim)).account([billing]).source[COUNT] == 3


def test_two_files_of_one_name_do_not_cover_for_each_other() -> None:
    """Many a system names all its files export.csv: the row dropped from one is not the other's row."""
    first, second = download(3, "export.csv"), download(3, "export.csv")
    batch = used(Batch(Claim), first.rows(Claim) + second.rows(Claim)[:2])
    with pytest.raises(RowsUnaccounted):
        batch.account([first, second])


def test_rows_of_two_files_of_one_name_are_different_rows() -> None:
    first, second = download(2, "export.csv"), download(2, "export.csv")
    batch = used(Batch(Claim), first.rows(Claim) + second.rows(Claim))
    assert batch.account([first, second]).source[COUNT] == 4


def test_a_file_that_only_served_for_checking_needs_no_account() -> None:
    billing, appointments = download(2), download(5, "appointments.csv")
    appointments.rows(Claim)
    assert used(Batch(Claim), billing.rows(Claim)).account([billing, appointments]).source[COUNT] == 2


def test_a_batch_of_nothing_must_account_for_every_file_it_read() -> None:
    billing = download(2)
    billing.rows(Claim)
    with pytest.raises(RowsUnaccounted):
        Batch(Claim).account([billing])


def test_a_file_without_rows_makes_an_empty_batch() -> None:
    billing = download(0)
    assert billing.rows(Claim) == []
    assert Batch(Claim).account([billing]).source == {COUNT: 0, "amount": 0}


def test_one_record_may_stand_for_several_rows() -> None:
    billing = download(3)
    first, second, third = billing.rows(Claim)
    batch = Batch(Claim)
    batch.add(Claim.of(first, second, amount=first.amount + second.amount))
    batch.add(Claim.of(third))
    account = batch.account([billing])
    stored = batches.dump(batch, account)
    assert sum(line["rows"] for line in stored["lines"]) == account.source[COUNT] == 3
    assert stored["lines"][0]["totals"] == {"amount": "4.00"}


@pytest.mark.parametrize("reason", ["", "  ", "\n"])
def test_a_row_is_left_out_for_a_reason(reason: str) -> None:
    with pytest.raises(ValueError, match="reason"):
        Batch(Claim).leave_out(download(1).rows(Claim)[0], reason)


def test_a_batch_takes_records_of_its_own_kind() -> None:
    class Patient(Record, key="patient_no"):
        patient_no: str = text()

    with pytest.raises(TypeError, match="Patient"):
        Batch(Claim).add(Patient(patient_no="1"))  # type: ignore[arg-type]


# ── what is stored of a batch ─────────────────────────────────────────────────────────────────────────
@SLOW
@given(st.lists(CLAIMS, max_size=4))
def test_a_stored_batch_comes_back_to_the_letter(records: list[Claim]) -> None:
    batch = Batch(Claim, records=records)
    stored = batches.load(json.loads(json.dumps(batches.dump(batch, batch.account([])))))
    assert [Claim.from_shown(line["fields"]) for line in stored.lines] == records
    assert [line["key"] for line in stored.lines] == [record.key() for record in records]


def test_a_stored_value_says_which_cell_it_came_from() -> None:
    billing = download(2)
    first, second = billing.rows(Claim)
    batch = Batch(Claim)
    batch.add(Claim.of(first))
    batch.leave_out(second, "cancelled")
    stored = batches.dump(batch, batch.account([billing]), [billing])
    assert stored["lines"][0]["lineage"]["rows"] == [[0, None, 2]]
    assert stored["lines"][0]["lineage"]["columns"]["amount"] == "amount"
    assert stored["lines"][0]["personal"] == ["patient_no"]
    assert stored["left_out"] == [["billing.csv, row 3", "cancelled"]]


def test_what_code_changed_is_computed_and_not_read() -> None:
    """Changed by Claim.of, added up from two rows, or made without any row."""
    billing = download(4)
    first, second, third, fourth = billing.rows(Claim)
    batch = Batch(Claim)
    batch.add(Claim.of(first, second, amount=first.amount + second.amount))
    batch.add(Claim.of(third, amount=third.amount))  # the same amount, but code says so, not the cell
    batch.add(Claim.of(fourth, amount=Decimal("9.00")))
    batch.add(Claim(claim_no="C000009", patient_no="000009", visit_date=date(2026, 11, 2), amount=Decimal(1)))
    stored = batches.dump(batch, batch.account([billing]), [billing])
    assert [line["lineage"]["rows"] for line in stored["lines"]] == [
        [[0, None, 2], [0, None, 3]], [[0, None, 4]], [[0, None, 5]], []
    ]  # fmt: skip
    assert [sorted(line["lineage"]["columns"]) for line in stored["lines"]] == [
        *[["claim_no", "patient_no", "visit_date"]] * 3, []
    ]  # fmt: skip


def test_rows_of_two_files_of_one_name_are_told_apart_and_sources_are_kept_once() -> None:
    one, other = download(1), download(2)
    batch = used(Batch(Claim), [*one.rows(Claim), other.rows(Claim)[1]])
    batch.leave_out(other.rows(Claim)[0], "listed twice")
    stored = batches.load(batches.dump(batch, batch.account([one, other]), [one, other]))
    assert [line["lineage"]["rows"] for line in stored.lines] == [[[0, None, 2]], [[1, None, 3]]]
    planned = batches.plan(stored.lines, stored.sources)
    assert [len(each.payload["sources"]) for each in planned] == [2, 2]


@pytest.mark.parametrize(
    ("last", "stated"),
    [("Total,,,3.00", {"count": None, "amount": "3.00"}), ("", {"count": None, "amount": None})],
)
def test_a_source_says_what_it_states_of_itself(last: str, stated: dict[str, str | None]) -> None:
    lines = ["claim_no,patient_no,visit_date,amount", "C000001,000001,02/11/2026,3.00", last]
    billing = Download("billing.csv", "", None, "", lambda: "\r\n".join(lines).encode())
    batch = used(Batch(Claim), billing.rows(Claim))
    assert batches.dump(batch, batch.account([billing]), [billing])["sources"][0]["stated"] == stated


@SLOW
@given(st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from(["1.00", "2.00"])), max_size=6))
def test_of_equal_lines_one_may_be_sent_and_of_differing_ones_none(rows: list[tuple[str, str]]) -> None:
    lines = [{"key": key, "fields": {"no": key, "amount": amount}} for key, amount in rows]
    planned = batches.plan(lines)
    assert [each.key for each in planned] == [key for key, _ in rows]
    for key in {key for key, _ in rows}:
        amounts = {amount for other, amount in rows if other == key}
        sent = [each for each in planned if each.key == key and not each.doubled]
        assert len(sent) == (1 if len(amounts) == 1 else 0)


@SLOW
@given(st.permutations(range(6)))
def test_sorting_the_file_differently_plans_the_same_records(order: list[int]) -> None:
    lines = [{"key": str(number), "fields": {"no": str(number)}} for number in range(6)]
    one = {(each.key, each.copy, each.compared) for each in batches.plan(lines)}
    assert {(each.key, each.copy, each.compared) for each in batches.plan([lines[n] for n in order])} == one


# ── from row to record ────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("name", "value"),
    [("amount", Decimal("10.50")), ("visit_date", date(2026, 2, 11)), ("patient_no", "100000")],
)
def test_a_value_that_is_no_longer_its_row_s_is_noticed(name: str, value: object) -> None:
    """Whatever changed it after the record was made: a defect of the automation or of the memory."""
    billing = download(2)
    batch = used(Batch(Claim), billing.rows(Claim))
    setattr(batch.records[1], name, value)
    with pytest.raises(RowsAltered) as caught:
        batch.account([billing])
    assert caught.value.params["address"] == f"billing.csv, row 3, column {name}"


def test_a_value_that_is_changed_as_the_record_is_made_is_the_automation_s_own() -> None:
    billing = download(1)
    batch = Batch(Claim)
    batch.add(Claim.of(billing.rows(Claim)[0], patient_no="100000"))
    assert batch.account([billing]).source[COUNT] == 1


@pytest.mark.parametrize("place", [0, 1])
def test_rows_that_are_no_longer_as_they_were_read_are_noticed(place: int) -> None:
    """Two rows' values change places between reader and record: each of them is a sound row."""
    billing, other = download(2), download(2)
    rows, others = billing.rows(Claim), other.rows(Claim)
    rows[place] = billing._given[place] = swapped(others[1 - place], others[place])
    with pytest.raises(RowsAltered):
        used(Batch(Claim), rows).account([billing])


def swapped(row: Row, other: Row) -> Row:
    """The row's values at the other's place."""
    row.number = other.number
    return row


def test_a_row_that_was_lost_before_the_automation_saw_it_is_noticed() -> None:
    billing = download(3)
    rows = billing.rows(Claim)
    del rows[1], billing._given[1]
    with pytest.raises(RowsAltered):
        used(Batch(Claim), rows).account([billing])
