"""Watching a run until it rests: rows are read when the bell rings, and now and then if it should not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from agent.cli import endings
from agent.cli.carrying import AtWork
from agent.cli.progress import Progress
from agent.core.failures import Failure, NotReady
from agent.system.bell import listen

Values = Mapping[str, Any]

_RESTING = frozenset({"COMPLETED", "NEEDS_REVIEW", "FAILED", "CANCELLED"})
_LOOK_SECONDS = 1.0  # how long an unheard bell may go unnoticed
_STALE_SECONDS = 10.0  # what an earlier host lacked may be there now: ours looks anew within seconds
_PACE_SECONDS = 0.2  # rows are read at most five times a second: watching must not slow the work


def follow(
    work: AtWork,
    run_id: str,
    progress: Progress,
    *,
    seen: Callable[[Values], None] | None = None,
    stale: Values | None = None,
) -> Values:
    """Show a run until it rests (done, failed, stopped, or waiting for a person or for readiness).

    ``stale`` is why the run waited before this host began: our host looks anew before that counts again.
    Returns the run as it then stands. Raises what :meth:`AtWork.require` raises.
    """
    from agent.store import queries  # noqa: PLC0415

    heard = threading.Event()
    subscription = listen(work.home.bell, lambda _ident: heard.set())
    pace = threading.Event()  # never set: only its time-out is wanted
    began = time.monotonic()
    try:
        while True:
            heard.clear()
            run = queries.run(run_id)
            progress.show(run)
            if seen is not None:
                seen(run)
            looked_anew = run["reason"] != stale or time.monotonic() - began > _STALE_SECONDS
            if rests(run) and (looked_anew or run["state"] != "PENDING"):
                return run
            work.require()
            heard.wait(_LOOK_SECONDS)
            pace.wait(_PACE_SECONDS)
    finally:
        subscription.close()


def rests(run: Values) -> bool:
    """Tell whether nothing more happens to a run by itself, or not before something outside is ready."""
    return run["state"] in _RESTING or (run["state"] == "PENDING" and _not_ready(run))


def exit_code(run: Values) -> int:
    """Return the exit code for a run that rests."""
    match run["state"]:
        case "COMPLETED":
            return endings.DONE
        case "NEEDS_REVIEW":
            return endings.NEEDS_PERSON
        case "PENDING":
            return endings.exit_code_of(Failure.from_json(run["reason"] or NotReady().as_json()))
    return endings.NOT_READY if _not_ready(run) else endings.FAILED


def _not_ready(run: Values) -> bool:
    reason: Values | None = run.get("reason")
    return reason is not None and isinstance(Failure.from_json(reason), NotReady)
