"""Lives homes one after the other until so many kills have landed."""

from __future__ import annotations

import gc
import logging
import math
import os
import random
import tempfile
import time
from pathlib import Path

from agent.host.planning import build
from agent.system.processes import become_reaper
from tests.chaos.mornings import Lane, Mornings, Tally, prepare_template
from tests.chaos.target import serve
from tests.quick_sql import quicken

_MOST_KILLS_A_HOME = 30
_MOST_BROKEN = 50  # a harness in which nothing works would go on for ever
_MEMORY = Path("/dev/shm")  # a kill loses nothing that a disk would have kept


def live(
    kills: int, seed: int, *, guard_off: str = "", only: int | None = None, minutes: float = math.inf
) -> Tally:
    """Live homes until so many kills have landed, or so many minutes are over; returns what happened."""
    until = time.monotonic() + minutes * 60
    become_reaper()
    quicken()
    logging.disable()  # thousands of expected failures, each with its trace
    tally = Tally()
    dice = random.Random(seed)  # replayable, not secret
    parent = _MEMORY if _MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="predawn-chaos-", dir=parent) as folder:
        lane, target = _start_target(Path(folder))
        try:
            prepare_template(lane.template)
            build()  # once for all of them
            gc.freeze()  # no fork shall touch, and so copy, what all of them share
            while tally.kills < kills and time.monotonic() < until and len(tally.broken) < _MOST_BROKEN:
                home_seed = dice.randrange(10**9) if only is None else only
                most = min(_MOST_KILLS_A_HOME, kills - tally.kills)
                Mornings(lane, home_seed, dice.randint(1, most), tally, guard_off=guard_off).live()
                if only is not None or (guard_off and tally.broken):
                    break
        finally:
            os.kill(target, 9)
            os.waitpid(target, 0)
            for descriptor in (lane.events, lane.releases):
                os.close(descriptor)
    return tally


def _start_target(folder: Path) -> tuple[Lane, int]:
    port_from, port_to = os.pipe()
    events, events_to = os.pipe()
    releases_from, releases = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            serve(port_to, events_to, releases_from)
        finally:
            os._exit(1)
    for descriptor in (port_to, events_to, releases_from):
        os.close(descriptor)
    port = int.from_bytes(os.read(port_from, 4), "big")
    os.close(port_from)
    return Lane(port, events, releases, folder / "template", folder), pid
