"""Retention: pictures go after their days, facts after their years; each killed half-way is done again."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw
import pytest

from agent.core.states import RunState
from agent.host.upkeep import Upkeep
from agent.store import audit, evidence, queries, retention
from agent.store.database import give_back_space
from agent.store.evidence import Proof
from agent.store.lease import Lease
from agent.store.tables import (
    EVIDENCE,
    LEDGER_TABLES,
    BlobRow,
    EvidenceRow,
    LedgerKeyRow,
    RunRow,
)
from agent.system.paths import Home
from agent.system.seal import Key, SealBroken, new_key, unwrap, wrap
from agent.system.settings import DataSettings, Settings
from agent.system.vault import open_vault
from tests.store.ground import DATA, SOMEBODY, begin, claim, close, deliver, ledger_of, opened, plan_run

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
MASTER = Key(b"m" * 32)


def keep(lease: Lease, days_ago: int, kind: str, content: bytes = b"x" * 50_000) -> Proof:
    """Keep one piece of evidence, so many days before NOW."""
    media = "image/webp" if kind == "screenshot" else "application/json"
    proof = evidence.keep(lease, DATA, content, kind=kind, name=f"{kind}.bin", media_type=media)
    moment = NOW - timedelta(days=days_ago)
    EvidenceRow.update(created_at=moment).where(EvidenceRow.id == proof.id).execute()
    return proof


def upkeep(folder: Path, data: DataSettings | None = None) -> Upkeep:
    """What tidies up a home whose vault is the demo's file."""
    home = Home(folder)
    if not home.database.exists():
        home.mark_demo()
    home.logs.mkdir(exist_ok=True)
    audit.use(MASTER)
    return Upkeep(home, Settings({}, data=data or DataSettings()))


def test_pictures_go_after_ninety_days_and_files_stay(store: Path, tmp_path: Path) -> None:
    lease = begin(plan_run())
    kinds = ("screenshot", "page", "download", "handed", "workbook", "invalid_row")
    old = {kind: keep(lease, 91, kind) for kind in kinds}
    new = {kind: keep(lease, 89, kind) for kind in kinds}
    upkeep(tmp_path).tidy(NOW)
    gone = {row["id"]: row["removed"] for row in queries.evidence(lease.run_id) if row["removed"]}
    told = {"removed_on": "2026-06-01", "days": 90}
    assert gone == {old["screenshot"].id: told, old["page"].id: told}
    kept = {proof.id for proof in (*old.values(), *new.values())} - gone.keys()
    assert {row.id for row in BlobRow.select(BlobRow.id)} == kept
    row = evidence.get(old["screenshot"].id)
    assert (row.sha256, row.size) == (old["screenshot"].sha256, 50_000)
    (entry,) = audit.entries()
    assert (entry.verb, entry.params) == ("pictures_removed", {"count": 2, "days": 90})
    upkeep(tmp_path).tidy(NOW)
    assert len(audit.entries()) == 1  # nothing more to do


def test_settings_say_how_long(store: Path, tmp_path: Path) -> None:
    lease = begin(plan_run())
    proof = keep(lease, 8, "screenshot")
    upkeep(tmp_path, DataSettings(pictures_days=7)).tidy(NOW)
    assert evidence.get(proof.id).removed == {"removed_on": "2026-06-01", "days": 7}


def test_the_space_of_removed_pictures_comes_back(store: Path, tmp_path: Path) -> None:
    lease = begin(plan_run())
    for _ in range(60):
        keep(lease, 91, "screenshot")
    file = tmp_path / "evidence.db"
    give_back_space(1)
    before = file.stat().st_size
    assert before > 3_000_000
    upkeep(tmp_path).tidy(NOW)
    assert file.stat().st_size < before / 10
    assert give_back_space(10) == 0


def test_a_file_of_an_older_version_gives_back_too(tmp_path: Path) -> None:
    with opened(tmp_path):
        pass
    file = tmp_path / "evidence.db"
    file.unlink()
    with closing(sqlite3.connect(file)) as old:
        old.execute("CREATE TABLE blob (id VARCHAR(255) NOT NULL PRIMARY KEY, sealed BLOB NOT NULL)")
        old.execute("INSERT INTO blob VALUES ('a', zeroblob(2000000))")
        old.execute("INSERT INTO blob VALUES ('b', x'00')")
        old.commit()
    with opened(tmp_path):
        assert bytes(BlobRow.get_by_id("b").sealed) == b"\0"
        BlobRow.delete().where(BlobRow.id == "a").execute()
        assert give_back_space(1) == 0  # rewritten once
        assert file.stat().st_size < 100_000


