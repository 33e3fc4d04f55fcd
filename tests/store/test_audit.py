"""The audit log: whatever is changed in it by hand is found, and a crash is no such change."""

from pathlib import Path

import pytest

from agent.core.actors import Actor
from agent.store import audit
from agent.store.audit import Fault, Verdict
from agent.store.database import transaction
from agent.store.fields import utc_now
from agent.system.vault import MemoryVault
from tests.store.audit_tampering import KEY, put, rows, tamper, without_guards, write_chain

ANN = Actor("person", "ann", "Ann Lee", "cli", "FRONT-2")


def test_whatever_is_changed_by_hand_is_found(tmp_path: Path) -> None:
    found = tamper(120, 7, tmp_path)
    assert found == {
        "tried": dict.fromkeys(("edit", "delete", "reorder", "cut"), 30),
        "missed": 0,
        "false_alarms": 0,
    }


def test_each_guard_is_needed(tmp_path: Path) -> None:
    """Without the vault's memory a cut tail looks whole; with another key nothing does."""
    assert without_guards(tmp_path) == {
        "cut_found": True,
        "cut_found_without_witness": False,
        "whole_by_another_key": False,
    }


def test_a_crash_between_the_row_and_the_keyring_is_no_cut(store: Path) -> None:
    vault = MemoryVault()
    write_chain(5)
    assert audit.remember(vault)
    write_chain(2)  # and killed before the vault heard of it
    assert audit.verify(KEY, audit.witness(vault)) == Verdict(7, 5)
    assert audit.remember(vault)
    assert audit.verify(KEY, audit.witness(vault)) == Verdict(7, 7)


def test_a_row_that_is_rolled_back_with_its_deed_leaves_the_chain_whole(store: Path) -> None:
    write_chain(2)
    with pytest.raises(KeyError):
        _append_and_fail()
    audit.append(ANN, "cancel", {"run": "r"})
    assert audit.verify(KEY, None) == Verdict(3, None)
    newest = audit.entries(1)[0]
    assert (newest.position, newest.actor, newest.verb, newest.params) == (3, ANN, "cancel", {"run": "r"})


def _append_and_fail() -> None:
    with transaction():
        audit.append(ANN, "retry", {"run": "r"})
        raise KeyError


def test_an_older_copy_that_was_written_on_is_found_and_never_made_the_known_one(store: Path) -> None:
    vault = MemoryVault()
    write_chain(4)
    older = rows()
    write_chain(4)
    audit.remember(vault)
    put(older)
    write_chain(6)
    assert not audit.remember(vault)
    assert audit.verify(KEY, audit.witness(vault)).fault is Fault.REPLACED


def test_a_restored_backup_says_so_and_goes_on(store: Path) -> None:
    vault = MemoryVault()
    write_chain(4)
    older = rows()
    write_chain(4)
    audit.remember(vault)
    put(older)
    audit.note_restored(
        ANN, {"made_at": "2026-11-20T05:00:00+00:00", "machine": "FRONT-1"}, audit.witness(vault)
    )
    assert audit.remember(vault)
    assert audit.verify(KEY, audit.witness(vault)) == Verdict(5, 5)
    put(older)  # the same trick once more, without the word of it
    assert not audit.remember(vault)


def test_rows_past_their_age_are_removed_at_the_front_and_nowhere_else(store: Path) -> None:
    vault = MemoryVault()
    write_chain(6)
    audit.remember(vault)
    whole = rows()
    assert audit.remove_before(utc_now(), vault) == 5  # never the last one
    assert audit.verify(KEY, audit.witness(vault)) == Verdict(1, 6)
    write_chain(2)
    assert audit.remember(vault)
    assert audit.verify(KEY, audit.witness(vault)) == Verdict(3, 8)
    put(rows()[1:])
    assert audit.verify(KEY, audit.witness(vault)).fault is Fault.BROKEN
    put(whole[1:])
    assert audit.verify(KEY, audit.witness(vault)).fault is Fault.CUT


def test_a_chain_needs_its_key(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "_keys", {})
    with pytest.raises(RuntimeError, match="use comes first"):
        audit.append(ANN, "retry", {})
