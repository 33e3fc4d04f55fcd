"""``runs``, ``show`` and ``records``: seeing where things stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from agent.cli import signs
from agent.cli.console import json_option, out, print_json, print_table
from agent.cli.reading import open_for_reading
from agent.core.failures import Parameter, UnknownItem, UnknownRun
from agent.faces.moments import Moments, office_zone
from agent.faces.wording import Wording
from agent.system.paths import Home
from resources.i18n import texts

if TYPE_CHECKING:
    from agent.faces.explaining import Page

Values = Mapping[str, Any]


@click.command()
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="At most so many.")
@json_option
def runs(*, limit: int, as_json: bool) -> None:
    """List the runs, newest first."""
    home, prepared = open_for_reading()
    if not prepared:
        print_json([]) if as_json else out(texts.say("no_runs"))
        return
    from agent.store import queries  # noqa: PLC0415

    found = queries.run_list(limit)
    if as_json:
        print_json(found)
    elif not found:
        out(texts.say("no_runs"))
    else:
        _print_runs(home, found)


def _print_runs(home: Home, found: list[dict[str, Any]]) -> None:
    from agent.faces.wording import heading  # noqa: PLC0415

    clocks = {office: Moments(office_zone(home, office)) for office in {run["office"] for run in found}}
    rows = []
    for run in found:
        moments, sign = clocks[run["office"]], signs.of_run(run["state"])
        rows.append(
            (
                (sign.icon, sign.style),
                run["id"],
                run["title"],
                moments.day(run["business_date"]),
                (_standing(home, run, moments.beside(run["business_date"])), sign.style),
            )
        )
    print_table(["", *heading("run", "automation", "day", "standing")], rows)


def _standing(home: Home, run: Values, moments: Moments) -> str:
    """Say where a run stands; records and questions are read only where the sentence tells of them."""
    if run["state"] == "COMPLETED":
        return Wording(texts.RECORD, moments).run(run)
    from agent.faces.speaking import wording_of  # noqa: PLC0415
    from agent.store import queries  # noqa: PLC0415

    return wording_of(home, run["id"], lambda _zone: moments).run(queries.run(run["id"]))


@click.command()
@click.argument("run_id", metavar="RUN")
@json_option
def show(run_id: str, *, as_json: bool) -> None:
    """Show all of one run: tasks, records, totals, questions, evidence."""
    home, found = read_run(run_id)
    from agent.faces import outlook_words  # noqa: PLC0415

    forecast = outlook_words.forecast_of(home, found["id"])
    if as_json:
        plain = {name: value for name, value in found.items() if name != "folder"}
        print_json({**plain, "forecast": outlook_words.as_json(forecast)})
        return
    from agent.cli.run_page import print_run  # noqa: PLC0415
    from agent.faces.speaking import wording_of  # noqa: PLC0415

    wording = wording_of(home, found["id"])
    print_run(found, wording)
    if forecast is not None:
        out(outlook_words.sentence(forecast, wording.moments))


@click.command()
@click.argument("run_id", metavar="[RUN]", required=False)
@click.option("--state", type=click.Choice(sorted(texts.codes("record_states"))), help="Only these.")
@click.option("--open", "number", type=click.IntRange(min=1), metavar="NO", help="Show one with its values.")
@click.option("--key", metavar="KEY", help="Only the record with this key; without RUN: of all runs.")
@click.option("--why", is_flag=True, help="Say of each value where it came from and who entered it.")
@click.option("--with-personal", is_flag=True, help="Show personal values, too.")
@json_option
def records(
    run_id: str | None,
    *,
    state: str | None,
    number: int | None,
    key: str | None,
    why: bool,
    with_personal: bool,
    as_json: bool,
) -> None:
    """List a run's records and what became of each; where each value came from; or find one by its key."""
    from agent.cli import record_details, record_pages  # noqa: PLC0415

    if run_id is None and key is None:
        raise click.UsageError(texts.say("run_or_key"))
    home, wanted = _runs_to_look_at(run_id, key)
    pages = [record_details.page_of(home, run) for run in wanted]
    for page in pages:
        page.keep(state=state, ordinal=number, key=key)
    if key is not None or number is not None:
        pages = [page for page in pages if page.records]
    if number is not None and not pages:
        raise UnknownItem(item=number)
    if with_personal or (number is not None and not as_json):
        _note_shown(home, pages)
    if as_json:
        print_json([record for page in pages for record in page.as_json(with_personal=with_personal)[::-1]])
    elif why or number is not None or key is not None:
        _print_details(pages, key, why=why, with_personal=with_personal or number is not None)
    else:
        (page,) = pages
        left_out = page.left_out() if state is None else []
        record_pages.print_records(page.records, left_out, page.wording)


def _note_shown(home: Home, pages: list[Page]) -> None:
    """Who sees personal values stands in the audit log before they are shown."""
    from agent.cli.person import at_terminal  # noqa: PLC0415
    from agent.host import auditing  # noqa: PLC0415

    for page in pages:
        if page.held:
            told: dict[str, Parameter] = {"run": page.run, "count": len(page.records)}
            auditing.note(home, at_terminal(), "values_shown", told)


def _print_details(pages: list[Page], key: str | None, *, why: bool, with_personal: bool) -> None:
    """Print records one by one: sentences for each value, or the values and where they came from."""
    from agent.cli.record_details import explain_records, open_records  # noqa: PLC0415

    if not pages:
        out(texts.say("no_such_key", {"key": key}))
    for page in pages:
        if key is not None:
            out(texts.say("in_run", {"run": page.run}))
        if why:
            explain_records(page, with_personal=with_personal)
        else:
            open_records(page, with_personal=with_personal)


def _runs_to_look_at(run_id: str | None, key: str | None) -> tuple[Home, list[str]]:
    """Return the home and the run that was named, or every run that has a record with this key."""
    if run_id is not None:
        home, found = read_run(run_id)
        return home, [found["id"]]
    home, prepared = open_for_reading()
    if not prepared:
        return home, []
    from agent.core.keys import normalise_key  # noqa: PLC0415
    from agent.host.auditing import open_keys  # noqa: PLC0415
    from agent.store import lineage  # noqa: PLC0415
    from agent.system.seal import keyed_hash  # noqa: PLC0415

    key_hash = keyed_hash(open_keys(home).index, normalise_key(key or ""))
    return home, list(dict.fromkeys(run for run, _record in lineage.runs_with_key(key_hash)))


def read_run(run_id: str) -> tuple[Home, dict[str, Any]]:
    """Return the home and all of one run. Raises UnknownRun, or what opening the store raises."""
    home, prepared = open_for_reading()
    if not prepared:
        raise UnknownRun(run=run_id)
    from agent.store import queries, runs  # noqa: PLC0415

    return home, queries.run(runs.get(run_id).id)
