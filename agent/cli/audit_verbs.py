"""``audit``: who decided what, who looked at evidence, and whether that log is whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import click

from agent.cli import endings
from agent.cli.console import json_option, out, print_json, print_table
from agent.cli.endings import Told
from agent.cli.reading import open_for_reading
from agent.faces.moments import Moments
from resources.i18n import texts

_FAULTS = {
    "edited": "audit_edited",
    "broken": "audit_broken",
    "cut": "audit_cut",
    "replaced": "audit_replaced",
}


@click.group()
def audit() -> None:
    """List who decided what and who looked at evidence; check that nothing of it was changed."""


@audit.command(name="list")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="So many.")
@json_option
def list_entries(*, limit: int, as_json: bool) -> None:
    """List decisions and looks at evidence, the newest first."""
    from agent.store import audit as chain  # noqa: PLC0415

    _home, prepared = open_for_reading()
    found = chain.entries(limit) if prepared else []
    if as_json:
        print_json([{**asdict(entry), "at": entry.at.isoformat(timespec="milliseconds")} for entry in found])
        return
    if not found:
        out(texts.say("no_audit"))
        return
    moments = Moments(None)
    heads = [texts.say(f"head_{name}") for name in ("number", "when", "who", "machine", "what", "about")]
    rows = [
        (
            entry.position,
            moments.at(entry.at.isoformat()),
            texts.say("actor_via", {"name": entry.actor.name, "via": entry.actor.via}),
            entry.actor.machine,
            texts.audited(entry.verb),
            _about(entry.params),
        )
        for entry in found
    ]
    print_table(heads, rows, numbers=[0])


@audit.command()
@json_option
def verify(*, as_json: bool) -> int:
    """Check every entry, and that none is missing: by their signatures and by what the keyring remembers."""
    from agent.host import auditing  # noqa: PLC0415

    home, prepared = open_for_reading()
    if not prepared:
        raise Told("no_home", endings.WRONG_USAGE, home=home.root)
    return _told(auditing.verify(home), as_json=as_json)


def _told(verdict: Any, *, as_json: bool) -> int:  # noqa: ANN401  # the class comes late
    if as_json:
        print_json(asdict(verdict))
    if verdict.fault is not None:
        raise Told(_FAULTS[verdict.fault], endings.FAILED, position=verdict.at, count=verdict.count)
    if not as_json:
        out(texts.say("audit_whole", {"count": verdict.count, "witnessed": verdict.witnessed}))
    return endings.DONE


def _about(params: Mapping[str, object]) -> str:
    return " ".join(f"{name}={value}" for name, value in params.items())
