"""Runs, the log and pictures, as a person may see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum

from resources.i18n import texts
from ui.panel.server import picture_files, questions, telling, wishes, wording
from ui.panel.server.models.base import Role
from ui.panel.server.models.run_detail import RunDetail
from ui.panel.server.models.runs import Figure, LogPage, Run, RunPage, Task
from ui.panel.server.refusals import unknown
from ui.panel.server.tables import runs
from ui.panel.server.tables.database import write
from ui.panel.server.tables.runs import Wanted
from ui.panel.server.tables.schema import RunRow
from ui.panel.server.who import Who

_TIMELINE = 300
_RESTING = frozenset({"COMPLETED", "FAILED", "CANCELLED", "NEEDS_REVIEW"})


class StateFilter(StrEnum):
    """A run's state, as a filter takes it."""

    PENDING = "PENDING"
    DOWNLOADING = "DOWNLOADING"
    PROCESSING = "PROCESSING"
    UPLOADING = "UPLOADING"
    COMPLETED = "COMPLETED"
    NEEDS_REVIEW = "NEEDS_REVIEW"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


def offices_for(who: Who, office: str | None) -> frozenset[str] | None:
    """Return the offices that a person looks at: all that may be seen, or the one that was asked for."""
    seen = who.offices(Role.VIEWER)
    if office is None:
        return seen
    return frozenset({office}) if seen is None or office in seen else frozenset()


def find_runs(  # noqa: PLR0913  # one parameter per filter of the page
    who: Who,
    *,
    words: str,
    office: str | None,
    workstation: int | None,
    automation: str | None,
    states: Sequence[str],
    first: date | None,
    last: date | None,
    after: str | None,
    limit: int,
) -> RunPage:
    """Return a page of runs, newest first."""
    wanted = Wanted(words, offices_for(who, office), workstation, automation, tuple(states), first, last)
    rows = runs.page(wanted, None if after is None else int(after), limit + 1)
    following = str(rows[limit - 1].order) if len(rows) > limit else None
    return RunPage(items=_told(rows[:limit]), next=following)


def _told(rows: Sequence[RunRow]) -> list[Run]:
    reviews = runs.open_reviews()
    pictures = runs.pictures([(row.workstation_id, row.run) for row in rows])
    return [
        telling.run_of(
            row,
            row.workstation,
            reviews.get((row.workstation_id, row.run), []),
            len(pictures.get((row.workstation_id, row.run), [])),
        )
        for row in rows
    ]


def run(who: Who, workstation: int, ident: str) -> RunDetail:
    """Return all of one run. Raises Refused (404). Whoever opens a run that rests has looked at it."""
    row = runs.get(workstation, ident)
    if row is None or not who.may(Role.VIEWER, row.workstation.office):
        raise unknown()
    if row.looked_at is None and row.state in _RESTING:
        write(lambda: runs.note_looked(row))
    key = (row.workstation_id, row.run)
    pictures = [telling.picture_of(one) for one in runs.pictures([key]).get(key, [])]
    told, noun = row.told, wording.noun_of(row.told)
    return RunDetail(
        run=_told([row])[0],
        tasks=[_task(task, noun) for task in told["tasks"]],
        totals=[_figure(one) for one in told["totals"]],
        timeline=[telling.line_of(line) for line in runs.lines_of(workstation, ident, _TIMELINE)],
        pictures=pictures,
        reviews=questions.of_run(who, workstation, ident),
        versions=told["versions"],
        advice=wording.advice(told["reason"], noun),
        may=wishes.may(who, row),
    )


def log(  # one parameter per filter of the page
    who: Who,
    *,
    words: str,
    office: str | None,
    workstation: int | None,
    run: str | None,
    after: str | None,
    limit: int,
) -> LogPage:
    """Return a page of log lines, newest first."""
    before = None if after is None else int(after)
    rows = runs.lines(words, offices_for(who, office), workstation, run, before, limit + 1)
    following = str(rows[limit - 1].id) if len(rows) > limit else None
    return LogPage(items=[telling.line_of(row) for row in rows[:limit]], next=following)


def picture(who: Who, number: int) -> tuple[str, bytes]:
    """Return a picture's media type and bytes. Raises Refused (404)."""
    row = runs.picture(number)
    if row is None or not who.may(Role.VIEWER, row.workstation.office):
        raise unknown()
    content = picture_files.read(row.sha256)
    if content is None:
        raise unknown()
    return row.media_type, content


def _task(task: wording.Values, noun: tuple[str, str]) -> Task:
    started, ended = telling.moment(task["started_at"]), telling.moment(task["ended_at"])
    return Task(
        name=task["name"],
        kind=task["kind"],
        kind_words=texts.task_kind(task["kind"]),
        site=task["site"],
        state=task["state"],
        sign=wording.task_sign(task["state"]),
        words=wording.task_words(task, noun),
        attempts=task["attempts"],
        started_at=started,
        ended_at=ended,
        seconds=(ended - started).total_seconds() if started and ended else None,
        why=wording.why(task["failure"], noun),
        advice=wording.advice(task["failure"], noun),
    )


def _figure(told: wording.Values) -> Figure:
    places = {place: told[place] for place in ("source", "processed", "delivered", "target")}
    return Figure(place=told["place"], name=told["name"], equal=_agrees(told), **places)


def _agrees(told: wording.Values) -> bool:
    """Tell whether all that is known of a figure is the same from file to target."""
    try:
        known = {
            name: Decimal(value) for name, value in told.items() if _is_figure(name) and value is not None
        }
    except ArithmeticError:
        return False
    out, skipped = known.get("left_out", Decimal(0)), known.get("skipped", Decimal(0))
    chain = [
        known[name] - minus for name, minus in (("source", out), ("processed", Decimal(0))) if name in known
    ]
    chain += [known[name] + skipped for name in ("delivered", "target") if name in known]
    return len(set(chain)) <= 1


def _is_figure(name: str) -> bool:
    return name not in {"place", "name"}
