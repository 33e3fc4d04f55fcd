"""What Predawn costs while it sits in the tray and nothing is due; beside it vorta, where that is installed.

``python -m tests.bench.desktop_idle [--minutes 10] [--beside PYTHON_WITH_VORTA]``
Wake-ups are voluntary context switches of all threads, memory is the sum of PSS of the whole tree, both as
the kernel counts them (Linux). The window is closed; nothing is prepared; each program has the same screen.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from agent.system.paths import Home
from tests.desktop.screen import Screen

WARM_SECONDS = 60
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Count:
    """What a tree has used so far."""

    wakeups: int
    cpu_seconds: float
    pss_mb: float
    processes: int


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--minutes", type=float, default=10)
    asked.add_argument("--beside", type=Path)
    wishes = asked.parse_args()
    with tempfile.TemporaryDirectory() as place:
        screen = Screen(Path(place))
        home = Home(Path(place) / "home")
        home.mark_demo()
        screen.environment["PREDAWN_HOME"] = str(home.root)
        screen.environment["HOME"] = place
        started = [screen.start([sys.executable, "-P", "-m", "agent.cli.main", "--background"])]
        names = {"predawn": "agent.cli.main"}
        if wishes.beside is not None:
            started.append(screen.start([str(wishes.beside), "-m", "vorta", "--daemonize"]))
            names["vorta"] = "vorta"
        try:
            time.sleep(WARM_SECONDS)  # what a start leaves to do is not idling
            pids = {name: found(module, home) for name, module in names.items()}
            before = {name: counted(pid) for name, pid in pids.items()}
            time.sleep(60 * wishes.minutes)  # doing nothing for so long is what is measured
            print(f"load {os.getloadavg()[0]:.1f} of {os.cpu_count()} cores, {wishes.minutes:g} min idle")
            for name, pid in pids.items():
                report(name, before[name], counted(pid), 60 * wishes.minutes)
            for pid in pids.values():
                psutil.Process(pid).terminate()
        finally:
            for process in started:
                end(process)
            screen.close()


def found(module: str, home: Home) -> int:
    """Return the process that works as a module on our screen: vorta forks itself into the background."""
    for process in psutil.process_iter(["cmdline"]):
        if module in (process.info["cmdline"] or ()) and process.environ().get("PREDAWN_HOME") == str(
            home.root
        ):
            return int(process.pid)
    raise LookupError(module)


def counted(pid: int) -> Count:
    """Count over a process and all of its children."""
    parent = psutil.Process(pid)
    tree = [parent, *parent.children(recursive=True)]
    wakeups, cpu, pss = 0, 0.0, 0.0
    for process in tree:
        for thread in Path(f"/proc/{process.pid}/task").iterdir():
            status = (thread / "status").read_text()
            wakeups += int(status.partition("\nvoluntary_ctxt_switches:")[2].split()[0])
        times = process.cpu_times()
        cpu += times.user + times.system
        pss += process.memory_full_info().pss / 1e6
    return Count(wakeups, cpu, pss, len(tree))


def report(name: str, before: Count, after: Count, seconds: float) -> None:
    """Print one line."""
    wakeups = (after.wakeups - before.wakeups) / seconds
    share = 100 * (after.cpu_seconds - before.cpu_seconds) / seconds
    print(
        f"{name}: {wakeups:.2f} wake-ups/s, {share:.3f} % of a core, PSS {after.pss_mb:.0f} MB "
        f"in {after.processes} processes"
    )


def end(process: subprocess.Popen[bytes]) -> None:
    """End a program politely, then not."""
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)


if __name__ == "__main__":
    main()
