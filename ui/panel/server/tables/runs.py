"""Runs, lines, duties and pictures, as faces look for them. Pages go by a key, never by a count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from peewee import JOIN, SQL, Table, fn

from ui.panel.server.tables import index
from ui.panel.server.tables.fields import utc_now
from ui.panel.server.tables.index import words_of
from ui.panel.server.tables.schema import (
    PANEL,
    DutyRow,
    LineRow,
    PictureRow,
    ReviewRow,
    RunRow,
    WorkstationRow,
)

_FOUND: Any = Table("run_text", ("rowid",))
_FIND_LINES = "SELECT rowid FROM line_text WHERE line_text MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?"


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for among runs; ``offices`` are those the person may see (None: all)."""

    words: str = ""
    offices: frozenset[str] | None = None
    workstation: int | None = None
    automation: str | None = None
    states: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None


def page(wanted: Wanted, before: int | None, limit: int) -> list[RunRow]:
    """Return runs, newest first, with their workstations."""
    where, number = _narrowed(wanted), RunRow.order
    query = RunRow.select(RunRow, WorkstationRow).join(WorkstationRow).order_by(number.desc()).limit(limit)
    if words_of(wanted.words):
        found = _matching(wanted, [*where, number < before] if before is not None else where, limit)
        return list(query.where(number.in_(found)))
    if before is not None:
        where.append(number < before)
    return list(query.where(*where) if where else query)


def _narrowed(wanted: Wanted) -> list[Any]:
    """Return the conditions that all but the words make."""
    where: list[Any] = []
    if wanted.offices is not None:
        where.append(WorkstationRow.office.in_(sorted(wanted.offices)))
    if wanted.workstation is not None:
        where.append(RunRow.workstation == wanted.workstation)
    if wanted.automation is not None:
        where.append(RunRow.automation == wanted.automation)
    if wanted.states:
        where.append(RunRow.state.in_(wanted.states))
    if wanted.first is not None:
        where.append(RunRow.business_date >= wanted.first)
    if wanted.last is not None:
        where.append(RunRow.business_date <= wanted.last)
    return where


def _matching(wanted: Wanted, where: Sequence[Any], limit: int) -> list[int]:
    """Return the numbers of the newest runs that hold every word.

    The index is walked, newest first, and each run looked at until there are enough (a CROSS JOIN is what
    tells SQLite to go that way): never all that match.
    """
    asked = index.match(wanted.words, wanted.offices, wanted.workstation, None)
    query: Any = (
        RunRow.select(RunRow.order)
        .from_(_FOUND)
        .join(RunRow, JOIN.CROSS)
        .join(WorkstationRow, JOIN.CROSS)
        .where(
            SQL("run_text MATCH ?", [asked]),
            RunRow.order == _FOUND.rowid,
            WorkstationRow.id == RunRow.workstation,
            *where,
        )
        .order_by(_FOUND.rowid.desc())
        .limit(limit)
    )
    return [row[0] for row in query.tuples()]


def get(workstation: int, run: str) -> RunRow | None:
    """Return a run with its workstation."""
    return (
        RunRow.select(RunRow, WorkstationRow)
        .join(WorkstationRow)
        .where((RunRow.workstation == workstation) & (RunRow.run == run))
        .get_or_none()
    )


def note_looked(row: RunRow) -> None:
    """Note that somebody looked at a run that rests; only in a job."""
    RunRow.update(looked_at=utc_now()).where((RunRow.id == row.id) & RunRow.looked_at.is_null()).execute()


def newest_of_each(since_rev: int | None = None) -> list[RunRow]:
    """Return the newest run of each automation at each workstation (of those changed after a revision)."""
    newest: Any = RunRow.select(fn.MAX(RunRow.order)).group_by(RunRow.workstation, RunRow.automation)
    query = RunRow.select().where(RunRow.order.in_(newest))
    return list(query if since_rev is None else query.where(RunRow.rev > since_rev))


def waiting_at() -> dict[int, int]:
    """Return how many runs wait in each workstation's queue."""
    rows: Any = (
        RunRow.select(RunRow.workstation, fn.COUNT(RunRow.id))
        .where(RunRow.state == "PENDING")
        .group_by(RunRow.workstation)
    )
    return dict(rows.tuples())


def open_runs(workstation: int, automation: str) -> list[RunRow]:
    """Return an automation's runs that are not at an end."""
    ended = ("COMPLETED", "FAILED", "CANCELLED")
    return list(
        RunRow.select().where(
            (RunRow.workstation == workstation)
            & (RunRow.automation == automation)
            & RunRow.state.not_in(ended)
        )
    )


def between(first: date, last: date) -> list[RunRow]:
    """Return the runs of these business days, with their workstations."""
    return list(
        RunRow.select(RunRow, WorkstationRow)
        .join(WorkstationRow)
        .where(RunRow.business_date.between(first, last))
        .order_by(RunRow.order)
    )


