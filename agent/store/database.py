"""Opening the two database files: pragmas, migrations, transactions.

All that only SQLite knows is here and in :mod:`agent.store.triggers`.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import apsw
from peewee import DatabaseError, OperationalError
from playhouse.apsw_ext import APSWDatabase

from agent.core.failures import DatabaseDamaged, DatabaseNewer, DatabaseOlder, DiskLow, HomeReadOnly
from agent.store import triggers
from agent.store.fields import utc_now
from agent.store.tables import EVIDENCE, EVIDENCE_TABLES, LEDGER, HomeRow

_MIGRATIONS = Path(__file__).parent / "migrations"
_SCHEMA_TABLE = "schema_migration"
_BUSY_SECONDS = 20
_IN_STEPS = 2  # SQLite's "incremental" auto_vacuum


class _Database(APSWDatabase):  # type: ignore[misc]  # playhouse has no stubs
    """APSW brings a newer SQLite than the system's (3.40.1 has a WAL-reset bug)."""

    def _add_conn_hooks(self, conn: apsw.Connection) -> None:
        super()._add_conn_hooks(conn)
        conn.convert_binding = _bind


def _bind(_cursor: apsw.Cursor, _number: int, value: Any) -> str:  # noqa: ANN401  # whatever APSW could not bind
    """Turn what APSW cannot bind into text (peewee's migration history holds datetimes)."""
    if isinstance(value, datetime | date | time | Decimal):
        return str(value)
    raise TypeError(f"cannot store a {type(value).__name__}")


def open_store(ledger: Path, evidence: Path) -> None:
    """Bind the tables to the two files of a home, which must exist and be of this version.

    Raises DatabaseNewer, DatabaseOlder, DatabaseDamaged.
    """
    _bind_files(ledger, evidence)
    with translated(ledger):
        applied = _applied()
        if _known() - applied:
            raise DatabaseOlder(found=max(applied, default=None), known=max(_known()))


def prepare_store(ledger: Path, evidence: Path) -> None:
    """Create or migrate the two files, then bind the tables to them; only under the instance lock.

    A copy of the ledger is made before a migration and put back when it fails.
    Raises DatabaseNewer, DatabaseDamaged, HomeReadOnly, DiskLow.
    """
    _bind_files(ledger, evidence)
    with translated(ledger):
        applied = _applied()
        if applied:
            _check(ledger)
        if _known() - applied:
            _migrate(ledger, fresh=not applied)
        with LEDGER.atomic():
            triggers.make()
        if HomeRow.get_or_none() is None:
            HomeRow.create(home_id=secrets.token_hex(8), epoch=1, created_at=utc_now())
    with translated(evidence):
        EVIDENCE.create_tables(EVIDENCE_TABLES)


def is_prepared(ledger: Path) -> bool:
    """Tell whether a ledger has been made here before."""
    return ledger.exists() and ledger.stat().st_size > 0


def copy_store(ledger: Path, evidence: Path) -> None:
    """Copy both files, each as it is at one moment, while others go on writing; SQLite's online backup.

    The ledger is copied first: bytes are committed before the row that names them, so the evidence copied
    later holds everything that the copied ledger names. Raises DiskLow, HomeReadOnly, DatabaseDamaged.
    """
    for database, target in ((LEDGER, ledger), (EVIDENCE, evidence)):
        with translated(target):
            database.connect(reuse_if_open=True)
            _copy(database.connection(), target)


def _copy(source: apsw.Connection, target: Path) -> None:
    try:
        copy = apsw.Connection(str(target))
        try:
            with copy.backup("main", source, "main") as backup:
                while not backup.done:
                    backup.step()  # all pages at once: one moment, and writers are not held up
            copy.execute("PRAGMA journal_mode = delete").fetchall()  # one file, with nothing beside it
        finally:
            copy.close()
    except apsw.FullError as error:
        raise DiskLow(free_mb=0, wanted_mb=200) from error
    except (apsw.CantOpenError, apsw.ReadOnlyError, apsw.IOError) as error:
        raise HomeReadOnly(path=str(target.parent)) from error
    except (apsw.CorruptError, apsw.NotADBError) as error:
        raise DatabaseDamaged(path=target.name) from error


def give_back_space(pages: int) -> int:
    """Give at most so many freed pages of the evidence back to the disk; returns how many are left.

    A file of an older version cannot do it in steps: it is rewritten once. Where somebody else works on the
    file for long, there is another day: none are left then. Raises DiskLow, DatabaseDamaged.
    """
    EVIDENCE.connect(reuse_if_open=True)
    connection: apsw.Connection = EVIDENCE.connection()
    try:
        if connection.pragma("auto_vacuum") != _IN_STEPS:
            connection.pragma("auto_vacuum", _IN_STEPS)
            connection.execute("VACUUM").fetchall()
        before = int(connection.pragma("freelist_count"))
        connection.execute(f"PRAGMA incremental_vacuum({pages:d})").fetchall()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()  # only then the file shrinks
        left = int(connection.pragma("freelist_count"))
    except apsw.BusyError:
        return 0
    except apsw.FullError as error:
        raise DiskLow(free_mb=0, wanted_mb=200) from error
    except (apsw.CorruptError, apsw.NotADBError) as error:
        raise DatabaseDamaged(path=Path(EVIDENCE.database).name) from error
    return left if left < before else 0


