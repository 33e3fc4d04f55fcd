"""What the window's history is sorted and filtered by."""

from peewee import Database


def up(migrator: object, db: Database) -> None:  # noqa: ARG001  # the runner's signature
    """Index runs by when they were made: all, of an automation, in a state."""

    for columns in (("created_at", "id"), ("automation", "created_at", "id"), ("state", "created_at", "id")):
        name = "_".join(("run", *columns))
        quoted = ", ".join(f'"{column}"' for column in columns)
        db.execute_sql(f'CREATE INDEX "{name}" ON "run" ({quoted})')  # type: ignore[no-untyped-call]
