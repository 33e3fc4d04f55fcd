"""Opening the two files: the schema, migrations that fail or are killed, and files that cannot serve."""

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from peewee import IntegrityError

from agent.core.failures import DatabaseDamaged, DatabaseNewer, DatabaseOlder, DiskLow, HomeReadOnly
from agent.core.states import RunState
from agent.store import database, evidence, home, runs
from agent.store.database import close_store, is_prepared, open_store, prepare_store, transaction
from agent.store.tables import EVIDENCE, LEDGER, LEDGER_TABLES, HomeRow
from tests.store.ground import DATA, begin, everything, opened, plan_run

GROWS = "def up(migrator, db):\n    db.execute_sql('CREATE TABLE more (id INTEGER)')\n"
FAILS = GROWS.replace("more", "half") + "    raise RuntimeError('in the middle')\n"
DIES = GROWS.replace("more", "half") + "    import os, signal\n    os.kill(os.getpid(), signal.SIGKILL)\n"


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    """No test leaves a connection open."""
    yield
    close_store()


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """A folder of migrations to which a test adds those of a coming version."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    for file in database._MIGRATIONS.glob("[0-9]*.py"):
        shutil.copy(file, folder)
    return folder


def schema() -> dict[tuple[str, str], str]:
    """Each table and index of the ledger as SQL, spaces and the history of migrations left aside."""
    query = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND type <> 'trigger'"
    rows = LEDGER.execute_sql(query).fetchall()
    ours = [row for row in rows if "schema_migration" not in row[2]]
    return {(kind, name): re.sub(r"\s+", " ", sql) for kind, name, sql in ours}


def upgrade(folder: Path, migrations: Path) -> subprocess.CompletedProcess[str]:
    """Prepare a store in a process of its own, as a version with these migrations would."""
    code = (
        "import sys; from pathlib import Path; from agent.store import database\n"
        "folder, database._MIGRATIONS = Path(sys.argv[1]), Path(sys.argv[2])\n"
        "database.prepare_store(folder / 'ledger.db', folder / 'evidence.db')\n"
    )
    arguments = [sys.executable, "-c", code, str(folder), str(migrations)]
    return subprocess.run(arguments, capture_output=True, text=True, timeout=60, check=False)


def test_migrations_make_the_tables_that_the_code_knows(tmp_path: Path) -> None:
    """A home that grew by migrations has the schema of tables.py, to the last index."""
    with opened(tmp_path):
        migrated = schema()
    database._bind_files(tmp_path / "other.db", tmp_path / "other-evidence.db")
    LEDGER.create_tables(LEDGER_TABLES)
    assert migrated == schema()


def test_preparing_twice_keeps_the_home_as_it_is(tmp_path: Path) -> None:
    with opened(tmp_path):
        first = everything()
    with opened(tmp_path):
        assert everything() == first
        assert home.epoch() == 1
        assert len(home.home_id()) == 16


def test_a_home_is_prepared_once_its_ledger_has_content(tmp_path: Path) -> None:
    assert not is_prepared(tmp_path / "ledger.db")
    with opened(tmp_path) as ledger:
        assert is_prepared(ledger)


def test_each_file_is_durable_and_keeps_its_references(store: Path) -> None:
    """Write-ahead log, full synchronisation, foreign keys, and wide pages where the pictures are."""
    for file in (LEDGER, EVIDENCE):
        found = [file.execute_sql(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
        assert found == ["wal", 2]
        assert file.execute_sql("PRAGMA foreign_keys").fetchone()[0] == 1
    assert EVIDENCE.execute_sql("PRAGMA page_size").fetchone()[0] == 16384


def test_a_new_version_adds_its_tables_and_keeps_the_rows(
    tmp_path: Path, newer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path):
        run = plan_run()
    (newer / "0900_more.py").write_text(GROWS)
    monkeypatch.setattr(database, "_MIGRATIONS", newer)
    with opened(tmp_path):
        assert ("table", "more") in schema()
        assert runs.get(run).state == RunState.PENDING


def test_a_migration_that_fails_leaves_the_old_file_usable(
    tmp_path: Path, newer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two migrations the second fails: neither has happened, and the old version opens its rows."""
    with opened(tmp_path):
        run, before = plan_run(), schema()
    (newer / "0900_more.py").write_text(GROWS)
    (newer / "0901_fails.py").write_text(FAILS)
    with monkeypatch.context() as patch:
        patch.setattr(database, "_MIGRATIONS", newer)
        with pytest.raises(RuntimeError, match="in the middle"):
            prepare_store(tmp_path / "ledger.db", tmp_path / "evidence.db")
    with opened(tmp_path):
        assert schema() == before
        assert runs.get(run).state == RunState.PENDING


def test_a_migration_for_which_the_disk_is_too_small_leaves_the_old_file_usable(
    tmp_path: Path, newer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path):
        run, before = plan_run(), schema()
    full = "    db.execute_sql('PRAGMA max_page_count = 1').fetchall()\n"
    large = "    db.execute_sql('INSERT INTO more SELECT zeroblob(900000)')\n"
    (newer / "0900_more.py").write_text(GROWS)
    (newer / "0901_large.py").write_text(f"def up(migrator, db):\n{full}{large}")
    with monkeypatch.context() as patch:
        patch.setattr(database, "_MIGRATIONS", newer)
        with pytest.raises(DiskLow):
            prepare_store(tmp_path / "ledger.db", tmp_path / "evidence.db")
    with opened(tmp_path):
        assert schema() == before
        assert runs.get(run).state == RunState.PENDING


