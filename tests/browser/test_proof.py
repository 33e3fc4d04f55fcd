"""In a real browser: a value is followed from the file to the target, certified, backed up, and restored."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agent.cli.main import predawn
from agent.store import queries, reviews
from agent.store.database import close_store
from resources.practice.server import Practice
from tests.morning import Morning, assert_exact

CLAIMS = 3


def said(*words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(predawn, list(words))
    assert result.exit_code == code, result.stderr
    return result


@pytest.mark.long
def test_an_old_backup_is_restored_and_every_claim_is_there_once(
    tmp_path: Path, practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Backed up under a working host after the first of three claims; two more are entered; then restored."""
    morning = Morning(tmp_path / "home", practice)
    monkeypatch.setenv("PREDAWN_HOME", str(morning.home.root))
    file = tmp_path / "old.backup"
    name = morning.small_sync(CLAIMS)
    with morning.host() as host:
        run_id = morning.run(host, name, limit=1)
        assert morning.finished(host, run_id)["state"] == "NEEDS_REVIEW"
        said("backup", str(file))
        go_on(morning, host, run_id)
        assert_exact(morning, morning.finished(host, run_id), CLAIMS)
    morning.open()
    follow(run_id)
    certify(tmp_path, run_id)
    close_store()
    said("restore", str(file), "--replace", code=3)
    said("home", "take-over")
    with morning.host() as host:
        assert queries.record_counts(run_id)["verified"] == 1  # the backup knows of one only
        go_on(morning, host, run_id)
        assert_exact(morning, morning.finished(host, run_id), CLAIMS)
    assert file.exists()


def go_on(morning: Morning, host: object, run_id: str) -> None:
    (item,) = reviews.open_items(run_id)
    morning.give(host, "answer", item=item.id, answer="go_on")  # type: ignore[arg-type]


def follow(run_id: str) -> None:
    """Every amount was read from a cell of the file, entered by the robot, and read back equal."""
    told = said("records", run_id, "--why").stdout
    amounts = [line for line in told.splitlines() if line.startswith("  amount:")]
    assert len(amounts) == CLAIMS
    for line in amounts:
        assert re.search(
            r"was read from \S+ \(row \d+, column .+\), downloaded from Meridian.* on \d+ \w+.*;"
            r" entered in ClaimPort.*"
            r" by Predawn on \S+ as north-robot; confirmation \S+; read back equal at \d\d:\d\d",
            line,
        ), line


def certify(folder: Path, run_id: str) -> None:
    paper = said("certificate", run_id, "--to", str(folder)).stdout.strip()
    assert "Genuine" in said("verify", paper).stdout
    Path(paper).write_bytes(Path(paper).read_bytes().replace(b"VERIFIED", b"SKIPPED", 1))
    assert "something was changed" in said("verify", paper, code=1).stdout
