"""Whatever is changed in a certificate after it was issued is found: bytes, values, figures, keys."""

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.core.certificate import document, examine, fingerprint, signed_bytes
from agent.system.seal import Key, is_signed, public_key, sign

SIGNER, OTHER = Key(b"s" * 32), Key(b"o" * 32)


def record(ordinal: int, state: str = "VERIFIED", amount: str = "10.00") -> dict[str, Any]:
    fields = {"amount": {"value": amount, "rows": [[0, None, ordinal + 1]], "read_back": True}}
    return {
        "ordinal": ordinal, "task": "Claims", "state": state, "key": f"C{ordinal}", "rows": 1,
        "totals": {"amount": amount}, "fields": fields, "confirmation": "88 ü",
    }  # fmt: skip


def figure(total: str, **changed: Any) -> dict[str, Any]:
    same = dict.fromkeys(("source", "processed", "delivered", "target"), total)
    zero = {"left_out": "0", "skipped": "0"}
    return {**same, **zero, "stated": [None], "disagreements": [], **changed}


def facts(**changed: Any) -> dict[str, Any]:
    return {
        "predawn_certificate": 1,
        "records": [record(1), record(2), record(3)],
        "totals": {"Claims": {"count": figure("3", stated=["3"]), "amount": figure("30.00")}},
        "workbook": {"name": "certificate.xlsx", "sha256": "0" * 64, "size": 1},
        **changed,
    }


def issued(value: dict[str, Any], signer: Key = SIGNER) -> bytes:
    return document(value, public_key(signer), sign(signer, signed_bytes(value)))


def codes(content: bytes) -> list[str]:
    return [problem.code for problem in examine(content, is_signed).problems]


GOOD = issued(facts())


def test_what_was_issued_is_believed() -> None:
    assert codes(GOOD) == []
    assert examine(GOOD, is_signed).public == public_key(SIGNER)


@settings(max_examples=300)
@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_any_changed_byte_is_found(place: int, flip: int) -> None:
    assert codes(GOOD[:place] + bytes([GOOD[place] ^ flip]) + GOOD[place + 1 :])


@settings(max_examples=300)
@given(st.integers(0, len(GOOD)), st.integers(0, 40), st.binary(max_size=4))
def test_any_cut_or_inserted_bytes_are_found(place: int, cut: int, more: bytes) -> None:
    content = GOOD[:place] + more + GOOD[place + cut :]
    assert content == GOOD or codes(content)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value in a JSON document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for name, part in inner for found in places(part, (*path, name)))]


PATHS = places(json.loads(GOOD))[1:]
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.just([]), st.just({}), st.just("31.00")
)


def edited(path: tuple[Any, ...], new: Any, *, drop: bool) -> bytes:
    """The certificate with one value replaced or removed, written as carefully as we write it."""
    value = json.loads(GOOD)
    inner = value
    for name in path[:-1]:
        inner = inner[name]
    if drop:
        del inner[path[-1]]
    else:
        inner[path[-1]] = new
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


@settings(max_examples=500)
@given(st.sampled_from(PATHS), VALUES, st.booleans())
def test_any_changed_or_removed_value_is_found(path: tuple[Any, ...], new: Any, drop: bool) -> None:
    content = edited(path, new, drop=drop)
    assert content == GOOD or codes(content)


def test_without_the_signature_a_changed_value_would_pass() -> None:
    """The negative control: the same edit, the check of the signature switched off."""
    content = edited(("certificate", "records", 0, "key"), "C9", drop=False)
    assert codes(content) == ["certificate_signature"]
    assert examine(content, lambda *_: True).problems == ()


def test_values_that_are_signed_anew_carry_another_key() -> None:
    """Whoever changes it and signs with a key of their own is known by the key."""
    forged = issued(facts(records=[record(1), record(2), record(4)]), OTHER)
    assert codes(forged) == []
    assert examine(forged, is_signed).public == public_key(OTHER) != public_key(SIGNER)
    assert fingerprint(public_key(OTHER)) != fingerprint(public_key(SIGNER))


def test_an_added_name_or_space_is_found() -> None:
    value = json.loads(GOOD)
    value["note"] = "by hand"
    assert "certificate_altered" in codes(
        (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()
    )
    for content in (GOOD + b"\n", b"\xef\xbb\xbf" + GOOD, GOOD.replace(b'"C1"', b'"\\u00431"')):
        assert codes(content)


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"target": "29.00"}, "delivered ≠ target"),
        ({"source": "31.00"}, "source ≠ left out + processed"),
        ({"stated": ["31.00"]}, "stated ≠ source"),
        ({"stated": ["10.00", "21.00"]}, "stated ≠ source"),
        ({"source": "31.00", "left_out": "0.50", "processed": "30.50"}, "processed ≠ records"),
        ({"delivered": "20.00", "target": "20.00", "skipped": "10.00"}, "delivered ≠ records"),
    ],
)
def test_figures_that_do_not_agree_are_found_although_they_are_signed(
    changed: dict[str, Any], wrong: str
) -> None:
    """A home that signs wrong figures is no better for its signature."""
    totals = {"Claims": {"count": figure("3"), "amount": figure("30.00", **changed)}}
    told = examine(issued(facts(totals=totals)), is_signed).problems
    assert wrong in [problem.params["wrong"] for problem in told]
    assert {problem.params["what"] for problem in told} == {"amount"}


def test_a_lost_record_is_found_by_the_count_and_the_sum() -> None:
    told = examine(issued(facts(records=[record(1), record(2)])), is_signed).problems
    assert {problem.params["what"] for problem in told} == {"count", "amount"}


def test_a_personal_amount_that_is_not_shown_is_not_added_up() -> None:
    value = deepcopy(facts())
    for each in value["records"]:
        each["totals"] = {}
    assert codes(issued(value)) == []


def test_figures_that_are_none_are_a_problem_and_no_crash() -> None:
    assert codes(issued(facts(totals={"Claims": {"count": {"source": "x"}}}))) == ["certificate_unequal"]
    assert codes(issued(facts(totals=3))) == ["certificate_unequal"]
    assert codes(issued(facts(predawn_certificate=2))) == ["certificate_version"]


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"certificate": NaN}']
)
def test_what_is_no_certificate_is_told_so(content: bytes) -> None:
    assert codes(content) == ["certificate_unreadable"]
