"""How a command ends: an exit code, and on standard error a title and what to do next. Never a traceback."""

from __future__ import annotations

import os

import click

from agent.cli.console import tell
from agent.core.failures import DutyIsOpen, Failure, NotReady, NotTakenOver, Usage
from agent.faces.details import keep_details
from resources.i18n import texts

DONE, FAILED, WRONG_USAGE, NEEDS_PERSON, NOT_READY = range(5)
INTERRUPTED = 130
"""What a shell reports for a program that Ctrl-C ended."""


class Told(Exception):
    """The command ends here, in words of its own: ``code`` names two sentences, CODE and CODE_next."""

    def __init__(self, code: str, ends_with: int, **params: object) -> None:
        super().__init__(code)
        self.title = texts.say(code, params)
        self.next = texts.say(f"{code}_next", params)
        self.exit_code = ends_with


def exit_code_of(failure: Failure) -> int:
    """Return the exit code for a failure (DESIGN.md, 9)."""
    if isinstance(failure, DutyIsOpen | NotTakenOver):
        return NEEDS_PERSON
    if isinstance(failure, Usage):
        return WRONG_USAGE
    return NOT_READY if isinstance(failure, NotReady) else FAILED


def tell_failure(failure: Failure, *, run: str | None = None) -> None:
    """Say what happened and what to do next."""
    tell_text(*texts.failure(failure.code, failure.params, run=run))


def tell_text(title: str, next_step: str) -> None:
    """Say a title, marked as such where colours are shown, and below it what to do next."""
    tell(click.style(title, bold=True))
    if next_step:
        tell(next_step)


def end_in_words(error: BaseException) -> int:
    """Say an error in words and return its exit code. Our own defects leave their details in a file."""
    match error:
        case Failure():
            tell_failure(error)
            return exit_code_of(error)
        case Told():
            tell_text(error.title, error.next)
            return error.exit_code
        case click.ClickException():
            tell_text(error.format_message(), texts.say("ask_for_help"))
            return WRONG_USAGE if isinstance(error, click.UsageError) else FAILED
        case KeyboardInterrupt() | click.Abort():
            tell(texts.say("interrupted"))
            return INTERRUPTED
        case BrokenPipeError():
            # Whoever read our output (head, less) has seen enough; Python must not complain at its own end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            return DONE
    tell_text(texts.say("defect"), texts.say("defect_next", {"file": keep_details(error)}))
    return FAILED
