"""Trying a sign-in by hand: in a real browser, within the tries that runs have too, with what one types."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agent.cli.main import predawn
from agent.cli.person import at_terminal
from agent.host.sign_in_trial import try_sign_in
from agent.store import accounts, audit
from agent.system.vault import Passwords, open_vault
from resources.practice.server import Practice
from tests.morning import Morning, processes_of

pytestmark = pytest.mark.long


@pytest.fixture
def morning(tmp_path: Path, practice: Practice, monkeypatch: pytest.MonkeyPatch) -> Morning:
    stage = Morning(tmp_path / "home", practice)
    monkeypatch.setenv("PREDAWN_HOME", str(stage.home.root))
    stage.open()
    return stage


def tried() -> Result:
    return CliRunner().invoke(predawn, ["sites", "test", "claimport"])


def test_it_says_whether_the_site_lets_us_in_and_counts_with_the_runs(morning: Morning) -> None:
    good = tried()
    assert good.exit_code == 0, good.stderr
    assert "takes name and password of north-robot" in good.stderr
    morning.set_password("claimport", "north-robot", "not-the-password")
    refused = [tried() for _ in range(3)]
    assert [result.exit_code for result in refused] == [1, 1, 1]
    assert "did not accept" in refused[1].stderr
    assert "is locked, or would be" in refused[2].stderr
    outcomes = [entry["outcome"] for entry in morning.practice.sign_ins("claimport")]
    assert outcomes == ["ok", "refused", "refused"]  # the third was never typed
    account = accounts.find("main", "claimport")
    assert account is not None
    assert account.tries == accounts.MOST_TRIES
    assert {entry.verb for entry in audit.entries()} == {"sign_in_tried"}
    assert processes_of(morning.home) == []
    assert not list(morning.home.work.iterdir())
    log = (morning.home.logs / "sign-in.log").read_text()
    assert "not-the-password" not in log


def test_what_a_site_asks_is_typed_by_who_tries(morning: Morning) -> None:
    morning.practice.faults("claimport", "second_factor", always=True, question="Which bird?", answer="heron")
    asked: list[str] = []

    def type_it(question: dict[str, str]) -> str:
        asked.append(question["words"])
        return "heron"

    assert try_sign_in(morning.home, "main", "claimport", at_terminal(), type_it) is None  # type: ignore[arg-type]
    assert asked == ["Which bird?"]
    nobody = tried()
    assert nobody.exit_code == 1
    assert "only a person knows" in nobody.stderr
    account = accounts.find("main", "claimport")
    assert account is not None
    assert account.tries == 0  # the password was right
    assert Passwords(open_vault(morning.home)).get("main", "claimport", "north-robot").version == 1