def failed_unseen(before: datetime, after: datetime) -> list[RunRow]:
    """Return the runs that failed before a moment (and after another), and that nobody has looked at."""
    return list(
        RunRow.select(RunRow, WorkstationRow)
        .join(WorkstationRow)
        .where(
            (RunRow.state == "FAILED")
            & RunRow.looked_at.is_null()
            & RunRow.ended_at.between(after, before)
            & WorkstationRow.revoked_at.is_null()
        )
    )


# ── duties ────────────────────────────────────────────────────────────────────────────────────────────
def duties(after: datetime) -> list[DutyRow]:
    """Return the duties whose start came after a moment."""
    return list(DutyRow.select().where(DutyRow.due_at >= after).order_by(DutyRow.due_at))


# ── lines ─────────────────────────────────────────────────────────────────────────────────────────────
def lines(
    words: str,
    offices: frozenset[str] | None,
    workstation: int | None,
    run: str | None,
    before: int | None,
    limit: int,
) -> list[LineRow]:
    """Return the lines that hold every word, newest first, with their workstations."""
    match = index.match(words, offices, workstation, run)
    if match is None:
        ids: Any = LineRow.select(LineRow.id).order_by(LineRow.id.desc()).limit(limit)
        found = [row.id for row in (ids if before is None else ids.where(LineRow.id < before))]
    else:
        found = [row[0] for row in PANEL.execute_sql(_FIND_LINES, (match, before or 2**62, limit)).fetchall()]
    return list(_lines().where(LineRow.id.in_(found)).order_by(LineRow.id.desc()))


def lines_of(workstation: int, run: str, limit: int) -> list[LineRow]:
    """Return a run's newest lines, newest first."""
    wanted = (LineRow.workstation == workstation) & (LineRow.run == run)
    return list(_lines().where(wanted).order_by(LineRow.id.desc()).limit(limit))


def _lines() -> Any:  # noqa: ANN401  # a peewee query
    """Return the query of lines, with what is shown of their workstations."""
    place = (WorkstationRow.id, WorkstationRow.name, WorkstationRow.zones)
    return LineRow.select(LineRow, *place).join(WorkstationRow)


# ── pictures ──────────────────────────────────────────────────────────────────────────────────────────
def pictures(keys: Sequence[tuple[int, str]]) -> dict[tuple[int, str], list[PictureRow]]:
    """Return the pictures of these runs (workstation, run) that are still kept, newest first."""
    found: dict[tuple[int, str], list[PictureRow]] = defaultdict(list)
    rows = PictureRow.select().where(
        PictureRow.run.in_([run for _workstation, run in keys])
        & (PictureRow.kept_until > utc_now())
        & (PictureRow.kind == "failure")
    )
    for row in rows.order_by(PictureRow.created_at.desc()):
        if (row.workstation_id, row.run) in keys:
            found[row.workstation_id, row.run].append(row)
    return found


def picture(number: int) -> PictureRow | None:
    """Return one picture that is still kept, with its workstation."""
    return (
        PictureRow.select(PictureRow, WorkstationRow)
        .join(WorkstationRow)
        .where((PictureRow.id == number) & (PictureRow.kept_until > utc_now()))
        .get_or_none()
    )


def pictures_by_ident(wanted: Iterable[tuple[int, str]]) -> dict[tuple[int, str], PictureRow]:
    """Return those of these pictures (workstation, id there) that are still kept."""
    keys = set(wanted)
    rows = PictureRow.select().where(
        PictureRow.ident.in_([ident for _workstation, ident in keys]) & (PictureRow.kept_until > utc_now())
    )
    found = {(row.workstation_id, row.ident): row for row in rows}
    return {key: row for key, row in found.items() if key in keys}


def keep_picture(**columns: Any) -> None:  # noqa: ANN401  # columns of the table
    """Store a picture's row, once for each that the workstation has; only in a job."""
    PictureRow.insert(**columns).on_conflict_ignore().execute()


def forget_pictures(now: datetime) -> set[str]:
    """Forget pictures whose time is over; returns the hashes that are still needed. In a job."""
    PictureRow.delete().where(PictureRow.kept_until <= now).execute()
    return {row.sha256 for row in PictureRow.select(PictureRow.sha256).distinct()}


def forget_lines(before: datetime) -> int:
    """Forget lines that are older than a moment, a bounded number at once; returns how many. In a job."""
    old = [row.id for row in LineRow.select(LineRow.id).where(LineRow.at < before).limit(2_000)]
    index.forget_lines(old)
    LineRow.delete().where(LineRow.id.in_(old)).execute()
    return len(old)


# ── questions that are open ───────────────────────────────────────────────────────────────────────────
def open_reviews() -> dict[tuple[int, str], list[ReviewRow]]:
    """Return the open questions by their run (workstation, run)."""
    found: dict[tuple[int, str], list[ReviewRow]] = defaultdict(list)
    for row in ReviewRow.select().where(ReviewRow.open):
        found[row.workstation_id, row.run].append(row)
    return found
