"""``run``, ``resume``, ``retry``, ``cancel`` and ``agent``: having work done."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from agent.cli.console import out, tell
from agent.cli.endings import DONE, INTERRUPTED, tell_failure, tell_text
from agent.cli.reading import open_home
from agent.core.failures import UnknownRun
from agent.system.paths import Home, find_home
from resources.i18n import texts

if TYPE_CHECKING:
    from agent.cli.carrying import AtWork
    from agent.faces.wording import Wording

Values = Mapping[str, Any]

_GOES_ON_BY_ITSELF = frozenset({"PENDING", "DOWNLOADING", "PROCESSING", "UPLOADING"})
"""A run in the queue, or in work when its host died, needs a host and no wish."""


@click.command()
@click.argument("name")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="The business day (else: today).")
@click.option("--office", help="For which office, where there are several (else: the main one).")
@click.option("--wait", is_flag=True, help="Watch the run until it rests.")
@click.option("--rehearse", is_flag=True, help="Do everything, but stop before each click that saves.")
@click.option("--limit", type=click.IntRange(min=1), help="Enter at most so many records.")
@click.option("--headed", is_flag=True, help="Show the browser while it works.")
def run(
    name: str,
    *,
    day: datetime | None,
    office: str | None,
    wait: bool,
    rehearse: bool,
    limit: int | None,
    headed: bool,
) -> int:
    """Run an automation now, and print the run's id.

    Where Predawn already works on this computer, it takes the run into its queue. Where it doesn't, this
    command works itself until the run rests.
    """
    from agent.cli.carrying import carry_out, host_at_work  # noqa: PLC0415
    from agent.system.automations import automation_name, find_automation  # noqa: PLC0415

    home = find_home()
    wish = {
        "automation": automation_name(find_automation(home, name)),
        "business_date": day.date().isoformat() if day else None,
        "office": office,
        "options": {"rehearse": rehearse, "limit": limit, "headed": headed},
    }
    with host_at_work(home) as work:
        run_id = str(carry_out(work, "run", wish)["run"])
        out(run_id)
        return watch(work, run_id) if work.ours or wait else DONE


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--wait", is_flag=True, help="Watch the run until it rests.")
def resume(run_id: str, *, wait: bool) -> int:
    """Go on with a run from its first task that is not done."""
    return _again("resume", run_id, wait=wait)


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--wait", is_flag=True, help="Watch the run until it rests.")
def retry(run_id: str, *, wait: bool) -> int:
    """Try a run's failed tasks once more; what is entered stays entered."""
    return _again("retry", run_id, wait=wait)


@click.command()
@click.argument("run_id", metavar="RUN")
def cancel(run_id: str) -> int:
    """Stop a run after the record it is at; what is in doubt is settled first."""
    from agent.cli.carrying import carry_out, host_at_work  # noqa: PLC0415

    home = find_home()
    known = known_run(home, run_id)
    with host_at_work(home) as work:
        carry_out(work, "cancel", {"run": known})
        if not work.ours:
            tell(texts.say("cancelled", {"run": known}))
            return DONE
        code = watch(work, known)
    return DONE if _standing(known)[0] == "CANCELLED" else code


@click.command()
def agent() -> int:
    """Keep to the schedule in the foreground, without a window, until Ctrl-C."""
    from agent.cli.carrying import asked_to_end  # noqa: PLC0415
    from agent.cli.recovery_verbs import remind  # noqa: PLC0415
    from agent.host.agent import Host, start_when_unlocked  # noqa: PLC0415

    home = find_home()
    ended = threading.Event()
    host = Host(home, scheduled=True)
    with asked_to_end():
        try:
            start_when_unlocked(host, tell_failure)
            tell(texts.say("agent_works", {"home": home.root}))
            remind(home)
            while not ended.wait(1.0):  # Windows sees Ctrl-C only between waits
                if host.defect is not None:
                    raise host.defect
        except KeyboardInterrupt:
            tell(texts.say("agent_ends"))
        finally:
            host.stop()
    return DONE


def _again(verb: str, run_id: str, *, wait: bool) -> int:
    from agent.cli.carrying import carry_out, host_at_work  # noqa: PLC0415

    home = find_home()
    known = known_run(home, run_id)
    before = _standing(known)
    with host_at_work(home) as work:
        if _standing(known)[0] not in _GOES_ON_BY_ITSELF:
            carry_out(work, verb, {"run": known})
        out(known)
        return watch(work, known, stale=before[1]) if work.ours or wait else DONE


def _standing(run_id: str) -> tuple[str, Values | None]:
    """Return a run's state and why."""
    from agent.store import runs  # noqa: PLC0415

    row = runs.get(run_id)
    return str(row.state), row.reason


def known_run(home: Home, run_id: str) -> str:
    """Return the whole id of a run by its beginning. Raises UnknownRun before anything is changed."""
    from agent.store import runs  # noqa: PLC0415

    if not open_home(home):
        raise UnknownRun(run=run_id)
    return str(runs.get(run_id).id)


def watch(work: AtWork, run_id: str, *, stale: Values | None = None) -> int:
    """Watch a run until it rests, say how it ended and what to do next; return the exit code."""
    from agent.cli.following import exit_code, follow  # noqa: PLC0415
    from agent.cli.progress import open_progress  # noqa: PLC0415
    from agent.faces.speaking import wording_of  # noqa: PLC0415

    wording = wording_of(work.home, run_id)
    progress = open_progress(wording)
    try:
        ended = follow(work, run_id, progress, stale=stale)
    except KeyboardInterrupt:
        progress.close()
        tell(texts.say("goes_on_later" if work.ours else "left_working", {"run": run_id}))
        return INTERRUPTED
    except BaseException:
        progress.close()
        raise
    progress.close()
    tell_what_next(ended, wording)
    return exit_code(ended)


def tell_what_next(run: Values, wording: Wording) -> None:
    """Say why a run rests and what a person can do about it; nothing where all is well."""
    if run["state"] == "NEEDS_REVIEW":
        tell(texts.say("review_next"))
    elif run["state"] in {"FAILED", "PENDING"} and run["reason"]:
        tell_text(*wording.failure(run["reason"], run["id"]))
        tell(texts.say("retry_next" if run["state"] == "FAILED" else "pending_next", {"run": run["id"]}))
