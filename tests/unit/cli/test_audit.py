"""``audit`` and what a person takes out of its seal: who looked stands there, and nobody looks unseen."""

import hashlib
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agent.cli.person import at_terminal
from agent.core.failures import EvidenceDamaged, MayNotOpen, ProofRemoved
from agent.core.states import RunState
from agent.host import auditing, proofs
from agent.store import audit, queries
from agent.store.tables import LEDGER, BlobRow, EvidenceRow
from agent.system.paths import Home
from agent.system.vault import open_vault
from resources.i18n import texts

from .conftest import Predawn, Written, value_of

Write = Callable[[], Written]


@pytest.fixture
def run(write: Write) -> Written:
    """A finished run with one downloaded file."""
    return write().plan().download().upload(verified=3).end(RunState.COMPLETED)


def log(command: Predawn) -> list[Any]:
    """The audit log as a script reads it."""
    return list(value_of(command("audit", "list", "--json")))


def verbs(command: Predawn) -> list[str]:
    return [entry["verb"] for entry in log(command)]


def test_whoever_takes_evidence_out_of_its_seal_stands_in_the_log(
    run: Written, command: Predawn, tmp_path: Path
) -> None:
    (proof,) = queries.evidence(run.id)
    opened = command("evidence", run.id, "--open", proof["id"], "--to", str(tmp_path / "file.xls"))
    assert opened.exit_code == 0, opened.stderr
    assert (tmp_path / "file.xls").read_bytes() == b"row"
    (entry,) = log(command)
    assert (entry["position"], entry["verb"]) == (1, "evidence_opened")
    assert entry["params"] == {"run": run.id, "evidence": proof["id"], "kind": "download"}
    assert entry["actor"] == at_terminal().as_json()
    assert command("audit", "verify").exit_code == 0


