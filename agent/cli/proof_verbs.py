"""``log`` and ``evidence``: what happened, and what proves it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from agent.cli.console import json_option, out, print_json, print_table, tell
from agent.cli.look_verbs import read_run
from agent.cli.new_files import refuse_existing, write_new
from agent.cli.person import at_terminal
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
@click.option(
    "--export",
    "folder",
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write all of it into a new folder, with an index.",
)
@json_option
def evidence(
    run_id: str, *, ident: str | None, target: Path | None, folder: Path | None, as_json: bool
) -> None:
    """List what proves a run: downloaded files and pictures; or take it out of its seal.

    Who takes anything out stands in the audit log.
    """
    if (ident is None) != (target is None) or (folder is not None and ident is not None):
        raise click.UsageError(texts.say("open_needs_to"))
    home, run = read_run(run_id)
    if folder is not None:
        _export(home, run["id"], folder)
        return
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
            _fingerprint(item),
        )
        for item in found
    ]
    heads = [texts.say(f"head_{name}") for name in ("item", "kind", "name", "bytes", "since", "sha256")]
    print_table(heads, rows, numbers=[3])
    out(texts.say("evidence_next", {"run": run["id"]}))


def _unseal(home: Home, run_id: str, ident: str, target: Path) -> None:
    from agent.host.proofs import open_proof  # noqa: PLC0415
    from agent.store import queries  # noqa: PLC0415

    if ident not in {item["id"] for item in queries.evidence(run_id)}:
        raise UnknownItem(item=ident)
    refuse_existing(target)
    write_new(target, open_proof(home, ident, at_terminal()).content)
    tell(texts.say("unsealed", {"file": target}))


def _export(home: Home, run_id: str, folder: Path) -> None:
    from agent.host.proofs import export  # noqa: PLC0415

    for file in export(home, run_id, folder, at_terminal()):
        out(str(file))
    tell(texts.say("unsealed", {"file": folder}))


def _fingerprint(item: dict[str, Any]) -> str:
    """Return the beginning of its SHA-256, or that its bytes are gone and since when."""
    if item["removed"] is None:
        return str(item["sha256"][:12])
    return texts.say("removed_by_rule", {"sha256": item["sha256"][:12], **item["removed"]})
