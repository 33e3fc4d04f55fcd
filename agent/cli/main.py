"""The ``predawn`` command. What is heavy is imported by the verb that needs it: a list must take no time."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from agent.cli.endings import end_in_words
from agent.system.paths import find_home

# What one wants, then each verb and the module that holds it: only the verb that is used is loaded.
_SECTIONS = (
    ("Try it", {"demo": "demo_verb", "practice": "practice_verb"}),
    ("Run", dict.fromkeys(("run", "resume", "retry", "cancel", "agent"), "run_verbs")),
    (
        "See",
        {
            **dict.fromkeys(("runs", "show", "records"), "look_verbs"),
            **dict.fromkeys(("log", "evidence"), "proof_verbs"),
            "calendar": "calendar_verbs",
            **dict.fromkeys(("certificate", "verify"), "certificate_verbs"),
            "audit": "audit_verbs",
        },
    ),
    (
        "Decide",
        {
            "review": "review_verbs",
            "attend": "attend_verb",
            **dict.fromkeys(("finish-by-hand", "worklist"), "by_hand_verbs"),
            "pause": "calendar_verbs",
        },
    ),
    (
        "Set up",
        {
            "sites": "site_verbs",
            "check": "check_verbs",
            "notices": "notice_verbs",
            "recovery-code": "recovery_verbs",
        },
    ),
    ("With the team", {"panel": "panel_verbs"}),
    (
        "This computer",
        {
            "doctor": "doctor_verbs",
            **dict.fromkeys(("wakeup", "autostart"), "wakeup_verbs"),
            **dict.fromkeys(("backup", "restore", "home"), "backup_verbs"),
        },
    ),
)
_MODULES = {verb: module for _title, verbs in _SECTIONS for verb, module in verbs.items()}


class Verbs(click.Group):
    """The group of all verbs: lists them by what one wants, and ends every one of them in words."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return every verb."""
        return list(_MODULES)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one verb; None for a word that is none."""
        if cmd_name not in _MODULES:
            return None
        command: click.Command = getattr(
            importlib.import_module(f"agent.cli.{_MODULES[cmd_name]}"), cmd_name.replace("-", "_")
        )
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs in their sections."""
        for title, verbs in _SECTIONS:
            known = [(verb, self.get_command(ctx, verb)) for verb in verbs]
            with formatter.section(title):
                formatter.write_dl(
                    [(verb, command.get_short_help_str(limit=90)) for verb, command in known if command]
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
@click.option("--background", is_flag=True, help="Start in the tray, without opening the window.")
@click.pass_context
def predawn(ctx: click.Context, *, background: bool) -> int | None:
    """Predawn carries records between web systems before business hours, each exactly once.

    Without a command it opens its window and keeps to the schedule from the tray. To see it work first, try
    “predawn demo”: a whole morning on two practice systems of its own, in a few minutes.
    """
    if ctx.invoked_subcommand is not None:
        return None
    from ui.desktop.app import has_screen, run  # noqa: PLC0415 (Qt)

    if not has_screen():
        click.echo(ctx.get_help())
        return None
    return run(find_home(), background=background)


def main() -> NoReturn:
    """Start the command line: the console script of the package."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # an old Windows console cannot show every sign
    predawn.main(prog_name="predawn")


if __name__ == "__main__":
    main()
