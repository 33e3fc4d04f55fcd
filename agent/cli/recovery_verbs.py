"""``recovery-code``: the slip of paper that opens this home's data on another computer."""

from __future__ import annotations

import sys

import click

from agent.cli import endings
from agent.cli.console import json_option, out, print_json, tell
from agent.cli.endings import Told
from agent.cli.person import at_terminal
from agent.cli.reading import open_for_reading, open_home
from agent.core.failures import WrongRecoveryCode
from agent.system.paths import Home, find_home
from resources.i18n import texts

_TRIES = 3


@click.group(name="recovery-code", invoke_without_command=True)
@json_option
@click.pass_context
def recovery_code(ctx: click.Context, *, as_json: bool) -> int:
    """Say whether a recovery code was saved; “recovery-code new” shows one, once."""
    from agent.host.recovery_code import Standing, standing  # noqa: PLC0415

    if ctx.invoked_subcommand is not None:
        return endings.DONE
    home, prepared = open_for_reading()
    stands = standing(home) if prepared or home.is_demo else Standing.WANTED
    if as_json:
        print_json({"standing": stands.value})
    else:
        out(texts.standing("recovery_standings", stands.value))
    return endings.DONE


@recovery_code.command()
def new() -> int:
    """Show a new code, once, and ask for it again: an earlier one stops working then.

    With a script's standard input it shows the code and leaves it unconfirmed; then: recovery-code saved.
    """
    from agent.host import recovery_code as recovery  # noqa: PLC0415
    from agent.host.passwords import open_or_make  # noqa: PLC0415

    home = find_home()
    open_or_make(home)
    code = recovery.begin(home, at_terminal())
    tell(texts.say("recovery_code_here"))
    out(code)
    if not sys.stdin.isatty():
        tell(texts.say("recovery_code_confirm"))
        return endings.NEEDS_PERSON
    return _confirmed(home)


@recovery_code.command()
def saved() -> int:
    """Say that the code shown last is saved, by typing it (or by standard input, one line)."""
    home = _opened()
    if sys.stdin.isatty():
        return _confirmed(home)
    from agent.host import recovery_code as recovery  # noqa: PLC0415

    recovery.confirm_saved(home, sys.stdin.readline(), at_terminal())
    tell(texts.say("recovery_code_kept"))
    return endings.DONE


@recovery_code.command()
def check() -> int:
    """Type a code that you find (or by standard input): does it open this home?"""
    from agent.host import recovery_code as recovery  # noqa: PLC0415

    _opened()
    if not recovery.opens(_typed()):
        raise Told("recovery_code_opens_nothing", endings.FAILED)
    tell(texts.say("recovery_code_opens"))
    return endings.DONE


@recovery_code.command("accept-loss")
def accept_loss() -> int:
    """Do without a code: if this computer's keyring is lost, so is all that Predawn has sealed."""
    from agent.host import recovery_code as recovery  # noqa: PLC0415
    from agent.host.passwords import open_or_make  # noqa: PLC0415

    home = find_home()
    open_or_make(home)
    recovery.accept_loss(home, at_terminal())
    tell(texts.say("loss_accepted"))
    return endings.DONE


def remind(home: Home) -> None:
    """Say that set-up is not at its end while no code is saved and no loss accepted; nobody is asked."""
    from agent.host.recovery_code import Standing, standing  # noqa: PLC0415

    if standing(home) is Standing.WANTED:
        tell(texts.say("recovery_code_wanted"))


def _confirmed(home: Home) -> int:
    from agent.host import recovery_code as recovery  # noqa: PLC0415

    for _ in range(_TRIES):
        try:
            recovery.confirm_saved(home, _typed(), at_terminal())
        except WrongRecoveryCode as failure:
            endings.tell_failure(failure)
        else:
            tell(texts.say("recovery_code_kept"))
            return endings.DONE
    tell(texts.say("recovery_code_confirm"))
    return endings.NEEDS_PERSON


def _typed() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline()
    answer: str = click.prompt(texts.say("ask_recovery_code"), err=True)
    return answer


def _opened() -> Home:
    home = find_home()
    if not open_home(home):
        raise Told("no_home", endings.WRONG_USAGE, home=home.root)
    return home
