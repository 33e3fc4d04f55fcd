"""Opening the panel's one file, and the one thread that writes to it.

Every change is a job for the writer. It takes all jobs that wait, each in a savepoint of its own, and commits
them together: a job is told that it is done only when it is on the disk. So many workstations cost few
commits.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, Generic, TypeVar

import apsw
from peewee import fn
from playhouse.apsw_ext import APSWDatabase

from ui.panel.server.tables import upgrades
from ui.panel.server.tables.schema import INDEX, PANEL, TABLES, ReviewRow, RunRow, WorkstationRow

_T = TypeVar("_T")

_BUSY_SECONDS = 20
_MOST_TOGETHER = 200


class PanelNewerError(Exception):
    """The panel's file was written by a newer version."""


class _Database(APSWDatabase):  # type: ignore[misc]  # playhouse has no stubs
    def _add_conn_hooks(self, conn: apsw.Connection) -> None:
        super()._add_conn_hooks(conn)
        conn.convert_binding = _bind


_open: list[Store] = []


def current() -> Store:
    """Return the store that is open in this process: there is one panel."""
    return _open[-1]


def open_store(file: Path) -> Store:
    """Open or make the panel's file, for the whole process. Raises PanelNewerError."""
    store = Store(file)
    _open.append(store)
    return store


def close_store() -> None:
    """Close what is open, if anything is."""
    if _open:
        _open.pop().close()


def write(job: Callable[[], _T]) -> _T:
    """Have the open store's writer do a job."""
    return current().write(job)


def _bind(_cursor: apsw.Cursor, _number: int, value: Any) -> str:  # noqa: ANN401  # whatever APSW could not bind
    if isinstance(value, datetime | date | time | Decimal):
        return str(value)
    raise TypeError(f"cannot store a {type(value).__name__}")


class _Job(Generic[_T]):
    """One change, who waits for it, and what came of it before the commit."""

    def __init__(self, action: Callable[[], _T], future: Future[_T]) -> None:
        self._action, self.future = action, future
        self._error: BaseException | None = None

    def do(self) -> None:
        """Do it in a savepoint: what one job breaks leaves the others whole."""
        try:
            with PANEL.atomic():
                self._result = self._action()
        except Exception as error:  # noqa: BLE001  # told to whoever waits for this job
            self._error = error

    def tell(self) -> None:
        """Tell whoever waits, now that it is on the disk."""
        if self._error is not None:
            self.future.set_exception(self._error)
        else:
            self.future.set_result(self._result)


class Store:
    """The panel's file while it is open. ``rev`` counts every change of what the dashboard shows."""

    def __init__(self, file: Path) -> None:
        """Open or make the file. Raises PanelNewerError."""
        pragmas = {"journal_mode": "wal", "synchronous": "full", "foreign_keys": 1, "cache_size": -32_000}
        PANEL.initialize(_Database(str(file), pragmas=pragmas, timeout=_BUSY_SECONDS, lock_type="IMMEDIATE"))
        found = PANEL.execute_sql("PRAGMA user_version").fetchone()[0]
        if found > upgrades.VERSION:
            raise PanelNewerError(found)
        with PANEL.atomic():
            PANEL.create_tables(TABLES)
            for statement in INDEX:
                PANEL.execute_sql(statement)
            if found:
                upgrades.upgrade(found)
            PANEL.execute_sql(f"PRAGMA user_version = {upgrades.VERSION}")
        self._rev = max(
            table.select(fn.MAX(table.rev)).scalar() or 0 for table in (WorkstationRow, RunRow, ReviewRow)
        )
        self.committed = self._rev
        """The newest change that is on the disk."""
        self._jobs: queue.SimpleQueue[_Job[Any] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="panel-writer", daemon=True)
        self._thread.start()

    def next_rev(self) -> int:
        """Count one change; only jobs ask."""
        self._rev += 1
        return self._rev

    def write(self, job: Callable[[], _T]) -> _T:
        """Have the writer do a job; returns its result once it is committed, raises what it raised."""
        return self._put(job).result()

    async def write_soon(self, job: Callable[[], _T]) -> _T:
        """Do the same from the event loop, without holding it up."""
        return await asyncio.wrap_future(self._put(job))

    def _put(self, job: Callable[[], _T]) -> Future[_T]:
        future: Future[_T] = Future()
        self._jobs.put(_Job(job, future))
        return future

    def close(self) -> None:
        """Finish what waits, then close this file for the writer and the calling thread."""
        self._jobs.put(None)
        self._thread.join()
        if not PANEL.is_closed():
            PANEL.close()

    def _work(self) -> None:
        ended = False
        while not ended:
            jobs = [self._jobs.get()]
            while len(jobs) < _MOST_TOGETHER and jobs[-1] is not None:
                try:
                    jobs.append(self._jobs.get_nowait())
                except queue.Empty:
                    break
            ended = jobs[-1] is None
            self._commit([job for job in jobs if job is not None])
        PANEL.close()

    def _commit(self, jobs: list[_Job[Any]]) -> None:
        jobs = [job for job in jobs if job.future.set_running_or_notify_cancel()]
        try:
            with PANEL.atomic():
                for job in jobs:
                    job.do()
        except BaseException as error:  # noqa: BLE001  # nothing was committed: each who waits must hear it
            for job in jobs:
                job.future.set_exception(error)
            return
        self.committed = self._rev
        for job in jobs:
            job.tell()
