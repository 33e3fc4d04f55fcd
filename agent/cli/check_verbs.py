"""``check``: whether automations and books hold together, found now and not at five in the morning."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from agent.cli import endings
from agent.cli.console import json_option, out, print_json, tell
from agent.cli.endings import Told
from agent.system.automations import automation_folders, automation_name, find_automation
from agent.system.paths import Home, find_home
from resources.i18n import texts

_LIMIT_SECONDS = (
    60.0  # it imports an automation and reads some files; an author's endless loop must not hang us
)


@click.command()
@click.argument("name", required=False)
@json_option
def check(name: str | None, *, as_json: bool) -> int:
    """Check one automation, or all: code, parameters, elements, destinations."""
    home = find_home()
    if name is None:
        folders = automation_folders(home)
    else:
        folder = find_automation(home, name)
        folders = {automation_name(folder): folder}
    found = [{"automation": known, "problems": _all_problems(home, path)} for known, path in folders.items()]
    if as_json:
        print_json(found)
    elif not found:
        out(texts.say("no_automations"))
    else:
        for one in found:
            _tell(one)
    return endings.WRONG_USAGE if any(one["problems"] for one in found) else endings.DONE


def _tell(found: dict[str, Any]) -> None:
    problems = found["problems"]
    if not problems:
        out(texts.say("checked", {"automation": found["automation"]}))
        return
    out(texts.say("problems", {"automation": found["automation"], "count": len(problems)}))
    for problem in problems:
        told = texts.failure(str(problem["code"]), problem.get("params") or {})
        out(f"  {told.title}")
        out(f"    {told.next}")


def _all_problems(home: Home, folder: Path) -> list[dict[str, Any]]:
    """Return what is wrong with the automation; where nothing is, what the offices have set wrong."""
    from agent.host import parameters  # noqa: PLC0415 (the store's library)

    return _problems(home, folder) or [problem.as_json() for problem in parameters.problems(home, folder)]


def _problems(home: Home, folder: Path) -> list[dict[str, Any]]:
    """Return what the worker finds wrong with an automation; its author's own prints go to standard error."""
    command = [sys.executable, "-P", "-m", "agent.worker", "check", str(folder)]
    try:
        answer = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            env={**os.environ, "PREDAWN_HOME": str(home.root)},
            timeout=_LIMIT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Told("check_hung", endings.FAILED, folder=folder, seconds=int(_LIMIT_SECONDS)) from None
    try:
        told = json.loads(answer.stdout)
        found: list[dict[str, Any]] = [told["failure"]] if "failure" in told else told["problems"]
    except (ValueError, KeyError, TypeError):
        tell(answer.stdout.decode(errors="replace"))
        raise Told("check_died", endings.FAILED, folder=folder, exit_code=answer.returncode) from None
    return found
