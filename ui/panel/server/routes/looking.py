"""What is to be seen: dashboard, runs, log, pictures, insights, and the bell that tells of changes."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BeforeValidator
from starlette.concurrency import run_in_threadpool

from ui.panel.server import insights, live, looking, morning
from ui.panel.server.access import Admin, Viewer
from ui.panel.server.models.base import AutomationName, Id, OfficeName, RunId
from ui.panel.server.models.insights import Insights, InsightSettings
from ui.panel.server.models.live import Changes
from ui.panel.server.models.morning import Dashboard
from ui.panel.server.models.run_detail import RunDetail
from ui.panel.server.models.runs import LogPage, RunPage
from ui.panel.server.refusals import Refused, described

router = APIRouter(prefix="/api", tags=["looking"])


def day_only(value: object) -> object:
    """Refuse what the library would take for a day although it is a number of seconds."""
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("not a day")
    return value


Search = Annotated[str, Query(max_length=200)]
After = Annotated[str | None, Query(pattern=r"^[0-9]{1,16}$", description="The ``next`` of the page before.")]
Day = Annotated[date | None, BeforeValidator(day_only)]
Limit = Annotated[int, Query(ge=1, le=200)]
_EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "model": Changes,
        "content": {"text/event-stream": {}},
        "description": "Server-sent events: `change` with Changes as data, and a comment every 15 s.",
    }
}


@router.get("/dashboard", responses=described(401, 403, 422))
def dashboard(who: Viewer, since: Annotated[int | None, Query(ge=0, le=2**53)] = None) -> Dashboard:
    """Return the morning: workstations by automations, and what wants somebody."""
    return morning.dashboard(who, since)


@router.get("/runs", responses=described(401, 403, 422))
def runs(  # noqa: PLR0913, PLR0917  # one parameter per filter of the page
    who: Viewer,
    q: Search = "",
    office: OfficeName | None = None,
    workstation: Id | None = None,
    automation: AutomationName | None = None,
    state: Annotated[list[looking.StateFilter] | None, Query()] = None,
    first: Day = None,
    last: Day = None,
    after: After = None,
    limit: Limit = 50,
) -> RunPage:
    """Return runs, newest first; ``q`` looks for words in titles, ids, workstations, states and reasons."""
    return looking.find_runs(
        who,
        words=q,
        office=office,
        workstation=workstation,
        automation=automation,
        states=state or (),
        first=first,
        last=last,
        after=after,
        limit=limit,
    )


@router.get("/runs/{workstation}/{run}", responses=described(401, 403, 404, 422))
def run(who: Viewer, workstation: Id, run: RunId) -> RunDetail:
    """Return all of one run."""
    return looking.run(who, workstation, run)


@router.get("/log", responses=described(401, 403, 422))
def log(  # one parameter per filter of the page
    who: Viewer,
    q: Search = "",
    office: OfficeName | None = None,
    workstation: Id | None = None,
    run: RunId | None = None,
    after: After = None,
    limit: Limit = 100,
) -> LogPage:
    """Return log lines that hold every word of ``q`` (a beginning of a word is enough), newest first."""
    return looking.log(
        who, words=q, office=office, workstation=workstation, run=run, after=after, limit=limit
    )


@router.get(
    "/pictures/{picture}",
    response_class=Response,
    responses={
        200: {"content": {"image/png": {}, "image/webp": {}, "image/jpeg": {}}},
        **described(401, 403, 404, 422),
    },
)
def picture(who: Viewer, picture: Id) -> Response:
    """Return a masked picture of a failure."""
    media_type, content = looking.picture(who, picture)
    return Response(content, media_type=media_type, headers={"Cache-Control": "private, max-age=3600"})


@router.get("/insights", responses=described(401, 403, 422))
def show_insights(
    who: Viewer,
    weeks: Annotated[int, Query(ge=1, le=53)] = 12,
    office: OfficeName | None = None,
    automation: AutomationName | None = None,
) -> Insights:
    """Return success, punctuality, hours saved and causes, by week."""
    return insights.reckon(who, weeks, office, automation)


@router.put("/insights/settings", status_code=204, responses=described(401, 403, 422))
def change_insights(who: Admin, wanted: InsightSettings) -> None:
    """Say how long a person needs for one record."""
    insights.change(who, wanted.seconds_per_record)


@router.get("/events", responses={**_EVENTS, **described(401, 403, 503)}, response_class=StreamingResponse)
async def events(who: Viewer) -> StreamingResponse:
    """Tell of changes as they happen; the face then looks at what it shows."""
    answer = await run_in_threadpool(live.stream, who)
    if answer is None:
        raise Refused(503, "panel_busy", wait_seconds=30)
    return answer
