"""``doctor``: would the next run find everything it needs?"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from agent.cli import endings
from agent.cli.console import json_option, out, print_json, tell
from agent.cli.new_files import refuse_existing, write_new
from agent.system.paths import find_home
from resources.i18n import texts

_SIGNS = {"good": ("✓", "green"), "warning": ("!", "yellow"), "problem": ("✗", "red")}


@click.command()
@click.option(
    "--bundle",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write what support needs into a new zip instead: no password, no record, no name is in it.",
)
@click.option(
    "--visit", is_flag=True, help="Also sign in, once, at each site whose settings say visit = true."
)
@json_option
def doctor(*, bundle: Path | None, visit: bool, as_json: bool) -> int:
    """Check this computer: disk, browser, keyring, passwords, sites, calendar, power. Nothing is changed."""
    from agent.host.preflight import examine, problems  # noqa: PLC0415

    if bundle is not None:
        _write_bundle(bundle)
        return endings.DONE
    found = examine(find_home(), datetime.now(UTC), visit=visit)
    if as_json:
        print_json(
            [
                {
                    "check": one.check,
                    "grade": one.grade.value,
                    "code": one.code,
                    "params": dict(one.params),
                    **texts.finding(one.code, one.params)._asdict(),
                }
                for one in found
            ]
        )
    else:
        for one in found:
            told, (sign, colour) = texts.finding(one.code, one.params), _SIGNS[one.grade]
            out(f"{click.style(sign, fg=colour)} {told.title}")
            if told.next and one.grade != "good":
                out(f"    {told.next}")
    return endings.NOT_READY if problems(found) else endings.DONE


def _write_bundle(target: Path) -> None:
    from agent.host.support import support_bundle  # noqa: PLC0415

    refuse_existing(target)
    write_new(target, support_bundle(find_home(), datetime.now(UTC)))
    tell(texts.say("bundle_written", {"file": target}))
