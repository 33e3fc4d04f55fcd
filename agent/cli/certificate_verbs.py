"""``certificate`` and ``verify``: a run's delivery, signed, and whether such a paper is to be believed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agent.cli import endings
from agent.cli.console import json_option, out, print_json, tell
from agent.cli.reading import open_for_reading
from agent.core.certificate import Examined, Problem
from agent.core.failures import NotReady
from agent.faces.moments import Moments
from resources.i18n import texts

if TYPE_CHECKING:
    from agent.system.paths import Home

Values = Mapping[str, Any]


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option(
    "--to",
    "folder",
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    help="Where to write it (else: here).",
)
@click.option("--with-personal", is_flag=True, help="Show personal values, too.")
def certificate(run_id: str, *, folder: Path, with_personal: bool) -> int:
    """Write what became of each record of a finished run: a workbook to read, and a signed file to check."""
    from agent.cli.look_verbs import read_run  # noqa: PLC0415
    from agent.cli.new_files import refuse_existing, write_new  # noqa: PLC0415
    from agent.cli.person import at_terminal  # noqa: PLC0415
    from agent.faces.certificates import file_names, issue  # noqa: PLC0415
    from agent.faces.speaking import wording_of  # noqa: PLC0415

    home, run = read_run(run_id)
    book, signed = (folder / name for name in file_names(run["id"]))
    refuse_existing(book, signed)
    issued = issue(home, run, wording_of(home, run["id"]), at_terminal(), with_personal=with_personal)
    write_new(book, issued.workbook)
    write_new(signed, issued.document)
    out(str(signed))
    tell(texts.say("certified", {"workbook": book, "document": signed}))
    if not with_personal:
        tell(texts.say("certified_masked"))
    if issued.unequal:
        tell(texts.say("certified_unequal"))
    return endings.DONE


@click.command()
@click.argument("file", metavar="CERTIFICATE", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--fingerprint", "named", metavar="F", help="The key that must have signed it.")
@json_option
def verify(file: Path, *, named: str | None, as_json: bool) -> int:
    """Check a certificate: signature, workbook, totals; and whether this home issued it.

    Ends with 0 when it is to be believed, with 1 when anything is wrong or its key is not known.
    """
    from agent.cli.new_files import require_file  # noqa: PLC0415
    from agent.core.certificate import examine, fingerprint  # noqa: PLC0415
    from agent.system.seal import is_signed  # noqa: PLC0415

    require_file(file)

    found = examine(file.read_bytes(), is_signed)
    key = fingerprint(found.public)
    problems = list(found.problems)
    beside: bool | None = None
    own = False
    if not problems or all(problem.code == "certificate_unequal" for problem in problems):
        beside = _workbook_is_issued(file, found)
        if beside is False:
            problems.append(
                Problem("certificate_workbook", {"name": (found.facts or {})["workbook"]["name"]})
            )
        own = _is_own(found.public)
        if not own and (named is None or _digits(named) != _digits(key)):
            problems.append(Problem("certificate_key", {"fingerprint": key}))
    if as_json:
        told = [{"code": problem.code, **problem.params} for problem in problems]
        print_json(
            {"genuine": not problems, "own": own, "fingerprint": key, "workbook": beside, "problems": told}
        )
    else:
        _tell(file, found, problems, own=own, beside=beside, key=key)
    return endings.FAILED if problems else endings.DONE


def _tell(
    file: Path, found: Examined, problems: list[Problem], *, own: bool, beside: bool | None, key: str
) -> None:
    if problems:
        for problem in problems:
            out(texts.say(problem.code, problem.params))
        out(texts.say("certificate_bad"))
        if [problem.code for problem in problems] == ["certificate_key"]:
            out(texts.say("certificate_compare", {"file": file, "fingerprint": key}))
    facts = found.facts
    if facts is None or any(problem.code in _WORTHLESS for problem in problems):
        return
    run, counts = facts["run"], facts["counts"]
    if not problems:
        out(texts.say("certificate_good", {"at": Moments(None).full(facts["issued"]["at"])}))
        out(texts.say("certificate_own" if own else "certificate_named"))
    day = {"title": run["title"], "day": run["business_date"], "run": run["id"]}
    out(texts.say("certificate_about", {**day, "count": counts["total"], "verified": counts["verified"]}))
    if beside is not False:
        out(texts.say("workbook_equal" if beside else "workbook_absent", facts["workbook"]))


_WORTHLESS = {"certificate_altered", "certificate_signature", "certificate_version", "certificate_unreadable"}


def _workbook_is_issued(file: Path, found: Examined) -> bool | None:
    """Tell whether the workbook beside a certificate is the one it was issued with; None without one."""
    book: Values = (found.facts or {})["workbook"]
    beside = file.parent / Path(book["name"]).name
    if not beside.is_file():
        return None
    return hashlib.sha256(beside.read_bytes()).hexdigest() == str(book["sha256"])


def _is_own(public: bytes) -> bool:
    """Tell whether this home's own key signed; where the keyring cannot say, the reason is told."""
    from agent.host.auditing import open_keys  # noqa: PLC0415
    from agent.system.seal import public_key  # noqa: PLC0415

    home: Home
    home, prepared = open_for_reading()
    if not prepared:
        return False
    try:
        return public_key(open_keys(home).certificates) == public
    except NotReady as failure:
        endings.tell_failure(failure)
        return False


def _digits(fingerprint: str) -> str:
    return "".join(fingerprint.split()).lower()
