"""The ``predawn`` command. What is heavy is imported by the verb that needs it: a list must take no time."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from agent.cli import (
    check_verbs,
    demo_verb,
    look_verbs,
    practice_verb,
    proof_verbs,
    review_verbs,
    run_verbs,
    site_verbs,
)
from agent.cli.endings import end_in_words

_SECTIONS = (
    ("Try it", ("demo", "practice")),
    ("Run", ("run", "resume", "retry", "cancel", "agent")),
    ("See", ("runs", "show", "records", "log", "evidence")),
    ("Decide", ("review",)),
    ("Set up", ("sites", "check")),
)


class Verbs(click.Group):
    """The group of all verbs: lists them by what one wants, and ends every one of them in words."""

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs in their sections."""
        for title, names in _SECTIONS:
            with formatter.section(title):
                formatter.write_dl(
                    [(name, self.commands[name].get_short_help_str(limit=90)) for name in names]
                )

    def main(  # type: ignore[override]  # click declares overloads that differ in one literal
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        **extra: Any,  # noqa: ANN401  # click's own
    ) -> NoReturn:
        """Run a verb and exit with its code; whatever goes wrong is told in words."""
        extra.pop("standalone_mode", None)
        try:
            code = super().main(args, prog_name=prog_name, standalone_mode=False, **extra)
            sys.stdout.flush()
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # the last place before the person
            code = end_in_words(error)
        sys.exit(code if isinstance(code, int) else 0)


@click.group(cls=Verbs, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="predawn", prog_name="predawn")
@click.pass_context
def predawn(ctx: click.Context) -> None:
    """Predawn carries records between web systems before business hours, each exactly once.

    Begin with “predawn demo”: it shows a whole morning on two practice systems of its own, in a few minutes.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


for _module in (
    demo_verb,
    practice_verb,
    run_verbs,
    look_verbs,
    proof_verbs,
    review_verbs,
    site_verbs,
    check_verbs,
):
    for _verb in _module.VERBS:
        predawn.add_command(_verb)


def main() -> NoReturn:
    """Start the command line: the console script of the package."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # an old Windows console cannot show every sign
    predawn.main(prog_name="predawn")
