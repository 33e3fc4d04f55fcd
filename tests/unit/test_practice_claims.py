"""What the claims house holds, its journal, its checks, its accounts."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.practice.accounts import Accounts
from resources.practice.checks import one_penny_less, refusal_of_page_1, refusal_of_page_2, shown_amount
from resources.practice.claims import Claims
from resources.practice.journal import Journal, read_journal
from resources.practice.markup import Raw, render

CLAIM = {
    "claim_no": "C000001",
    "patient_no": "001234",
    "patient_name": "O'Brien, Siân",
    "visit_date": "02/03/2026",
    "service_code": "1E5",
    "amount": "1,234.50",
}


def test_claims_are_there_again_after_a_restart(tmp_path: Path):
    path = tmp_path / "claimport.jsonl"
    first = Claims(path)
    stored = [first.save({**CLAIM, "claim_no": f"C00000{n}"}, user="a", session=1) for n in range(3)]
    first.close()
    second = Claims(path)
    assert second.newest_first() == stored[::-1]
    assert second.save(CLAIM, user="a", session=1).confirmation == stored[-1].confirmation + 1
    second.close()


def test_a_double_is_accepted_and_both_are_found(tmp_path: Path):
    claims = Claims(tmp_path / "claimport.jsonl")
    one, two = (claims.save(CLAIM, user="a", session=1) for _ in range(2))
    assert claims.find("C000001") == [one, two]
    assert claims.find("C000002") == []
    claims.close()


def test_a_line_cut_by_a_crash_is_no_claim_and_does_not_spoil_the_next(tmp_path: Path):
    path = tmp_path / "claimport.jsonl"
    claims = Claims(path)
    claims.save(CLAIM, user="a", session=1)
    claims.close()
    with path.open("ab") as file:
        file.write(b'{"seq": 2, "confirm')
    assert len(read_journal(path)) == 1
    again = Claims(path)
    again.save(CLAIM, user="a", session=1)
    assert [entry["seq"] for entry in read_journal(path)] == [1, 2]
    again.close()


def test_a_reset_begins_anew_and_keeps_the_old_journal(tmp_path: Path):
    path = tmp_path / "claimport.jsonl"
    claims = Claims(path)
    number = claims.save(CLAIM, user="a", session=1).confirmation
    claims.reset()
    assert (claims.newest_first(), read_journal(path)) == ([], [])
    assert claims.save(CLAIM, user="a", session=1).confirmation == number
    assert len(read_journal(tmp_path / "claimport.1.jsonl")) == 1
    claims.close()


@given(st.dictionaries(st.sampled_from(["a", "b"]), st.text()))
def test_a_journal_keeps_any_text_on_one_line(
    tmp_path_factory: pytest.TempPathFactory, entry: dict[str, str]
):
    path = tmp_path_factory.mktemp("journal") / "j.jsonl"
    journal = Journal(path)
    written = journal.append(entry)
    journal.close()
    assert read_journal(path) == [written]
    assert entry.items() <= written.items()


@pytest.mark.parametrize("amount", ["120.00", "1,234.50", "1234.50", "99,999.99", "0.01"])
def test_amounts_that_are_accepted(amount: str):
    assert refusal_of_page_2({**CLAIM, "amount": amount}) == ""


@pytest.mark.parametrize(
    "amount",
    [
        "",
        "120",
        "120.0",
        "12,34.50",
        "£120.00",
        "0.00",
        "-1.00",
        "100,000.00",
        "1.234,50",
        "\uff11.00",
        "1 2.00",
    ],
)
def test_amounts_that_are_refused(amount: str):
    assert refusal_of_page_2({**CLAIM, "amount": amount}) == "Amount is not a valid amount"


@pytest.mark.parametrize(
    ("field", "value", "refusal"),
    [
        ("claim_no", "C12345", "Claim number is not a valid claim number"),
        ("claim_no", "c123456", "Claim number is not a valid claim number"),
        ("patient_no", "1234", "Patient number is not a valid patient number"),
        ("patient_name", "", "Patient name is not a valid name"),
        ("visit_date", "2026-03-02", "Visit date is not a valid date"),
        ("visit_date", "31/02/2026", "Visit date is not a valid date"),
        ("visit_date", "2/3/2026", "Visit date is not a valid date"),
        ("service_code", "1", "Service code is not a valid service code"),
    ],
)
def test_each_field_is_refused_in_plain_words(field: str, value: str, refusal: str):
    values = {**CLAIM, field: value}
    assert refusal in (refusal_of_page_1(values), refusal_of_page_2(values))


def test_amounts_are_kept_with_thousands_and_two_decimals():
    assert shown_amount("1234.50") == shown_amount("1,234.50") == "1,234.50"
    assert one_penny_less("1,000.00") == "999.99"


def test_three_bad_tries_lock_and_a_good_one_before_forgets_them():
    accounts = Accounts({"a": "right"})
    assert [accounts.check("a", "wrong") for _ in range(2)] == ["refused", "refused"]
    assert accounts.check("a", "right") == "ok"
    assert [accounts.check("a", "wrong") for _ in range(3)] == ["refused", "refused", "locked"]
    assert accounts.check("a", "right") == "locked"
    accounts.unlock()
    assert accounts.check("a", "right") == "ok"


def test_refusing_the_right_password_counts_as_a_bad_try():
    accounts = Accounts({"a": "right"})
    assert [accounts.check("a", "right", refuse=True) for _ in range(3)] == ["refused", "refused", "locked"]


def test_an_unknown_user_is_refused_and_no_user_has_an_empty_password():
    accounts = Accounts({"a": "right"})
    assert accounts.check("b", "") == "refused"
    assert accounts.check("b", "right") == "refused"


def test_a_session_ends_after_its_idle_time_and_use_keeps_it():
    now = [0.0]
    accounts = Accounts({}, session_seconds=60, clock=lambda: now[0])
    token = accounts.start("a").token
    for now[0] in (50.0, 100.0):
        assert accounts.find(token) is not None
    now[0] = 161.0
    assert accounts.find(token) is None
    assert accounts.find(None) is None


def test_a_changed_password_holds_until_the_reset():
    accounts = Accounts({"a": "old"})
    accounts.set_password("a", "new")
    assert (accounts.check("a", "old"), accounts.check("a", "new")) == ("refused", "ok")
    accounts.reset()
    assert accounts.check("a", "old") == "ok"


def test_values_are_escaped_and_markup_is_not():
    assert render("<b>$x</b>$y", x="<\"'&", y=Raw("<i>")) == "<b>&lt;&quot;&#x27;&amp;</b><i>"
