"""What an automation may know of the run it works for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from agent.core.calendar import Period


@dataclass(frozen=True)
class Run:
    """One execution: for which business day, covering which days, in which time zone (IANA name).

    ``parameters`` are the automation's, with its office's values as they were when the run was planned.
    """

    id: str
    automation: str
    office: str
    zone: str
    business_date: date
    period: Period
    parameters: Mapping[str, Any] = field(default_factory=dict)
