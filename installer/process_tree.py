"""Ending a command together with everything it started.

Test stages start workers, drivers and browsers; killing the command alone would leave those running.
Killing a process group is not enough either: browsers make groups of their own.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

_SET_CHILD_SUBREAPER = 36  # prctl(2)
_PATIENCE_SECONDS = 10.0


def adopt_orphans() -> None:
    """On Linux: processes whose parent died become ours, so that none can leave our tree."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end(process: subprocess.Popen[bytes]) -> None:
    """End the process and its descendants; returns when the process itself has been reaped."""
    if os.name == "nt":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], check=False, capture_output=True)
    else:
        _signal(process.pid, signal.SIGSTOP)  # a stopped parent starts nothing new
        _end_all_below(process.pid)
        process.kill()
    process.wait()


def sweep() -> list[str]:
    """End what a finished command left running below us; returns the names of what was ended."""
    if os.name == "nt":
        return []
    names = sorted(name for _, name in descendants(os.getpid()))
    _end_all_below(os.getpid())
    _reap()
    return names


def descendants(root: int) -> list[tuple[int, str]]:
    """Living processes below `root`, as (process id, name)."""
    children: dict[int, list[int]] = {}
    names: dict[int, str] = {}
    for pid, parent, name in _processes():
        children.setdefault(parent, []).append(pid)
        names[pid] = name
    found: list[tuple[int, str]] = []
    waiting = [root]
    while waiting:
        for child in children.get(waiting.pop(), []):
            waiting.append(child)
            found.append((child, names[child]))
    return found


def _end_all_below(root: int) -> None:
    """Kill until nothing is left: a process may have started another since we looked."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while (living := descendants(root)) and time.monotonic() < deadline:
        for pid, _ in living:
            _signal(pid, signal.SIGKILL)
        time.sleep(0.02)


def _processes() -> list[tuple[int, int, str]]:
    """Every process that is not a zombie, as (process id, parent's id, name)."""
    if sys.platform != "linux":
        listing = subprocess.run(
            ["ps", "-Ao", "pid=,ppid=,state=,comm="], capture_output=True, text=True, check=True
        )
        rows = [line.split(None, 3) for line in listing.stdout.splitlines()]
        own = [row for row in rows if len(row) == 4 and not row[2].startswith("Z") and row[3] != "ps"]
        return [(int(pid), int(parent), name) for pid, parent, _, name in own]
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            stat = (folder / "stat").read_text(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
        # The name stands in brackets and may itself hold spaces and brackets.
        name, _, after = stat.partition("(")[2].rpartition(")")
        state, parent = after.split()[:2]
        if state != "Z":
            found.append((int(folder.name), int(parent), name))
    return found


def _reap() -> None:
    """Collect adopted processes that have ended; called only while no command of ours is running."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
