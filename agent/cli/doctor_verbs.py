"""``doctor``: would the next run find everything it needs?"""

from __future__ import annotations

from datetime import UTC, datetime

import click

from agent.cli import endings
from agent.cli.console import json_option, out, print_json
from agent.system.paths import find_home
from resources.i18n import texts

_SIGNS = {"good": ("✓", "green"), "warning": ("!", "yellow"), "problem": ("✗", "red")}


@click.command()
@click.option(
    "--visit", is_flag=True, help="Also sign in, once, at each site whose settings say visit = true."
)
@json_option
def doctor(*, visit: bool, as_json: bool) -> int:
    """Check this computer: disk, browser, keyring, passwords, sites, calendar, power. Nothing is changed."""
    from agent.host.preflight import examine, problems  # noqa: PLC0415

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
