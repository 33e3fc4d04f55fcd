"""From an older panel's file to today's: one step a version, in the transaction that opens the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ui.panel.server.tables import index
from ui.panel.server.tables.schema import INDEX, PANEL, LineRow, RunRow, WorkstationRow

VERSION = 2
"""What a file made today is."""

_NEW_IN_2 = (
    ("workstation", "zones TEXT NOT NULL DEFAULT '{}'"),
    ("workstation", "wire INTEGER NOT NULL DEFAULT 1"),
    ("picture", "kind TEXT NOT NULL DEFAULT 'failure'"),
    ("command", "candidates TEXT NOT NULL DEFAULT '[]'"),
)


def upgrade(found: int) -> None:
    """Bring a file of version ``found`` to today's; in a transaction."""
    for version in range(found + 1, VERSION + 1):
        _STEPS[version]()


def _to_2() -> None:
    """What version 2 of the wire brings, and an index that knows its words."""
    for table, column in _NEW_IN_2:
        PANEL.execute_sql(f"ALTER TABLE {table} ADD COLUMN {column}")
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
