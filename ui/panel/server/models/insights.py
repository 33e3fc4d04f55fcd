"""What became of the last weeks."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from ui.panel.server.models.base import NUMBER, In, Out


class Week(Out):
    """One ISO week, by the runs' business days. Shares are 0 to 1; None where there was nothing."""

    week: str
    first_day: date
    runs: int
    completed: int
    failed: int
    needs_review: int
    cancelled: int
    success_share: float | None
    on_time: int
    late: int
    on_time_share: float | None
    records: int
    hours_saved: float


class Cause(Out):
    """How often a failure was the reason."""

    code: str
    words: str
    count: int


class AutomationInsight(Out):
    """One automation at one office over the whole span."""

    automation: str
    title: str
    office: str
    runs: int
    success_share: float | None
    on_time_share: float | None
    median_seconds: float | None
    records: int
    hours_saved: float


class Insights(Out):
    """Weeks oldest first, causes by frequency; ``basis`` says in words how hours saved are reckoned."""

    weeks: list[Week]
    causes: list[Cause]
    automations: list[AutomationInsight]
    seconds_per_record: int
    basis: str


class InsightSettings(In):
    """How many seconds a person needs for one record: what hours saved are reckoned with."""

    seconds_per_record: Annotated[int, Field(ge=1, le=3600), NUMBER]
