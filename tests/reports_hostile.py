"""Each hostile file is refused, in time and in memory: ``python -m tests.reports_hostile``.

Each file is read in a process of its own; what counts is the time from the first byte to the refusal (10 s)
and the process's peak memory, the file and the interpreter with it (512 MB).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path

from agent.core.failures import Report
from agent.reports.columns import money, text
from agent.reports.reading import read, typed_rows
from tests.hostile_files import hostile

SECONDS, MEGABYTES = 10.0, 512.0
COLUMNS = {"no": text(), "amount": money()}


def attempt(name: str) -> dict[str, object]:
    """Read one of them here, and tell how that ended."""
    content = dict(hostile())[name]()
    began = time.monotonic()
    try:
        typed_rows(read(content, "report"), COLUMNS)
        refusal = None
    except Report as failure:
        refusal = str(failure)
    seconds = time.monotonic() - began
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(encoding="ascii"))
    assert found is not None
    return {"name": name, "refusal": refusal, "seconds": seconds, "megabytes": int(found[1]) / 1024}


def in_a_process(*names: str) -> list[dict[str, object]]:
    """Read some of them, one after the other, in a new process."""
    command = [sys.executable, "-m", "tests.reports_hostile", *names]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    return [json.loads(line) for line in done.stdout.splitlines()]


def main(names: list[str]) -> int:
    """Without names: all, each in its own process, and a verdict."""
    if names:
        for name in names:
            print(json.dumps(attempt(name)))
        return 0
    good = 0
    for name, _ in hostile():
        (told,) = in_a_process(name)
        seconds, megabytes = float(str(told["seconds"])), float(str(told["megabytes"]))
        fine = bool(told["refusal"]) and seconds < SECONDS and megabytes < MEGABYTES
        good += fine
        print(f"{'ok ' if fine else 'BAD'} {name:22} {seconds:5.2f} s {megabytes:4.0f} MB  {told['refusal']}")
    total = sum(1 for _ in hostile())
    print(f"{good} of {total} refused in under {SECONDS:.0f} s and {MEGABYTES:.0f} MB")
    return 0 if good == total else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