def test_a_run_is_exported_with_an_index(run: Written, command: Predawn, tmp_path: Path) -> None:
    folder = tmp_path / "for the auditor"
    result = command("evidence", run.id, "--export", str(folder))
    assert result.exit_code == 0, result.stderr
    index = json.loads((folder / "index.json").read_text())
    (entry,) = index["evidence"]
    content = (folder / entry["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    assert [stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()] == [0o600, 0o600]
    assert log(command)[0]["params"] == {"run": run.id, "count": 1}
    assert command("evidence", run.id, "--export", str(folder)).exit_code == 2


def test_only_who_may_takes_it_out(run: Written, command: Predawn, stored: Home, tmp_path: Path) -> None:
    stored.settings.write_text('[data]\nmay_open = ["somebody-else"]\n')
    (proof,) = queries.evidence(run.id)
    refused = command("evidence", run.id, "--open", proof["id"], "--to", str(tmp_path / "file.xls"))
    assert refused.exit_code == 2
    assert not (tmp_path / "file.xls").exists()
    with pytest.raises(MayNotOpen):
        proofs.export(stored, run.id, tmp_path / "out", at_terminal())
    assert verbs(command) == []
    stored.settings.write_text(f'[data]\nmay_open = ["{at_terminal().id}"]\n')
    assert proofs.open_proof(stored, proof["id"], at_terminal()).content == b"row"


def test_what_a_rule_removed_says_when_and_why(run: Written, command: Predawn, stored: Home) -> None:
    (proof,) = queries.evidence(run.id)
    EvidenceRow.update(removed={"removed_on": "2026-06-01", "days": 90}).execute()
    with pytest.raises(ProofRemoved) as removed:
        proofs.open_proof(stored, proof["id"], at_terminal())
    assert removed.value.params == {"item": proof["id"], "removed_on": "2026-06-01", "days": 90}
    told = texts.failure(removed.value.code, removed.value.params).title
    assert told == "Removed on 1 June by the 90-day rule; its fingerprint is kept"
    assert "removed on 1 June by the 90-day rule" in command("evidence", run.id).stdout
    assert verbs(command) == []


@pytest.mark.parametrize("spoil", ["bytes", "hash"])
def test_damaged_evidence_is_not_shown_as_genuine(run: Written, stored: Home, spoil: str) -> None:
    (proof,) = queries.evidence(run.id)
    if spoil == "bytes":
        BlobRow.update(sealed=b"\x01" + bytes(40)).execute()
    else:
        EvidenceRow.update(sha256="0" * 64).execute()
    with pytest.raises(EvidenceDamaged):
        proofs.open_proof(stored, proof["id"], at_terminal())


def test_a_changed_log_is_named_and_an_empty_one_is_whole(
    run: Written, command: Predawn, tmp_path: Path
) -> None:
    whole = command("audit", "verify")
    assert (whole.exit_code, whole.stdout.split(":")[0]) == (0, "Whole")
    for name in ("a", "b", "c"):
        assert command("evidence", run.id, "--export", str(tmp_path / name)).exit_code == 0
    LEDGER.execute_sql("UPDATE audit SET verb = 'retry' WHERE position = 2").fetchall()
    changed = command("audit", "verify")
    assert changed.exit_code == 1
    assert "Entry 2" in changed.stderr
    LEDGER.execute_sql("DELETE FROM audit WHERE position > 1").fetchall()
    assert json.loads(command("audit", "verify", "--json").stdout)["fault"] == "cut"


def test_passwords_settings_and_pauses_are_written_down_without_their_values(
    stored: Home, command: Predawn
) -> None:
    result = command(
        "sites", "set", "meridian", "--account", "ann", "--from-stdin", input="hunter2-hunter2\n"
    )
    assert result.exit_code == 0, result.stderr
    (entry,) = log(command)
    assert entry["verb"] == "password_set"
    assert entry["params"] == {"office": "main", "site": "meridian", "account": "ann", "version": 1}
    assert b"hunter2" not in stored.database.read_bytes()
    stored.settings.write_text('[offices.main]\nzone = "Europe/London"\n')
    assert command("pause", "clinic-morning-sync").exit_code == 0
    assert verbs(command) == ["pause", "settings_changed", "password_set"]
    assert command("pause", "clinic-morning-sync", "--off").exit_code == 0
    assert verbs(command) == ["pause", "pause", "settings_changed", "password_set"]
    assert command("audit", "verify").exit_code == 0
    witness = audit.witness(open_vault(stored))
    assert witness is not None
    assert witness.count == 4


def test_a_restore_stands_in_the_log_that_it_brings_back(
    run: Written, command: Predawn, tmp_path: Path, stored: Home
) -> None:
    assert command("evidence", run.id, "--export", str(tmp_path / "a")).exit_code == 0
    assert command("backup", str(tmp_path / "file")).exit_code == 0
    assert command("evidence", run.id, "--export", str(tmp_path / "b")).exit_code == 0
    restored = command("restore", str(tmp_path / "file"), "--replace", "--take-over")
    assert restored.exit_code == 0, restored.stderr
    assert verbs(command) == ["taken_over", "restored", "evidence_exported"]
    assert log(command)[1]["params"]["known"] == 2
    verdict = auditing.verify(stored)
    assert (verdict.count, verdict.witnessed, verdict.fault) == (3, 3, None)


def test_a_face_says_who_changed_the_settings_and_a_later_start_finds_nothing_new(
    run: Written, stored: Home, command: Predawn
) -> None:
    stored.settings.write_text('[offices.main]\nzone = "Europe/London"\n')
    auditing.settings_changed(stored, at_terminal())
    assert command("pause", "clinic-morning-sync").exit_code == 0  # a host has started in between
    assert verbs(command) == ["pause", "settings_changed"]
    assert log(command)[1]["actor"]["via"] == "cli"


def test_who_sees_personal_values_stands_in_the_log_and_a_listing_is_no_look(
    run: Written, command: Predawn, tmp_path: Path
) -> None:
    for words in (("records", run.id), ("records", run.id, "--json"), ("records", run.id, "--why")):
        assert command(*words).exit_code == 0
    assert verbs(command) == []
    for words in (("records", run.id, "--open", "2"), ("records", run.id, "--json", "--with-personal")):
        assert command(*words).exit_code == 0
    assert command("certificate", run.id, "--to", str(tmp_path)).exit_code == 0
    assert verbs(command) == ["certificate_issued", "values_shown", "values_shown"]
    assert [entry["params"] for entry in log(command)] == [
        {"run": run.id, "personal": False},
        {"run": run.id, "count": 3},
        {"run": run.id, "count": 1},
    ]
