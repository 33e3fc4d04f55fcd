"""The demo's last page: what a clerk wants to know of the morning, and where the proof is."""

from __future__ import annotations

import os
import shutil
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from agent.cli import signs
from agent.cli.console import out, print_table
from agent.cli.run_page import print_totals
from agent.faces.moments import duration
from agent.faces.wording import Wording
from agent.system.paths import Home
from resources.i18n import texts

Values = Mapping[str, Any]


def print_summary(home: Home, run: Values, wording: Wording, journal: Sequence[Values]) -> int:
    """Print what became of the morning; returns how many records the target's own books hold twice."""
    from agent.store import queries  # noqa: PLC0415

    sign = signs.of_run(run["state"])
    out()
    out(f"{sign.icon} {wording.run(run)}")
    if run["started_at"] and run["ended_at"]:
        out(texts.say("took", {"duration": _took(run)}))
    left_out = queries.left_out(run["id"])
    if left_out:
        out(texts.say("left_out_because", {"count": len(left_out)}))
        print_table(
            [texts.say("head_row"), texts.say("head_why")],
            [(row["address"], row["reason"]) for row in left_out],
        )
    print_totals(run["totals"], wording)
    _print_confirmations([record["confirmation"] for record in queries.records(run["id"])], wording)
    doubled = _print_journal(journal, wording)
    if run["state"] != "COMPLETED" and command(home, "") != "predawn ":
        out(texts.say("here_means", {"command": command(home, "").strip()}))
    out(texts.say("proof_there", {"command": command(home, f"evidence {run['id']}")}))
    out(texts.say("records_there", {"command": command(home, f"records {run['id']}")}, noun=wording.noun))
    return doubled


def command(home: Home, words: str) -> str:
    """Return a command as one can type it here: with the home named and the path, where they are needed."""
    name = "predawn" if shutil.which("predawn") else _beside_python()
    named = os.environ.get("PREDAWN_HOME")
    prefix = "" if named and Path(named).expanduser().resolve() == home.root else f"PREDAWN_HOME={home.root} "
    return f"{prefix}{name} {words}"


def _beside_python() -> str:
    script = Path(sys.executable).with_name("predawn")
    try:
        return str(script.relative_to(Path.cwd()))
    except ValueError:
        return str(script)


def _took(run: Values) -> str:
    began, ended = (datetime.fromisoformat(run[name]) for name in ("started_at", "ended_at"))
    return duration((ended - began).total_seconds())


def _print_confirmations(numbers: Sequence[str | None], wording: Wording) -> None:
    known = [number for number in numbers if number]
    if known:
        told = {"count": len(known), "first": known[0], "last": known[-1]}
        out(texts.say("confirmations", told, noun=wording.noun))


def _print_journal(journal: Sequence[Values], wording: Wording) -> int:
    """Compare with what the claims house wrote down itself, past its screens and past Predawn."""
    entered = Counter(str(entry["claim_no"]) for entry in journal)
    doubled = sum(1 for times in entered.values() if times > 1)
    out(texts.say("journal_holds", {"held": texts.count(len(journal), wording.noun), "doubled": doubled}))
    return doubled
