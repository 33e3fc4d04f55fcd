"""A run's records with their keys, and the life of one in sentences: from the cell to the confirmation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.core.failures import Failure, NotReady, Parameter
from agent.faces import sealed, signs
from agent.faces.explaining import Page, sentence
from agent.faces.wording import capitalised
from agent.host import auditing
from resources.i18n import texts
from ui.desktop.desk import Desk, at_window
from ui.desktop.models.rows import Row

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Records:
    """All records of a run; ``closed`` is why keys and values cannot be read, where they cannot."""

    page: Page = field(repr=False)
    rows: tuple[Row, ...] = field(repr=False)
    left_out: tuple[Row, ...] = field(repr=False)
    closed: Failure | None = None


def read(desk: Desk, run_id: str) -> Records:
    """Read a run's records; without the vault they have neither key nor values. Raises UnknownRun."""
    wording, moments = desk.wording(run_id), desk.moments()
    closed: Failure | None = None
    held: Mapping[int, Values] = {}
    try:
        held = sealed.contents(desk.home, run_id)
    except NotReady as failure:
        closed = failure
    page = Page.of(run_id, held, wording)
    rows = [
        Row(
            (
                wording.record(record),
                str(record["ordinal"]),
                record["key"] or "",
                record["confirmation"] or "",
                moments.at(record["verified_at"] or record["confirmed_at"]),
            ),
            signs.of_record(record["state"]),
            record,
        )
        for record in page.records
    ]
    left_out = [Row((row["address"], row["reason"]), signs.WAITING, row) for row in page.left_out()]
    return Records(page, tuple(rows), tuple(left_out), closed)


def life_of(page: Page, record: Values, *, with_personal: bool) -> list[tuple[str, str]]:
    """Return for each value of a record its name, and a sentence of where it came from and what became."""
    fields = page.fields(record, with_personal=with_personal)
    return [(name, sentence(record, known, page.wording)) for name, known in fields.items()]


def note_look(desk: Desk, page: Page, record: Values) -> None:
    """Write into the audit log that the person at this window sees a record's personal values.

    Where its values are closed there is nothing to see, and nothing is written. Raises what the vault raises:
    then nothing may be shown.
    """
    if record["id"] in page.held:
        told: dict[str, Parameter] = {"run": page.run, "count": 1, "record": record["ordinal"]}
        auditing.note(desk.home, at_window(), "values_shown", told)


def heading_of(page: Page, record: Values) -> str:
    """Return what one reads above a record's life."""
    what = {"noun": capitalised(page.wording.noun[0]), "key": record["key"] or record["ordinal"]}
    return texts.window("life_of", {**what, "standing": page.wording.record(record)})
