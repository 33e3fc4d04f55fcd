"""Showing a run while it works: a picture that moves on a terminal, one plain line a change elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from agent.cli import signs
from agent.cli.console import console, tell
from agent.faces.wording import Wording, capitalised
from resources.i18n import texts

if TYPE_CHECKING:
    from rich.console import RenderableType

Values = Mapping[str, Any]

_TENTHS = 10  # a plain log gets a line for each tenth of the records, not one for each record


class Progress(Protocol):
    """Somewhere a run can be watched."""

    def show(self, run: Values) -> None:
        """Show the run as it stands now (``queries.run``)."""

    def say(self, line: str) -> None:
        """Say something that stays."""

    def close(self) -> None:
        """Leave the last picture standing, and stop."""


def open_progress(wording: Wording) -> Progress:
    """Return what fits standard error: a terminal, or a pipe or file."""
    if sys.stderr.isatty():
        return TerminalProgress(wording)
    return PlainProgress(wording)


def heading(run: Values, wording: Wording) -> str:
    """Return what one watches: title, day, run."""
    return f"{run['title']} · {wording.moments.day(run['business_date'])} · {run['id']}"


class PlainProgress:
    """One line for each change, without control characters."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording
        self._told: dict[str, object] = {}

    def show(self, run: Values) -> None:
        """Say what has changed since the last time."""
        if not self._told:
            tell(heading(run, self._wording))
        for task in run["tasks"]:
            if task["state"] != "waiting" or task["failure"]:
                self._once(task["name"], _kept_apart(task, run), self._line(task, run))
        self._once("", run["state"] + str(run.get("reason")), self._wording.run(run))

    def say(self, line: str) -> None:
        """Say the line."""
        tell(line)

    def close(self) -> None:
        """Nothing is left open."""

    def _line(self, task: Values, run: Values) -> str:
        told = self._wording.task(task, run)
        step = task["step"]
        if task["state"] == "running" and step and step["code"] not in {"entering", "downloading"}:
            now = self._wording.step(step)
            told = told if told == capitalised(now) else f"{told} ({now})"
        return f"  {task['name']}: {told}"

    def _once(self, place: str, mark: object, line: str) -> None:
        if self._told.get(place) != mark:
            self._told[place] = mark
            tell(line)


def _kept_apart(task: Values, run: Values) -> tuple[object, ...]:
    """Return what a task's plain line depends on: its state, its step, and each tenth of its records."""
    counts = run["records"]
    tenth = 0
    if task["kind"] == "upload" and counts["total"]:
        tenth = (counts["confirmed"] + counts["verified"]) * _TENTHS // counts["total"]
    step = task["step"]["code"] if task["step"] else None
    failure = task["failure"]["code"] if task["failure"] else None
    return task["state"], step, failure, tenth


class TerminalProgress:
    """A picture of the tasks that is drawn anew in its place; its ring turns while a worker works."""

    def __init__(self, wording: Wording) -> None:
        from rich.live import Live  # noqa: PLC0415

        self._wording = wording
        self._run: Values | None = None
        self._frame = 0
        self._live = Live(
            get_renderable=self._picture, console=console(stderr=True), refresh_per_second=5, transient=False
        )
        self._live.start()

    def show(self, run: Values) -> None:
        """Take the run as it stands; the picture follows by itself."""
        self._run = run

    def say(self, line: str) -> None:
        """Print the line above the picture."""
        self._live.console.print(line)

    def close(self) -> None:
        """Draw the last picture and leave it."""
        self._live.refresh()
        self._live.stop()

    def _picture(self) -> RenderableType:
        from rich.console import Group  # noqa: PLC0415
        from rich.table import Table  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        run = self._run
        if run is None:
            return Text("")
        self._frame += 1
        tasks = Table.grid(padding=(0, 2))
        for task in run["tasks"]:
            sign = signs.of_task(task["state"])
            icon = signs.RING[self._frame % len(signs.RING)] if sign is signs.RUNNING else sign.icon
            tasks.add_row(
                Text(icon, sign.style),
                Text(task["name"]),
                Text(self._wording.task(task, run)),
                _bar(task, run),
            )
        state = signs.of_run(run["state"])
        parts: list[RenderableType] = [Text(heading(run, self._wording), "bold"), tasks]
        parts.append(Text(self._now(run), state.style))
        return Group(*parts)

    def _now(self, run: Values) -> str:
        for task in run["tasks"]:
            if task["state"] == "running" and task["step"]:
                return texts.say("now", {"step": self._wording.step(task["step"])})
        return self._wording.run(run)


def _bar(task: Values, run: Values) -> RenderableType:
    from rich.progress_bar import ProgressBar  # noqa: PLC0415

    counts = run["records"]
    if task["kind"] != "upload" or task["state"] != "running" or not counts["total"]:
        return ""
    return ProgressBar(
        total=counts["total"],
        completed=counts["confirmed"] + counts["verified"],
        width=24,
        style="bright_black",
        complete_style=signs.RUNNING.style,
        finished_style=signs.DONE.style,
    )