def flush_ledger() -> None:
    """Let nothing of what was overwritten in the ledger remain in its log."""
    with translated(Path(LEDGER.database)):
        LEDGER.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def schema_version() -> str | None:
    """Return the newest migration that the open ledger has."""
    return max(_applied(), default=None)


def close_store() -> None:
    """Close this thread's connections."""
    for database in (LEDGER.obj, EVIDENCE.obj):
        if database is not None and not database.is_closed():
            database.close()


def _bind_files(ledger: Path, evidence: Path) -> None:
    """Bind the tables, for every thread; a thread that opens what is open already disturbs no other.

    A new database object in the place of one that another thread has a transaction on would end that
    transaction in the middle, so the same files keep theirs; only this thread's connection is made anew.
    """
    if LEDGER.obj is not None and (LEDGER.database, EVIDENCE.database) == (str(ledger), str(evidence)):
        close_store()
        return
    pragmas = {"journal_mode": "wal", "synchronous": "full", "foreign_keys": 1, "secure_delete": 1}
    LEDGER.initialize(_Database(str(ledger), pragmas=pragmas, timeout=_BUSY_SECONDS, lock_type="IMMEDIATE"))
    # Pictures are large: bigger pages write five times faster (GROUND.md), so they have a file of their own.
    wide = {"page_size": 16384, "auto_vacuum": _IN_STEPS, **pragmas, "secure_delete": 0}
    EVIDENCE.initialize(_Database(str(evidence), pragmas=wide, timeout=_BUSY_SECONDS, lock_type="IMMEDIATE"))


def _runner() -> Any:  # noqa: ANN401  # playhouse has no stubs
    from playhouse.migrations import Runner  # noqa: PLC0415  # 40 ms that only a migration needs

    return Runner(LEDGER.obj, str(_MIGRATIONS), table_name=_SCHEMA_TABLE)


def _known() -> set[str]:
    return {path.stem for path in _MIGRATIONS.glob("[0-9]*.py")}


def _applied() -> set[str]:
    """Return the migrations that this file has; raise DatabaseNewer if this version doesn't know one of them.

    All of them count, not the newest alone: versions that were built side by side may lack an earlier one.
    """
    if not LEDGER.table_exists(_SCHEMA_TABLE):
        return set()
    rows = LEDGER.execute_sql(f"SELECT name FROM {_SCHEMA_TABLE}").fetchall()  # noqa: S608
    applied = {row[0] for row in rows}
    if unknown := applied - _known():
        raise DatabaseNewer(found=max(unknown), known=max(_known()))
    return applied


def _check(ledger: Path) -> None:
    if LEDGER.execute_sql("PRAGMA quick_check").fetchone()[0] != "ok":
        raise DatabaseDamaged(path=ledger.name)


def _migrate(ledger: Path, *, fresh: bool) -> None:
    copy = ledger.with_suffix(".before-migration")
    if not fresh:
        LEDGER.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        shutil.copyfile(ledger, copy)
    try:
        triggers.remove()  # they name tables that a migration may make anew
        _runner().up()
    except BaseException:
        LEDGER.close()
        if not fresh:
            for leftover in ("-wal", "-shm"):  # of the migrated file: never to be read into the old one
                Path(f"{ledger}{leftover}").unlink(missing_ok=True)
            copy.replace(ledger)  # whole or not at all, and on a full disk too
        raise


@contextmanager
def translated(file: Path) -> Iterator[None]:
    """Turn SQLite's complaints about a file into our failures, at this room's border.

    What is no file's fault (a broken constraint, say) is a defect of ours and passes as it is.
    """
    try:
        yield
    except OperationalError as error:
        words = str(error).lower()
        if "full" in words:
            raise DiskLow(free_mb=0, wanted_mb=200) from error
        if "readonly" in words or "unable to open" in words or "cantopen" in words:
            raise HomeReadOnly(path=str(file.parent)) from error
        raise
    except DatabaseError as error:
        if type(error) is not DatabaseError:  # its subclasses
            raise
        raise DatabaseDamaged(path=file.name) from error


@contextmanager
def transaction() -> Iterator[None]:
    """One short IMMEDIATE transaction on the ledger; raises DiskLow, HomeReadOnly, DatabaseDamaged."""
    with translated(Path(LEDGER.database)), LEDGER.atomic():
        yield


def durable(action: Callable[[], None]) -> None:
    """Run one write on the evidence file in a transaction of its own (never joined with the ledger's).

    Raises DiskLow, HomeReadOnly, DatabaseDamaged.
    """
    with translated(Path(EVIDENCE.database)), EVIDENCE.atomic():
        action()
