"""Sealing: what was sealed opens with the same key for the same row, and in no other way."""

import hashlib
import hmac

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.core.failures import VaultRefused
from agent.system.seal import (
    Key,
    SealBroken,
    derive,
    keyed_hash,
    master_key,
    new_key,
    seal,
    unseal,
    unwrap,
    wrap,
)
from agent.system.vault import MemoryVault

UNHURRIED = settings(deadline=None)  # the machine may be busy

KEYS = st.binary(min_size=32, max_size=32).map(Key)


@UNHURRIED
@given(KEYS, st.binary(max_size=300), st.text(max_size=20))
def test_what_is_sealed_is_unsealed(key: Key, plain: bytes, row: str) -> None:
    assert unseal(key, seal(key, plain, row), row) == plain


@UNHURRIED
@given(KEYS, st.binary(max_size=60), st.data())
def test_any_changed_bit_is_noticed(key: Key, plain: bytes, data: st.DataObject) -> None:
    sealed = bytearray(seal(key, plain, "row"))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SealBroken):
        unseal(key, bytes(sealed), "row")


@UNHURRIED
@given(KEYS, st.binary(max_size=60), st.data())
def test_any_cut_is_noticed(key: Key, plain: bytes, data: st.DataObject) -> None:
    sealed = seal(key, plain, "row")
    cut = data.draw(st.integers(0, len(sealed) - 1))
    with pytest.raises(SealBroken):
        unseal(key, sealed[:cut], "row")


@UNHURRIED
@given(KEYS, KEYS, st.text(max_size=9), st.text(max_size=9))
def test_another_key_or_another_row_opens_nothing(key: Key, other: Key, row: str, elsewhere: str) -> None:
    sealed = seal(key, b"plain", row)
    if other != key:
        with pytest.raises(SealBroken):
            unseal(other, sealed, row)
    if elsewhere != row:
        with pytest.raises(SealBroken):
            unseal(key, sealed, elsewhere)


def test_equal_values_do_not_look_equal_when_sealed() -> None:
    key = new_key()
    assert seal(key, b"same", "row") != seal(key, b"same", "row")


def test_a_wrapped_key_opens_only_for_its_run_and_is_no_ordinary_value() -> None:
    master, key = new_key(), new_key()
    wrapped = wrap(master, key, "run 7")
    assert unwrap(master, wrapped, "run 7") == key
    for wrong in (lambda: unwrap(master, wrapped, "run 8"), lambda: unwrap(new_key(), wrapped, "run 7")):
        with pytest.raises(SealBroken):
            wrong()
    with pytest.raises(SealBroken):
        unseal(master, wrapped, "run 7")
    assert key.raw not in wrapped


def test_derived_keys_are_stable_and_differ_by_purpose() -> None:
    """HKDF-SHA256 with an empty salt, written out after RFC 5869 as an independent witness."""
    master = Key(bytes(range(32)))
    extracted = hmac.new(bytes(32), master.raw, hashlib.sha256).digest()
    expanded = hmac.new(extracted, b"ledger keys" + b"\x01", hashlib.sha256).digest()
    assert derive(master, "ledger keys") == Key(expanded)
    assert derive(master, "audit") != derive(master, "ledger keys")


def test_a_keyed_hash_is_hmac_sha256() -> None:
    key = Key(b"k" * 32)
    assert keyed_hash(key, "C000001") == hmac.new(b"k" * 32, b"C000001", "sha256").hexdigest()
    assert keyed_hash(key, "C000001") != keyed_hash(new_key(), "C000001")


def test_a_key_does_not_show_itself() -> None:
    key = new_key()
    for shown in (repr(key), str(key), f"{key}", repr([key]), repr({"key": key})):
        assert key.to_text() not in shown
        assert key.raw.hex() not in shown
        assert repr(key.raw) not in shown


@UNHURRIED
@given(KEYS)
def test_a_key_s_text_is_read_back(key: Key) -> None:
    assert Key.from_text(key.to_text()) == key


@pytest.mark.parametrize("text", ["", "x", "====", "AAAA", "ä" * 44, "A" * 100])
def test_other_text_is_no_key(text: str) -> None:
    with pytest.raises(ValueError, match="key"):
        Key.from_text(text)


def test_the_master_key_is_made_once() -> None:
    vault = MemoryVault()
    first = master_key(vault, make=True)
    assert master_key(vault) == first
    assert master_key(MemoryVault(), make=True) != first


def test_a_vault_that_forgets_gets_no_master_key() -> None:
    """Everything would be sealed with a key that nobody has at the next start."""

    class Forgetful(MemoryVault):
        def set(self, name: str, secret: str) -> None:
            """Take it and keep nothing."""

    with pytest.raises(VaultRefused):
        master_key(Forgetful(), make=True)


def test_a_damaged_master_key_is_never_replaced() -> None:
    vault = MemoryVault()
    vault.set("master-key", "damaged")
    with pytest.raises(SealBroken):
        master_key(vault, make=True)
    assert vault.get("master-key") == "damaged"
