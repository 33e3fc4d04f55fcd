"""The dashboard."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from ui.panel.server.models.base import ZONE, Id, Out, Sign, Standing
from ui.panel.server.models.runs import Forecast, Progress


class Workstation(Out):
    """A workstation as a row of the dashboard."""

    id: Id
    name: str
    office: str
    zone: str | None = Field(description=ZONE)
    standing: Standing
    sign: Sign
    words: str
    seen_at: datetime | None


class Cell(Out):
    """One automation at one workstation: its newest run, or when it is due next."""

    workstation: Id
    automation: str
    title: str
    office: str
    zone: str | None = Field(description=ZONE)
    sign: Sign
    words: str
    run: str | None
    state: str | None
    progress: Progress | None
    forecast: Forecast | None
    deadline_at: datetime | None
    due_at: datetime | None = Field(description="Its next start, where one is known.")
    open_reviews: int
    waiting: int = Field(description="Runs in this workstation's queue.")
    conflict: bool = Field(description="Another workstation owns the same automation at the same office.")
    changed_at: datetime | None


class Attention(Out):
    """What wants somebody, the most urgent first.

    ``kind``: needs_you, failed, missed, at_risk, silent, conflict.
    """

    kind: str
    sign: Sign
    words: str
    workstation: Id
    workstation_name: str
    zone: str | None = Field(description=ZONE)
    automation: str | None
    run: str | None
    since: datetime | None
    deadline_at: datetime | None


class Dashboard(Out):
    """The whole morning. With ``?since=`` an earlier ``revision``, only rows and cells changed after it.

    ``whole`` tells which; ``attention`` is always complete.
    """

    now: datetime
    revision: int
    whole: bool
    headline: str
    workstations: list[Workstation]
    cells: list[Cell]
    attention: list[Attention]
