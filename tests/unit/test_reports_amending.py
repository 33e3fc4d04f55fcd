"""Rows as people correct them: the same contract, the same totals, and both texts kept."""

from decimal import Decimal
from pathlib import Path

import pytest

from agent.core.failures import RowsInvalid, RowsUnaccounted, StatedTotalDiffers
from agent.reports.amending import Amendment, texts_of
from agent.sdk import Batch, Download, Expect, Record, money, text

ANN = {"kind": "person", "id": "ann", "name": "Ann Lee", "via": "cli", "machine": "desk"}
FILE = "Claim No;Amount\nC1;10.00\nC2;ten\nC3;30.00\nTotal;52.00\n"


class Claim(Record, key="claim_no"):
    """One claim."""

    claim_no: str = text(pattern=r"C\d")
    amount: Decimal = money(control_total=True)
    note: str = text(optional=True)


def told(texts: dict[str, str] | None, reason: str = "") -> Amendment:
    """What Ann made of a row."""
    return Amendment(texts, reason, ANN, "2026-11-23T06:00:00+00:00")


def download(folder: Path, amendments: dict[tuple[str, int], Amendment] | None = None) -> Download:
    """The file with one bad amount, in row 3."""
    path = folder / "claims.csv"
    path.write_text(FILE)
    found = Download.from_file(path, Expect(stated_total="amount"))
    found.amendments = amendments or {}
    return found


def batch_of(file: Download) -> Batch[Claim]:
    """Each row delivered."""
    batch = Batch(Claim)
    for row in file.rows(Claim):
        batch.add(Claim.of(row))
    return batch


def test_a_row_that_nobody_corrected_stops_the_file_and_is_kept_for_the_question(tmp_path: Path) -> None:
    file = download(tmp_path)
    with pytest.raises(RowsInvalid):
        file.rows(Claim)
    (row,) = file.broken
    assert texts_of(row) == {"claim_no": "C2", "amount": "ten", "note": ""}


def test_a_corrected_row_is_a_row_in_its_place_and_says_who_corrected_it(tmp_path: Path) -> None:
    file = download(tmp_path, {("", 3): told({"amount": "12.00"})})
    batch = batch_of(file)
    account = batch.account([file])
    assert [record.claim_no for record in batch.records] == ["C1", "C2", "C3"]
    assert account.source["amount"] == Decimal("52.00")
    edited = batch.records[1].edited()
    assert edited == {"amount": {"by": ANN, "at": "2026-11-23T06:00:00+00:00", "before": "ten"}}
    assert batch.records[1].read_from_row()["amount"] == "Amount"
    assert not batch.records[0].edited()


def test_what_code_changes_afterwards_is_no_longer_the_persons(tmp_path: Path) -> None:
    file = download(tmp_path, {("", 3): told({"amount": "12.00"})})
    row = file.rows(Claim)[1]
    assert Claim.of(row, amount=Decimal(1)).edited() == {}


def test_a_text_that_breaks_the_contract_too_is_no_correction(tmp_path: Path) -> None:
    file = download(tmp_path, {("", 3): told({"amount": "twelve"})})
    with pytest.raises(RowsInvalid):
        file.rows(Claim)
    assert texts_of(file.broken[0])["amount"] == "twelve"


def test_a_correction_that_the_files_own_total_belies_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StatedTotalDiffers) as caught:
        download(tmp_path, {("", 3): told({"amount": "12.01"})}).rows(Claim)
    assert (caught.value.params["expected"], caught.value.params["found"]) == ("52.00", "52.01")


def test_a_correction_of_another_row_changes_nothing(tmp_path: Path) -> None:
    with pytest.raises(RowsInvalid):
        download(tmp_path, {("", 2): told({"amount": "12.00"}), ("Sheet1", 3): told(None, "x")}).rows(Claim)


def test_a_row_left_out_is_accounted_for_with_the_persons_reason(tmp_path: Path) -> None:
    file = download(tmp_path, {("", 3): told(None, "cancelled by phone")})
    batch = batch_of(file)
    account = batch.account([file])
    assert [left.reason for left in batch.left_out] == ["left out by Ann Lee: cancelled by phone"]
    assert (account.source["count"], account.left_out["count"]) == (3, 1)


def test_a_corrected_row_must_be_accounted_for_like_any_other(tmp_path: Path) -> None:
    file = download(tmp_path, {("", 3): told({"amount": "12.00"})})
    batch = Batch(Claim)
    for row in file.rows(Claim)[::2]:
        batch.add(Claim.of(row))
    with pytest.raises(RowsUnaccounted):
        batch.account([file])
