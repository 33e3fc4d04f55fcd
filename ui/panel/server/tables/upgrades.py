"""From an older panel's file to today's: one step a version, in the transaction that opens the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ui.panel.server.tables import index
from ui.panel.server.tables.schema import INDEX, PANEL, LineRow, RunRow, WorkstationRow

VERSION = 2
"""What a file made today is."""


def upgrade(found: int) -> None:
    """Bring a file of version ``found`` to today's; in a transaction."""
    for version in range(found + 1, VERSION + 1):
        _STEPS[version]()


def _to_2() -> None:
    """Offices' time zones, what a workstation speaks, and an index that knows its words."""
    for column in ("zones TEXT NOT NULL DEFAULT '{}'", "wire INTEGER NOT NULL DEFAULT 1"):
        PANEL.execute_sql(f"ALTER TABLE workstation ADD COLUMN {column}")
    PANEL.execute_sql("DROP TABLE line_text")
    PANEL.execute_sql("DROP TABLE run_text")
    for statement in INDEX:
        PANEL.execute_sql(statement)
    names = {row.id: (row.name, row.office) for row in WorkstationRow.select()}
    for line in LineRow.select().iterator():
        name, office = names[line.workstation_id]
        text = f"{line.words} {line.title} {name} {line.run or ''}"
        index.add_line(line.id, text, index.place_of(line.workstation_id, office, line.run))
    for run in RunRow.select().iterator():
        place = index.place_of(run.workstation_id, names[run.workstation_id][1], run.run)
        index.put_run(run.order, run.words, place, known=False)


_STEPS: Mapping[int, Callable[[], None]] = {2: _to_2}
