"""Printing records one by one: their values, or for each value a sentence of where it came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.cli import record_pages
from agent.cli.console import out
from agent.faces.wording import capitalised

if TYPE_CHECKING:
    from agent.faces.explaining import Page
    from agent.system.paths import Home


def page_of(home: Home, run_id: str) -> Page:
    """Read a run's records; without the vault they have neither key nor values, and that is told."""
    from agent.cli.opening import contents_or_none  # noqa: PLC0415
    from agent.faces.explaining import Page  # noqa: PLC0415
    from agent.faces.speaking import wording_of  # noqa: PLC0415
    from agent.store import queries  # noqa: PLC0415

    held = contents_or_none(home, run_id) if queries.records(run_id) else {}
    return Page.of(run_id, held, wording_of(home, run_id))


def open_records(page: Page, *, with_personal: bool) -> None:
    """Print each record with its values."""
    for record in page.records:
        fields = page.fields(record, with_personal=with_personal)
        record_pages.print_record(record, fields, page.wording)


def explain_records(page: Page, *, with_personal: bool) -> None:
    """Print a sentence for each value of each record."""
    from agent.faces.explaining import sentence  # noqa: PLC0415

    for record in page.records:
        told = capitalised(page.wording.noun[0])
        out(f"{told} {record['key'] or record['ordinal']}: {page.wording.record(record)}")
        for name, known in page.fields(record, with_personal=with_personal).items():
            out(f"  {name}: {sentence(record, known, page.wording)}")
