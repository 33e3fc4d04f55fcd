"""What an automation may know of the run it works for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from agent.core.calendar import Period


@dataclass(frozen=True)
class Run:
    """One execution: for which business day, covering which days, in which time zone (IANA name)."""

    id: str
    automation: str
    office: str
    zone: str
    business_date: date
    period: Period
