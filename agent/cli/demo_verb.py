"""``demo``: a whole morning on two practice systems, started here, with a home of its own."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from agent.cli import endings
from agent.cli.console import tell
from agent.cli.endings import DONE, FAILED, INTERRUPTED, Told
from agent.cli.person import at_terminal
from agent.core.failures import AlreadyRunning, VaultRefused
from agent.system.instance import holder
from agent.system.paths import Home, find_home
from agent.system.settings import computer_zone
from resources.i18n import texts

if TYPE_CHECKING:
    from agent.cli.carrying import AtWork
    from agent.faces.wording import Wording
    from resources.practice.server import Practice

Values = Mapping[str, Any]

AUTOMATION = "clinic-morning-sync"
_UNFINISHED = frozenset({"PENDING", "DOWNLOADING", "PROCESSING", "UPLOADING", "FAILED"})
_LEFT_BEHIND = (
    "predawn.db",
    "evidence.db",
    "vault.json",
    "settings.toml",
    "practice",
    "logs",
    "work",
    "workbooks",
)


@click.command()
@click.option("--fresh", is_flag=True, help="Forget what earlier demonstrations did.")
@click.option("--headed", is_flag=True, help="Show the browser while it works.")
def demo(*, fresh: bool, headed: bool) -> int:
    """Show a whole morning: two downloads, a check, and every claim entered and read back.

    Stop it when you like, however roughly; the next start goes on from there.
    """
    from resources.practice.server import Practice  # noqa: PLC0415 (a web server)

    home = find_home(demo=True)
    if holder(home.lock) is not None:
        raise AlreadyRunning(pid=holder(home.lock))
    _prepare(home, fresh=fresh)
    _store_passwords(home)
    try:
        with Practice(home.root / "practice") as practice:
            ready_at = time.monotonic()
            _name_addresses(home, practice)
            return _morning(home, practice, ready_at, headed=headed)
    except KeyboardInterrupt:
        tell(texts.say("demo_stopped"))
        return INTERRUPTED


def _prepare(home: Home, *, fresh: bool) -> None:
    """Make the demo's home, or empty it. Raises Told for a home that is in real use."""
    if fresh and home.is_demo:
        for name in _LEFT_BEHIND:
            for path in home.root.glob(f"{name}*"):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    try:
        home.mark_demo()
    except VaultRefused:
        raise Told("demo_in_real_home", endings.WRONG_USAGE, home=home.root) from None
    home.prepare()


def _store_passwords(home: Home) -> None:
    """Tell this home who signs in at the practice systems; their passwords are no secret."""
    from agent.cli.practice_verb import houses  # noqa: PLC0415
    from agent.host.passwords import store_password  # noqa: PLC0415

    for house in houses():
        store_password(home, "main", house.site, house.user, house.password, at_terminal())
    tell(texts.say("demo_vault", {"file": home.vault_file}))


def _name_addresses(home: Home, practice: Practice) -> None:
    """Write this home's settings: where the practice systems are today."""
    from agent.cli.practice_verb import address, houses  # noqa: PLC0415

    tell(texts.say("demo_begins"))
    settings = [f"[offices.main]\nzone = {json.dumps(computer_zone())}\n"]
    for house in houses():
        url = address(practice, house)
        settings.append(
            f"[sites.{house.site}]\nurl = {json.dumps(url)}\naccount = {json.dumps(house.user)}\n"
        )
        tell(texts.say("demo_house", {"title": house.title, "url": url}))
    home.settings.write_text("\n".join(settings), encoding="utf-8")


def _morning(home: Home, practice: Practice, ready_at: float, *, headed: bool) -> int:
    """Run today's sync as the host, or go on with the one that an earlier start left; sum it up."""
    from agent.cli.carrying import host_at_work  # noqa: PLC0415
    from agent.cli.demo_summary import print_summary  # noqa: PLC0415
    from agent.cli.following import exit_code  # noqa: PLC0415
    from agent.cli.run_verbs import tell_what_next  # noqa: PLC0415
    from agent.faces.speaking import wording_of  # noqa: PLC0415

    earlier = _earlier_run()
    with host_at_work(home) as work:
        if not work.ours:
            raise AlreadyRunning(pid=holder(home.lock))
        run_id = _begin(work, earlier, headed=headed)
        wording = wording_of(home, run_id)
        ended = _watch_first_claim(work, run_id, wording, ready_at, earlier)
    doubled = print_summary(home, ended, wording, practice.journal("claimport"))
    tell_what_next(ended, wording)
    code = exit_code(ended)
    return FAILED if doubled and code == DONE else code


def _earlier_run() -> Values | None:
    """Return the run that an earlier start left behind, if it did not come to its end."""
    from agent.store import queries  # noqa: PLC0415

    return next((run for run in queries.run_list(1) if run["state"] in _UNFINISHED), None)


def _begin(work: AtWork, earlier: Values | None, *, headed: bool) -> str:
    """Begin today's run, or go on with the earlier one; the host's recovery does, unless it failed."""
    from agent.cli.carrying import carry_out  # noqa: PLC0415

    if earlier is None:
        wish = {"automation": AUTOMATION, "business_date": None, "options": {"headed": headed}}
        return str(carry_out(work, "run", wish)["run"])
    run_id = str(earlier["id"])
    tell(texts.say("demo_goes_on", {"run": run_id}))
    if earlier["state"] == "FAILED":
        carry_out(work, "retry", {"run": run_id})
    return run_id


def _watch_first_claim(
    work: AtWork, run_id: str, wording: Wording, ready_at: float, earlier: Values | None
) -> Values:
    """Follow the run with live progress; say once how long the first delivered record took."""
    from agent.cli.following import follow  # noqa: PLC0415
    from agent.cli.progress import open_progress  # noqa: PLC0415

    progress = open_progress(wording)
    watched = told = False  # what was delivered before an interruption is no news

    def seen(run: Values) -> None:
        nonlocal watched, told
        delivered = run["records"]["confirmed"] + run["records"]["verified"]
        told = told or (not watched and delivered > 0)
        watched = True
        if delivered and not told:
            told = True
            waited = f"{time.monotonic() - ready_at:.1f}"
            progress.say(
                texts.say("first_delivered", {"seconds": waited, "delivered": delivered}, noun=wording.noun)
            )

    try:
        stale = earlier["reason"] if earlier else None
        return follow(work, run_id, progress, seen=seen, stale=stale)
    finally:
        progress.close()