@pytest.mark.parametrize("moment", ["after the row", "after the bytes"])
def test_killed_while_a_picture_is_removed_no_row_names_missing_bytes(
    store: Path, tmp_path: Path, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def kill(action: Callable[[], None]) -> None:
        if moment == "after the bytes":
            real(action)
        raise Killed

    real = retention.durable
    lease = begin(plan_run())
    proof = keep(lease, 91, "screenshot")
    monkeypatch.setattr(retention, "durable", kill)
    with pytest.raises(Killed):
        retention.remove_pictures(NOW - timedelta(days=90), "2026-06-01", 90, 10)
    assert evidence.get(proof.id).removed is not None
    evidence.sweep()  # at the next start
    assert BlobRow.select().count() == 0


def run_of_years_ago(years: float) -> tuple[str, Key]:
    """A finished run with one delivered record and one file, whose key is wrapped by the master."""
    run_id, key = plan_run(slot=str(years)), new_key()
    RunRow.update(sealed_key=wrap(MASTER, key, f"run/{run_id}")).where(RunRow.id == run_id).execute()
    lease = begin(run_id)
    evidence.keep(lease, key, b"row", kind="download", name="a.csv", media_type="report/csv")
    ledger = ledger_of(lease)
    ledger.plan([claim(f"C{years}")], [])
    deliver(ledger)
    close(ledger, RunState.COMPLETED)
    created = NOW - timedelta(days=365.25 * years)
    RunRow.update(created_at=created).where(RunRow.id == run_id).execute()
    return run_id, key


def test_facts_go_after_seven_years_with_all_that_belongs_to_them(store: Path, tmp_path: Path) -> None:
    (old, _), (new, _) = run_of_years_ago(7.1), run_of_years_ago(6.9)
    rows = {model: model.select().count() for model in LEDGER_TABLES}
    upkeep(tmp_path).tidy(NOW)
    assert [row["id"] for row in queries.run_list()] == [new]
    assert BlobRow.select().count() == 1
    assert LedgerKeyRow.select().count() == 1
    halved = {model.__name__ for model, count in rows.items() if count == 2 and model.select().count() == 1}
    assert {"RunRow", "TaskRow", "RecordRow", "LedgerKeyRow", "AttemptRow", "EvidenceRow"} <= halved
    assert old not in {row.id for row in RunRow.select()}
    assert audit.entries(1)[0].params == {"runs": 1, "rows": 0, "years": 7}


def test_a_run_that_waits_for_a_person_is_never_removed(store: Path, tmp_path: Path) -> None:
    run_id = plan_run()
    RunRow.update(created_at=NOW - timedelta(days=3000)).execute()
    upkeep(tmp_path).tidy(NOW)
    assert [row["id"] for row in queries.run_list()] == [run_id]


def test_deleting_a_runs_key_shreds_the_run(tmp_path: Path) -> None:
    """Not only the row: the wrapped key is nowhere in the file or in its log any more."""
    with opened(tmp_path) as ledger:
        run_id, _key = run_of_years_ago(1)
        wrapped = bytes(RunRow.get_by_id(run_id).sealed_key)
        on_disk = [ledger, Path(f"{ledger}-wal")]
        assert any(wrapped in file.read_bytes() for file in on_disk)
        retention.shred_key(run_id)
        assert not any(wrapped in file.read_bytes() for file in on_disk if file.exists())
        with pytest.raises(SealBroken):
            unwrap(MASTER, queries.sealed_run_key(run_id), f"run/{run_id}")


def test_killed_while_a_run_is_removed_its_key_is_gone_first(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id, _key = run_of_years_ago(8)
    monkeypatch.setattr(retention, "durable", lambda _action: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        retention.remove_run(run_id)
    assert queries.sealed_run_key(run_id) == b""
    assert retention.old_runs(NOW, 10) == [run_id]  # so it is done again


def test_old_logs_go_and_the_agents_own_stays(store: Path, tmp_path: Path) -> None:
    tidy = upkeep(tmp_path)
    logs = tmp_path / "logs"
    names = ("20260101-abcd.log", "details-1.txt", "agent.log", "20260531-efgh.log")
    for name in names:
        (logs / name).write_text("line\n")
        age = 1 if name.startswith("20260531") else 100
        moment = (NOW - timedelta(days=age)).timestamp()
        os.utime(logs / name, (moment, moment))
    tidy.tidy(NOW)
    assert sorted(file.name for file in logs.iterdir()) == ["20260531-efgh.log", "agent.log"]


def test_the_audit_log_goes_after_seven_years_too(store: Path, tmp_path: Path) -> None:
    tidy = upkeep(tmp_path)
    for _ in range(3):
        audit.append(SOMEBODY, "retry", {})
    home = Home(tmp_path)
    audit.remember(open_vault(home))
    tidy.tidy(datetime.now(UTC) + timedelta(days=365.25 * 7 + 1))
    assert [entry.position for entry in audit.entries()][-1] == 3
    assert audit.verify(MASTER, audit.witness(open_vault(home))).fault is None


def test_a_file_that_somebody_works_on_gives_back_another_day(store: Path, tmp_path: Path) -> None:
    lease = begin(plan_run())
    keep(lease, 91, "screenshot", b"x" * 2_000_000)
    assert give_back_space(1) == 0
    retention.remove_pictures(NOW, "2026-06-01", 90, 10)
    EVIDENCE.connection().set_busy_timeout(1)
    with closing(apsw.Connection(str(tmp_path / "evidence.db"))) as other:
        other.execute("BEGIN IMMEDIATE")
        assert give_back_space(10) == 0
        other.execute("ROLLBACK")
    assert give_back_space(10) > 0