def test_a_migration_killed_half_way_leaves_the_old_file_usable(tmp_path: Path, newer: Path) -> None:
    with opened(tmp_path):
        run, before = plan_run(), schema()
    (newer / "0900_dies.py").write_text(DIES)
    assert upgrade(tmp_path, newer).returncode == -9
    with opened(tmp_path):
        assert schema() == before
        assert runs.get(run).state == RunState.PENDING


def test_a_home_whose_first_start_was_killed_starts_anew(tmp_path: Path) -> None:
    migrations = tmp_path / "first"
    migrations.mkdir()
    (migrations / "0001_first_light.py").write_text(DIES)
    assert upgrade(tmp_path, migrations).returncode == -9
    with opened(tmp_path):
        plan_run()


def test_a_ledger_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        LEDGER.execute_sql("INSERT INTO schema_migration (name, applied) VALUES ('9999_future', '2040')")
    before = ledger.read_bytes()
    for begin_with in (prepare_store, open_store):
        with pytest.raises(DatabaseNewer) as caught:
            begin_with(ledger, tmp_path / "evidence.db")
        assert caught.value.params["found"] == "9999_future"
        close_store()
    assert ledger.read_bytes() == before


def test_a_worker_refuses_a_ledger_that_was_not_migrated_yet(
    tmp_path: Path, newer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the host migrates; a worker that came too early must not write by its own idea of the tables."""
    with opened(tmp_path) as ledger:
        pass
    (newer / "0900_more.py").write_text(GROWS)
    monkeypatch.setattr(database, "_MIGRATIONS", newer)
    with pytest.raises(DatabaseOlder):
        open_store(ledger, tmp_path / "evidence.db")


@pytest.mark.parametrize("name", ["ledger.db", "evidence.db"])
def test_a_file_that_is_no_database_is_called_damaged_by_its_name(tmp_path: Path, name: str) -> None:
    with opened(tmp_path):
        pass
    (tmp_path / name).write_bytes(b"not a database at all " * 400)
    with pytest.raises(DatabaseDamaged) as caught:
        prepare_store(tmp_path / "ledger.db", tmp_path / "evidence.db")
    assert caught.value.params == {"path": name}


def test_a_page_of_noise_in_the_ledger_is_noticed_at_the_start(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        for _ in range(30):
            plan_run(automation=f"clinic-{_}")
    content = bytearray(ledger.read_bytes())
    for page in range(2, len(content) // 4096 - 1):
        content[page * 4096 : page * 4096 + 600] = b"\xa5" * 600
    ledger.write_bytes(content)
    with pytest.raises(DatabaseDamaged):
        prepare_store(ledger, tmp_path / "evidence.db")


def test_a_home_where_no_file_can_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the folder should be")
    with pytest.raises(HomeReadOnly) as caught:
        prepare_store(tmp_path / "home" / "ledger.db", tmp_path / "home" / "evidence.db")
    assert caught.value.params == {"path": str(tmp_path / "home")}


def test_a_full_disk_changes_nothing_and_is_told_as_such(store: Path) -> None:
    """What does not fit is not half there, and once there is room the same write succeeds."""
    pages = LEDGER.execute_sql("PRAGMA page_count").fetchone()[0]
    LEDGER.execute_sql(f"PRAGMA max_page_count = {pages}").fetchall()
    before = everything()
    with pytest.raises(DiskLow):
        plan_run(folder="x" * 100_000)
    assert everything() == before
    LEDGER.execute_sql("PRAGMA max_page_count = 100000").fetchall()
    assert runs.get(plan_run(folder="x" * 100_000)).state == RunState.PENDING


def test_a_full_disk_keeps_no_half_of_a_proof(store: Path) -> None:
    lease = begin(plan_run())
    pages = EVIDENCE.execute_sql("PRAGMA page_count").fetchone()[0]
    EVIDENCE.execute_sql(f"PRAGMA max_page_count = {pages}").fetchall()
    before = everything()
    with pytest.raises(DiskLow):
        evidence.keep(lease, DATA, b"x" * 500_000, kind="download", name="a", media_type="a")
    assert everything() == before


def test_a_transaction_is_whole_or_nothing(store: Path) -> None:
    before = everything()

    def half() -> None:
        with transaction():
            HomeRow.update(epoch=2).execute()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    assert everything() == before


def test_a_broken_rule_of_the_tables_is_no_damaged_file(store: Path) -> None:
    """Our own defect is shown as what it is, or a person would restore a backup for nothing."""
    with pytest.raises(IntegrityError), transaction():
        LEDGER.execute_sql("INSERT INTO task (id) VALUES (1)")


def test_opening_what_is_open_disturbs_no_other_threads_transaction(store: Path) -> None:
    """A check in one thread of the host opens the store while another is in the middle of a transaction."""
    inside, reopened, ends = threading.Event(), threading.Event(), []

    def write() -> None:
        try:
            with transaction():
                HomeRow.update(epoch=7).execute()
                inside.set()
                assert reopened.wait(10)
            ends.append("committed")
        except BaseException as error:  # noqa: BLE001  # shown below: a thread's error fails no test by itself
            ends.append(repr(error))
        finally:
            close_store()

    writer = threading.Thread(target=write)
    writer.start()
    assert inside.wait(10)
    open_store(store, store.with_name("evidence.db"))
    reopened.set()
    writer.join()
    assert ends == ["committed"]
    assert HomeRow.get().epoch == 7
