"""What an automation may import from ``agent.sdk``: a promise, changed only with a decision record."""

import subprocess
import sys

from agent import sdk

NAMES = [
    "Automation", "Batch", "CannotTell", "Destination", "Download", "Expect", "Found", "Listing", "Parameter",
    "Period", "Record", "Row", "Run", "Session", "Workbook", "choice", "day", "flag",
    "money", "own", "seconds", "text", "time", "whole",
]  # fmt: skip


def test_the_front_door_has_exactly_these_names() -> None:
    """In order, each there and each explained."""
    assert list(sdk.__all__) == NAMES == sorted(NAMES)
    assert all(getattr(sdk, name).__doc__ for name in NAMES)


def test_the_front_door_opens_without_the_heavy_libraries() -> None:
    """An automation is described in a fresh process: no browser, spreadsheet or database for it."""
    heavy = {"playwright", "openpyxl", "lxml", "peewee", "apsw", "cryptography"}
    code = "import agent.sdk, sys; print(*{name.partition('.')[0] for name in sys.modules})"
    command = [sys.executable, "-P", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert not heavy & set(done.stdout.split())
