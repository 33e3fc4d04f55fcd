"""Proof: bytes before rows, sealed, and nothing of it swept but what no row names."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.core.failures import FenceLost
from agent.store import evidence, queries
from agent.store.evidence import Proof
from agent.store.lease import Lease
from agent.store.tables import BlobRow, EvidenceRow
from agent.system.seal import Key, SealBroken
from tests.store.ground import DATA, begin, crash, plan_run


def keep(lease: Lease, content: bytes = b"%PDF") -> Proof:
    """Keep one download as proof."""
    return evidence.keep(lease, DATA, content, kind="download", name="billing.csv", media_type="report/csv")


def test_a_proof_opens_as_it_was_kept_and_is_known_by_its_hash(store: Path) -> None:
    lease = begin(plan_run())
    proof = keep(lease, b"row 1\r\n")
    assert evidence.open_evidence(proof.id, DATA) == b"row 1\r\n"
    assert (proof.sha256, proof.size) == (hashlib.sha256(b"row 1\r\n").hexdigest(), 7)
    assert queries.evidence(lease.run_id)[0]["sha256"] == proof.sha256


def test_the_bytes_in_the_file_are_sealed(store: Path) -> None:
    proof = keep(begin(plan_run()), b"Mrs Ann Lee, 12/03/1961")
    sealed = bytes(BlobRow.get_by_id(proof.id).sealed)
    assert b"Ann Lee" not in sealed
    with pytest.raises(SealBroken):
        evidence.open_evidence(proof.id, Key(b"x" * 32))


def test_a_proof_moved_to_another_row_does_not_open(store: Path) -> None:
    lease = begin(plan_run())
    one, other = keep(lease, b"one"), keep(lease, b"other")
    BlobRow.update(sealed=BlobRow.get_by_id(one.id).sealed).where(BlobRow.id == other.id).execute()
    with pytest.raises(SealBroken):
        evidence.open_evidence(other.id, DATA)


def test_a_proof_that_was_removed_says_so(store: Path) -> None:
    with pytest.raises(KeyError):
        evidence.open_evidence("0" * 16, DATA)


def test_the_bytes_are_committed_before_the_row_that_names_them(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the two commits there are bytes without a row, never a row without bytes."""

    class Killed(BaseException):
        pass

    def kill(_lease: Lease) -> None:
        raise Killed

    lease = begin(plan_run())
    monkeypatch.setattr(Lease, "transaction", kill)
    with pytest.raises(Killed):
        keep(lease)
    assert BlobRow.select().count() == 1
    assert EvidenceRow.select().count() == 0


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kept=st.integers(0, 4), orphans=st.integers(0, 4))
def test_a_sweep_removes_orphans_only(store: Path, kept: int, orphans: int) -> None:
    EvidenceRow.delete().execute()
    BlobRow.delete().execute()
    lease = begin(plan_run(slot=str(plan_count())))
    proofs = [keep(lease) for _ in range(kept)]
    crash(lease)
    for _ in range(orphans):
        with pytest.raises(FenceLost):
            keep(lease)
    assert BlobRow.select().count() == kept + orphans
    assert evidence.sweep() == orphans
    assert evidence.sweep() == 0
    assert {row.id for row in BlobRow.select()} == {proof.id for proof in proofs}


def plan_count() -> int:
    """How many runs there are: a slot of its own for the next one."""
    return len(queries.run_list(limit=1000))
