"""``log`` and ``evidence``: what happened, and what proves it."""

from __future__ import annotations

from pathlib import Path

import click

from agent.cli import endings
from agent.cli.console import json_option, out, print_json, print_table, tell
from agent.cli.endings import Told
from agent.cli.look_verbs import read_run
from agent.cli.new_files import write_new
from agent.cli.sealed import run_key
from agent.core.failures import UnknownItem
from agent.faces.moments import Moments, office_zone
from agent.system.paths import Home, find_home
from resources.i18n import texts


@click.command()
@click.argument("run_id", metavar="[RUN]", required=False)
@click.option("--search", "word", metavar="W", help="Only lines with this word.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=500, show_default=True, help="The newest so many."
)
@json_option
def log(run_id: str | None, *, word: str | None, limit: int, as_json: bool) -> None:
    """Print the log, the newest line last: of Predawn itself, or of one run."""
    from agent.cli import log_files  # noqa: PLC0415

    if run_id is None:
        file = find_home().logs / "agent.log"
    else:
        home, run = read_run(run_id)
        file = home.logs / f"{run['id']}.log"
    found = log_files.entries(file)
    if word is not None:
        found = log_files.search(found, word)
    found = found[-limit:]
    if as_json:
        print_json([entry._asdict() for entry in reversed(found)])
        return
    if not found:
        tell(texts.say("no_log"))
    for entry in found:
        out(" ".join(part for part in entry if part))


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--open", "ident", metavar="ID", help="Unseal this piece …")
@click.option(
    "--to",
    "target",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="… into this file.",
)
@json_option
def evidence(run_id: str, *, ident: str | None, target: Path | None, as_json: bool) -> None:
    """List what proves a run: downloaded files and pictures; or take one out of its seal."""
    if (ident is None) != (target is None):
        raise click.UsageError(texts.say("open_needs_to"))
    home, run = read_run(run_id)
    if ident is not None and target is not None:
        _unseal(home, run["id"], ident, target)
        return
    from agent.store import queries  # noqa: PLC0415

    found = queries.evidence(run["id"])
    if as_json:
        print_json(found[::-1])
        return
    if not found:
        out(texts.say("no_evidence"))
        return
    moments = Moments(office_zone(home, run["office"]))
    rows = [
        (
            item["id"],
            texts.evidence_kind(item["kind"]),
            item["name"],
            f"{item['size']:,}",
            moments.at(item["created_at"]),
            item["sha256"][:12],
        )
        for item in found
    ]
    heads = [texts.say(f"head_{name}") for name in ("item", "kind", "name", "bytes", "since", "sha256")]
    print_table(heads, rows, numbers=[3])
    out(texts.say("evidence_next", {"run": run["id"]}))


def _unseal(home: Home, run_id: str, ident: str, target: Path) -> None:
    from agent.store import queries  # noqa: PLC0415
    from agent.store.evidence import open_evidence  # noqa: PLC0415

    if ident not in {item["id"] for item in queries.evidence(run_id)}:
        raise UnknownItem(item=ident)
    key = run_key(home, run_id)
    try:
        content = open_evidence(ident, key)
    except KeyError:
        raise Told("evidence_gone", endings.FAILED, item=ident) from None
    write_new(target, content)
    tell(texts.say("unsealed", {"file": target}))
