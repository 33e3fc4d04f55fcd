"""From rows to what the browser gets: runs, commands, pictures, log lines, workstations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from resources.i18n import texts
from ui.panel.server import wording
from ui.panel.server.models.base import CommandState, Sign, Standing, Verb
from ui.panel.server.models.commands import Command
from ui.panel.server.models.runs import Counts, Forecast, LogLine, Picture, Progress, Run
from ui.panel.server.tables.fields import utc_now
from ui.panel.server.tables.schema import CommandRow, LineRow, PictureRow, ReviewRow, RunRow, WorkstationRow

SILENT_AFTER = timedelta(seconds=90)

_COMMAND_SIGNS = {
    "waiting": Sign.WAITING,
    "delivered": Sign.RUNNING,
    "done": Sign.DONE,
    "refused": Sign.FAILED,
    "expired": Sign.FAILED,
}


def moment(text: Any) -> datetime | None:  # noqa: ANN401  # from JSON
    """Return a moment as it stands in what was told."""
    return None if text is None else datetime.fromisoformat(text)


# ── workstations ──────────────────────────────────────────────────────────────────────────────────────
def standing(row: WorkstationRow, now: datetime | None = None) -> Standing:
    """Tell whether a workstation is heard of."""
    if row.revoked_at is not None:
        return Standing.REVOKED
    if row.seen_at is None:
        return Standing.NEVER
    return Standing.SILENT if row.seen_at + SILENT_AFTER < (now or utc_now()) else Standing.ONLINE


def standing_sign(how: Standing) -> Sign:
    """Return the sign of how a workstation stands."""
    return {Standing.ONLINE: Sign.DONE, Standing.SILENT: Sign.AT_RISK}.get(how, Sign.WAITING)


def zone_of(row: WorkstationRow, place: str | None = None) -> str | None:
    """Return the IANA time zone of one of a workstation's offices, or of what has none of its own.

    None from a workstation that does not tell its zones (version 1 of the wire).
    """
    zones: Mapping[str, str] = row.zones
    known = zones.get(place or "main")
    return known if known is not None else next(iter(zones.values()), None)


# ── runs ──────────────────────────────────────────────────────────────────────────────────────────────
def run_of(row: RunRow, workstation: WorkstationRow, reviews: Sequence[ReviewRow], pictures: int) -> Run:
    """Return a run as one line; ``reviews`` are its open questions."""
    told: Mapping[str, Any] = row.told
    noun = wording.noun_of(told)
    started, ended = moment(told["started_at"]), row.ended_at
    why = "" if row.state in {"PENDING", "FAILED", "COMPLETED"} else wording.why(told["reason"], noun)
    return Run(
        workstation=workstation.id,
        workstation_name=workstation.name,
        run=row.run,
        automation=row.automation,
        title=row.title,
        office=workstation.office,
        zone=zone_of(workstation, row.place),
        business_date=row.business_date,
        period_first=told["period_first"],
        period_last=told["period_last"],
        state=row.state,
        sign=wording.run_sign(told),
        words=wording.run_words(told, [review.told for review in reviews]),
        why=why,
        rehearsal=told["rehearsal"],
        by=told["by"],
        created_at=row.created_at,
        started_at=started,
        ended_at=ended,
        deadline_at=row.deadline_at,
        on_time=on_time(row),
        seconds=(ended - started).total_seconds() if ended and started else None,
        records=Counts(**told["records"]),
        noun=list(noun),
        progress=progress_of(told),
        forecast=forecast_of(told),
        pictures=pictures,
        open_reviews=len(reviews),
    )


def on_time(row: RunRow) -> bool | None:
    """Tell whether a run was done by its deadline; None while that is open, or without one."""
    if row.deadline_at is None or row.told["rehearsal"] or row.created_at >= row.deadline_at:
        return None
    if row.state == "COMPLETED" and row.ended_at is not None:
        return bool(row.ended_at <= row.deadline_at)
    return False if row.deadline_at < utc_now() and row.state != "CANCELLED" else None


def progress_of(told: Mapping[str, Any]) -> Progress | None:
    """Return how far a run at work is; None for one that rests."""
    if told["state"] not in {"DOWNLOADING", "PROCESSING", "UPLOADING"}:
        return None
    counts, noun = told["records"], wording.noun_of(told)
    total = counts["total"]
    step = next((task["step"] for task in told["tasks"] if task["state"] == "running"), None)
    done = counts["confirmed"] + counts["verified"] + counts["skipped"]
    return Progress(
        done=done, total=total, noun=noun[0] if total == 1 else noun[1], step=wording.step(step, noun)
    )


def forecast_of(told: Mapping[str, Any]) -> Forecast | None:
    """Return when a run will be done, where the workstation said so."""
    found, deadline = told["forecast"], moment(told["deadline_at"])
    if found is None or deadline is None:
        return None
    return Forecast(
        verdict=found["verdict"],
        words=wording.say(f"forecast_{found['verdict']}"),
        deadline_at=deadline,
        earliest_at=moment(found["earliest_at"]),
        latest_at=moment(found["latest_at"]),
    )


def picture_of(row: PictureRow) -> Picture:
    """Return what is known of a picture."""
    name = texts.evidence_kind("screenshot")
    return Picture(id=row.id, task=row.task, name=name, created_at=row.created_at, kept_until=row.kept_until)


def line_of(row: LineRow) -> LogLine:
    """Return one thing that happened; its workstation is joined."""
    return LogLine(
        id=row.id,
        at=row.at,
        workstation=row.workstation_id,
        workstation_name=row.workstation.name,
        zone=zone_of(row.workstation),
        run=row.run,
        title=row.title,
        kind=row.kind,
        code=row.code,
        sign=Sign(row.sign),
        words=row.words,
    )


# ── commands ──────────────────────────────────────────────────────────────────────────────────────────
def command_of(row: CommandRow, workstation: WorkstationRow) -> Command:
    """Return what became of a command."""
    told = {"workstation": workstation.name, "why": wording.why(row.reason)}
    return Command(
        id=row.id,
        workstation=workstation.id,
        workstation_name=workstation.name,
        verb=Verb(row.verb),
        automation=row.automation,
        run=row.run,
        review=row.review_id,
        answer=row.answer,
        state=CommandState(row.state),
        sign=_COMMAND_SIGNS[row.state],
        words=wording.say(f"command_{row.state}", told),
        by=row.by,
        given_at=row.given_at,
        expires_at=row.expires_at,
        ended_at=row.ended_at,
    )
