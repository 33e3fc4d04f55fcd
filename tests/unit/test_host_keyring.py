"""Against a real keyring: passwords, the audit log's witness, the recovery code on another computer."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent.cli.main import predawn
from agent.cli.person import at_terminal
from agent.host import auditing, passwords
from agent.host import recovery_code as recovery
from agent.host.recovery_code import Standing
from agent.store.database import close_store
from agent.system.paths import Home
from agent.system.seal import master_key
from agent.system.vault import KeyringVault, open_vault


@pytest.mark.keyring
@pytest.mark.skipif(
    "predawn-keyring-" not in os.environ.get("XDG_RUNTIME_DIR", ""),
    reason="writes into the keyring: only in the private session of installer/keyring_session.py",
)
def test_a_home_moves_to_another_computer_with_its_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, other, who = Home(tmp_path / "home"), Home(tmp_path / "other"), at_terminal()
    assert isinstance(open_vault(home), KeyringVault)
    passwords.store_password(home, "main", "meridian", "robot", "word", who)
    assert recovery.standing(home) is Standing.WANTED
    code = recovery.begin(home, who)
    recovery.confirm_saved(home, code.lower(), who)
    assert recovery.standing(home) is Standing.SAVED
    verdict = auditing.verify(home)
    assert (verdict.count, verdict.witnessed, verdict.fault) == (3, 3, None)
    monkeypatch.setenv("PREDAWN_HOME", str(home.root))
    assert CliRunner().invoke(predawn, ["backup", str(tmp_path / "file")]).exit_code == 0
    monkeypatch.setenv("PREDAWN_HOME", str(other.root))  # its keyring entries have another name
    words = ["restore", str(tmp_path / "file"), "--take-over"]
    assert CliRunner().invoke(predawn, words, input="\n").exit_code == 4
    restored = CliRunner().invoke(predawn, words, input=code)
    assert restored.exit_code == 0, restored.stderr
    assert master_key(open_vault(other)) == master_key(open_vault(home))
    assert CliRunner().invoke(predawn, ["audit", "verify"]).exit_code == 0
    close_store()
