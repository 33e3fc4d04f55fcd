"""The recovery code: shown once, confirmed, and with it a backup opens on another computer."""

import base64
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.cli.person import at_terminal
from agent.core.failures import WrongRecoveryCode, WrongState
from agent.core.states import RunState
from agent.host import proofs
from agent.host import recovery_code as recovery
from agent.host.recovery_code import Standing
from agent.store import audit, queries
from agent.store import home as home_row
from agent.store.database import close_store, open_store
from agent.system.paths import Home
from agent.system.seal import master_key, put_master_key
from agent.system.vault import MemoryVault, open_vault

from .conftest import Predawn, Written, value_of

Write = Callable[[], Written]


@pytest.fixture
def run(write: Write) -> Written:
    """A finished run with one downloaded file."""
    return write().plan().download().upload(verified=3).end(RunState.COMPLETED)


@pytest.fixture
def code(run: Written, command: Predawn) -> str:
    """A code that was shown and saved."""
    shown = command("recovery-code", "new")
    assert shown.exit_code == 3, shown.stderr
    code = shown.stdout.strip()
    assert command("recovery-code", "saved", input=code.lower() + "\n").exit_code == 0
    return code


def test_a_backup_and_the_code_open_old_evidence_on_another_computer(
    run: Written, code: str, command: Predawn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command("backup", str(tmp_path / "file")).exit_code == 0
    other = Home(tmp_path / "elsewhere")
    other.mark_demo()
    monkeypatch.setenv("PREDAWN_HOME", str(other.root))
    for wrong in ("", "AAAAA-AAAAA\n", code[:-1] + ("B" if code[-1] == "A" else "A") + "\n"):
        refused = command("restore", str(tmp_path / "file"), input=wrong)
        assert refused.exit_code != 0
        assert not other.database.exists()
    restored = command("restore", str(tmp_path / "file"), "--take-over", input=code + "\n")
    assert restored.exit_code == 0, restored.stderr
    assert master_key(open_vault(other)) == master_key(open_vault(run.home))
    open_store(other.database, other.evidence)
    (proof,) = queries.evidence(run.id)
    assert proofs.open_proof(other, proof["id"], at_terminal()).content == b"row"
    assert command("audit", "verify").exit_code == 0
    verbs = [entry["verb"] for entry in value_of(command("audit", "list", "--json"))]
    assert verbs == [
        "evidence_opened",
        "taken_over",
        "restored",
        "recovery_code_saved",
        "recovery_code_shown",
    ]


def test_without_the_code_a_backup_stays_sealed(
    run: Written, command: Predawn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command("backup", str(tmp_path / "file")).exit_code == 0
    other = Home(tmp_path / "elsewhere")
    other.mark_demo()
    monkeypatch.setenv("PREDAWN_HOME", str(other.root))
    refused = command("restore", str(tmp_path / "file"), "--take-over", input="anything\n")
    assert refused.exit_code == 4
    assert not other.database.exists()


def test_the_code_itself_is_stored_nowhere(run: Written, code: str) -> None:
    close_store()
    written = [file.read_bytes() for file in run.home.root.rglob("*") if file.is_file()]
    for form in (code, code.replace("-", ""), code.lower(), code[:23]):
        assert not [1 for content in written if form.encode() in content]


def test_a_code_opens_only_after_it_was_typed_again(run: Written, command: Predawn) -> None:
    home = run.home
    with pytest.raises(WrongState):
        recovery.confirm_saved(home, "x", at_terminal())
    first = recovery.begin(home, at_terminal())
    assert not recovery.opens(first)
    with pytest.raises(WrongRecoveryCode) as wrong:
        recovery.confirm_saved(home, "K" + first[1:] if first[0] != "K" else "M" + first[1:], at_terminal())
    assert wrong.value.params["group"] == 1
    recovery.confirm_saved(home, first, at_terminal())
    assert recovery.opens(first)
    second = recovery.begin(home, at_terminal())
    assert recovery.opens(first)  # until the new one is saved
    recovery.confirm_saved(home, second, at_terminal())
    assert recovery.opens(second)
    assert not recovery.opens(first)
    assert command("recovery-code", "check", input=second).exit_code == 0
    assert command("recovery-code", "check", input=first).exit_code == 1


def test_set_up_is_at_its_end_when_a_code_is_saved_or_the_loss_accepted(
    run: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, who = run.home, at_terminal()
    assert recovery.standing(home) is Standing.NOT_NEEDED
    monkeypatch.setattr(Home, "is_demo", False)
    assert recovery.standing(home) is Standing.WANTED
    monkeypatch.setattr(Home, "is_demo", True)  # for its vault
    code = recovery.begin(home, who)
    monkeypatch.setattr(Home, "is_demo", False)
    assert recovery.standing(home) is Standing.WANTED
    monkeypatch.setattr(Home, "is_demo", True)
    recovery.confirm_saved(home, code, who)
    monkeypatch.setattr(Home, "is_demo", False)
    assert recovery.standing(home) is Standing.SAVED
    monkeypatch.setattr(Home, "is_demo", True)
    recovery.accept_loss(home, who)
    monkeypatch.setattr(Home, "is_demo", False)
    assert recovery.standing(home) is Standing.LOSS_ACCEPTED
    assert audit.entries(1)[0].verb == "key_loss_accepted"


def test_what_the_home_keeps_is_nothing_without_the_code(code: str, run: Written) -> None:
    wrapped = home_row.recovery()["wrapped"]
    master = master_key(open_vault(run.home))
    assert master.raw not in base64.b64decode(wrapped)
    assert recovery.master_by(code) == master


def test_another_homes_key_is_put_aside_never_overwritten() -> None:
    vault = MemoryVault()
    first = master_key(vault, make=True)
    aside = put_master_key(vault, recovery.Key(b"n" * 32))
    assert aside is not None
    assert vault.get(aside) == first.to_text()
    assert master_key(vault) == recovery.Key(b"n" * 32)
    assert put_master_key(vault, recovery.Key(b"n" * 32)) is None


def test_scripts_are_reminded_and_never_asked(
    stored: Home, command: Predawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = MemoryVault()
    monkeypatch.setattr(Home, "is_demo", False)
    for module in ("agent.host.auditing", "agent.host.passwords"):
        monkeypatch.setattr(f"{module}.open_vault", lambda _home: vault)
    result = command("sites", "set", "meridian", "--account", "a", "--from-stdin", input="word\n")
    assert result.exit_code == 0, result.stderr
    assert "recovery-code new" in result.stderr
    assert command("recovery-code").exit_code == 0
