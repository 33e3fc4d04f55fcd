"""``runs``, ``show`` and ``records``: seeing where things stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from agent.cli import signs
from agent.cli.console import json_option, out, print_json, print_table
from agent.cli.moments import Moments, office_zone
from agent.cli.reading import open_for_reading
from agent.cli.wording import Wording
from agent.core.failures import UnknownItem, UnknownRun
from agent.system.paths import Home
from resources.i18n import texts

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
    from agent.cli.record_pages import heading  # noqa: PLC0415

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
                (_standing(home, run, moments), sign.style),
            )
        )
    print_table(["", *heading("run", "automation", "day", "standing")], rows)


def _standing(home: Home, run: Values, moments: Moments) -> str:
    """Say where a run stands; records and questions are read only where the sentence tells of them."""
    if run["state"] == "COMPLETED":
        return Wording(texts.RECORD, moments).run(run)
    from agent.cli.following import wording_of  # noqa: PLC0415
    from agent.store import queries  # noqa: PLC0415

    return wording_of(home, run["id"]).run(queries.run(run["id"]))


@click.command()
@click.argument("run_id", metavar="RUN")
@json_option
def show(run_id: str, *, as_json: bool) -> None:
    """Show all of one run: tasks, records, totals, questions, evidence."""
    home, found = read_run(run_id)
    from agent.cli import outlook_words  # noqa: PLC0415

    forecast = outlook_words.forecast_of(home, found["id"])
    if as_json:
        plain = {name: value for name, value in found.items() if name != "folder"}
        print_json({**plain, "forecast": outlook_words.as_json(forecast)})
        return
    from agent.cli.following import wording_of  # noqa: PLC0415
    from agent.cli.run_page import print_run  # noqa: PLC0415

    wording = wording_of(home, found["id"])
    print_run(found, wording)
    if forecast is not None:
        out(outlook_words.sentence(forecast, wording.moments))


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--state", type=click.Choice(sorted(texts.codes("record_states"))), help="Only these.")
@click.option("--open", "number", type=click.IntRange(min=1), metavar="NO", help="Show one with its values.")
@json_option
def records(run_id: str, *, state: str | None, number: int | None, as_json: bool) -> None:
    """List a run's records and what became of each; or one of them, with the cell each value came from."""
    home, found = read_run(run_id)
    from agent.cli import record_pages  # noqa: PLC0415
    from agent.cli.following import wording_of  # noqa: PLC0415
    from agent.cli.sealed import contents  # noqa: PLC0415
    from agent.store import queries  # noqa: PLC0415

    listed = queries.records(found["id"], state)
    held = contents(home, found["id"]) if listed else {}
    if number is not None:
        listed = [record for record in listed if record["ordinal"] == number]
        if not listed:
            raise UnknownItem(item=number)
    keyed = [{**record, "key": held.get(record["id"], {}).get("key")} for record in listed]
    if as_json:
        print_json(keyed[::-1])
    elif number is not None:
        for record in keyed:
            record_pages.print_record(record, held.get(record["id"]), wording_of(home, found["id"]))
    else:
        left_out = queries.left_out(found["id"]) if state is None else []
        record_pages.print_records(keyed, left_out, wording_of(home, found["id"]))


def read_run(run_id: str) -> tuple[Home, dict[str, Any]]:
    """Return the home and all of one run. Raises UnknownRun, or what opening the store raises."""
    home, prepared = open_for_reading()
    if not prepared:
        raise UnknownRun(run=run_id)
    from agent.store import queries, runs  # noqa: PLC0415

    return home, queries.run(runs.get(run_id).id)
