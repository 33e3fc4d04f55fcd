"""The short-lived process: ``describe``, ``check``, ``certificate`` (a workbook), a ``task``, a ``visit``."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

from agent.core.failures import Failure
from agent.system.automations import site_folders
from agent.system.paths import find_home
from agent.worker.pipe import Pipe, separate_output


def main(arguments: list[str]) -> int:
    """Run one verb; returns the exit code."""
    match arguments:
        case ["task"]:
            from agent.worker.work import work  # noqa: PLC0415  # the browser's library, only where needed

            return work(Pipe())
        case ["visit"]:
            from agent.worker.visit import visit  # noqa: PLC0415

            return visit(Pipe())
        case ["describe", folder]:
            return _answer(lambda: _describe(Path(folder)))
        case ["check", folder]:
            return _answer(lambda: _check(Path(folder)))
        case ["certificate"]:
            return _answer(_certificate)
        case _:
            sys.stderr.write(
                "python -m agent.worker describe FOLDER | check FOLDER | certificate | task | visit\n"
            )
            return 2


def _answer(question: Callable[[], dict[str, object]]) -> int:
    """Print one JSON value on the original output; whatever an author prints goes to standard error."""
    output: IO[str] = separate_output()
    try:
        value = question()
    except Failure as failure:
        value = {"failure": failure.as_json()}
    json.dump(value, output, ensure_ascii=False)
    output.write("\n")
    output.flush()
    return 2 if "failure" in value else 0


def _describe(folder: Path) -> dict[str, object]:
    from agent.worker.check import problems  # noqa: PLC0415
    from agent.worker.describe import manifest  # noqa: PLC0415
    from agent.worker.loading import load_automation  # noqa: PLC0415

    sites = site_folders(find_home())
    for problem in problems(folder, sites):
        raise problem  # what can be known now must not be found out in the middle of a morning
    return manifest(load_automation(folder), folder, sites)


def _check(folder: Path) -> dict[str, object]:
    from agent.worker.check import problems  # noqa: PLC0415

    return {"problems": [problem.as_json() for problem in problems(folder, site_folders(find_home()))]}


def _certificate() -> dict[str, object]:
    from agent.worker.certificate import workbook  # noqa: PLC0415  # openpyxl, only where needed

    return {"workbook": base64.b64encode(workbook(json.load(sys.stdin))).decode("ascii")}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
