"""All of one run."""

from __future__ import annotations

from pydantic import Field

from ui.panel.server.models.base import Out
from ui.panel.server.models.review import ReviewItem
from ui.panel.server.models.runs import Allowed, Figure, LogLine, Picture, Run, Task


class RunDetail(Out):
    """All of one run that the panel knows; ``timeline`` are its newest 300 log lines."""

    run: Run
    tasks: list[Task]
    totals: list[Figure]
    timeline: list[LogLine]
    pictures: list[Picture]
    reviews: list[ReviewItem]
    versions: dict[str, str]
    advice: str = Field(description="What to do next, where something is to be done.")
    may: list[Allowed]
