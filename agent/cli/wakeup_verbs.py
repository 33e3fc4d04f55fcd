"""``wakeup`` and ``autostart``: what this computer does by itself; set only because a person says so."""

from __future__ import annotations

from typing import Any

import click

from agent.cli.console import json_option, out, print_json, tell
from agent.system.paths import Home, find_home
from resources.i18n import texts

_yes = click.option("--yes", is_flag=True, help="Do not ask.")


@click.group(invoke_without_command=True)
@click.pass_context
def wakeup(ctx: click.Context) -> None:
    """Show whether this computer wakes up for the next run; “wakeup apply” sets it to."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(show)


@wakeup.command()
@json_option
def show(*, as_json: bool = False) -> None:
    """Show what is set, and what would be."""
    home = find_home()
    wakeups, arming = _wakeups(home), _arming(home)
    standing = arming.standing(wakeups)
    definition = arming.definition(wakeups) if wakeups else ""
    if as_json:
        times = [
            {"at": f"{one.at:%H:%M}", "weekdays": sorted(one.weekdays), "zone": one.zone} for one in wakeups
        ]
        print_json({"standing": standing.value, "times": times, "definition": definition})
        return
    out(texts.standing("wakeup_standings", standing.value))
    if not wakeups:
        out(texts.say("no_wakeup"))
        return
    out(definition)


@wakeup.command()
@_yes
def apply(*, yes: bool) -> None:
    """Set this computer to wake up a few minutes before each run."""
    home = find_home()
    wakeups, arming = _wakeups(home), _arming(home)
    if not wakeups:
        raise click.UsageError(texts.say("no_wakeup"))
    tell(arming.definition(wakeups))
    if not yes:
        click.confirm(texts.say("ask_wakeup"), abort=True, err=True)
    arming.apply(wakeups)
    tell(texts.say("wakeup_set"))


@wakeup.command()
def remove() -> None:
    """Take the wake-up away again."""
    _arming(find_home()).remove()
    tell(texts.say("wakeup_gone"))


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def autostart(ctx: click.Context, *, as_json: bool) -> None:
    """Show whether Predawn starts when you sign in; “autostart on” and “autostart off” change it."""
    if ctx.invoked_subcommand is not None:
        return
    state = _autostart().state().value
    print_json({"state": state}) if as_json else out(texts.standing("autostart_states", state))


@autostart.command(name="on")
def turn_on() -> None:
    """Start Predawn when you sign in."""
    entry = _autostart()
    entry.turn_on()
    tell(texts.standing("autostart_states", entry.state().value))


@autostart.command(name="off")
def turn_off() -> None:
    """Don't start Predawn when you sign in."""
    entry = _autostart()
    entry.turn_off()
    tell(texts.standing("autostart_states", entry.state().value))


def _autostart() -> Any:  # noqa: ANN401  # the protocol comes late
    from agent.system import autostart as system  # noqa: PLC0415

    return system.open_autostart(find_home())


def _arming(home: Home) -> Any:  # noqa: ANN401  # the protocol comes late
    from agent.system import power_arming  # noqa: PLC0415

    return power_arming.open_arming(home)


def _wakeups(home: Home) -> list[Any]:
    from agent.faces.wakeups import wakeups  # noqa: PLC0415

    return wakeups(home)
