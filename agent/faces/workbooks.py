"""Workbooks for people: put into words here, written by a worker. This side never loads what writes them."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from agent.core.actors import Actor
from agent.core.failures import Failure, WorkerDied
from agent.faces.speaking import wording_of
from agent.host import worklist
from agent.host.worklist import Line
from agent.store import runs
from agent.system.paths import Home
from resources.i18n import texts

Values = Mapping[str, Any]

_WRITE_SECONDS = 300


def write(told: Values) -> bytes:
    """Return sheets (title, headers, rows) as an XLSX; raises WorkerDied, or what the worker says."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "agent.worker", "certificate"],
        input=json.dumps(told),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=_WRITE_SECONDS,
        check=False,
    )
    try:
        value: Values = json.loads(done.stdout)
    except ValueError:
        raise WorkerDied(exit_code=done.returncode) from None
    if "failure" in value:
        raise Failure.from_json(value["failure"])
    return base64.b64decode(value["workbook"])


def worklist_book(home: Home, run_id: str, actor: Actor) -> tuple[str, bytes]:
    """Return the worklist of a run as a file name and an XLSX to print: one sheet for each site's form.

    It holds personal values, as whoever types them needs them. Raises what :func:`worklist.lines` and
    :func:`write` raise.
    """
    found = worklist.lines(home, run_id, actor)
    run, wording = runs.get(run_id), wording_of(home, run_id)
    by_task: dict[str, list[Line]] = {}
    for line in found:
        by_task.setdefault(line.task, []).append(line)
    sheets = [_sheet(task, lines, wording.titles) for task, lines in by_task.items()]
    return f"worklist-{run.id}.xlsx", write({"sheets": sheets})


def _sheet(task: str, lines: list[Line], titles: Mapping[str, str]) -> dict[str, Any]:
    fields = list(dict.fromkeys(name for line in lines for name in line.values))
    own = ("list_done", "list_confirmation", "list_remark")
    rows = [
        [
            line.ordinal,
            *(line.values.get(name) for name in fields),
            None,
            None,
            texts.say("list_look_first", {"site": titles.get(line.site, line.site)})
            if line.look_first
            else None,
        ]
        for line in lines
    ]
    headers = [texts.say("head_number"), *fields, *(texts.say(code) for code in own)]
    return {"title": task, "headers": headers, "rows": rows}
