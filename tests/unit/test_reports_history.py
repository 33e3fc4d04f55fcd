"""A file beside the earlier ones of its download: an old one, an unusual length, changed columns."""

import datetime as dt
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.accepted import ENOUGH_DAYS, Accepted, History
from agent.core.failures import (
    ColumnsChanged,
    DownloadCut,
    DownloadStale,
    DownloadWrongType,
    RowsInvalid,
    UnusualReport,
)
from agent.reports.attest import Expect, attest_file, attest_history
from agent.reports.columns import day, money, text
from agent.reports.drift import Drift, drift, headings_of
from agent.reports.reading import ReportFile, read, typed_rows
from agent.sdk import Batch, Download, Record
from tests.reports_corpus import CUTS, WRITERS, accepted_exactly, broken, good_files, records, refusal
from tests.reports_fuzz import verdict

MONDAY = dt.date(2026, 11, 2)
FRIDAY = dt.date(2026, 10, 30)
SAME = "a" * 64


def file(rows: int, headings: str = "Claim No;Amount") -> ReportFile:
    """A report of so many rows, its headings among them."""
    return read((headings + "\r\n" + "C1;1.00\r\n" * (rows - 1)).encode(), "claims.csv")


def days(*rows: int) -> History:
    """So many business days before Monday, the newest first."""
    return History([Accepted(MONDAY - dt.timedelta(n), f"{n}", count) for n, count in enumerate(rows, 1)])


def compare(report: ReportFile, history: History, expect: Expect | None = None, **more: bool) -> Drift:
    return attest_history(report, expect or Expect(), history, sha256=SAME, business_date=MONDAY, **more)


# ── byte for byte ─────────────────────────────────────────────────────────────────────────────────────
def test_the_file_of_another_day_is_an_old_one_however_it_is_called() -> None:
    history = History([Accepted(MONDAY, "b" * 64, 5), Accepted(FRIDAY, SAME, 5)])
    with pytest.raises(DownloadStale, match="2026-10-30, byte for byte"):
        compare(file(5), history)
    compare(file(5), history, Expect(may_repeat=True))


def test_the_same_day_may_bring_the_same_file_again_and_no_rows_are_always_alike() -> None:
    compare(file(5), History([Accepted(MONDAY, SAME, 5)]))
    compare(file(1), History([Accepted(FRIDAY, SAME, 1)]))


# ── as long as usual ──────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("rows", "fine"), [(45, True), (50, True), (44, False), (240, True), (241, False)])
def test_far_fewer_or_far_more_rows_than_usual_are_a_question(rows: int, fine: bool) -> None:
    history = days(100, 90, 120, 100, 110)
    if fine:
        compare(file(rows), history)
        return
    with pytest.raises(UnusualReport) as asked:
        compare(file(rows), history)
    assert asked.value.params == {"file": "claims.csv", "found": rows, "low": 45, "high": 240}
    compare(file(rows), history, any_count=True)


def test_what_is_usual_is_known_after_some_days_and_todays_files_do_not_count() -> None:
    compare(file(2), days(*[100] * (ENOUGH_DAYS - 1)))
    today = [Accepted(MONDAY, str(n), 100) for n in range(20)]
    compare(file(2), History(today))


@given(st.lists(st.integers(0, 10**6), min_size=ENOUGH_DAYS, max_size=20))
def test_every_number_of_rows_that_was_seen_is_usual(rows: list[int]) -> None:
    usual = days(*rows).usual_rows(MONDAY)
    assert usual is not None
    assert all(usual[0] <= count <= usual[1] for count in rows)


# ── columns ───────────────────────────────────────────────────────────────────────────────────────────
def test_renamed_moved_lost_and_new_columns_are_told_apart() -> None:
    before = ("Claim No", "Patient", "Visit Date", "Amount", "Doctor")
    now = ("claim_no", "Visit Date", "Patient", "Amt", "Insurer")
    changed = drift(before, now)
    assert changed == Drift(
        gone=("Amount", "Doctor"), new=("Amt", "Insurer"), renamed=(("Amount", "Amt"),),
        moved=("Visit Date", "Patient"),
    )  # fmt: skip
    assert str(changed) == (
        "column “Amt” is new, column “Insurer” is new, “Amount” is gone, “Doctor” is gone, "
        "“Visit Date” has moved, “Patient” has moved, perhaps “Amount” is now called “Amt”"
    )
    assert not drift(before, ("CLAIM NO.", "patient", "visit-date", "AMOUNT", "Doctor"))


def test_the_headings_of_the_last_file_are_compared_at_the_download() -> None:
    history = History([Accepted(FRIDAY, "b" * 64, 5, ("Claim No", "Amount"))])
    assert str(compare(file(5, "Claim No;Amt"), history)).endswith("perhaps “Amount” is now called “Amt”")
    assert not compare(file(5), history)


