"""calamine in a process of its own: a damaged XLS file can make it abort, and then only that process ends.

``python -m agent.reports.calamine_apart`` reads a file from standard input and writes its sheets, pickled, to
standard output, within limits of memory and time. Nothing else of ours is loaded there.
"""

from __future__ import annotations

import contextlib
import pickle
import subprocess
import sys
from dataclasses import dataclass
from io import BytesIO
from typing import Any

SECONDS = 60
MEMORY = 400 * 2**20  # bytes; a sheet of five million cells takes half of it


@dataclass(frozen=True)
class PlainSheet:
    """A visible sheet as calamine gives it: ``left`` empty columns before its rows' first cells."""

    name: str
    left: int
    merged: list[tuple[tuple[int, int], tuple[int, int]]]
    rows: list[list[Any]]


class CannotRead(Exception):
    """calamine could not read the file, or the process ended while it tried."""


def sheets(content: bytes) -> list[PlainSheet]:
    """Return the visible sheets of a workbook; raises CannotRead, TimeoutError."""
    command = [sys.executable, "-P", "-m", __name__]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise TimeoutError from error
    if done.returncode != 0:
        raise CannotRead(str(done.returncode))
    found = pickle.loads(done.stdout)  # noqa: S301 - written by this very module
    return [PlainSheet(*sheet) for sheet in found]


def main() -> None:
    """Read standard input, write the sheets to standard output; any error ends the process with 1."""
    with contextlib.suppress(ImportError):  # not on Windows; the area of a sheet is limited before
        import resource  # noqa: PLC0415

        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from python_calamine import (  # noqa: PLC0415 - the parent needs none of it
        CalamineWorkbook,
        SheetTypeEnum,
        SheetVisibleEnum,
    )

    workbook = CalamineWorkbook.from_filelike(BytesIO(sys.stdin.buffer.read()))
    found = []
    for told in workbook.sheets_metadata:
        if told.visible is SheetVisibleEnum.Visible and told.typ is SheetTypeEnum.WorkSheet:
            sheet = workbook.get_sheet_by_name(told.name)
            left = (sheet.start or (0, 0))[1]
            # Its rows begin with the sheet's first one, but its columns with the first that is filled.
            found.append((told.name, left, list(sheet.merged_cell_ranges or []), list(sheet.iter_rows())))
    pickle.dump(found, sys.stdout.buffer)


if __name__ == "__main__":
    main()
