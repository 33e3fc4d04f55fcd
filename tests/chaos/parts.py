"""The parts of a worker's tree that can be killed, told apart by their command lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import psutil


def _is_browser(words: list[str]) -> bool:
    """The browser itself: its helpers say their type, and nobody misses what waits for its crashes."""
    program = Path(words[0]).name if words else ""
    return program.startswith("chrom") and "crashpad" not in program and "--type=" not in " ".join(words)


_IS: dict[str, Callable[[list[str]], bool]] = {
    "driver": lambda words: "run-driver" in words,
    "browser": _is_browser,
    "renderer": lambda words: "--type=renderer" in " ".join(words),
}


def runs(process: psutil.Process) -> bool:
    """Return whether a process still runs (a zombie does not)."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def parts_of(worker: psutil.Process, part: str) -> list[psutil.Process]:
    """Return the ``worker`` itself, its ``driver``, its ``browser``, or each ``renderer``; empty: not there.

    Of renderers there are several, and one of them is a spare that nobody misses.
    """
    if part == "worker":
        return [worker] if runs(worker) else []
    found = []
    for child in _below(worker):
        with suppress(psutil.NoSuchProcess):
            if runs(child) and _IS[part](child.cmdline()):
                found.append(child)
    return found


def kill(processes: Iterable[psutil.Process]) -> None:
    """Kill all of them; one that went because another of them was killed is as good."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def _below(worker: psutil.Process) -> list[psutil.Process]:
    try:
        return worker.children(recursive=True)
    except psutil.NoSuchProcess:
        return []