@pytest.mark.parametrize(
    ("lines", "headings"),
    [
        ("Claims of 02/11/2026;\r\nClaim No;Amount (£)\r\nC1;2.00", ("Claim No", "Amount (£)")),
        ("C1;Ann Lee\r\nC2;Bob Ray", ()),  # two records: not a word of them is kept
        ("Ann Lee;02/11/2026\r\nBob;03/11/2026", ()),
        ("Ann Lee;Oak Street\r\nBob Ray;Elm Street", ()),
    ],
)
def test_headings_are_words_and_records_are_never_taken_for_them(
    lines: str, headings: tuple[str, ...]
) -> None:
    report = read((lines + "\r\n").encode(), "x.csv")
    assert headings_of(report.tables) == headings


def test_a_contract_whose_column_was_renamed_gets_the_suggestion_and_another_file_none() -> None:
    columns = {"claim_no": text(), "visit": day("%d/%m/%Y"), "amount": money()}
    with pytest.raises(ColumnsChanged) as changed:
        typed_rows(read(b"Claim No;Visit;Amt\r\nC1;02/11/2026;1.00\r\n", "x.csv"), columns)
    assert str(changed.value.params["suggestion"]).endswith("perhaps “amount” is now called “Amt”")
    with pytest.raises(DownloadWrongType) as other:
        typed_rows(read(b"Appt;Visit;Doctor\r\nA1;02/11/2026;X\r\n", "x.csv"), columns)
    assert not isinstance(other.value, ColumnsChanged)


# ── what else can be expected ─────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("expect", "kind"),
    [
        (Expect(encoding="utf-8"), DownloadWrongType),
        (Expect(min_bytes=10_000), DownloadCut),
        (Expect(header=("Claim No", "Doctor")), DownloadWrongType),
        (Expect(kinds=("xls",)), DownloadWrongType),
    ],
)
def test_encoding_size_header_and_kind_can_be_expected(expect: Expect, kind: type[Exception]) -> None:
    with pytest.raises(kind) as refused:
        attest_file(file(3), expect)
    assert {"expected", "found"} <= refused.value.params.keys()  # type: ignore[attr-defined]
    attest_file(
        file(3), Expect(encoding="ascii", min_bytes=20, header=("amount", "claim no."), kinds=("csv",))
    )
    assert Expect.from_json(expect.as_json()) == expect


def test_an_expectation_kept_by_an_earlier_version_is_understood() -> None:
    old = {"dates": None, "stated_total": "amount", "stated_count": True, "min_rows": 1, "kinds": ["csv"],
           "date_field": None}  # fmt: skip
    assert Expect.from_json(old) == Expect(
        stated_total="amount", stated_count=True, min_rows=1, kinds=("csv",)
    )


@pytest.mark.parametrize("wrong", [{"tolerable": -1}, {"min_rows": -1}, {"widths": {}}, {"widths": {"A": 0}}])
def test_an_expectation_that_cannot_be_meant_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"zero|letter"):
        Expect(**wrong)  # type: ignore[arg-type]


# ── rows that break the contract ──────────────────────────────────────────────────────────────────────
class Claim(Record, key="claim_no"):
    claim_no: str = text()
    amount: object = money(control_total=True)


def test_tolerable_rows_are_left_out_with_their_reason_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "claims.csv"
    path.write_bytes(b"Claim No;Amount\r\nC1;1.00\r\nC2;#N/A\r\nC3;3.00\r\n;4.00\r\n")
    with pytest.raises(RowsInvalid) as invalid:
        Download.from_file(path, Expect(tolerable=1)).rows(Claim)
    assert (invalid.value.params["rows"], invalid.value.params["problem"]) == (2, "error_cell")
    download, batch = Download.from_file(path, Expect(tolerable=2)), Batch(Claim)
    for row in download.rows(Claim):
        batch.add(Claim.of(row))
    for _ in range(2):  # an account asked for twice counts once
        account = batch.account([download])
    assert [(left.where, left.reason) for left in batch.left_out] == [
        ("claims.csv, row 3, column Amount", "breaks its contract: column Amount: error_cell"),
        ("claims.csv, row 5, column Claim No", "breaks its contract: column Claim No: missing"),
    ]
    assert (account.source["count"], account.left_out["count"], account.source["amount"]) == (4, 2, 4)
    assert [str(row.raw) for row in download.invalid()] == ["#N/A", ""]


# ── the corpus, a small dose (python -m tests.reports_corpus is the full one) ─────────────────────────
@pytest.mark.parametrize("share", CUTS[1::3])
def test_each_kind_of_broken_download_is_refused(share: float) -> None:
    files = list(broken(records(random.Random(5), 40), share))
    assert len(files) == 12
    assert [kind for kind, content in files if refusal(content) is None] == []


def test_good_files_of_every_kind_are_read_exactly() -> None:
    for kind, content, rows in good_files(random.Random(6), 16):
        assert accepted_exactly(content, rows) is None, kind


@pytest.mark.parametrize("kind", WRITERS)
def test_a_damaged_file_is_refused_or_read_right(kind: str) -> None:
    """A small dose of python -m tests.reports_fuzz."""
    chance = random.Random(f"damage {kind}")
    problems = [verdict(kind, chance)[0] for _ in range(4 if kind == "xls" else 12)]
    assert [problem for problem in problems if problem is not None] == []
